/**
 * Rows of one part of the outbox, read around what is on screen: there may be ten thousand.
 *
 * Invariants: a place in the order stands for a row only until the outbox changes, so the rows on screen are read again
 * whenever it does, and those that are not on screen are forgotten; while the pointer aims at a row the rows change in
 * place but neither move, come nor go; an answer to an older question is dropped; at most one question is under way.
 */
import { rpc } from "$lib/host";
import { onTouched } from "$lib/live.svelte";
import type { Outbox, OutboxCounts, OutboxPart, OutboxRow, RpcError } from "$lib/rpc/types";
import { asError } from "$lib/shared/errors";

/** Rows that are read before and behind what is on screen. */
const MARGIN = 40;
/** Rows are missing this long before they are drawn without words. */
const PATIENCE_MS = 150;
/** Nothing. */
const NONE: OutboxCounts = { waiting: 0, held: 0, refused: 0, uncertain: 0 };

/** A row, and whether it has left the list while the order was held. */
export interface ListedRow {
  row: OutboxRow;
  gone: boolean;
}

/** A part of the outbox on screen. Call in a component: it lives as long as that. */
export class OutboxList {
  /** By place; a hole is a row that is not read. */
  rows = $state.raw<ReadonlyArray<ListedRow | undefined>>([]);
  /** How much is in the outbox. */
  counts = $state.raw<OutboxCounts>(NONE);
  /** When the oldest of what waits was made. */
  oldest = $state<number | null>(null);
  /** There has been an answer. */
  answered = $state(false);
  /** No answer has come for 150 ms: rows without words stand in. */
  slow = $state(false);
  /** Why the last attempt failed. */
  error = $state.raw<RpcError | undefined>();

  readonly #part: OutboxPart;
  #from = 0;
  #to = MARGIN;
  #asking = false;
  #again = false;
  #ended = false;
  #held = false;
  #waiting: { from: number; answer: Outbox } | null = null;

  constructor(part: OutboxPart) {
    this.#part = part;
    $effect(() => {
      const patience = setTimeout(() => (this.slow = !this.answered && this.error === undefined), PATIENCE_MS);
      const stop = onTouched(
        () => ["outbox"],
        () => void this.read(),
      );
      void this.read();
      return () => {
        clearTimeout(patience);
        stop();
        this.#ended = true;
      };
    });
  }

  /** Place of a row among those that are read, or -1. */
  indexOf(command: string | null): number {
    return command === null ? -1 : this.rows.findIndex((one) => one?.row.command === command);
  }

  /** Places on screen: reads around them where something is missing. */
  looked(first: number, last: number): void {
    this.#from = Math.max(0, first - MARGIN);
    this.#to = last + MARGIN;
    for (let at = Math.max(0, first); at <= Math.min(last, this.rows.length - 1); at += 1) {
      if (this.rows[at] === undefined) return void this.read();
    }
  }

  /** The pointer aims at a row, or does so no more. */
  hold(held: boolean): void {
    this.#held = held;
    if (held || this.#waiting === null) return;
    const { from, answer } = this.#waiting;
    this.#waiting = null;
    this.#show(from, answer);
  }

  /** Reads again. */
  async read(): Promise<void> {
    if (this.#asking) {
      this.#again = true;
      return;
    }
    this.#asking = true;
    try {
      do {
        this.#again = false;
        await this.#ask();
      } while (this.#again && !this.#ended);
    } finally {
      this.#asking = false;
    }
  }

  async #ask(): Promise<void> {
    const from = this.#from;
    try {
      const answer = await rpc("list_outbox", { part: this.#part, from, limit: this.#to - from + 1 });
      if (this.#ended) return;
      this.error = undefined;
      const total = this.#total(answer.counts);
      if (answer.rows.length === 0 && total > 0 && from > 0) {
        // It became shorter than what was looked at.
        this.#from = Math.max(0, total - 2 * MARGIN);
        this.#to = total;
        this.#again = true;
        return;
      }
      if (this.#held && this.answered) this.#showInPlace(from, answer);
      else this.#show(from, answer);
    } catch (thrown) {
      this.error = asError(thrown);
    }
    this.slow = false;
  }

  #total(counts: OutboxCounts): number {
    return this.#part === "waiting" ? counts.waiting : counts.held + counts.refused + counts.uncertain;
  }

  #show(from: number, answer: Outbox): void {
    this.#waiting = null;
    const rows: Array<ListedRow | undefined> = new Array<undefined>(this.#total(answer.counts)).fill(undefined);
    for (const [at, row] of answer.rows.entries()) if (from + at < rows.length) rows[from + at] = { row, gone: false };
    this.rows = rows;
    this.counts = answer.counts;
    this.oldest = answer.oldest_ms;
    this.answered = true;
  }

  /** What is under the pointer stays where it is until the pointer has left; what was never read is filled in. */
  #showInPlace(from: number, answer: Outbox): void {
    const same = this.#total(answer.counts) === this.rows.length;
    const moved = answer.rows.some((row, at) => (this.rows[from + at]?.row.command ?? row.command) !== row.command);
    if (same && !moved) return this.#show(from, answer);
    this.#waiting = { from, answer };
    const now = new Map(answer.rows.map((row) => [row.command, row]));
    const shown = new Set(this.rows.map((one) => one?.row.command));
    const read = (at: number) => at >= from && at < from + answer.rows.length;
    this.rows = this.rows.map((one, at) => {
      if (one === undefined) {
        const row = answer.rows[at - from];
        return row === undefined || shown.has(row.command) ? undefined : { row, gone: false };
      }
      const row = now.get(one.row.command);
      // One that was not read again is not gone, it was only not asked about.
      return row === undefined ? { row: one.row, gone: one.gone || read(at) } : { row, gone: false };
    });
  }
}
