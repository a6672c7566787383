/** Puts back what the page before this one had on screen, of what more than one pane shares. */
import { keepTyping } from "$lib/conversation/meanwhile";
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

/** Where the keys went: the pane, and what of it. */
interface Keys {
  pane: string;
  /** The role of the list in it that had them, if one had. */
  list: string | undefined;
}

const lists = "[role='grid'], [role='log'], [role='tree'], [role='listbox'], [role='tablist']";

// A field keeps its own caret. In a window that is hidden nothing matches `:focus`, so it is not asked for.
page.keeps("pane", (): Keys | undefined => {
  const focused = document.activeElement;
  const pane = focused?.matches("input, textarea") === true ? undefined : focused?.closest<HTMLElement>("[data-pane]");
  const name = pane?.dataset.pane;
  if (pane === null || pane === undefined || name === undefined) return undefined;
  const list = focused?.closest(lists);
  return { pane: name, list: list && pane.contains(list) ? (list.getAttribute("role") ?? undefined) : undefined };
});

/** For the member who has come. What somebody else had on screen is forgotten. */
export function comeBack(who: string): void {
  page.enter(who);
  keepTyping();
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

/** What of a list has the keys: itself, or the row that is looked at. */
function stopOf({ pane, list }: Keys): HTMLElement | null {
  const home = document.querySelector<HTMLElement>(`[data-pane="${pane}"] [role="${list ?? ""}"]`);
  return home?.matches("[tabindex='0']") === true ? home : (home?.querySelector<HTMLElement>("[tabindex='0']") ?? null);
}

/** The keys go on where they went before, once that is drawn and unless they go elsewhere already. */
export function comeBackToPane(): void {
  const keys = page.left<Keys>("pane");
  const until = performance.now() + FOCUS_WITHIN_MS;
  const look = () => {
    if (keys === undefined || document.activeElement !== document.body) return;
    const late = performance.now() > until;
    const stop = keys.list === undefined ? null : stopOf(keys);
    if (stop !== null) stop.focus();
    else if (keys.list === undefined || late) focusPane(keys.pane);
    if (!late) setTimeout(look, 50);
  };
  look();
}
