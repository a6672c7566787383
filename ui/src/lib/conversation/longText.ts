// Texts that are more than one reads in a bubble, and texts that are only emoji. Pure.

import type { TextPart } from "$lib/rpc/types";

/** More than this is shown from its beginning, with the rest on request. */
export const LONG = 3_000;
/** How much of it is shown at first. */
const SHOWN = 1_200;
/** Line breaks make a text high as well. */
const LONG_LINES = 40;
const SHOWN_LINES = 20;

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** The beginning of a long text, cut between two words (never inside a sign); the very same parts where it is not long. */
export function beginning(parts: readonly TextPart[]): readonly TextPart[] {
  const length = parts.reduce((sum, part) => sum + part.text.length, 0);
  const text = parts.map((part) => part.text).join("");
  const end = Math.min(length > LONG ? SHOWN : Infinity, endOfLines(text));
  if (end >= length) return parts;
  const shown: TextPart[] = [];
  let left = cutBefore(text, end);
  for (const part of parts) {
    if (left <= 0) break;
    shown.push(part.text.length <= left ? part : { ...part, text: part.text.slice(0, left) });
    left -= part.text.length;
  }
  return shown;
}

/** Where the lines that are shown end, of a text that has too many. */
function endOfLines(text: string): number {
  const breaks = [...text.matchAll(/\n/gu)].map((found) => found.index);
  return breaks.length <= LONG_LINES ? Infinity : (breaks[SHOWN_LINES - 1] ?? Infinity);
}

/** The last good place for a cut at or before `end`. */
function cutBefore(text: string, end: number): number {
  const space = text.slice(0, end + 1).search(/\s\S*$/u);
  if (space > end - 80 && space > 0) return space;
  let at = 0;
  for (const { index } of graphemes.segment(text.slice(Math.max(0, end - 64), end + 64))) {
    const place = Math.max(0, end - 64) + index;
    if (place > end) break;
    at = place;
  }
  return at > 0 ? at : end;
}

const FLAG_OR_KEYCAP = /^(?:\p{Regional_Indicator}{2}|[#*0-9]\uFE0F\u20E3)$/u;
const PICTURE = /^\p{Extended_Pictographic}/u;
const DRAWN_AS_PICTURE = /\p{Emoji_Presentation}|\uFE0F/u;
/** More than these are a text again. */
const MOST_EMOJI = 6;

/** How many emoji a message is, where it is nothing else and they are few; else 0. */
export function emojiCount(text: string): number {
  const bare = text.trim();
  if (bare === "" || bare.length > 200) return 0;
  let count = 0;
  for (const { segment } of graphemes.segment(bare)) {
    if (/^\s+$/u.test(segment)) continue;
    const emoji = FLAG_OR_KEYCAP.test(segment) || (PICTURE.test(segment) && DRAWN_AS_PICTURE.test(segment));
    if (!emoji) return 0;
    count += 1;
  }
  return count <= MOST_EMOJI ? count : 0;
}
