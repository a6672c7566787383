/**
 * The rows of the list: keyset pages, read again when the core says that chats have changed.
 *
 * Invariants: each chat once, however pages shift while they are read; as many pages are read again as are looked at,
 * not as were ever loaded; while the order is held (the pointer aims at a row) rows change in place but neither move,
 * come nor go; an answer to an older question is dropped.
 */
import { rpc } from "$lib/host";
import { onTouched } from "$lib/live.svelte";
import type { ChatRow, ListChats, RpcError } from "$lib/rpc/types";
import { asError } from "$lib/shared/errors";

/** What is asked: a place with its tab and segment. */
export type ListQuestion = Pick<ListChats, "place" | "tab" | "segment">;

/** A row, and whether it has left this list while the order was held. */
export interface ListRow {
  row: ChatRow;
  gone: boolean;
}

const PAGE = 60;
/** Old rows stay this long when something else is asked; then there are rows without words. */
const PATIENCE_MS = 150;

/** The list on screen. Call in a component: it lives as long as that. */
export class ChatList {
  /** What is shown. */
  rows = $state.raw<ListRow[]>([]);
  /** Rows without words are shown: nothing has come for 150 ms and nothing older can stand in. */
  slow = $state(false);
  /** The present question has been answered. */
  answered = $state(false);
  /** Why the last attempt failed. */
  error = $state.raw<RpcError | undefined>();
  /** There is more after the last row. */
  more = $state(false);

  #question: ListQuestion | null = null;
  #turn = 0;
  #next: string | null = null;
  #depth = 1;
  #held = false;
  #waiting: ChatRow[] | null = null;
  #loadingMore = false;
  #patience: ReturnType<typeof setTimeout> | undefined;

  constructor(question: () => ListQuestion | null) {
    let key: string | undefined;
    $effect.pre(() => {
      const next = question();
      const nextKey = JSON.stringify(next);
      if (nextKey === key) return;
      key = nextKey;
      this.#ask(next);
    });
    $effect(() => {
      const stop = onTouched(
        () => ["chats"],
        () => void this.#read(),
      );
      return () => {
        stop();
        clearTimeout(this.#patience);
        this.#turn += 1;
      };
    });
  }

  /** Index of a chat among the rows, or -1. */
  indexOf(chat: string | null): number {
    return this.rows.findIndex((one) => one.row.chat === chat);
  }

  /** The pointer aims at a row, or does so no more. */
  hold(held: boolean): void {
    this.#held = held;
    if (held || this.#waiting === null) return;
    this.#show(this.#waiting);
  }

  /** The last row on screen: says how deep to read, and reads on before the end is reached. */
  async looked(lastVisible: number): Promise<void> {
    this.#depth = Math.max(1, Math.ceil((lastVisible + PAGE / 2) / PAGE));
    if (lastVisible + PAGE / 2 > this.rows.length) await this.readOn();
  }

  /** Reads one more page. */
  async readOn(): Promise<boolean> {
    if (this.#next === null || this.#question === null || this.#loadingMore) return false;
    const mine = this.#turn;
    this.#loadingMore = true;
    try {
      const page = await rpc("list_chats", { ...this.#question, after: this.#next, limit: PAGE });
      if (mine !== this.#turn) return false;
      this.#next = page.next;
      this.more = page.next !== null;
      const known = new Set(this.rows.map((one) => one.row.chat));
      this.rows = [...this.rows, ...page.rows.filter((row) => !known.has(row.chat)).map((row) => ({ row, gone: false }))];
      this.#depth += 1;
      return true;
    } catch (thrown) {
      if (mine === this.#turn) this.error = asError(thrown);
      return false;
    } finally {
      this.#loadingMore = false;
    }
  }

  /** Asks again after a failure. */
  retry(): void {
    void this.#read();
  }

  #ask(question: ListQuestion | null): void {
    this.#question = question;
    this.#turn += 1;
    this.#depth = 1;
    this.#waiting = null;
    this.answered = false;
    this.error = undefined;
    this.slow = false;
    clearTimeout(this.#patience);
    if (question === null) {
      this.rows = [];
      return;
    }
    this.#patience = setTimeout(() => {
      if (this.answered) return;
      this.rows = [];
      this.slow = true;
    }, PATIENCE_MS);
    void this.#read(true);
  }

  async #read(fresh = false): Promise<void> {
    const question = this.#question;
    if (question === null) return;
    const mine = ++this.#turn;
    const rows = new Map<string, ChatRow>();
    let next: string | null = null;
    try {
      for (let page = 0; page < this.#depth && (page === 0 || next !== null); page += 1) {
        const answer: { rows: ChatRow[]; next: string | null } = await rpc("list_chats", { ...question, after: next, limit: PAGE });
        if (mine !== this.#turn) return;
        for (const row of answer.rows) if (!rows.has(row.chat)) rows.set(row.chat, row);
        next = answer.next;
      }
    } catch (thrown) {
      if (mine !== this.#turn) return;
      this.error = asError(thrown);
      this.slow = false;
      if (fresh) this.rows = [];
      return;
    }
    this.error = undefined;
    this.answered = true;
    this.slow = false;
    this.#next = next;
    this.more = next !== null;
    if (this.#held && !fresh) this.#showInPlace([...rows.values()]);
    else this.#show([...rows.values()]);
  }

  #show(rows: ChatRow[]): void {
    this.#waiting = null;
    this.rows = rows.map((row) => ({ row, gone: false }));
  }

  #showInPlace(rows: ChatRow[]): void {
    this.#waiting = rows;
    const now = new Map(rows.map((row) => [row.chat, row]));
    // Rows beyond what was read again are not gone, they were only not asked about.
    const read = this.#next === null ? this.rows.length : rows.length;
    this.rows = this.rows.map((one, at) => {
      const row = now.get(one.row.chat);
      return row === undefined ? { row: one.row, gone: one.gone || at < read } : { row, gone: false };
    });
  }
}
