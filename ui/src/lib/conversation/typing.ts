// Colleagues are told that somebody writes, now and then while it is so: each time costs a call over the network.

import { rpc } from "$lib/host";

/** Told at most this often. */
export const TELL_EVERY_MS = 3_000;

const told = new Map<string, number>();

/** The member typed in a chat. */
export function tellTyping(chat: string, now: number = Date.now()): void {
  if (now - (told.get(chat) ?? -Infinity) < TELL_EVERY_MS) return;
  told.set(chat, now);
  // Nobody waits for it, and where nobody can be told nothing is lost.
  rpc("tell_typing", { chat }).catch(() => undefined);
}
