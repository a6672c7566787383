/** What was found, in the order in which it stands on screen. Pure. */
import type { Found, FoundChat, FoundContact, FoundMessage } from "$lib/rpc/types";

/** One thing that was found. */
export type Thing =
  | { key: string; kind: "chat"; chat: FoundChat }
  | { key: string; kind: "message"; message: FoundMessage }
  | { key: string; kind: "contact"; contact: FoundContact };

/** Kinds of things, in their order: what is few stands before what may be endless, people behind what they said. */
export type GroupName = "conversations" | "messages" | "contacts";

/** A line of the list: the heading of a group, a thing, the way to the rest of a group, or that there is none. */
export type Line =
  | { key: string; kind: "heading"; group: GroupName; count: number; more: boolean }
  | { key: string; kind: "thing"; thing: Thing }
  | { key: string; kind: "more"; group: GroupName }
  | { key: string; kind: "end"; count: number };

interface Group {
  name: GroupName;
  things: Thing[];
  /** There are more than these. */
  more: boolean;
}

/** Messages that are shown before the people, while not all of them are wanted. */
const MESSAGES = 20;

function groupsOf(found: Found, messages: readonly FoundMessage[], more: boolean): Group[] {
  return [
    { name: "conversations", things: found.conversations.map((chat) => ({ key: `chat:${chat.chat}`, kind: "chat", chat })), more: found.more_conversations },
    { name: "messages", things: messages.map((message) => ({ key: `message:${message.message}`, kind: "message", message })), more },
    { name: "contacts", things: found.contacts.map((contact) => ({ key: `contact:${contact.contact}`, kind: "contact", contact })), more: found.more_contacts },
  ];
}

/**
 * The lines of the list. Messages are endless; where people follow them only the first are there, with the way to all.
 * `whole` says of which groups everything is wanted.
 */
export function linesOf(found: Found, messages: readonly FoundMessage[], more: boolean, whole: ReadonlySet<GroupName>): Line[] {
  return groupsOf(found, messages, more).flatMap((group): Line[] => {
    const { name, things } = group;
    if (things.length === 0) return [];
    const cut = name === "messages" && found.contacts.length > 0 && !whole.has(name) && things.length > MESSAGES;
    const shown = cut ? things.slice(0, MESSAGES) : things;
    const rest = cut || (name !== "messages" && group.more && !whole.has(name));
    // All that there ever are at once are there, and not all that there are.
    const end = name !== "messages" && group.more && whole.has(name);
    return [
      { key: `/${name}`, kind: "heading", group: name, count: things.length, more: group.more },
      ...shown.map((thing): Line => ({ key: thing.key, kind: "thing", thing })),
      ...(rest ? [{ key: `/more/${name}`, kind: "more", group: name } satisfies Line] : []),
      ...(end ? [{ key: `/end/${name}`, kind: "end", count: things.length } satisfies Line] : []),
    ];
  });
}

/** What was found, with all conversations or contacts of `others` where `whole` wants them. */
export function withOthers(found: Found, others: Found | undefined, whole: ReadonlySet<GroupName>): Found {
  if (others === undefined) return found;
  const all = { ...found };
  if (whole.has("conversations")) {
    const chats = new Set(found.conversations.map((one) => one.chat));
    all.conversations = [...found.conversations, ...others.conversations.filter((one) => !chats.has(one.chat))];
    all.more_conversations = others.more_conversations;
  }
  if (whole.has("contacts")) {
    const contacts = new Set(found.contacts.map((one) => one.contact));
    all.contacts = [...found.contacts, ...others.contacts.filter((one) => !contacts.has(one.contact))];
    all.more_contacts = others.more_contacts;
  }
  return all;
}

/** What is to be opened for a thing: a chat, and the place in it; nothing where there is none. */
export function targetOf(thing: Thing): { chat: string; message: string | null; pos: number | null } | null {
  if (thing.kind === "message") return { chat: thing.message.chat, message: thing.message.message, pos: thing.message.pos };
  const chat = thing.kind === "chat" ? thing.chat.chat : thing.contact.chat;
  return chat === null ? null : { chat, message: null, pos: null };
}
