/** The lines of the palette, in groups: commands, chats, people, messages, tags. Pure. */
import { m } from "$lib/paraglide/messages.js";
import type { FoundChat, FoundContact, FoundMember, FoundMessage, FoundTag } from "$lib/rpc/types";
import type { FoundCommand } from "./commands";

/** A line. */
export type Entry =
  | { key: string; kind: "command"; found: FoundCommand }
  | { key: string; kind: "chat"; chat: FoundChat }
  | { key: string; kind: "contact"; contact: FoundContact }
  | { key: string; kind: "member"; member: FoundMember }
  | { key: string; kind: "message"; message: FoundMessage }
  | { key: string; kind: "all"; text: string }
  | { key: string; kind: "tag"; tag: NamedTag };

/** A tag; how many conversations have it is known where it was looked for. */
export type NamedTag = Omit<FoundTag, "chats"> & { chats: number | null };

/** Lines under one name. */
export interface EntryGroup {
  name: string;
  entries: Entry[];
}

/** What the palette has for what was typed. */
export interface Sources {
  /** What was typed, without the sign for commands or tags. */
  text: string;
  commands: readonly FoundCommand[];
  chats: readonly FoundChat[];
  contacts: readonly FoundContact[];
  members: readonly FoundMember[];
  messages: readonly FoundMessage[];
  tags: readonly NamedTag[];
}

/** What is wanted: everything, only commands after `>`, only tags after `#`. */
export type Mode = "all" | "commands" | "tags";

/** What was typed, and what is wanted by it. */
export function modeOf(typed: string): { mode: Mode; text: string } {
  const bare = typed.trimStart();
  if (bare.startsWith(">")) return { mode: "commands", text: bare.slice(1).trim() };
  if (bare.startsWith("#")) return { mode: "tags", text: bare.slice(1).trim() };
  return { mode: "all", text: bare.trim() };
}

/** The groups that have something, in their order. Where nothing is typed, what was at last comes first. */
export function entryGroups(of: Sources): EntryGroup[] {
  const commands: EntryGroup = { name: m.palette_commands(), entries: of.commands.map((found) => ({ key: `command:${found.command.id}`, kind: "command", found })) };
  const chats: EntryGroup = {
    name: of.text === "" ? m.palette_recent() : m.palette_chats(),
    entries: of.chats.map((chat) => ({ key: `chat:${chat.chat}`, kind: "chat", chat })),
  };
  const messages = of.messages.map((message): Entry => ({ key: `message:${message.message}`, kind: "message", message }));
  const groups: EntryGroup[] = [
    ...(of.text === "" ? [chats, commands] : [commands, chats]),
    { name: m.search_contacts(), entries: of.contacts.map((contact) => ({ key: `contact:${contact.contact}`, kind: "contact", contact })) },
    { name: m.palette_members(), entries: of.members.map((member) => ({ key: `member:${member.member.id}`, kind: "member", member })) },
    { name: m.search_messages_group(), entries: messages.length === 0 ? [] : [...messages, { key: "all", kind: "all", text: of.text }] },
    { name: m.palette_tags(), entries: of.tags.map((tag) => ({ key: `tag:${tag.tag.id}`, kind: "tag", tag })) },
  ];
  return groups.filter((group) => group.entries.length > 0);
}
