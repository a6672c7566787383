/**
 * Gives a row of a virtual list the focus. A far row is drawn first and moved among its neighbours while the list scrolls
 * to it, and what is moved loses the focus. So it is given again for some frames, unless it has gone elsewhere meanwhile.
 */
import { tick } from "svelte";
import { frame } from "./frames";

const FRAMES = 6;

/** `row` finds it, as often as it is drawn anew; `wanted` says whether it is still the one. */
export async function landOn(list: HTMLElement | undefined, row: () => HTMLElement | null, wanted: () => boolean): Promise<void> {
  for (let i = 0; i < FRAMES; i += 1) {
    await tick();
    const elsewhere = document.activeElement !== document.body && !list?.contains(document.activeElement);
    if (!wanted() || (i > 0 && elsewhere)) return;
    row()?.focus({ preventScroll: true });
    await frame();
  }
}
