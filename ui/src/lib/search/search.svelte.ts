/**
 * The one search of the window: what is asked, and what was found. It outlives what shows it, so that a window that is
 * given up and drawn again has it as it was.
 */
import type { FoundTerm, SearchOperator } from "$lib/rpc/types";
import { selection } from "$lib/selection.svelte";
import { begin, lift, reopen, startsOf, textOf, type Chip, type Pieces } from "./pieces";

class Search {
  /** The finished operators. */
  chips = $state.raw<readonly Chip[]>([]);
  /** What is typed behind them. */
  rest = $state("");
  /** Where the caret is to be in it; what shows the field puts it there. */
  caret = $state(0);
  /** Grows with every time that it is to be put there. */
  placed = $state(0);
  /** The row that is open. */
  opened = $state<string | null>(null);
  /** All of it is selected, its chips too: what is typed takes its place. */
  whole = $state(false);
  /** Grows when the field is to select all of it. */
  wholeWanted = $state(0);

  /** The whole question. */
  get text(): string {
    return textOf(this);
  }

  /** Nothing is asked yet. */
  get blank(): boolean {
    return this.text.trim() === "";
  }

  /**
   * What was asked last is there again, selected, so that one goes on with it or types over it; with a question that one is asked.
   */
  start(pieces?: Pieces): void {
    if (pieces !== undefined) this.put(pieces, pieces.rest.length);
    if (pieces !== undefined || !selection.searching) this.opened = null;
    if (pieces === undefined && !this.blank) this.selectAll();
    selection.startSearch();
  }

  /** Selects all of it. */
  selectAll(): void {
    this.whole = true;
    this.wholeWanted += 1;
  }

  /** Nothing is asked any more: another member may sign in. */
  clear(): void {
    this.put({ chips: [], rest: "" }, 0);
    this.opened = null;
  }

  /** What the field holds is this now. */
  put(pieces: Pieces, caret: number): void {
    this.whole = false;
    this.chips = pieces.chips;
    this.rest = pieces.rest;
    this.caret = caret;
    this.placed += 1;
  }

  /** The core has answered where the operators are: finished ones become chips. */
  learn(answered: string, terms: readonly FoundTerm[], caret: number): void {
    const lifted = lift(this, caret, answered, terms);
    if (lifted.pieces !== this) this.put(lifted.pieces, lifted.caret);
  }

  /** Opens the last chip again. False where there is none. */
  reopenLast(): boolean {
    const opened = reopen(this);
    if (opened === null) return false;
    this.put(opened.pieces, opened.caret);
    return true;
  }

  /** Begins an operator at the caret. */
  begin(operator: SearchOperator, caret: number): void {
    const begun = begin(this, caret, operator);
    this.put(begun.pieces, begun.caret);
  }

  /** What is to be left to the next page. */
  get now(): (Pieces & { opened: string | null }) | undefined {
    const { chips, rest, opened } = this;
    return selection.searching ? { chips, rest, opened } : undefined;
  }

  /** Goes on with what the page before had. */
  comeBack({ opened, ...pieces }: NonNullable<Search["now"]>): void {
    this.put(pieces, pieces.rest.length);
    this.opened = opened;
  }

  /** Takes a chip away. */
  remove(at: number): void {
    this.put({ chips: this.chips.filter((_, i) => i !== at), rest: this.rest }, this.rest.length);
  }

  /** Which chip an operator of the question is; -1 where it is still typed. */
  chipOf(term: FoundTerm): number {
    return startsOf(this.chips).indexOf(term.start);
  }
}

/** The one search of the window. */
export const search = new Search();
