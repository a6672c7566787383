/**
 * The pieces of a question. One text is the whole of it; in the field its finished operators are chips and the rest is
 * typed. Which part of a text is an operator says the core, with every answer: here it is only cut out and put together.
 * Pure.
 */
import type { FoundTerm, SearchOperator } from "$lib/rpc/types";

/** Every operator, in the order in which they are offered. */
export const operators: readonly SearchOperator[] = ["from", "in", "tag", "is", "before", "after"];

/** A finished operator. */
export interface Chip {
  /** The piece of the question, as it is asked. */
  text: string;
  operator: SearchOperator;
  /** What stands behind it, without quotation marks. */
  value: string;
}

/** What the field holds. */
export interface Pieces {
  chips: readonly Chip[];
  /** What is typed behind the chips. */
  rest: string;
}

/** The whole question. */
export function textOf({ chips, rest }: Pieces): string {
  return [...chips.map((chip) => chip.text), rest].join(" ");
}

/** Where each chip begins in the whole question. */
export function startsOf(chips: readonly Chip[]): number[] {
  let at = 0;
  return chips.map((chip) => {
    const start = at;
    at += chip.text.length + 1;
    return start;
  });
}

/** Where the typed part begins in the whole question. */
export function restStart(chips: readonly Chip[]): number {
  return chips.reduce((at, chip) => at + chip.text.length + 1, 0);
}

const isSpace = (sign: string | undefined) => sign !== undefined && /\s/u.test(sign);

/**
 * Makes chips of the operators that are finished: those with a space behind them that the caret has left. The answer may be
 * older than what the field holds: only what still stands where it stood is taken.
 */
export function lift(pieces: Pieces, caret: number, answered: string, terms: readonly FoundTerm[]): { pieces: Pieces; caret: number } {
  const from = restStart(pieces.chips);
  const now = textOf(pieces);
  const chips = [...pieces.chips];
  let { rest } = pieces;
  let cut = 0;
  for (const term of terms) {
    if (term.start < from || term.value === "" || now.slice(0, term.end + 1) !== answered.slice(0, term.end + 1)) continue;
    const [start, end] = [term.start - from - cut, term.end - from - cut];
    // What stands in quotation marks goes on until they are closed.
    if (/^[^:]*:"[^"]*$/u.test(rest.slice(start, end))) continue;
    if (!isSpace(rest[end]) || (caret >= start && caret <= end)) continue;
    chips.push({ text: rest.slice(start, end), operator: term.operator, value: term.value });
    rest = rest.slice(0, start) + rest.slice(end + 1);
    if (caret > start) caret -= end + 1 - start;
    cut += end + 1 - start;
  }
  return cut === 0 ? { pieces, caret } : { pieces: { chips, rest }, caret };
}

/** Opens the last chip again: its text stands before what is typed, with the caret at its end. */
export function reopen({ chips, rest }: Pieces): { pieces: Pieces; caret: number } | null {
  const last = chips.at(-1);
  if (last === undefined) return null;
  const joined = rest === "" || isSpace(rest[0]) ? last.text + rest : `${last.text} ${rest}`;
  return { pieces: { chips: chips.slice(0, -1), rest: joined }, caret: last.text.length };
}

/** An operator whose value is being typed. */
export interface Typing {
  operator: SearchOperator;
  /** What there is of the value. */
  text: string;
  /** Where it begins in what is typed. */
  start: number;
}

const begun = new RegExp(`(?:^|\\s)((${operators.join("|")}):("[^"]*|[^\\s"]*))$`, "iu");

/** The operator that the caret is in, if any. */
export function typingAt(rest: string, caret: number): Typing | null {
  const found = begun.exec(rest.slice(0, caret));
  const piece = found?.[1];
  if (found === null || piece === undefined) return null;
  return { operator: (found[2] ?? "").toLowerCase() as SearchOperator, text: (found[3] ?? "").replace(/^"/u, ""), start: caret - piece.length };
}

/** Puts a chosen value in the place of what is typed of it. */
export function choose({ chips, rest }: Pieces, typing: Typing, caret: number, chosen: { value: string; label: string }): { pieces: Pieces; caret: number } {
  const chip: Chip = { text: `${typing.operator}:${chosen.value}`, operator: typing.operator, value: chosen.label };
  const after = rest.slice(caret);
  const left = rest.slice(0, typing.start) + (isSpace(after[0]) ? after.slice(1) : after);
  return { pieces: { chips: [...chips, chip], rest: left }, caret: typing.start };
}

/** Begins an operator where the caret is. */
export function begin({ chips, rest }: Pieces, caret: number, operator: SearchOperator): { pieces: Pieces; caret: number } {
  const before = rest.slice(0, caret);
  const word = `${before === "" || isSpace(before.at(-1)) ? "" : " "}${operator}:`;
  const after = rest.slice(caret);
  const space = after === "" || isSpace(after[0]) ? "" : " ";
  return { pieces: { chips, rest: before + word + space + after }, caret: caret + word.length };
}

/** The words of a question: all of it that is no operator. */
export function wordsOf(text: string, terms: readonly FoundTerm[]): string {
  let words = "";
  let at = 0;
  for (const { start, end } of terms) {
    words += text.slice(at, start);
    at = end;
  }
  return (words + text.slice(at)).replace(/\s+/gu, " ").trim();
}

/** The question without one of its operators. */
export function without(text: string, term: Pick<FoundTerm, "start" | "end">): string {
  return `${text.slice(0, term.start).trimEnd()} ${text.slice(term.end).trimStart()}`.trim();
}
