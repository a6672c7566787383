/**
 * What stands beside a chat in the list on screen, for those who leave it: after a close, the next one opens. Where the chat
 * itself has gone from the list, its neighbours are those that it had.
 */
let shown: readonly string[] = [];
/** Order of the moment in which each chat was last there. */
let before: readonly string[] = [];

/** Says which chats the list shows, in their order. */
export function setOrder(chats: readonly string[]): void {
  before = shown;
  shown = chats;
}

/** The chat after this one (`step` 1) or before it (-1); nothing at the end of the list. */
export function beside(chat: string, step: 1 | -1): string | null {
  const at = shown.indexOf(chat);
  if (at >= 0) return shown[at + step] ?? null;
  const was = before.indexOf(chat);
  if (was < 0) return null;
  for (let i = was + step; i >= 0 && i < before.length; i += step) {
    const one = before[i];
    if (one !== undefined && shown.includes(one)) return one;
  }
  return null;
}
