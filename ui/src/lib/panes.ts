/**
 * F6 walks the panes that are on screen. A pane is marked with `data-pane`; the element that takes the focus in it
 * with `data-pane-focus`, else its first control. A pane may lie in another one: its controls are its own. One that is
 * inert waits below another and is no stop.
 */
const controls = "button:not(:disabled), [href], input:not(:disabled), textarea:not(:disabled), [tabindex='0']";

function focusIn(pane: HTMLElement): boolean {
  const own = (selector: string) =>
    [...pane.querySelectorAll<HTMLElement>(selector)].filter((element) => element.closest("[data-pane]") === pane);
  const target = own("[data-pane-focus]:not([disabled])").at(-1) ?? own(controls)[0];
  target?.focus();
  return target !== undefined;
}

/** Moves the focus to the next pane, or the one before with `step` -1. */
export function walkPanes(step: 1 | -1): void {
  const panes = [...document.querySelectorAll<HTMLElement>("[data-pane]")].filter((pane) => pane.closest("[inert]") === null);
  const pane = document.activeElement?.closest<HTMLElement>("[data-pane]");
  const here = pane === null || pane === undefined ? -1 : panes.indexOf(pane);
  for (let i = 1; i <= panes.length; i += 1) {
    const start = here < 0 && step < 0 ? 0 : here;
    const next = panes[(start + step * i + panes.length * 2) % panes.length];
    if (next !== undefined && focusIn(next)) return;
  }
}

/** Puts the focus into a pane, where it is nowhere: what had it is gone. */
export function focusPane(name: string): void {
  if (document.activeElement !== null && document.activeElement !== document.body) return;
  const pane = document.querySelector<HTMLElement>(`[data-pane="${name}"]`);
  if (pane !== null) focusIn(pane);
}

/** The same once a dialog is away, and has given the focus back to what there was. */
export function focusPaneAfterDialog(name: string): void {
  setTimeout(() => focusPane(name), 250);
}
