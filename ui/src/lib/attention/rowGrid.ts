import { frame } from "$lib/shared/frames";
import { tick } from "svelte";
import type { VirtualizerHandle } from "virtua/svelte";
import { selection } from "$lib/selection.svelte";

/** A grid whose rows stand in a virtual list: one tab stop, arrows walk, Escape leaves the place. */
export interface RowGrid {
  element: () => HTMLElement | null;
  virtual: () => VirtualizerHandle | undefined;
  /** How many rows there are. */
  total: () => number;
  /** The row that is the tab stop. */
  stop: () => number;
  /** Makes this row the tab stop. */
  setStop: (at: number) => void;
  /** Place of a row among all that is drawn, headings too. */
  itemOf: (at: number) => number;
  /** Height of a row, in pixels: how far a page goes. */
  rowHeight: number;
}

/** What moves the focus in it. */
export function rowGrid(grid: RowGrid): { focusRow: (at: number) => Promise<void>; onkeydown: (event: KeyboardEvent) => void } {
  let focusing = 0;

  /** A far row is drawn first, and moved while the list scrolls to it: the focus is given for some frames. */
  async function focusRow(at: number): Promise<void> {
    const mine = ++focusing;
    grid.setStop(at);
    grid.virtual()?.scrollToIndex(grid.itemOf(at), { align: "nearest" });
    for (let i = 0; i < 6; i += 1) {
      await tick();
      const element = grid.element();
      const elsewhere = document.activeElement !== document.body && !element?.contains(document.activeElement);
      if (mine !== focusing || (i > 0 && elsewhere)) return;
      element?.querySelector<HTMLElement>(`[aria-rowindex="${at + 1}"]`)?.focus({ preventScroll: true });
      await frame();
    }
  }

  function onkeydown(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") {
      event.preventDefault();
      selection.leaveAttention();
      return;
    }
    const [stop, last] = [grid.stop(), grid.total() - 1];
    const page = Math.max(1, Math.floor((grid.element()?.clientHeight ?? 0) / grid.rowHeight) - 1);
    const to = { ArrowDown: stop + 1, ArrowUp: stop - 1, PageDown: stop + page, PageUp: stop - page, Home: 0, End: last }[event.key];
    if (to === undefined || last < 0) return;
    event.preventDefault();
    void focusRow(Math.max(0, Math.min(last, to)));
  }

  return { focusRow, onkeydown };
}
