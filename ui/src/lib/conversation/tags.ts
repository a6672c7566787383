// What the tag menu offers for what is typed. Pure.

import type { TagInfo } from "$lib/rpc/types";

/** An existing tag, or one that can be made. */
export type TagChoice = { key: string; tag: TagInfo; make?: undefined } | { key: string; tag?: undefined; make: string };

/** Equal but for case, accents' composition and space: the name would be the same tag. */
export function sameTagName(a: string, b: string): boolean {
  return fold(a) === fold(b);
}

/** Tags that contain what is typed, those that begin with it first; at the end the one that can be made. */
export function tagChoices(tags: readonly TagInfo[], typed: string): TagChoice[] {
  const wanted = fold(typed);
  const found = tags.filter((tag) => fold(tag.name).includes(wanted));
  const begins = (tag: TagInfo) => (fold(tag.name).startsWith(wanted) ? 0 : 1);
  const choices: TagChoice[] = found.sort((a, b) => begins(a) - begins(b)).map((tag) => ({ key: tag.id, tag }));
  if (wanted !== "" && !tags.some((tag) => fold(tag.name) === wanted)) {
    choices.push({ key: "make", make: typed.trim().replace(/\s+/g, " ") });
  }
  return choices;
}

const TINTS = ["sky", "moss", "amber", "violet", "teal", "rose", "brick", "stone"];

/** The colour that the fewest tags have: tags made one after the other differ. */
export function nextTint(tags: readonly TagInfo[]): string {
  const used = (tint: string) => tags.filter((tag) => tag.color === tint).length;
  return TINTS.reduce((best, tint) => (used(tint) < used(best) ? tint : best));
}

function fold(name: string): string {
  return name.normalize("NFKC").trim().replace(/\s+/g, " ").toLocaleLowerCase();
}
