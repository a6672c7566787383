/** Moving a pinned chat among the pinned ones. Pure. */

/** Above which chat it has to be put to stand at `to` (`null` = last), or nothing where it stands there already. */
export function beforeAt(pinned: readonly string[], chat: string, to: number): string | null | undefined {
  const from = pinned.indexOf(chat);
  const others = pinned.filter((one) => one !== chat);
  const at = Math.max(0, Math.min(others.length, to));
  if (from < 0 || from === at) return undefined;
  return others[at] ?? null;
}
