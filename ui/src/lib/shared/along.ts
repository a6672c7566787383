/** Where a key leads from one of so many that stand in a row, nothing where it leads nowhere. Along the line it follows the writing. */
export function along(event: KeyboardEvent, row: Element, at: number, count: number): number | undefined {
  const forward = getComputedStyle(row).direction === "rtl" ? -1 : 1;
  const to = { ArrowRight: at + forward, ArrowLeft: at - forward, ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: count - 1 }[event.key];
  return at < 0 || to === undefined ? undefined : (to + count) % count;
}
