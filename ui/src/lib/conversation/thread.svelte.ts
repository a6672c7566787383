// The entries of one chat that are loaded: the end first, older pages as the member scrolls up.
//
// A change runs the loaded pages again, newest first, and replaces range by range, so that a delivery tick far up
// changes too and nothing is read twice. Entries that did not change keep their identity: only what
// changed is drawn again. Answers to a thread that was left are dropped.

import { rpc } from "$lib/host";
import { onTouched } from "$lib/live.svelte";
import type { Entry, RpcError, ThreadPage } from "$lib/rpc/types";
import { firstPos, mergePage } from "./pages";

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
  /** The last change was at the front: a scroller keeps its distance to the end. */
  frontMoved = $state(false);

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

  /** Lets go of what was read long ago: the end is on screen, and a change reads again whatever is loaded. */
  trim(): void {
    if (this.#running || this.loadingOlder || this.entries.length <= 4 * PAGE) return;
    this.frontMoved = true;
    this.more = true;
    this.entries = this.entries.slice(-2 * PAGE);
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
    const { entries, reachesStart } = mergePage(this.entries, page, before);
    if (reachesStart) this.more = page.more;
    this.ready = true;
    if (entries === this.entries) return;
    this.frontMoved = before !== null && this.entries.length > 0 && entries[0]?.id !== this.entries[0]?.id;
    this.entries = entries;
  }
}
