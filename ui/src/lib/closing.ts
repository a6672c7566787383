/**
 * Closing a chat, and what opens then: the next one of the list, the one before, or nothing else, as the member has
 * chosen. The one place of that rule. Whichever it is, it is found before the chat leaves the list, and nothing opens
 * where the member has gone elsewhere meanwhile or the close was refused.
 */
import { rpc } from "$lib/host";
import { selection } from "$lib/selection.svelte";
import { settings } from "$lib/settings/settings.svelte";

let rows: () => readonly string[] = () => [];

/** The list says in which order its chats stand, until the returned function is called. */
export function listed(order: () => readonly string[]): () => void {
  rows = order;
  return () => {
    if (rows === order) rows = () => [];
  };
}

/**
 * The chat to open after another one is closed: `undefined` to stay, `null` where there is none left. At the end of the
 * list it is the one on the other side: who works a list down does not want to stop at its last but one.
 */
export function chatAfter(order: readonly string[], closed: string, how: string): string | null | undefined {
  const at = order.indexOf(closed);
  if (at < 0 || (how !== "next" && how !== "previous")) return undefined;
  const [before, behind] = [order[at - 1], order[at + 1]];
  return (how === "next" ? (behind ?? before) : (before ?? behind)) ?? null;
}

/** Closes a chat and opens what comes after it. Throws what the core throws. */
export async function closeChat(chat: string): Promise<void> {
  const next = chatAfter(rows(), chat, settings.current.after_close);
  await rpc("close_chat", { chat });
  if (next === undefined || selection.chat !== chat) return;
  selection.openChat(next);
  selection.revealWanted += 1;
}
