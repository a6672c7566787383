import { along } from "$lib/shared/along";

/** Arrows walk a row of choices and choose at once; it is one tab stop. */
export function walkChoices(event: KeyboardEvent): void {
  const row = event.currentTarget as HTMLElement;
  const choices = [...row.querySelectorAll<HTMLButtonElement>("button")];
  const to = along(event, row, choices.indexOf(document.activeElement as HTMLButtonElement), choices.length);
  if (to === undefined) return;
  event.preventDefault();
  choices[to]?.focus();
  choices[to]?.click();
}
