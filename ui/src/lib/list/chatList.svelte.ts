/**
 * The rows of the list: keyset pages, read again when the core says that chats have changed.
 *
 * Invariants: each chat once, however pages shift while they are read; what is read again after a change is the first page
 * and what is looked at, not all that was ever loaded (somebody may be 100,000 rows down), and the rest when it is looked
 * at; while the order is held (the pointer aims at a row) rows change in place but neither move, come nor go; an answer
 * to an older question is dropped.
 */
import { rpc } from "$lib/host";
import { onTouched } from "$lib/live.svelte";
import type { ChatRow, RpcError } from "$lib/rpc/types";
import { asError } from "$lib/shared/errors";
import type { ListQuestion } from "./question";

/** A row, and whether it has left this list while the order was held. */
export interface ListRow {
  row: ChatRow;
  gone: boolean;
}

/** A page as it was read last. It begins after `after`, which moves when the page before it ends elsewhere. */
interface Page {
  after: string | null;
  next: string | null;
  rows: ChatRow[];
  stale: boolean;
}

/** The rows as they are now; one in which nothing has changed stays the object that it was, so it is not drawn again. */
function unchanged(before: readonly ListRow[], now: readonly ListRow[]): ListRow[] {
  const known = new Map(before.map((one) => [one.row.chat, one]));
  return now.map((one) => {
    const was = known.get(one.row.chat);
    if (was === undefined || was.gone !== one.gone) return one;
    return was.row === one.row || JSON.stringify(was.row) === JSON.stringify(one.row) ? was : one;
  });
}

const PAGE = 60;
/** Old rows stay this long when something else is asked; then there are rows without words. */
const PATIENCE_MS = 150;
/** Who has not typed for so long pauses: their row shows the draft. Before, the list would be read anew while they type. */
const TYPES_ON_MS = 500;

/** The list on screen. Call in a component: it lives as long as that. */
export class ChatList {
  /** What is shown: the pinned ones first, in the member's order. */
  rows = $state.raw<ListRow[]>([]);
  /** How many of the rows are pinned. */
  pinned = $state(0);
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
  #pages: Page[] = [];
  #pinnedRows: ChatRow[] = [];
  #looked = { first: 0, last: 0 };
  #held = false;
  #waiting = false;
  #onTheWay: Promise<boolean> | null = null;
  #reading = false;
  #patience: ReturnType<typeof setTimeout> | undefined;

  /**
   * `undefined` = it is not known yet what will be asked. Its name stands above already, so what is shown stays no longer
   * than it would for an answer: a row of another place must not be taken for one of this.
   */
  constructor(question: () => ListQuestion | null | undefined) {
    let key: string | undefined;
    $effect.pre(() => {
      const next = question();
      if (next === undefined) {
        if (key !== undefined) this.#leave();
        key = undefined;
        return;
      }
      const nextKey = JSON.stringify(next);
      if (nextKey === key) return;
      key = nextKey;
      this.#ask(next);
    });
    $effect(() => {
      const stop = onTouched(
        () => ["chats"],
        () => void this.#readAgain(),
      );
      let pause: ReturnType<typeof setTimeout> | undefined;
      const stopDrafts = onTouched(
        () => ["drafts"],
        () => {
          clearTimeout(pause);
          pause = setTimeout(() => void this.#readAgain(), TYPES_ON_MS);
        },
      );
      return () => {
        stop();
        stopDrafts();
        clearTimeout(pause);
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
    if (!held && this.#waiting) this.#show();
  }

  /** The member has moved a row: what comes next is shown although the pointer is over the list. */
  follow(): void {
    this.#held = false;
  }

  /** The rows on screen: says what to keep true, and reads on before the end is reached. */
  async looked(first: number, last: number): Promise<void> {
    this.#looked = { first: Math.max(0, first - this.pinned), last: Math.max(0, last - this.pinned) };
    if (this.#onScreen().some((page) => page.stale)) void this.#refresh(this.#turn);
    if (last + PAGE / 2 > this.rows.length) await this.readOn();
  }

  /** Reads one more page; one that is on its way already is that page. */
  readOn(): Promise<boolean> {
    this.#onTheWay ??= this.#readOn().finally(() => {
      this.#onTheWay = null;
    });
    return this.#onTheWay;
  }

  async #readOn(): Promise<boolean> {
    const end = this.#pages.at(-1);
    if (end === undefined || end.next === null || this.#question === null) return false;
    const mine = this.#turn;
    const after = end.next;
    try {
      const page = await rpc("list_chats", { ...this.#question, after, limit: PAGE });
      if (mine !== this.#turn || this.#pages.at(-1)?.next !== after) return false;
      this.#pages.push({ after, next: page.next, rows: page.rows, stale: false });
      this.more = page.next !== null;
      const known = new Set(this.rows.map((one) => one.row.chat));
      this.rows = [...this.rows, ...page.rows.filter((row) => !known.has(row.chat)).map((row) => ({ row, gone: false }))];
      return true;
    } catch (thrown) {
      if (mine === this.#turn) this.error = asError(thrown);
      return false;
    }
  }

  /** Asks again after a failure. */
  retry(): void {
    void this.#readAgain();
  }

  /** What was asked so far is no question any more; its rows stand in for the next one's, but not for long. */
  #leave(): void {
    this.#question = null;
    this.#turn += 1;
    this.#pages = [];
    this.#looked = { first: 0, last: 0 };
    this.#waiting = false;
    this.#reading = false;
    this.answered = false;
    this.error = undefined;
    this.slow = false;
    clearTimeout(this.#patience);
    this.#patience = setTimeout(() => {
      if (this.answered) return;
      this.#clear();
      this.slow = true;
    }, PATIENCE_MS);
  }

  #clear(): void {
    this.rows = [];
    this.pinned = 0;
  }

  #ask(question: ListQuestion | null): void {
    this.#leave();
    this.#question = question;
    if (question !== null) return void this.#readAgain();
    clearTimeout(this.#patience);
    this.#clear();
  }

  #readAgain(): Promise<void> {
    if (this.#pages.length === 0) this.#pages = [{ after: null, next: null, rows: [], stale: true }];
    for (const page of this.#pages) page.stale = true;
    this.#turn += 1;
    this.#reading = false;
    return this.#refresh(this.#turn);
  }

  /** The pages that hold what is on screen, and the first one. */
  #onScreen(): Page[] {
    let from = 0;
    return this.#pages.filter((page, at) => {
      const to = from + page.rows.length;
      const seen = at === 0 || (from <= this.#looked.last + PAGE / 2 && to >= this.#looked.first - PAGE / 2);
      from = to;
      return seen;
    });
  }

  async #refresh(mine: number): Promise<void> {
    const question = this.#question;
    if (question === null || this.#reading) return;
    this.#reading = true;
    try {
      for (let page = this.#staleOnScreen(); page !== undefined; page = this.#staleOnScreen()) {
        const answer = await rpc("list_chats", { ...question, after: page.after, limit: PAGE });
        if (mine !== this.#turn) return;
        this.#take(page, answer.rows, answer.next);
        if (page.after === null) this.#pinnedRows = answer.pinned;
      }
    } catch (thrown) {
      if (mine !== this.#turn) return;
      const error = asError(thrown);
      // A page's beginning may be one that the core does not know any more; then the list begins anew.
      if (error.code === "other_list" && this.#pages.length > 1) {
        this.#pages.length = 1;
        this.#reading = false;
        return this.#readAgain();
      }
      this.error = error;
      this.slow = false;
      if (!this.answered) {
        this.rows = [];
        this.pinned = 0;
      }
      return;
    } finally {
      if (mine === this.#turn) this.#reading = false;
    }
    const first = !this.answered;
    this.error = undefined;
    this.answered = true;
    this.slow = false;
    this.more = (this.#pages.at(-1)?.next ?? null) !== null;
    if (this.#held && !first) this.#showInPlace();
    else this.#show();
  }

  #staleOnScreen(): Page | undefined {
    return this.#onScreen().find((page) => page.stale);
  }

  #take(page: Page, rows: ChatRow[], next: string | null): void {
    Object.assign(page, { rows, next, stale: false });
    const at = this.#pages.indexOf(page);
    const following = this.#pages[at + 1];
    if (following === undefined) return;
    if (next === null) this.#pages.length = at + 1;
    else if (following.after !== next) Object.assign(following, { after: next, stale: true });
  }

  /** All rows, each once: where a page was not read again, a newer one that has the same row is right. */
  #merged(): ChatRow[] {
    const seen = new Set(this.#pinnedRows.map((row) => row.chat));
    const fresh = new Set(this.#pages.flatMap((page) => (page.stale ? [] : page.rows.map((row) => row.chat))));
    const rows: ChatRow[] = [...this.#pinnedRows];
    for (const page of this.#pages) {
      for (const row of page.rows) {
        if (seen.has(row.chat) || (page.stale && fresh.has(row.chat))) continue;
        seen.add(row.chat);
        rows.push(row);
      }
    }
    return rows;
  }

  #show(): void {
    this.#waiting = false;
    this.pinned = this.#pinnedRows.length;
    this.rows = unchanged(this.rows, this.#merged().map((row) => ({ row, gone: false })));
  }

  #showInPlace(): void {
    this.#waiting = true;
    const now = new Map(this.#merged().map((row) => [row.chat, row]));
    const rows = this.rows.map((one) => {
      const row = now.get(one.row.chat);
      return row === undefined ? { row: one.row, gone: true } : { row, gone: false };
    });
    this.rows = unchanged(this.rows, rows);
  }
}
