/** What the fake core answers, call by call. */
import type { Answer, Args, RpcName } from "$lib/rpc/calls";
import type { Fake } from "./host";
import { changed, chatOf, event, fail, isQuiet, outboxChanged, rowIn } from "./change";
import { channelOf, countChats, listChats, listHistory, listPlaces } from "./lists";
import { own, remember } from "./own";
import { inboxes, me, members } from "./people";
import { listOutbox, outboxCase } from "./outbox";
import { searching } from "./search";
import { directChat, firstBy, nextId, nextPos, textEntry, unreadOf, type Chat } from "./world";

export type Answers = { [N in RpcName]: (fake: Fake, args: Args<N>) => Answer<N> | Promise<Answer<N>> };

function canOf(fake: Fake, chat: Chat): string[] {
  if (chat.archived) return chat.contact === null ? [] : ["favorite"];
  if (chat.kind === "direct") return ["send"];
  if (chat.kind === "team") return ["send", "rename", "add_members", "leave"];
  const can = ["send", "tag", chat.closed === null ? "close" : "reopen", ...(chat.contact === null ? [] : ["favorite"])];
  if (inboxes.find((one) => one.id === chat.inbox)?.assignment) {
    if (!chat.assignee?.me) can.push("assign_to_me");
    else can.push("unassign");
    if (fake.world.session?.capabilities.includes("assign_others")) can.push("assign_others");
  }
  return can;
}

/** The hub takes it in a moment, where there is one. */
function settleSoon(fake: Fake, chat: Chat, command: string): void {
  const { world } = fake;
  if (world.status.network !== "online") return;
  setTimeout(() => {
    if (fake.world === world) settle(fake, chat, command);
  }, 500);
}

function settle(fake: Fake, chat: Chat, command: string): void {
  const entry = chat.entries.find((one) => one.pending?.command === command);
  fake.world.outbox = fake.world.outbox.filter((row) => row.command !== command);
  if (entry !== undefined) {
    entry.pending = null;
    entry.pos = nextPos();
    entry.delivery = "sent";
  }
  changed(fake, chat);
}

export const answers: Answers = {
  get_session: (fake) => fake.session,
  lookup_hub: (_, { address }) => {
    const bare = address.trim().replace(/^https?:\/\//u, "").replace(/\/$/u, "");
    if (bare === "hub.kestrelcycles.example") return { address: `https://${bare}`, organization: "Kestrel Cycles" };
    if (bare === "www.kestrelcycles.example") fail("hub_not_deskbell", "There is no hub at this address.", { address: bare });
    return fail("hub_unreachable", "The hub does not answer.", { address: bare });
  },
  sign_in: (fake, args) => {
    if (args.password !== "correcthorse") fail("sign_in_refused", "Email or password is wrong.", { tries_left: "3" });
    fake.session = { state: "signed_in", ...(fake.world.session ?? fail("internal", "No sample organization.")) };
    fake.touch("session");
    return fake.session;
  },
  unlock: (fake, { password }) => {
    if (password !== null && password !== "four quiet words") fail("wrong_password", "The password is wrong.");
    if (password === null) fail("keyring_locked", "The keyring is still locked.");
    fake.session = { state: "signed_in", ...(fake.world.session ?? fail("internal", "No sample organization.")) };
    fake.touch("session");
    return fake.session;
  },
  sign_out: (fake, { discard_unsent }) => {
    const waiting = fake.world.outbox.length;
    if (waiting > 0 && !discard_unsent) fail("unsent", "Something has not been sent yet.", { count: String(waiting) });
    fake.session = { state: "signed_out", hub: fake.world.session?.hub ?? null, email: "priya@kestrelcycles.example", reason: null };
    fake.touch("session");
    return fake.session;
  },
  get_settings: (fake) => fake.settings,
  set_settings: (fake, settings) => {
    fake.settings = settings;
    fake.touch("settings");
    return {};
  },
  get_quiet: (fake) => fake.quiet,
  set_quiet: (fake, quiet) => {
    fake.quiet = { ...quiet, now: isQuiet(quiet, new Date()) };
    fake.touch("quiet");
    return {};
  },
  get_status: (fake) => fake.world.status,
  check_cache: () => ({ problems: [] }),
  forget_rescue: (fake) => {
    fake.world.status.rescued = null;
    fake.touch("status");
    return {};
  },
  sync_now: (fake) => {
    fake.touch("status");
    return {};
  },
  list_places: listPlaces,
  list_chats: listChats,
  count_chats: (fake, { place }) => countChats(fake, place),
  list_history: listHistory,
  get_chat: (fake, { chat: id }) => {
    const chat = chatOf(fake, id);
    const inbox = inboxes.find((one) => one.id === chat.inbox);
    return {
      chat: id,
      kind: chat.kind,
      title: chat.person.name,
      initials: chat.person.initials,
      tint: chat.person.tint,
      member: chat.member,
      members: chat.members,
      contact: chat.contact,
      favorite: fake.world.favorites.some((one) => one.contact === chat.contact),
      pinned: fake.world.pins.includes(id),
      archived: chat.archived,
      direction: chat.kind === "conversation" || chat.kind === "text" ? firstBy(chat) : null,
      address: chat.address,
      channel: channelOf(chat),
      inbox: inbox?.name ?? null,
      inbox_id: inbox?.id ?? null,
      closed: chat.closed,
      assignee: chat.assignee,
      created_ms: chat.created_ms,
      tags: chat.tags,
      can: canOf(fake, chat),
      read_pos: chat.read_pos,
      last_pos: Math.max(0, ...chat.entries.map((entry) => entry.pos ?? 0)),
      unread: unreadOf(chat),
    };
  },
  list_messages: (fake, { chat: id, before, after, around, limit }) => {
    const { entries } = chatOf(fake, id);
    const at = (pos: number) => entries.findIndex((e) => e.pos === null || e.pos >= pos);
    let from = Math.max(0, entries.length - limit);
    let to = entries.length;
    if (typeof before === "number") {
      to = at(before) < 0 ? entries.length : at(before);
      from = Math.max(0, to - limit);
    } else if (typeof after === "number") {
      from = at(after + 1) < 0 ? entries.length : at(after + 1);
      to = Math.min(entries.length, from + limit);
    } else if (typeof around === "number" && at(around) >= 0) {
      from = Math.max(0, at(around) - Math.floor(limit / 2));
      to = Math.min(entries.length, from + limit);
    }
    return { entries: entries.slice(from, to), more: from > 0, more_after: to < entries.length };
  },
  list_assignees: () => ({ members: members.slice(0, 5) }),
  list_members: () => ({ members }),
  list_tags: (fake) => ({ tags: [...fake.world.tags].sort((a, b) => a.name.localeCompare(b.name)) }),
  create_direct_chat: (fake, { member: id }) => {
    const mate = members.find((one) => one.id === id) ?? fail("not_found", "That member does not exist.");
    const known = fake.world.chats.find((chat) => chat.member?.id === id);
    const chat = known ?? directChat(mate, null);
    if (known === undefined) fake.world.chats.push(chat);
    changed(fake, chat);
    return { chat: chat.id };
  },
  send_message: (fake, { chat: id, text }) => {
    const chat = chatOf(fake, id);
    const command = nextId("cmd");
    const entry = textEntry({ kind: "member", ...me }, text, Date.now());
    Object.assign(entry, { pos: null, delivery: "waiting", pending: { command, state: "waiting", reason: null, other: null, leaves_ms: null } });
    chat.entries.push(entry);
    chat.draft = "";
    if (chat.kind === "conversation") {
      if (chat.closed !== null) event(chat, { event: "reopened", by: me });
      chat.closed = null;
      chat.assignee ??= me;
    }
    fake.world.outbox.push({ command, kind: "send_message", chat: id, title: chat.person.name, text, created_ms: Date.now(), state: "waiting", reason: null, other: null });
    changed(fake, chat, `draft:${id}`);
    settleSoon(fake, chat, command);
    return { message: entry.id, command };
  },
  assign_chat: (fake, { chat: id, to }) => {
    const chat = chatOf(fake, id);
    const next = members.find((one) => one.id === to) ?? null;
    const before = chat.assignee;
    remember(fake, chat, "assign_chat", next?.name ?? null, () => (chat.assignee = before));
    event(chat, { event: "assigned", by: me, to: next, from: chat.assignee });
    chat.assignee = next;
    return changed(fake, chat);
  },
  close_chat: (fake, { chat: id }) => {
    const chat = chatOf(fake, id);
    remember(fake, chat, "close_chat", null, () => (chat.closed = null));
    chat.closed = { by: me.name, at_ms: Date.now() };
    event(chat, { event: "closed", by: me });
    return changed(fake, chat);
  },
  reopen_chat: (fake, { chat: id }) => {
    const chat = chatOf(fake, id);
    chat.closed = null;
    event(chat, { event: "reopened", by: me });
    return changed(fake, chat);
  },
  tag_chat: (fake, { chat: id, tag }) => {
    const chat = chatOf(fake, id);
    const found = fake.world.tags.find((one) => one.id === tag) ?? fail("not_found", "That tag does not exist.");
    remember(fake, chat, "tag_chat", found.name, () => (chat.tags = chat.tags.filter((one) => one.id !== tag)));
    if (!chat.tags.some((one) => one.id === tag)) chat.tags.push({ ...found, waiting: fake.world.status.network !== "online" });
    return changed(fake, chat);
  },
  untag_chat: (fake, { chat: id, tag }) => {
    const chat = chatOf(fake, id);
    const had = chat.tags;
    remember(fake, chat, "untag_chat", had.find((one) => one.id === tag)?.name ?? null, () => (chat.tags = had));
    chat.tags = chat.tags.filter((one) => one.id !== tag);
    return changed(fake, chat);
  },
  create_tag: (fake, { name, color, chat: id }) => {
    const known = fake.world.tags.find((one) => one.name.toLowerCase() === name.toLowerCase());
    const tag = known ?? { id: nextId("t"), name, color: color ?? "stone", waiting: false };
    if (known === undefined) fake.world.tags.push(tag);
    fake.touch("tags");
    if (id !== null && id !== undefined) {
      const chat = chatOf(fake, id);
      if (!chat.tags.some((one) => one.id === tag.id)) chat.tags.push({ ...tag });
      changed(fake, chat);
    }
    return { tag };
  },
  mark_read: (fake, { chat: id, pos }) => {
    const chat = chatOf(fake, id);
    if (pos <= chat.read_pos) return {};
    chat.read_pos = pos;
    return changed(fake, chat);
  },
  mark_unread: (fake, { chat: id, from }) => {
    const chat = chatOf(fake, id);
    chat.read_pos = Math.min(chat.read_pos, from - 1);
    return changed(fake, chat);
  },
  list_contacts: (fake, { after, limit }) => {
    const all = fake.world.contacts;
    const from = after === null ? 0 : all.findIndex((one) => one.id === after) + 1;
    const contacts = all.slice(from, from + limit);
    return { contacts, next: from + limit < all.length ? (contacts.at(-1)?.id ?? null) : null };
  },
  create_contact: (fake, { name, company, phones, private: hidden }) => {
    const known = fake.world.contacts.find((one) => one.phones.some((phone) => phones.includes(phone)));
    const contact = known ?? { id: nextId("contact"), name, company, phones, private: hidden };
    if (known === undefined) fake.world.contacts.push(contact);
    fake.touch("contacts");
    return { contact: contact.id, existed: known !== undefined };
  },
  share_contact: (fake, { contact }) => {
    const found = fake.world.contacts.find((one) => one.id === contact) ?? fail("not_found", "That contact does not exist.");
    found.private = false;
    fake.touch("contacts");
    return {};
  },
  get_draft: (fake, { chat }) => ({ chat, text: chatOf(fake, chat).draft }),
  save_draft: (fake, { chat: id, text }) => {
    const chat = chatOf(fake, id);
    chat.draft = text;
    fake.touch("drafts");
    return {};
  },
  list_outbox: (fake, args) => listOutbox(fake.world.outbox, fake.world.chats, args),
  get_outbox_row: async (fake, { command }) => {
    const row = rowIn(fake, command);
    const here = fake.world.chats.some((chat) => chat.id === row.chat);
    return { ...outboxCase(fake.world.outbox, fake.world.chats, row), head: here ? await answers.get_chat(fake, { chat: row.chat ?? "" }) : null };
  },
  retry: (fake, { command }) => {
    const row = rowIn(fake, command);
    row.state = "waiting";
    row.reason = null;
    row.other = null;
    const chat = fake.world.chats.find((one) => one.id === row.chat);
    const entry = chat?.entries.find((one) => one.pending?.command === command);
    if (entry?.pending) entry.pending = { command, state: "waiting", reason: null, other: null, leaves_ms: null };
    if (chat !== undefined) settleSoon(fake, chat, command);
    return outboxChanged(fake, chat);
  },
  edit: (fake, { command, text }) => {
    const row = rowIn(fake, command);
    const chat = chatOf(fake, row.chat ?? "");
    fake.world.outbox = fake.world.outbox.filter((one) => one !== row);
    chat.entries = chat.entries.filter((one) => one.pending?.command !== command);
    const back = text ?? row.text ?? "";
    chat.draft = chat.draft === "" ? back : `${chat.draft}\n${back}`;
    outboxChanged(fake, chat, `draft:${chat.id}`);
    return { chat: chat.id, text: chat.draft };
  },
  discard: (fake, { command }) => {
    const row = rowIn(fake, command);
    const chat = fake.world.chats.find((one) => one.id === row.chat);
    fake.world.outbox = fake.world.outbox.filter((one) => one !== row);
    if (chat !== undefined) chat.entries = chat.entries.filter((one) => one.pending?.command !== command);
    return outboxChanged(fake, chat);
  },
  send_anyway: (fake, args) => answers.retry(fake, args),
  set_view: () => ({}),
  leave_page: (fake, { state }) => {
    fake.leavePage(state);
    return {};
  },
  take_page: (fake) => fake.takePage(),
  ...own,
  ...searching,
  open_link: () => ({}),
};
