// Words for what waits or was refused.

import { m } from "$lib/paraglide/messages.js";
import type { OutboxRow } from "$lib/rpc/types";

const words: Record<string, () => string> = {
  send_message: m.command_send_message,
  assign_chat: m.command_assign_chat,
  close_chat: m.command_close_chat,
  reopen_chat: m.command_reopen_chat,
  tag_chat: m.command_tag_chat,
  untag_chat: m.command_untag_chat,
  create_tag: m.command_create_tag,
  create_chat: m.command_create_chat,
  mark_read: m.command_mark_read,
};

/** What a command does, in a word or two. A kind that this version does not know keeps its own name. */
export function commandWord(kind: string): string {
  return words[kind]?.() ?? kind;
}

/** What a row of the outbox is, and to whom. */
export function commandTitle(row: OutboxRow): string {
  const what = commandWord(row.kind);
  return row.title === "" ? what : m.command_for({ what, title: row.title });
}
