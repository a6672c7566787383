import { flushSync } from "svelte";
import { layout } from "$lib/layout.svelte";

/**
 * F6 walks the panes that are on screen. A pane is marked with `data-pane`; the element that takes the focus in it
 * with `data-pane-focus`, else the pane where it can have it, else its first control. A pane may lie in another one: its
 * controls are its own. One that lies in what is inert waits below another and is no stop.
 */
const controls = "button:not(:disabled), [href], input:not(:disabled), textarea:not(:disabled), [tabindex='0']";

function focusIn(pane: HTMLElement): boolean {
  const own = (selector: string) =>
    [...pane.querySelectorAll<HTMLElement>(selector)].filter((element) => element.closest("[data-pane]") === pane);
  const target = own("[data-pane-focus]:not([disabled])").at(-1) ?? (pane.tabIndex === -1 && pane.hasAttribute("tabindex") ? pane : own(controls)[0]);
  target?.focus();
  return target !== undefined;
}

/** The focus is nowhere, or at a pane as a whole: what comes into the pane may take it. */
export function focusIsFree(): boolean {
  const at = document.activeElement;
  return at === null || at === document.body || at.hasAttribute("data-pane");
}

/** Takes the focus out of a pane that can be seen no more. */
export function leavePane(name: string): void {
  const at = document.activeElement;
  if (at instanceof HTMLElement && at.closest(`[data-pane="${name}"]`) !== null) at.blur();
}

/** Moves the focus to the next pane, or the one before with `step` -1. */
export function walkPanes(step: 1 | -1): void {
  const panes = [...document.querySelectorAll<HTMLElement>("[data-pane]")].filter((pane) => (pane.parentElement?.closest("[inert]") ?? null) === null);
  const pane = document.activeElement?.closest<HTMLElement>("[data-pane]");
  const here = pane === null || pane === undefined ? -1 : panes.indexOf(pane);
  for (let i = 1; i <= panes.length; i += 1) {
    const start = here < 0 && step < 0 ? 0 : here;
    const next = panes[(start + step * i + panes.length * 2) % panes.length];
    if (next === undefined) continue;
    layout.show(next.dataset.pane ?? "");
    flushSync();
    if (focusIn(next)) return;
  }
}

/** Puts the focus into a pane, where it is nowhere: what had it is gone. */
export function focusPane(name: string): void {
  if (!focusIsFree()) return;
  const pane = document.querySelector<HTMLElement>(`[data-pane="${name}"]`);
  if (pane !== null) focusIn(pane);
}

/** The same once a dialog is away, and has given the focus back to what there was. */
export function focusPaneAfterDialog(name: string): void {
  setTimeout(() => focusPane(name), 250);
}
