// What one message may hold. The same numbers stand in the rules; here they answer before anything is sent,
// so that the text never leaves the field.

/** Most characters of a message. */
export const MAX_CHARACTERS = 100_000;
/** Most bytes of a message in UTF-8. */
export const MAX_BYTES = 400_000;

/** Whether a text is more than one message may hold. */
export function tooLong(text: string): boolean {
  // A character is one or two UTF-16 units and at most three bytes a unit, so most texts need no counting.
  if (text.length <= MAX_CHARACTERS && text.length * 3 <= MAX_BYTES) return false;
  let characters = 0;
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    characters += 1;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x1_0000 ? 3 : 4;
  }
  return characters > MAX_CHARACTERS || bytes > MAX_BYTES;
}
