// The earlier conversations of a contact, page by page. A change reads again as many as are loaded.

import { rpc } from "$lib/host";
import { onTouched } from "$lib/live.svelte";
import type { HistoryRow, RpcError } from "$lib/rpc/types";
import { asError } from "$lib/shared/errors";

/** Rows read at a time. */
export const PAGE = 30;

/** One contact's earlier conversations. */
export class PastChats {
  readonly chat: string;
  /** Newest first; nothing before the first answer. */
  rows = $state.raw<readonly HistoryRow[]>();
  total = $state(0);
  /** There are more. */
  more = $state(false);
  loading = $state(false);
  error = $state.raw<RpcError>();

  #next: string | null = null;
  #left = false;
  #turn = 0;
  #stop: () => void;

  constructor(chat: string) {
    this.chat = chat;
    this.#stop = onTouched(
      () => ["chats", `chat:${chat}`],
      () => void this.read(),
    );
    void this.read();
  }

  /** Reads again as many as are loaded, or the first page. */
  async read(): Promise<void> {
    const wanted = Math.max(PAGE, this.rows?.length ?? 0);
    await this.#pages([], null, wanted);
  }

  /** Reads the page after what is loaded. */
  async further(): Promise<void> {
    if (this.loading || !this.more) return;
    await this.#pages(this.rows ?? [], this.#next, (this.rows?.length ?? 0) + 1);
  }

  /** The panel was left. */
  leave(): void {
    this.#left = true;
    this.#stop();
  }

  async #pages(have: readonly HistoryRow[], from: string | null, wanted: number): Promise<void> {
    const mine = ++this.#turn;
    this.loading = true;
    try {
      let rows = have;
      let after = from;
      do {
        const page = await rpc("list_history", { chat: this.chat, after, limit: PAGE });
        if (this.#left || mine !== this.#turn) return;
        rows = [...rows, ...page.rows];
        after = page.next;
        this.total = page.total;
      } while (after !== null && rows.length < wanted);
      this.rows = rows;
      this.#next = after;
      this.more = after !== null;
      this.error = undefined;
    } catch (thrown) {
      if (!this.#left && mine === this.#turn) this.error = asError(thrown);
    } finally {
      if (mine === this.#turn) this.loading = false;
    }
  }
}
