/** Lists of the fake core: what is in a place, how it is narrowed and sorted, and the rail. */
import type { ChatCounts, ChatPage, ChatRow, HistoryPage, ListChats, ListHistory, Place, Places } from "$lib/rpc/types";
import type { Fake } from "./host";
import { inboxes, me, myNumbers } from "./people";
import { firstBy, previewOf, unreadOf, type Chat } from "./world";

export const channels = [...inboxes.flatMap((inbox) => inbox.channels), ...myNumbers];

export function channelOf(chat: Chat) {
  return channels.find((one) => one.id === chat.channel) ?? null;
}

export function inPlace(chat: Chat, place: Place): boolean {
  if (place.place === "direct" || place.place === "team") return chat.kind === place.place;
  if (place.place === "inbox") return chat.kind === "conversation" && chat.inbox === place.id;
  return chat.channel === place.id;
}

export function segmentOf(chat: Chat): "me" | "others" | "unassigned" {
  if (chat.assignee === null) return "unassigned";
  return chat.assignee.me ? "me" : "others";
}

const tabOf = (chat: Chat) => (chat.archived ? "archived" : chat.closed === null ? "open" : "closed");
const withMe = (chat: Chat) => !chat.archived && (chat.assignee?.me === true || chat.entries.some((one) => one.author.kind === "member" && one.author.me));
const byDate = (chat: Chat) => chat.closed?.at_ms ?? chat.created_ms;

function pendingOf(fake: Fake, chat: string) {
  const states = fake.world.outbox.filter((row) => row.chat === chat).map((row) => row.state);
  return (["failed", "held", "waiting"] as const).find((state) => states.includes(state)) ?? null;
}

export function rowOf(fake: Fake, chat: Chat): ChatRow {
  return {
    chat: chat.id,
    kind: chat.kind,
    title: chat.person.name,
    initials: chat.person.initials,
    tint: chat.person.tint,
    channel: channelOf(chat)?.kind ?? null,
    closed: chat.closed !== null,
    archived: chat.archived,
    pinned: fake.world.pins.includes(chat.id),
    assignee: chat.assignee,
    preview: previewOf(chat),
    draft: chat.draft === "" ? null : chat.draft,
    unread: unreadOf(chat),
    tags: chat.tags,
    pending: pendingOf(fake, chat.id),
  };
}

function isIn(chat: Chat, { place, tab, segment, with_me, filter }: ListChats): boolean {
  if (!inPlace(chat, place)) return false;
  if (filter === "unread" && unreadOf(chat) === 0) return false;
  if (chat.kind === "direct" || chat.kind === "team") return true;
  if (filter === "archived") return tabOf(chat) !== "open";
  const assignment = inboxes.find((one) => one.id === chat.inbox)?.assignment ?? false;
  if (assignment && tab === "open" && segment === "me" && with_me) return withMe(chat);
  if (tabOf(chat) !== tab) return false;
  return tab !== "open" || !assignment || segment === "all" || segmentOf(chat) === segment;
}

function compare(sort: ListChats["sort"]): (a: Chat, b: Chat) => number {
  const step = sort.startsWith("oldest") ? 1 : -1;
  return (a, b) => {
    const ids = a.id < b.id ? -1 : 1;
    if (sort.endsWith("conversations")) return step * (byDate(a) - byDate(b)) || ids;
    const [one, other] = [previewOf(a)?.at_ms, previewOf(b)?.at_ms];
    if (one === undefined && other === undefined) return step * (a.created_ms - b.created_ms) || ids;
    if (one === undefined || other === undefined) return one === undefined ? -1 : 1;
    return step * (one - other) || ids;
  };
}

export function listChats(fake: Fake, args: ListChats): ChatPage {
  const { pins } = fake.world;
  const here = fake.world.chats.filter((chat) => isIn(chat, args));
  const all = here.filter((chat) => !pins.includes(chat.id)).sort(compare(args.sort));
  const first = args.after === null || args.after === undefined;
  const from = first ? 0 : all.findIndex((chat) => chat.id === args.after) + 1;
  const rows = all.slice(from, from + args.limit);
  const last = rows.at(-1);
  const pinned = first ? here.filter((chat) => pins.includes(chat.id)).sort((a, b) => pins.indexOf(a.id) - pins.indexOf(b.id)) : [];
  return {
    pinned: pinned.map((chat) => rowOf(fake, chat)),
    rows: rows.map((chat) => rowOf(fake, chat)),
    next: last !== undefined && from + args.limit < all.length ? last.id : null,
  };
}

export function countChats(fake: Fake, place: Place): ChatCounts {
  const here = fake.world.chats.filter((chat) => inPlace(chat, place));
  const open = here.filter((chat) => tabOf(chat) === "open");
  const of = (segment: string) => open.filter((chat) => segmentOf(chat) === segment).length;
  const inTab = (tab: string) => here.filter((chat) => tabOf(chat) === tab).length;
  return { all: open.length, me: of("me"), others: of("others"), unassigned: of("unassigned"), closed: inTab("closed"), archived: inTab("archived") };
}

function unreadChats(fake: Fake, place: Place, all: boolean): number {
  const counts = (chat: Chat) => tabOf(chat) === "open" && (all || chat.assignee === null || chat.assignee.me) && unreadOf(chat) > 0;
  return fake.world.chats.filter((chat) => inPlace(chat, place) && counts(chat)).length;
}

const lastAt = (chat: Chat): number => previewOf(chat)?.at_ms ?? chat.created_ms;

/** Unread first, then by last message. */
const inRail = (a: Chat, b: Chat) => Number(unreadOf(b) > 0) - Number(unreadOf(a) > 0) || lastAt(b) - lastAt(a);

export function listPlaces(fake: Fake): Places {
  const { world } = fake;
  const queue = world.session?.product === "contact_center";
  const of = (kind: string) => world.chats.filter((chat) => chat.kind === kind).sort(inRail);
  return {
    inboxes: world.memberOf.flatMap((id) => inboxes.filter((inbox) => inbox.id === id)).map((inbox) => ({
      ...inbox,
      kind: queue && inbox.id === "in-front" ? "queue" : inbox.kind,
      unread: unreadChats(fake, { place: "inbox", id: inbox.id }, !inbox.assignment),
      channels: inbox.channels.map((c) => ({ ...c, unread: unreadChats(fake, { place: "channel", id: c.id }, !inbox.assignment) })),
    })),
    numbers: myNumbers.map((one) => ({ ...one, unread: unreadChats(fake, { place: "channel", id: one.id }, true) })),
    favorites: [...world.favorites]
      .sort((a, b) => a.name.localeCompare(b.name))
      .map((one) => {
        const theirs = world.chats.filter((chat) => chat.contact === one.contact).sort((a, b) => lastAt(b) - lastAt(a))[0];
        return { ...one, chat: one.gone ? null : (theirs?.id ?? null), unread: theirs === undefined || one.gone ? 0 : unreadOf(theirs) };
      }),
    direct: of("direct").map((chat) => ({ chat: chat.id, member: chat.member ?? me, unread: unreadOf(chat) })),
    teams: of("team").map((chat) => ({ chat: chat.id, name: chat.person.name, members: chat.members.length, unread: unreadOf(chat) })),
  };
}

export function listHistory(fake: Fake, { chat: id, after, limit }: ListHistory): HistoryPage {
  const { chats } = fake.world;
  const chat = chats.find((one) => one.id === id);
  const same = (one: Chat) => (chat?.contact ? one.contact === chat.contact : one.address === chat?.address && chat?.address !== null);
  const all = chats.filter((one) => one.id !== id && same(one)).sort((a, b) => b.created_ms - a.created_ms);
  const from = Number(after ?? 0);
  const rows = all.slice(from, from + limit).map((one) => ({
    chat: one.id,
    kind: one.kind,
    channel: channelOf(one),
    inbox: inboxes.find((inbox) => inbox.id === one.inbox)?.name ?? null,
    created_ms: one.created_ms,
    closed: one.closed,
    archived: one.archived,
    direction: firstBy(one),
    assignee: one.assignee,
    messages: one.entries.filter((entry) => entry.content.kind === "text").length,
    preview: previewOf(one),
  }));
  return { rows, total: all.length, next: from + limit < all.length ? String(from + limit) : null };
}
