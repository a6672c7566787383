/** The sample organization: chats with their messages, drafts and outbox, in memory. */
import type { ChatHead, ContactInfo, Entry, EntryAuthor, FavoritePlace, LastPlace, ListView, MemberInfo, Presence, Preview, SignedIn, Status, TagInfo, ThreadPoint, UndoableAct } from "$lib/rpc/types";
import type { Arranged } from "./outbox";
import { inboxes, me, members, people, tags, type Person } from "./people";

export interface Chat {
  id: string;
  kind: "conversation" | "text" | "direct" | "team";
  person: Person;
  /** The other one of a direct chat. */
  member: MemberInfo | null;
  /** Who is in a team chat. */
  members: MemberInfo[];
  /** Who owns the address. */
  contact: string | null;
  address: string | null;
  archived: boolean;
  channel: string | null;
  inbox: string | null;
  assignee: MemberInfo | null;
  closed: ChatHead["closed"];
  created_ms: number;
  entries: Entry[];
  read_pos: number;
  tags: TagInfo[];
  draft: string;
}

export interface World {
  session: SignedIn | null;
  status: Status;
  chats: Chat[];
  outbox: Arranged[];
  contacts: ContactInfo[];
  tags: TagInfo[];
  /** Inboxes that the member is assigned to. */
  memberOf: string[];
  favorites: Array<Omit<FavoritePlace, "chat" | "unread">>;
  /** Pinned chats, in the member's order. */
  pins: string[];
  views: Map<string, ListView>;
  /** What can be undone, newest last. */
  undo: Array<{ act: UndoableAct; revert: () => void }>;
  presence: Map<string, Presence>;
  reading: Map<string, ThreadPoint>;
  /** Everything can be found. */
  searchable: boolean;
  /** Where the member was when the window closed. */
  last: LastPlace;
}

const MINUTE = 60_000;
let pos = 0;
let id = 0;

export const nextId = (prefix: string): string => `${prefix}-${++id}`;
export const nextPos = (): number => ++pos;

/** Cut where links begin and end. */
export function partsOf(text: string) {
  return text
    .split(/(https?:\/\/[^\s<>"]*[^\s<>".,;:!?])/u)
    .map((part, at) => ({ text: part, href: at % 2 === 1 ? part : null }))
    .filter((part) => part.text !== "");
}

export function textEntry(author: EntryAuthor, text: string, at_ms: number): Entry {
  return {
    id: nextId("e"),
    pos: nextPos(),
    at_ms,
    author,
    content: { kind: "text", parts: partsOf(text) },
    delivery: author.kind === "member" && author.me ? "delivered" : author.kind === "member" ? "sent" : "none",
    pending: null,
  };
}

export function textOf(entry: Entry): string {
  return entry.content.kind === "text" ? entry.content.parts.map((part) => part.text).join("") : "";
}

export function previewOf(chat: Chat): Preview | null {
  const entry = chat.entries.findLast((one) => one.content.kind === "text");
  if (entry === undefined) return null;
  const author = entry.author;
  return {
    text: textOf(entry).replace(/\s+/gu, " ").slice(0, 200),
    at_ms: entry.at_ms,
    author: author.kind === "member" ? author.name : null,
    mine: author.kind === "member" && author.me,
  };
}

export function unreadOf(chat: Chat): number {
  return chat.entries.filter(
    (e) => (e.pos ?? 0) > chat.read_pos && e.content.kind === "text" && !(e.author.kind === "member" && e.author.me),
  ).length;
}

/** Who wrote first. */
export function firstBy(chat: Chat): "inbound" | "outbound" {
  return chat.entries.find((one) => one.content.kind === "text")?.author.kind === "contact" ? "inbound" : "outbound";
}

/** A number that nobody owns yet has no contact. */
const contactOf = (person: Person): string | null => (person.initials === "" ? null : `contact-${person.name}`);

function conversation(person: Person, at: number, inbox: string | null, channel: string): Chat {
  const chat: Chat = {
    id: nextId("c"),
    kind: inbox === null ? "text" : "conversation",
    person,
    member: null,
    members: [],
    contact: contactOf(person),
    address: contactOf(person) === null ? person.name : null,
    archived: false,
    channel,
    inbox,
    assignee: null,
    closed: null,
    created_ms: at - 240 * MINUTE,
    entries: person.says.map((text, i) => textEntry({ kind: "contact", name: person.name }, text, at - (person.says.length - i) * MINUTE)),
    read_pos: 0,
    tags: [],
    draft: "",
  };
  return chat;
}

export interface WorldOptions {
  conversations?: number;
  longThread?: number;
  now?: number;
  product?: string;
  role?: string;
}

/** Builds it: newest conversations are the people in order, then numbered ones down to the wanted size. */
export function makeWorld(options: WorldOptions = {}): World {
  const { conversations = 420, longThread = 2000, now = Date.now(), product = "customer_engagement", role = "manager" } = options;
  const chats: Chat[] = [];
  for (let i = conversations - 1; i >= 0; i -= 1) {
    const base = people[i % people.length] as Person;
    const round = Math.floor(i / people.length);
    const person = round === 0 ? base : { ...base, name: `${base.name} ${round + 1}` };
    const inbox = inboxes[i < people.length ? (i % 7 === 6 ? 1 : 0) : i % 3];
    if (inbox === undefined) continue;
    const channel = inbox.channels[i % inbox.channels.length];
    const at = now - (i < 10 ? i * 17 : 170 + (i - 10) * 53) * MINUTE;
    const chat = conversation(person, at, inbox.id, channel?.id ?? "");
    chat.assignee = ([me, me, members[1], null, me, members[2], null] as Array<MemberInfo | null>)[i % 7] ?? null;
    chat.tags = tags.filter((_, t) => (i * 7 + t * 3) % 11 < 2).slice(0, (i % 4) + 1);
    if (i % 10 === 9) chat.closed = { by: "Dana Whitcombe", at_ms: at };
    if (i % 4 === 0) chat.entries.push(textEntry({ kind: "member", ...me }, "The rack arrives Wednesday, I’ll send a photo", at));
    chat.read_pos = i % 3 === 1 ? 0 : pos;
    chats.unshift(chat);
  }
  const first = chats[0];
  if (first !== undefined && longThread > 0) first.entries = longStory(first, longThread, now);
  if (first !== undefined) {
    first.read_pos = pos;
    first.created_ms = first.entries[0]?.at_ms ?? now;
  }
  const fifth = chats[4];
  if (fifth !== undefined) fifth.draft = "Hi Siobhán, Thursday works and";
  for (const [i, mate] of members.slice(1, 5).entries()) chats.push(directChat(mate, now - i * 400 * MINUTE));
  if (conversations > 0) chats.push(...moreChats(now));
  const [aroha, mateo] = [people[9], people[1]];
  return {
    session: {
      me: { ...me, role },
      organization: "Kestrel Cycles",
      product,
      hub: "https://hub.kestrelcycles.example",
      capabilities: role === "agent" ? ["create_direct_chat"] : ["assign_others", "create_direct_chat"],
      signed_out_by_hub: null,
    },
    status: { network: "online", up_to_date_ms: now, first_sync: false, waiting: 0, failed: 0, held: 0, problem: null, rescued: null },
    chats,
    outbox: [],
    contacts: [],
    tags: [...tags],
    memberOf: inboxes.map((inbox) => inbox.id),
    favorites: conversations === 0 ? [] : [aroha, mateo].flatMap((one) => (one === undefined ? [] : [{ contact: `contact-${one.name}`, name: one.name, initials: one.initials, tint: one.tint, gone: false }])),
    pins: [],
    views: new Map(),
    undo: [],
    presence: new Map(),
    reading: new Map(),
    searchable: true,
    last: { place: null, chat: null },
  };
}

/** Texts on the member's own number, what an earlier number left in the archive, and team chats. */
function moreChats(now: number): Chat[] {
  const person = (at: number) => people[at % people.length] as Person;
  const texts = [3, 8, 13].map((at, i) => {
    const chat = conversation(person(at), now - (i + 1) * 95 * MINUTE, null, "ch-mine");
    chat.read_pos = i === 0 ? 0 : pos;
    if (i === 2) chat.closed = { by: me.name, at_ms: now - 60 * MINUTE };
    return chat;
  });
  const archived = [5, 11].map((at, i) => {
    const chat = conversation(person(at), now - (i + 40) * 1440 * MINUTE, "in-front", "ch-old");
    chat.read_pos = pos;
    chat.archived = true;
    return chat;
  });
  const [, tomasz, dana, yuki, kwame] = members as [MemberInfo, MemberInfo, MemberInfo, MemberInfo, MemberInfo];
  const teams = [
    teamChat("Workshop floor", [me, tomasz, dana, yuki, kwame], [[tomasz, "Haddad’s hanger is on. Noticed the cage is bent too. Straightened it, no charge."], [dana, "הקסטה מוכנה על השולחן"]], now - 4 * MINUTE, true),
    teamChat("Saturday ride crew", [me, yuki, kwame], [[yuki, "Rain until ten, then dry. Start at half past?"]], now - 70 * MINUTE, false),
    teamChat("Suppliers and lunch", [me, dana], [[me, "Shimano order is in, 3 weeks"]], now - 2900 * MINUTE, false),
  ];
  return [...texts, ...archived, ...teams, ...earlier(person(0), now)];
}

/** What somebody wrote about before, on every channel that they have used. */
function earlier(who: Person, now: number): Chat[] {
  const stories: Array<[number, string, string[]]> = [
    [12, "ch-sms", ["Is the spring service still on for Friday?", "Collected, paid by card."]],
    [54, "ch-ig", ["Those gumwall tyres, do they come in 42?"]],
    [121, "ch-web", ["Opening hours over the holidays?"]],
    [560, "ch-sms", ["Could you fit a new hub dynamo?"]],
    [655, "ch-wa", ["Box for the flight, size and deposit."]],
  ];
  return stories.map(([days, channel, says], i) => {
    const at = now - days * 1440 * MINUTE;
    const chat = conversation({ ...who, says }, at, "in-front", channel);
    chat.entries.push(textEntry({ kind: "member", ...(members[(i % 4) + 1] ?? me) }, "Yes. We are here until six.", at));
    chat.assignee = members[(i % 4) + 1] ?? me;
    chat.closed = { by: chat.assignee.name, at_ms: at };
    chat.read_pos = pos;
    return chat;
  });
}

export function teamChat(name: string, who: MemberInfo[], says: Array<[MemberInfo, string]>, at: number, unread: boolean): Chat {
  const entries = says.map(([author, text], i) => textEntry({ kind: "member", ...author }, text, at - (says.length - i - 1) * 9 * MINUTE));
  return {
    id: nextId("team"),
    kind: "team",
    person: { name, initials: "", tint: "stone", says: [] },
    member: null,
    members: who,
    contact: null,
    address: null,
    archived: false,
    channel: null,
    inbox: null,
    assignee: null,
    closed: null,
    created_ms: at - 9000 * MINUTE,
    entries,
    read_pos: unread ? 0 : pos,
    tags: [],
    draft: "",
  };
}

function longStory(chat: Chat, length: number, now: number): Entry[] {
  const entries: Entry[] = [];
  for (let i = 0; i < length; i += 1) {
    const at = now - (length - i) * 37 * MINUTE;
    const words = chat.person.says[i % chat.person.says.length] ?? "";
    if (i % 40 === 20) {
      const dana = members[2] as MemberInfo;
      entries.push({ id: nextId("e"), pos: nextPos(), at_ms: at, author: { kind: "system" }, content: { kind: "event", event: "assigned", by: dana, to: me, from: null }, delivery: "none", pending: null });
    } else if (i % 5 === 3) entries.push(textEntry({ kind: "member", ...me }, `All three fit inside $180, so we just do it. (${i})`, at));
    else if (i % 11 === 7) entries.push(textEntry({ kind: "member", ...(members[2] as MemberInfo) }, "Taken in, ticket 2291.", at));
    else entries.push(textEntry({ kind: "contact", name: chat.person.name }, words, at));
  }
  return entries;
}

export function directChat(mate: MemberInfo, at: number | null): Chat {
  return {
    id: nextId("d"),
    kind: "direct",
    person: { name: mate.name, initials: mate.initials, tint: "stone", says: [] },
    member: mate,
    members: [],
    contact: null,
    address: null,
    archived: false,
    channel: null,
    inbox: null,
    assignee: null,
    closed: null,
    created_ms: at ?? Date.now(),
    entries: at === null ? [] : [textEntry({ kind: "member", ...me }, "W środę rano. 26 cali pasuje do Kogi.", at - 9 * MINUTE), textEntry({ kind: "member", ...mate }, "Jasne, biorę Siobhán w czwartek 👍", at)],
    read_pos: mate.id === "m-tomasz" ? 0 : pos,
    tags: [],
    draft: "",
  };
}
