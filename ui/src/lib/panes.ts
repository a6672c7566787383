/**
 * F6 walks the panes that are on screen. A pane is marked with `data-pane`; the element that takes the focus in it
 * with `data-pane-focus`, else its first control.
 */
const controls = "button:not(:disabled), [href], input:not(:disabled), textarea:not(:disabled), [tabindex='0']";

function focusIn(pane: HTMLElement): boolean {
  const wanted = pane.querySelectorAll<HTMLElement>("[data-pane-focus]:not([disabled])");
  const target = [...wanted].at(-1) ?? pane.querySelector<HTMLElement>(controls);
  target?.focus();
  return target !== null && target !== undefined;
}

/** Moves the focus to the next pane, or the one before with `step` -1. */
export function walkPanes(step: 1 | -1): void {
  const panes = [...document.querySelectorAll<HTMLElement>("[data-pane]")];
  const here = panes.findIndex((pane) => pane.contains(document.activeElement));
  for (let i = 1; i <= panes.length; i += 1) {
    const start = here < 0 && step < 0 ? 0 : here;
    const pane = panes[(start + step * i + panes.length * 2) % panes.length];
    if (pane !== undefined && focusIn(pane)) return;
  }
}
