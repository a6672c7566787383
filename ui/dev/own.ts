/** What a member of the fake core keeps for themselves: how lists are shown, pins, favorites, undo, where they read; and team chats. */
import type { UndoableAct } from "$lib/rpc/types";
import { freshView } from "$lib/list/question";
import type { Answers } from "./answers";
import { changed, chatOf, event, fail } from "./change";
import type { Fake } from "./host";
import { me, members } from "./people";
import { nextId, teamChat, type Chat } from "./world";

type Own =
  | "get_list_view" | "set_list_view" | "pin_chat" | "unpin_chat" | "create_team_chat" | "rename_chat" | "add_to_chat" | "leave_chat"
  | "get_last_place" | "save_last_place" | "get_undo" | "undo" | "get_presence" | "tell_typing" | "find_date"
  | "get_reading" | "save_reading" | "add_favorite" | "remove_favorite";

/** An act that can be undone. */
export function remember(fake: Fake, chat: Chat, kind: string, what: string | null, revert: () => void): void {
  const act: UndoableAct = { kind, chat: chat.id, title: chat.person.name, what, command: nextId("cmd"), at_ms: Date.now(), leaves_ms: null };
  fake.world.undo.push({ act, revert });
  fake.touch("undo");
}

const mates = (ids: readonly string[]) => ids.flatMap((id) => members.filter((one) => one.id === id));

export const own: Pick<Answers, Own> = {
  get_list_view: (fake, { place }) =>
    fake.world.views.get(JSON.stringify(place)) ?? freshView(place),
  set_list_view: (fake, view) => {
    fake.world.views.set(JSON.stringify(view.place), view);
    return {};
  },
  pin_chat: (fake, { chat, before }) => {
    const pins = fake.world.pins.filter((one) => one !== chat);
    const at = before === null || before === undefined ? -1 : pins.indexOf(before);
    pins.splice(at < 0 ? pins.length : at, 0, chat);
    fake.world.pins = pins;
    return changed(fake, chatOf(fake, chat));
  },
  unpin_chat: (fake, { chat }) => {
    fake.world.pins = fake.world.pins.filter((one) => one !== chat);
    return changed(fake, chatOf(fake, chat));
  },
  create_team_chat: (fake, { name, members: ids }) => {
    const chat = teamChat(name, [me, ...mates(ids)], [], Date.now(), false);
    chat.created_ms = Date.now();
    fake.world.chats.push(chat);
    changed(fake, chat);
    return { chat: chat.id };
  },
  rename_chat: (fake, { chat: id, name }) => {
    const chat = chatOf(fake, id);
    chat.person = { ...chat.person, name };
    event(chat, { event: "renamed", by: me, name });
    return changed(fake, chat);
  },
  add_to_chat: (fake, { chat: id, members: ids }) => {
    const chat = chatOf(fake, id);
    const added = mates(ids).filter((mate) => !chat.members.some((one) => one.id === mate.id));
    chat.members.push(...added);
    event(chat, { event: "added", by: me, members: added });
    return changed(fake, chat);
  },
  leave_chat: (fake, { chat: id }) => {
    const chat = chatOf(fake, id);
    fake.world.chats = fake.world.chats.filter((one) => one !== chat);
    return changed(fake, chat);
  },
  get_last_place: (fake) => fake.world.last,
  save_last_place: (fake, last) => {
    fake.world.last = last;
    return {};
  },
  get_undo: (fake) => ({ act: fake.world.undo.at(-1)?.act ?? null }),
  undo: (fake) => {
    const last = fake.world.undo.pop() ?? fail("nothing_to_undo", "There is nothing to undo.");
    last.revert();
    changed(fake, chatOf(fake, last.act.chat), "undo");
    return { act: fake.world.undo.at(-1)?.act ?? null };
  },
  get_presence: (fake, { chat }) => fake.world.presence.get(chat) ?? { viewing: [], typing: [], known: fake.world.status.network === "online" },
  tell_typing: () => ({}),
  find_date: (fake, { chat, at_ms }) => ({ pos: chatOf(fake, chat).entries.find((one) => one.at_ms >= at_ms)?.pos ?? null, offset: 0 }),
  get_reading: (fake, { chat }) => fake.world.reading.get(chat) ?? { pos: null, offset: 0 },
  save_reading: (fake, { chat, pos, offset }) => {
    fake.world.reading.set(chat, { pos, offset });
    return {};
  },
  add_favorite: (fake, { contact }) => {
    const chat = fake.world.chats.find((one) => one.contact === contact);
    const { name, initials, tint } = chat?.person ?? fail("not_found", "That contact does not exist.");
    if (!fake.world.favorites.some((one) => one.contact === contact)) fake.world.favorites.push({ contact, name, initials, tint, gone: false });
    fake.touch("places", ...(chat === undefined ? [] : [`chat:${chat.id}`]));
    return {};
  },
  remove_favorite: (fake, { contact }) => {
    fake.world.favorites = fake.world.favorites.filter((one) => one.contact !== contact);
    fake.touch("places", ...fake.world.chats.filter((one) => one.contact === contact).map((one) => `chat:${one.id}`));
    return {};
  },
};
