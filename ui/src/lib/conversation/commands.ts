// Words for what waits or was refused.

import { m } from "$lib/paraglide/messages.js";
import type { OutboxRow } from "$lib/rpc/types";

/** How a name is put into a sentence: as it is, or so that it can be told from the words (`named`). */
export type Say = (name: string) => string;
const asItIs: Say = (name) => name;

type Words = { alone: () => string; on: (of: { title: string }) => string };

const words: Record<string, Words> = {
  send_message: { alone: m.command_send_message, on: m.command_send_message_to },
  assign_chat: { alone: m.command_assign_chat, on: m.command_assign_chat_of },
  close_chat: { alone: m.command_close_chat, on: m.command_close_chat_of },
  reopen_chat: { alone: m.command_reopen_chat, on: m.command_reopen_chat_of },
  tag_chat: { alone: m.command_tag_chat, on: m.command_tag_chat_of },
  untag_chat: { alone: m.command_untag_chat, on: m.command_untag_chat_of },
  create_tag: { alone: m.command_create_tag, on: m.command_create_tag_of },
  create_contact: { alone: m.command_create_contact, on: m.command_create_contact_of },
  share_contact: { alone: m.command_share_contact, on: m.command_share_contact_of },
  create_chat: { alone: m.command_create_chat, on: m.command_create_chat_with },
  undo_act: { alone: m.command_undo_act, on: m.command_undo_act_of },
  rename_chat: { alone: m.command_rename_chat, on: m.command_rename_chat_of },
  add_to_chat: { alone: m.command_add_to_chat, on: m.command_add_to_chat_of },
  leave_chat: { alone: m.command_leave_chat, on: m.command_leave_chat_of },
  pin_chat: { alone: m.command_pin_chat, on: m.command_pin_chat_of },
  unpin_chat: { alone: m.command_unpin_chat, on: m.command_unpin_chat_of },
  add_favorite: { alone: m.command_add_favorite, on: m.command_add_favorite_of },
  remove_favorite: { alone: m.command_remove_favorite, on: m.command_remove_favorite_of },
  set_quiet: { alone: m.command_set_quiet, on: m.command_set_quiet },
  mark_read: { alone: m.command_mark_read, on: m.command_mark_read_of },
  mark_unread: { alone: m.command_mark_unread, on: m.command_mark_unread_of },
};

/** What a command does, in a word or two. A kind that this version does not know keeps its own name. */
export function commandWord(kind: string): string {
  return words[kind]?.alone() ?? kind;
}

/** What a command does and with what, without saying where: `Tag “Thursday”`, `Assign to Dana Whitcombe`. */
export function commandDeed(row: Pick<OutboxRow, "kind" | "tag" | "to">, say: Say = asItIs): string {
  if (row.tag !== null) {
    if (row.kind === "tag_chat") return m.command_tag_named({ tag: say(row.tag) });
    if (row.kind === "untag_chat") return m.command_untag_named({ tag: say(row.tag) });
    if (row.kind === "create_tag") return m.command_create_tag_of({ title: say(row.tag) });
  }
  if (row.kind === "assign_chat") {
    if (row.to === null) return m.command_unassign_chat();
    return row.to.me ? m.command_assign_chat_me() : m.command_assign_chat_named({ name: say(row.to.name) });
  }
  return commandWord(row.kind);
}

/** What a row of the outbox is, and to whom. */
export function commandTitle(row: OutboxRow, say: Say = asItIs): string {
  if (row.kind === "create_contact" && row.title === "" && row.text !== null) return m.command_create_contact_of({ title: say(row.text) });
  if (row.title === "") return commandDeed(row, say);
  const title = say(row.title);
  if (row.tag !== null && row.kind === "tag_chat") return m.command_tag_named_on({ tag: say(row.tag), title });
  if (row.tag !== null && row.kind === "untag_chat") return m.command_untag_named_of({ tag: say(row.tag), title });
  if (row.kind === "assign_chat") {
    if (row.to === null) return m.command_unassign_chat_of({ title });
    return row.to.me ? m.command_assign_chat_of_me({ title }) : m.command_assign_chat_of_named({ title, name: say(row.to.name) });
  }
  return words[row.kind]?.on({ title }) ?? `${row.kind} ${title}`;
}
