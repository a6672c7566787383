/** What was found within a text, as pieces to draw: customer text stays text, a mark is an element around a piece. Pure. */

/** From, to, in UTF-16 units. */
export type Mark = readonly [number, number];

/** A piece of a text. */
export interface Piece {
  text: string;
  marked: boolean;
}

/** Cuts a text where marks begin and end. Joined, the pieces are the text. */
export function piecesOf(text: string, marks: readonly Mark[]): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const [from, to] of marks) {
    const start = Math.max(at, Math.min(from, text.length));
    const end = Math.min(to, text.length);
    if (end <= start) continue;
    if (start > at) pieces.push({ text: text.slice(at, start), marked: false });
    pieces.push({ text: text.slice(start, end), marked: true });
    at = end;
  }
  if (at < text.length) pieces.push({ text: text.slice(at), marked: false });
  return pieces;
}

/** The marks of one part of a text, counted from its beginning. */
export function marksWithin(marks: readonly Mark[], from: number, length: number): Mark[] {
  return marks.flatMap(([start, end]) => (end <= from || start >= from + length ? [] : [[Math.max(0, start - from), Math.min(length, end - from)] as const]));
}
