// The entries of one chat that are loaded: a window of the thread without a gap, which grows at the side that the member
// scrolls to and lets go of the other, so that 10,000 messages cost what a few screens cost.
//
// A change runs the loaded pages again and replaces range by range, so that a delivery tick far up changes too and
// nothing is read twice; at the end what came in goes first, and the rest waits until that is on the screen. Entries that
// did not change keep their identity: only what changed is drawn again. Where the member reads at the end the window
// follows the end; elsewhere nothing but what is loaded is read again, however much came in meanwhile. Answers to a thread
// that was left, or to a window that was given up for another, are dropped.

import { SvelteSet } from "svelte/reactivity";
import { rpc } from "$lib/host";
import { onTouched } from "$lib/live.svelte";
import type { Entry, RpcError, ThreadPage } from "$lib/rpc/types";
import { asError } from "$lib/shared/errors";
import { drawn } from "$lib/shared/frames";
import type { Mark } from "$lib/shared/marks";
import { firstPos, lastPos, mergePage, type Asked } from "./pages";

/** Entries read at a time. */
export const PAGE = 60;
/** Most entries that stay loaded, and how many are left when they become more. */
const MOST = 8 * PAGE;
const ENOUGH = 5 * PAGE;

/** One chat's entries. */
export class Thread {
  readonly chat: string;
  /** Oldest first; what has not reached the hub last. */
  entries = $state.raw<readonly Entry[]>([]);
  /** There is more before the first. */
  more = $state(false);
  /** There is more after the last. */
  moreAfter = $state(false);
  /** Something has been read. */
  ready = $state(false);
  /** A page at one of the sides is on its way. */
  loadingOlder = $state(false);
  loadingNewer = $state(false);
  error = $state<RpcError | null>(null);
  /** The last change was at the front: a scroller keeps its distance to the end. */
  frontMoved = $state(false);
  /** Grows when the window is another one: nothing that was measured holds any more. */
  epoch = $state(0);
  /** The member reads at the end, so the window follows it. */
  following = true;
  /** What was found in it: where in each message, and the message that one is at. */
  found = $state.raw<{ marks: ReadonlyMap<string, readonly Mark[]>; now: string | null } | null>(null);
  /** Messages whose whole text is shown. It is kept here because rows come and go while one scrolls. */
  readonly whole = new SvelteSet<string>();

  #running = false;
  #again = false;
  #left = false;
  #opened: number | null = null;
  #asked = false;
  /** Which window is wanted. */
  #turn = 0;
  #stop: () => void;

  /** `ahead`: a page that was read already, and the place around which it is. */
  constructor(chat: string, ahead?: { page: ThreadPage; around: number | null; stale: boolean }) {
    this.chat = chat;
    if (ahead !== undefined) {
      this.#opened = ahead.around;
      this.#asked = true;
      this.#show(ahead.page);
      if (ahead.stale) void this.refresh();
    }
    this.#stop = onTouched(
      () => [`thread:${chat}`],
      () => this.refresh(),
      true,
    );
  }

  /** Position of the newest entry that is loaded and that the hub has. */
  get lastPos(): number {
    return lastPos(this.entries) ?? 0;
  }

  /** Whether an entry at this place is loaded, or would be if there were one. */
  holds(pos: number): boolean {
    const first = firstPos(this.entries);
    if (!this.ready) return false;
    return (!this.more || (first !== null && pos >= first)) && (!this.moreAfter || pos <= this.lastPos);
  }

  /** Shows the part around a place, or the end. What was loaded is given up, unless it is there already. */
  async open(pos: number | null): Promise<void> {
    if (this.ready && (pos === null ? !this.moreAfter : this.holds(pos))) return;
    this.#opened = pos;
    this.#asked = true;
    const mine = ++this.#turn;
    try {
      const page = await rpc("list_messages", { chat: this.chat, before: null, after: null, around: pos, limit: PAGE });
      if (this.#left || this.#turn !== mine) return;
      this.#show(page);
    } catch (error) {
      if (this.#turn === mine) this.error = asError(error);
    }
  }

  #show(page: ThreadPage): void {
    this.frontMoved = false;
    this.epoch += 1;
    this.entries = page.entries;
    this.more = page.more;
    this.moreAfter = page.more_after;
    this.ready = true;
    this.error = null;
  }

  /** Reads everything that is loaded again. */
  async refresh(): Promise<void> {
    if (!this.ready) return this.#asked ? this.open(this.#opened) : undefined;
    if (this.#running) {
      this.#again = true;
      return;
    }
    this.#running = true;
    try {
      do {
        this.#again = false;
        if (this.following && !this.moreAfter) await this.#readBack();
        else await this.#readOn();
        this.error = null;
      } while (this.#again && !this.#left);
    } catch (error) {
      this.error = asError(error);
    } finally {
      this.#running = false;
    }
  }

  /** Reads the page before the first entry. */
  async older(): Promise<void> {
    const before = firstPos(this.entries);
    if (this.loadingOlder || !this.more || before === null) return;
    this.loadingOlder = true;
    try {
      await this.#page({ before });
      this.error = null;
    } catch (error) {
      this.error = asError(error);
    } finally {
      this.loadingOlder = false;
    }
  }

  /** Reads the page after the last entry. */
  async newer(): Promise<void> {
    const after = lastPos(this.entries);
    if (this.loadingNewer || !this.moreAfter || after === null) return;
    this.loadingNewer = true;
    try {
      await this.#page({ after });
      this.error = null;
    } catch (error) {
      this.error = asError(error);
    } finally {
      this.loadingNewer = false;
    }
  }

  /** Lets go of what is far from where the member reads: a change reads again whatever is loaded. */
  trim(near: "start" | "end"): void {
    if (this.#running || this.loadingOlder || this.loadingNewer || this.entries.length <= MOST) return;
    this.frontMoved = near === "end";
    if (near === "end") {
      this.more = true;
      this.entries = this.entries.slice(-ENOUGH);
    } else {
      this.moreAfter = true;
      this.entries = this.entries.slice(0, ENOUGH).filter((entry) => entry.pos !== null);
    }
  }

  /** The thread was left. */
  leave(): void {
    this.#left = true;
    this.#stop();
  }

  /**
   * What has come in, and once that is on the screen the rest, from the end back to the first that is loaded. Where that is
   * far (the network was away), the window moves instead.
   */
  async #readBack(): Promise<void> {
    const mine = this.#turn;
    const until = firstPos(this.entries);
    const last = lastPos(this.entries);
    const news = last === null ? null : await this.#ask({ after: last });
    let top: number | null;
    let read = 0;
    if (last !== null && news !== null && !news.more_after) {
      top = last + 1;
      if (this.#isWanted(mine) && this.#put(news, { after: last })) await drawn();
    } else {
      const page = await this.#page({});
      top = page.more ? firstPos(page.entries) : null;
      read = page.entries.length;
    }
    while (until !== null && top !== null && top > until && this.#isWanted(mine)) {
      if (read >= MOST) return this.#forgetBefore(top);
      const page: ThreadPage = await this.#page({ before: top }, this.#loadedBefore(top));
      top = page.more ? firstPos(page.entries) : null;
      read += page.entries.length;
    }
  }

  /** From the first that is loaded to the last: what came after it is for whoever scrolls there. */
  async #readOn(): Promise<void> {
    const mine = this.#turn;
    const until = this.lastPos;
    let after = (firstPos(this.entries) ?? 1) - 1;
    for (;;) {
      const page = await this.#page({ after });
      const end = lastPos(page.entries);
      if (!page.more_after || end === null || end >= until || !this.#isWanted(mine)) return;
      after = end;
    }
  }

  #forgetBefore(pos: number): void {
    this.frontMoved = true;
    this.more = true;
    this.entries = this.entries.filter((entry) => entry.pos === null || entry.pos >= pos);
  }

  /** How many to read so that the window begins where it did: by whole pages it would grow by one with each message. */
  #loadedBefore(pos: number): number {
    const loaded = this.entries.filter((entry) => entry.pos !== null && entry.pos < pos).length;
    return Math.max(1, Math.min(PAGE, loaded));
  }

  #isWanted(turn: number): boolean {
    return !this.#left && turn === this.#turn;
  }

  async #page(asked: Asked, limit = PAGE): Promise<ThreadPage> {
    const mine = this.#turn;
    const page = await this.#ask(asked, limit);
    if (this.#isWanted(mine)) this.#put(page, asked);
    return page;
  }

  #ask(asked: Asked, limit = PAGE): Promise<ThreadPage> {
    return rpc("list_messages", { chat: this.chat, before: asked.before ?? null, after: asked.after ?? null, around: null, limit });
  }

  /** Whether that changed anything. */
  #put(page: ThreadPage, asked: Asked): boolean {
    const merged = mergePage(this.entries, page, asked);
    if (merged.reachesStart) this.more = page.more;
    if (merged.reachesEnd) this.moreAfter = page.more_after;
    const entries = this.moreAfter ? dropUnsent(merged.entries) : merged.entries;
    if (entries === this.entries) return false;
    this.frontMoved = asked.before !== undefined && this.entries.length > 0 && entries[0]?.id !== this.entries[0]?.id;
    this.entries = entries;
    return true;
  }
}

/** What has not reached the hub stands at the end; where the end is not loaded it stands nowhere. */
function dropUnsent(entries: readonly Entry[]): readonly Entry[] {
  return entries.some((entry) => entry.pos === null) ? entries.filter((entry) => entry.pos !== null) : entries;
}
