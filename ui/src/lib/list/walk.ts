/** Arrows walk a row of choices and choose at once; it is one tab stop. Along the line they follow the writing. */
export function walkChoices(event: KeyboardEvent): void {
  const row = event.currentTarget as HTMLElement;
  const choices = [...row.querySelectorAll<HTMLButtonElement>("button")];
  const at = choices.indexOf(document.activeElement as HTMLButtonElement);
  const along = getComputedStyle(row).direction === "rtl" ? -1 : 1;
  const to = { ArrowRight: at + along, ArrowLeft: at - along, ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: choices.length - 1 }[event.key];
  if (at < 0 || to === undefined) return;
  event.preventDefault();
  const choice = choices[(to + choices.length) % choices.length];
  choice?.focus();
  choice?.click();
}
