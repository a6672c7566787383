// How far the member has read in a chat, and where they are in it.
//
// Read is what was before the eyes: whole on screen, in a window that has the focus. It is said at once when something new is
// seen and then at most twice a second, and what was seen last is said when the chat is left. The *new* line stands where
// the member had read up to when the chat was opened (or came back to a window that had lost the focus), until it is left.

import { rpc } from "$lib/host";
import type { ChatHead, Entry, ThreadPoint } from "$lib/rpc/types";
import { isNews, type Fresh } from "./rows";
import { END, LEAD, type Place } from "./scroller.svelte";

const MARK_EVERY_MS = 500;
const SAVE_AFTER_MS = 400;

/** Where a chat opens: at what is new, else where the member was. `again`: it was on screen in the page before this one. */
export function startOf({ unread, read_pos }: ChatHead, { pos, offset }: ThreadPoint, again: boolean): Place {
  if (unread > 0 && !(again && pos !== null)) return { pos: read_pos + 1, offset: -LEAD, withLines: true };
  return pos === null ? END : { pos, offset };
}

/** One chat's reading. */
export class Reading {
  readonly chat: string;
  /** Where the thread opens; nothing while that is not known. */
  start = $state.raw<Place>();
  /** Where the *new* line stands. */
  fresh = $state.raw<Fresh | null>(null);

  readonly #again: boolean;
  #kept: ThreadPoint | undefined;
  #head: ChatHead | undefined;
  #marked = 0;
  #markedAt = -Infinity;
  #marking: ReturnType<typeof setTimeout> | undefined;
  #toMark = 0;
  /** The member said that it is unread: looking at it does not unsay it. */
  #unsaid = false;
  #place: Place = END;
  #saving: ReturnType<typeof setTimeout> | undefined;

  /** `again`: it was on screen in the page before this one, so it opens where the member was in it, which may be `kept` already. */
  constructor(chat: string, again = false, kept?: ThreadPoint) {
    this.chat = chat;
    this.#again = again;
    this.#kept = kept;
    if (kept === undefined) void this.#read();
  }

  /** What the head says, each time it is read. */
  know(head: ChatHead, focused: boolean): void {
    this.#head = head;
    const unread: Fresh = { pos: head.read_pos, count: head.unread };
    if (this.fresh === null) this.fresh = unread;
    else if (!focused && head.unread > 0 && (this.fresh.count === 0 || this.fresh.pos === head.read_pos)) {
      if (this.fresh.pos !== unread.pos || this.fresh.count !== unread.count) this.fresh = unread;
    }
    this.#begin();
  }

  /** Entries up to this place have been on screen. */
  saw(pos: number, head: ChatHead | undefined, focused: boolean): void {
    if (!focused || this.#unsaid || head === undefined || head.unread === 0 || pos <= head.read_pos || pos <= this.#marked) return;
    this.#toMark = pos;
    const wait = this.#markedAt + MARK_EVERY_MS - performance.now();
    clearTimeout(this.#marking);
    if (wait <= 0) this.#mark();
    else this.#marking = setTimeout(() => this.#mark(), wait);
  }

  /** From a place on everything counts as unread, until the chat is opened again. */
  async unreadFrom(pos: number, entries: readonly Entry[]): Promise<void> {
    clearTimeout(this.#marking);
    this.#toMark = 0;
    await rpc("mark_unread", { chat: this.chat, from: pos });
    this.#unsaid = true;
    this.fresh = { pos: pos - 1, count: entries.filter((entry) => isNews(entry, pos - 1)).length };
  }

  /** The member is somewhere else in the thread now. */
  moved(place: Place): void {
    if (place.pos === this.#place.pos && place.offset === this.#place.offset) return;
    this.#place = place;
    clearTimeout(this.#saving);
    this.#saving = setTimeout(() => this.#save(), SAVE_AFTER_MS);
  }

  /** Where the member reads. */
  get place(): Place {
    return this.#place;
  }

  /** The day that is at the upper edge. */
  day(entries: readonly Entry[]): number {
    const { pos } = this.#place;
    const at = pos === null ? entries.at(-1) : entries.find((entry) => (entry.pos ?? 0) >= pos);
    return at?.at_ms ?? Date.now();
  }

  /** Says what was seen, and where the member is, without waiting for more. */
  flush(): void {
    clearTimeout(this.#marking);
    if (this.#toMark > this.#marked && !this.#unsaid) this.#mark();
    if (this.#saving !== undefined) this.#save();
  }

  async #read(): Promise<void> {
    try {
      this.#kept = await rpc("get_reading", { chat: this.chat });
    } catch {
      this.#kept = { pos: null, offset: 0 };
    }
    this.#begin();
  }

  #begin(): void {
    if (this.start !== undefined || this.#head === undefined || this.#kept === undefined) return;
    this.start = startOf(this.#head, this.#kept, this.#again);
  }

  #mark(): void {
    const before = this.#marked;
    const pos = this.#toMark;
    this.#marked = pos;
    this.#markedAt = performance.now();
    rpc("mark_read", { chat: this.chat, pos }).catch(() => {
      // Nothing is lost: it stays unread, and the next look marks it again.
      if (this.#marked === pos) this.#marked = before;
    });
  }

  #save(): void {
    clearTimeout(this.#saving);
    this.#saving = undefined;
    const { pos, offset } = this.#place;
    // Where it cannot be kept the chat opens at its end: no reason to disturb anybody.
    rpc("save_reading", { chat: this.chat, pos, offset }).catch(() => undefined);
  }
}
