/**
 * Names within a sentence that has one line: where it is too short the names give way, each at its own end, and the words
 * stay. Cut as one text, a sentence loses the beginning of a name that is written the other way.
 */

/** Two signs that Unicode keeps out of every text: what stands between them is a name. */
const FROM = "\ufdd0";
const TO = "\ufdd1";
const SIGNS = /[\ufdd0\ufdd1]/gu;
/** A name is set apart by its element: what a catalogue does for it in plain text is not needed. */
const ISOLATES = /^\u2069|[\u2066-\u2068]$/gu;

/** A piece of such a sentence. */
export interface Piece {
  text: string;
  name: boolean;
}

/** Says that this is a name, to be given to a sentence as a parameter. */
export function named(name: string): string {
  return name === "" ? "" : `${FROM}${name.replace(SIGNS, "")}${TO}`;
}

/** The sentence as one text, for a tooltip or for who listens. */
export function plainly(sentence: string): string {
  return sentence.replace(SIGNS, "");
}

/** The words and the names of a sentence, in their order. */
export function piecesOfSentence(sentence: string): Piece[] {
  return sentence.split(FROM).flatMap((part, at): Piece[] => {
    const end = at === 0 ? -1 : part.indexOf(TO);
    const words = part.slice(end + 1).replace(ISOLATES, "");
    return [
      { text: end < 0 ? "" : part.slice(0, end), name: true },
      { text: words, name: false },
    ].filter(({ text }) => text !== "");
  });
}
