/** Puts back what the page before this one had on screen, of what more than one pane shares. */
import { page } from "$lib/page";
import { panel } from "$lib/panel/panel.svelte";
import { focusPane } from "$lib/panes";
import { search } from "$lib/search/search.svelte";
import { selection } from "$lib/selection.svelte";
import { settingsPlace } from "$lib/settings/place.svelte";

page.keeps("selection", () => selection.now);
page.keeps("search", () => search.now);
page.keeps("panel", () => panel.now);
page.keeps("settings", () => settingsPlace.part ?? undefined);
// A field keeps its own caret. In a window that is hidden nothing matches `:focus`, so it is not asked for.
page.keeps("pane", () => {
  const focused = document.activeElement;
  return focused?.matches("input, textarea") === true ? undefined : focused?.closest<HTMLElement>("[data-pane]")?.dataset.pane;
});

/** For the member who has come. What somebody else had on screen is forgotten. */
export function comeBack(who: string): void {
  page.enter(who);
  const was = page.left<typeof selection.now>("selection");
  if (was !== undefined) selection.comeBack(was);
  const looked = page.left<NonNullable<typeof search.now>>("search");
  if (looked !== undefined) search.comeBack(looked);
  const side = page.left<typeof panel.now>("panel");
  if (side !== undefined) panel.comeBack(side);
  const part = page.left<NonNullable<typeof settingsPlace.part>>("settings");
  if (part !== undefined) settingsPlace.open(part);
}

/** How long what had the focus may take to be drawn. */
const FOCUS_WITHIN_MS = 1500;

/** The keys go on where they went before, once that is drawn and unless they go elsewhere already. */
export function comeBackToPane(): void {
  const pane = page.left<string>("pane");
  const until = performance.now() + FOCUS_WITHIN_MS;
  const look = () => {
    if (pane === undefined || document.activeElement !== document.body || performance.now() > until) return;
    focusPane(pane);
    setTimeout(look, 50);
  };
  look();
}
