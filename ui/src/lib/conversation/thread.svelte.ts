// The entries of one chat that are loaded: the end first, older pages as the member scrolls up.
//
// A change runs the loaded pages again, newest first, and replaces range by range, so that a delivery tick far up
// changes too and nothing is read twice. Entries that did not change keep their identity: only what
// changed is drawn again. Answers to a thread that was left are dropped.

import { rpc } from "$lib/host";
import { onTouched } from "$lib/live.svelte";
import type { Entry, RpcError, ThreadPage } from "$lib/rpc/types";

/** Entries read at a time. */
export const PAGE = 60;

/** One chat's entries. */
export class Thread {
  readonly chat: string;
  /** Oldest first; what has not reached the hub last. */
  entries = $state.raw<readonly Entry[]>([]);
  /** There is more before the first. */
  more = $state(false);
  /** The end has been read at least once. */
  ready = $state(false);
  /** An older page is on its way. */
  loadingOlder = $state(false);
  error = $state<RpcError | null>(null);
  /** The last change put entries in front: a scroller keeps its distance to the end. */
  grewInFront = $state(false);

  #running = false;
  #again = false;
  #left = false;
  #stop: () => void;

  constructor(chat: string) {
    this.chat = chat;
    this.#stop = onTouched(
      () => [`thread:${chat}`],
      () => void this.refresh(),
    );
    void this.refresh();
  }

  /** Position of the newest entry that the hub has. */
  get lastPos(): number {
    return this.entries.findLast((entry) => entry.pos !== null)?.pos ?? 0;
  }

  /** Reads everything that is loaded again. */
  async refresh(): Promise<void> {
    if (this.#running) {
      this.#again = true;
      return;
    }
    this.#running = true;
    try {
      do {
        this.#again = false;
        const until = firstPos(this.entries);
        let page = await this.#page(null);
        let top = firstPos(page.entries);
        while (page.more && until !== null && top !== null && top > until && !this.#left) {
          page = await this.#page(top);
          top = firstPos(page.entries);
        }
        this.error = null;
      } while (this.#again && !this.#left);
    } catch (error) {
      this.error = error as RpcError;
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
      await this.#page(before);
      this.error = null;
    } catch (error) {
      this.error = error as RpcError;
    } finally {
      this.loadingOlder = false;
    }
  }

  /** The thread was left. */
  leave(): void {
    this.#left = true;
    this.#stop();
  }

  async #page(before: number | null): Promise<ThreadPage> {
    const page = await rpc("list_messages", { chat: this.chat, before, limit: PAGE });
    if (!this.#left) this.#put(page, before);
    return page;
  }

  #put(page: ThreadPage, before: number | null): void {
    const top = firstPos(page.entries);
    const from = page.more ? (top ?? Infinity) : -Infinity;
    const to = before ?? Infinity;
    const old = new Map(this.entries.map((entry) => [entry.id, entry]));
    const same = page.entries.map((entry) => {
      const had = old.get(entry.id);
      return had && JSON.stringify(had) === JSON.stringify(entry) ? had : entry;
    });
    const fetched = new Set(page.entries.map((entry) => entry.id));
    const below: Entry[] = [];
    const above: Entry[] = [];
    for (const entry of this.entries) {
      if (fetched.has(entry.id)) continue;
      if (entry.pos === null) {
        if (before !== null) above.push(entry);
      } else if (entry.pos < from) below.push(entry);
      else if (entry.pos >= to) above.push(entry);
    }
    const next = [...below, ...same, ...above];
    if (below.length === 0) this.more = page.more;
    this.ready = true;
    if (next.length === this.entries.length && next.every((entry, i) => entry === this.entries[i])) return;
    this.grewInFront = before !== null && this.entries.length > 0 && next[0]?.id !== this.entries[0]?.id;
    this.entries = next;
  }
}

function firstPos(entries: readonly Entry[]): number | null {
  return entries.find((entry) => entry.pos !== null)?.pos ?? null;
}
