// Where in a thread the member is: pinned to the last line, at a place that was asked for, or wherever they scrolled to.
//
// Invariants: nothing is shown at a wrong place (until the rows that decide it are measured nothing is shown at all);
// whatever changes its height elsewhere, the line at the upper edge keeps its place, and at the end the last line does.
// The virtual list holds what it knows of; but between a page that is put in front and the end of a turn of the wheel it
// holds the distance to the end, so a picture that comes late below would push away what is read. So the line itself is
// held here, after the list has done its part and before anything is painted.

import { tick } from "svelte";
import type { VirtualizerHandle } from "virtua/svelte";
import { posOf, rowAt, type Row } from "./rows";
import type { Thread } from "./thread.svelte";

/** A place in a thread: an entry and how many pixels of it are above the upper edge; without an entry the end. */
export interface Place {
  pos: number | null;
  offset: number;
  /** The lines above the entry that belong to it (its day, the *new* line) are to be seen too. */
  withLines?: boolean;
}

interface Line {
  key: string;
  /** Below the upper edge. */
  top: number;
}

/** The end. */
export const END: Place = { pos: null, offset: 0 };
/** Room above what was jumped to, so that it is seen that something is before it. */
export const LEAD = 28;

/** How near to the end still counts as the end. */
const NEAR_END = 24;
/** How near to a side the page beyond it is read. */
const NEAR_SIDE = 1_500;
/** Room above the first row. */
export const PADDING = 12;
/** Longest time that nothing is shown while rows are measured. */
const PATIENCE_MS = 400;
/** So long after the last turn of the wheel the member is still scrolling. */
const SCROLLING_MS = 160;

/** One thread's scrolling. */
export class Scroller {
  element = $state<HTMLElement>();
  list = $state<VirtualizerHandle>();
  /** The last line is on screen. */
  atEnd = $state(true);
  /** What is shown is where it belongs. */
  settled = $state(false);
  /** The newest entry that has been on screen whole (or filled it). */
  seen = $state(0);
  /** The screen's worth below is more than one: the way back is offered. */
  far = $state(false);

  readonly #thread: Thread;
  readonly #rows: () => readonly Row[];
  #wanted: Place = END;
  #lastTop = 0;
  #frame = 0;
  #trimming = 0;
  #patience: ReturnType<typeof setTimeout> | undefined;
  /** The lines that are drawn, by key. */
  #lines = new Map<string, HTMLElement>();
  /** The lines that are held, and where they belong: whole in sight, and cut by the edge. */
  #held: Line | undefined;
  #cut: Line | undefined;
  #scrolledAt = -Infinity;

  constructor(thread: Thread, rows: () => readonly Row[]) {
    this.#thread = thread;
    this.#rows = rows;
  }

  /** Goes to a place, and reads what is there. */
  async goTo(place: Place): Promise<void> {
    this.#wanted = place;
    this.#follow(place.pos === null);
    await this.#thread.open(place.pos);
    if (this.settled) this.settle();
  }

  /** A line is drawn. */
  watch = (line: HTMLElement): (() => void) => {
    const key = line.dataset.key ?? "";
    this.#lines.set(key, line);
    return () => {
      if (this.#lines.get(key) === line) this.#lines.delete(key);
    };
  };

  /** Puts the wanted place on screen once its rows are measured. Called when rows were drawn for the first time. */
  settle(): void {
    this.#wait();
    const until = performance.now() + PATIENCE_MS;
    const look = () => {
      this.#approach();
      if (this.settled) return;
      if (performance.now() > until) return this.#shown();
      this.#frame = requestAnimationFrame(look);
    };
    this.#frame = requestAnimationFrame(look);
    // A window that is not visible gets no frames.
    this.#patience = setTimeout(() => this.#shown(), PATIENCE_MS + 50);
    this.#approach();
  }

  /** Another window of the thread is drawn: it is to be measured anew. */
  unsettle(): void {
    this.settled = false;
  }

  /** Ends what was begun. */
  stop(): void {
    this.#wait();
    clearTimeout(this.#trimming);
  }

  /**
   * Something changed its height, or rows came in. Of its rows the list itself says so, before it moves anything: an observer
   * of our own was told before the list's, and what the list then moved was painted.
   */
  resized(): void {
    // The member has scrolled up, and the browser has not said so yet: they are not to be taken back to the end.
    if ((this.element?.scrollTop ?? 0) < this.#lastTop) this.scrolled();
    // The list moves what it has measured only when what is drawn follows; that is still before anything is painted.
    void tick().then(() => {
      if (!this.settled) return this.#approach();
      if (this.atEnd && !this.#thread.moreAfter) this.#pin();
      else this.#hold();
      this.#look();
    });
  }

  /** The member scrolled. */
  scrolled(): void {
    const { element } = this;
    if (!element || !this.settled) return;
    const { scrollTop } = element;
    if (this.#isEnd()) this.#follow(true);
    else if (scrollTop < this.#lastTop || this.#thread.moreAfter) this.#follow(false);
    this.#lastTop = scrollTop;
    this.#scrolledAt = performance.now();
    this.#grasp();
    this.#look();
  }

  /** What is at the upper edge, to come back to. */
  place(): Place {
    const { element, list } = this;
    if (!element || !list || this.atEnd) return END;
    const rows = this.#rows();
    let at = Math.max(0, list.findItemIndex(element.scrollTop));
    while (at < rows.length && posOf(rows[at] as Row) === null) at += 1;
    const row = rows[at];
    const pos = row === undefined ? null : posOf(row);
    if (pos === null) return END;
    return { pos, offset: Math.round(element.scrollTop - PADDING - list.getItemOffset(at)) };
  }

  /** The rows that are drawn already, in sight and so far above it. */
  drawn(above: number): number[] {
    const rows = this.#rows();
    const from = this.list?.findItemIndex(this.list.getScrollOffset() - above) ?? rows.length;
    return rows.flatMap(({ key }, at) => (at >= from && this.#lines.has(key) ? [at] : []));
  }

  /** Goes to the first that is loaded, at once: rows that are measured on the way would end a scroll that takes its time. */
  toStart(): void {
    if (!this.element) return;
    this.element.scrollTop = 0;
    this.scrolled();
  }

  /** Brings a row into sight, if it is not. */
  reveal(index: number): void {
    const { element, list } = this;
    if (!element || !list) return;
    const top = PADDING + list.getItemOffset(index);
    const height = list.getItemSize(index);
    if (top < element.scrollTop + LEAD) element.scrollTop = top - LEAD;
    else if (top + height > element.scrollTop + element.clientHeight) element.scrollTop = Math.min(top - LEAD, top + height - element.clientHeight + PADDING);
  }

  /** Whether something in a row is in sight, with some room around it. */
  inSight(part: HTMLElement | null): boolean {
    const { element } = this;
    if (!element || !part || !this.settled) return false;
    const pane = element.getBoundingClientRect();
    const box = part.getBoundingClientRect();
    return box.top >= pane.top + LEAD && box.bottom <= pane.bottom - LEAD;
  }

  /** Brings something in a row into sight, if it is not: in the upper part, so that what follows is read too. */
  bring(part: HTMLElement | null): void {
    const { element } = this;
    if (!element || !part || this.inSight(part)) return;
    element.scrollTop += part.getBoundingClientRect().top - element.getBoundingClientRect().top - element.clientHeight / 3;
    this.scrolled();
  }

  /** The row that is lowest in sight. */
  lowest(): number {
    const { element, list } = this;
    return !element || !list ? -1 : list.findItemIndex(element.scrollTop + element.clientHeight - 2 * PADDING);
  }

  #isEnd(): boolean {
    const { scrollTop = 0, scrollHeight = 0, clientHeight = 0 } = this.element ?? {};
    return !this.#thread.moreAfter && scrollHeight - scrollTop - clientHeight <= NEAR_END;
  }

  #follow(end: boolean): void {
    this.atEnd = end;
    this.#thread.following = end;
  }

  #wait(): void {
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#patience);
  }

  /**
   * Goes to the wanted place by what is known so far, and shows it once all that decides it is known: most often before the
   * first frame with it is painted.
   */
  #approach(): void {
    const { element } = this;
    if (!element || !this.#thread.ready) return;
    this.#apply();
    if (this.#isMeasured()) return this.#shown();
    // The list hears of it with the next frame; it is to draw what is there before this one.
    element.dispatchEvent(new Event("scroll"));
  }

  /** What is in sight is drawn, and of all that is drawn the list knows how tall it is. */
  #isMeasured(): boolean {
    const { element, list } = this;
    const rows = this.#rows();
    if (!element || !list || element.clientHeight === 0) return false;
    if (rows.length === 0) return true;
    const first = list.findItemIndex(element.scrollTop);
    const last = Math.min(list.findItemIndex(element.scrollTop + element.clientHeight), rows.length - 1);
    for (let at = first; at <= last; at += 1) if (!this.#lines.has((rows[at] as Row).key)) return false;
    return rows.every(({ key }, at) => {
      const height = this.#lines.get(key)?.parentElement?.getBoundingClientRect().height;
      return height === undefined || Math.abs(height - list.getItemSize(at)) < 1;
    });
  }

  #shown(): void {
    this.#wait();
    this.#apply();
    this.#follow(this.#isEnd());
    this.settled = true;
    this.#lastTop = this.element?.scrollTop ?? 0;
    this.#grasp();
    this.#look();
  }

  /**
   * Chooses the line that is held: the one at the upper edge. While one scrolls it is the first that is whole in sight: what
   * comes in at the edge has only been guessed yet, and must not push away what is read.
   */
  #grasp(): void {
    const edge = this.element?.getBoundingClientRect();
    if (edge === undefined) return;
    let whole: Line | undefined;
    let cut: Line | undefined;
    for (const [key, line] of this.#lines) {
      const { top, bottom } = line.getBoundingClientRect();
      if (bottom <= edge.top || top >= edge.bottom) continue;
      if (top >= edge.top) {
        if (whole === undefined || top - edge.top < whole.top) whole = { key, top: top - edge.top };
      } else cut = { key, top: top - edge.top };
    }
    this.#held = whole ?? cut;
    this.#cut = cut ?? whole;
  }

  #hold(): void {
    const held = performance.now() - this.#scrolledAt < SCROLLING_MS ? this.#held : this.#cut;
    const line = held === undefined ? undefined : this.#lines.get(held.key);
    const { element } = this;
    if (!element) return;
    const moved = held === undefined || !line ? null : line.getBoundingClientRect().top - element.getBoundingClientRect().top - held.top;
    if (moved !== null && Math.abs(moved) >= 1) element.scrollTop += moved;
    // Also where the list was right: what it has moved is not taken for the member's.
    this.#lastTop = element.scrollTop;
    // The wheel went further than what was drawn: the first that is drawn there is held from now on.
    if (moved === null || Math.abs(moved) >= 1) this.#grasp();
  }

  #apply(): void {
    if (this.#wanted.pos === null) return this.#pin();
    const { element, list } = this;
    if (!element || !list) return;
    const { pos, offset, withLines = false } = this.#wanted;
    const at = rowAt(this.#rows(), pos, withLines);
    if (at >= 0) element.scrollTop = Math.max(0, PADDING + list.getItemOffset(at) + offset);
  }

  #pin(): void {
    const { element } = this;
    if (!element || !this.atEnd) return;
    element.scrollTop = element.scrollHeight;
    this.#lastTop = element.scrollTop;
  }

  /** What follows from where one is: pages to read, what was seen, what is far. */
  #look(): void {
    const { element, list } = this;
    if (!element || !list) return;
    const { scrollTop, scrollHeight, clientHeight } = element;
    const below = scrollHeight - scrollTop - clientHeight;
    this.far = this.#thread.moreAfter || below > clientHeight;
    this.#see(scrollTop, clientHeight);
    if (scrollTop < NEAR_SIDE && this.#thread.more) void this.#thread.older();
    else if (below < NEAR_SIDE && this.#thread.moreAfter) void this.#thread.newer();
    clearTimeout(this.#trimming);
    this.#trimming = window.setTimeout(() => this.#thread.trim(scrollTop < below ? "start" : "end"), 300);
  }

  #see(top: number, height: number): void {
    if (this.atEnd && !this.#thread.moreAfter) {
      this.seen = Math.max(this.seen, this.#thread.lastPos);
      return;
    }
    const { list } = this;
    const rows = this.#rows();
    if (!list || rows.length === 0) return;
    const bottom = top + height;
    let at = Math.min(list.findItemIndex(bottom), rows.length - 1);
    const starts = PADDING + list.getItemOffset(at);
    const whole = starts + list.getItemSize(at) <= bottom + 2;
    if (!whole && starts > top + height / 2) at -= 1;
    for (; at >= 0; at -= 1) {
      const pos = posOf(rows[at] as Row);
      if (pos === null) continue;
      this.seen = Math.max(this.seen, pos);
      return;
    }
  }
}
