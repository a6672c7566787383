/**
 * Finding a name while it is typed: case, accents and marks do not matter. Only for the few words that the window knows
 * itself; what is kept on this computer is found by the core.
 */
import type { Mark } from "./marks";

/** A text as it is compared, and of each of its signs where it begins and ends in the text itself. */
interface Folded {
  text: string;
  from: number[];
  to: number[];
}

function foldSign(sign: string): string {
  return sign.normalize("NFKD").replace(/[\p{M}\u0640]/gu, "").toLowerCase().replace(/\u0649/gu, "\u064A");
}

function fold(text: string): Folded {
  const folded: Folded = { text: "", from: [], to: [] };
  let at = 0;
  for (const sign of text) {
    const end = at + sign.length;
    const plain = foldSign(sign);
    // A mark belongs to the sign before it.
    if (plain === "" && folded.to.length > 0) folded.to[folded.to.length - 1] = end;
    for (let i = 0; i < plain.length; i += 1) {
      folded.from.push(at);
      folded.to.push(end);
    }
    folded.text += plain;
    at = end;
  }
  return folded;
}

const wordsOf = (typed: string) => fold(typed).text.split(/\s+/u).filter((word) => word !== "");
const startsWord = (text: string, at: number) => at === 0 || !/[\p{L}\p{N}]/u.test(text[at - 1] ?? "");

function placeOf(text: string, word: string, within: boolean): number {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) if (startsWord(text, at)) return at;
  return within ? text.indexOf(word) : -1;
}

/**
 * Where in a name what was typed is: every word begins a word of it, in any order; with `within` it may stand in the
 * middle of one. Nothing where it is not there.
 */
export function findIn(name: string, typed: string, within = false): Mark[] | null {
  const folded = fold(name);
  const marks: Mark[] = [];
  for (const word of wordsOf(typed)) {
    const at = placeOf(folded.text, word, within);
    if (at < 0) return null;
    marks.push([folded.from[at] ?? 0, folded.to[at + word.length - 1] ?? name.length]);
  }
  return joined(marks);
}

/** Whether what was typed begins words of the name, in any order. */
export function matches(name: string, typed: string): boolean {
  return findIn(name, typed) !== null;
}

/** Ascending, none over another. */
function joined(marks: readonly Mark[]): Mark[] {
  const ascending = [...marks].sort(([a], [b]) => a - b);
  const apart: Mark[] = [];
  for (const [from, to] of ascending) {
    const last = apart.at(-1);
    if (last !== undefined && from <= last[1]) apart[apart.length - 1] = [last[0], Math.max(last[1], to)];
    else apart.push([from, to]);
  }
  return apart;
}
