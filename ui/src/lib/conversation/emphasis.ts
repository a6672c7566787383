// Names inside a sentence of the catalogue are set off without markup in the catalogue: the sentence is made with
// a mark of one private character for each name, and cut at the marks. A translation may put them in any order.

/** A piece of a sentence; `strong` pieces are names. */
export type Piece = { text: string; strong: boolean };

/** Makes a sentence and cuts it where the names stand. */
export function emphasized<K extends string>(
  sentence: (marks: Record<K, string>) => string,
  names: Record<K, string>,
): Piece[] {
  const keys = Object.keys(names) as K[];
  const marks = Object.fromEntries(keys.map((key, i) => [key, String.fromCharCode(0xe000 + i)])) as Record<K, string>;
  return sentence(marks)
    .split(/([\ue000-\uf8ff])/)
    .filter((piece) => piece !== "")
    .map((piece) => {
      const key = keys[piece.charCodeAt(0) - 0xe000];
      return key === undefined ? { text: piece, strong: false } : { text: names[key], strong: true };
    });
}
