// Putting a page of a thread into what is loaded. Pure.

import type { Entry, ThreadPage } from "$lib/rpc/types";

/** Position of the first entry that the hub has. */
export function firstPos(entries: readonly Entry[]): number | null {
  return entries.find((entry) => entry.pos !== null)?.pos ?? null;
}

/**
 * Replaces the range that a page stands for: from its first entry (or the very start, where nothing is before it) up
 * to `before` (or the end, with what has not reached the hub). Entries that are the same stay the same objects, and
 * so does the array where nothing changed. `reachesStart`: the page's own `more` is the thread's.
 */
export function mergePage(
  loaded: readonly Entry[],
  page: ThreadPage,
  before: number | null,
): { entries: readonly Entry[]; reachesStart: boolean } {
  const from = page.more ? (firstPos(page.entries) ?? Infinity) : -Infinity;
  const to = before ?? Infinity;
  const known = new Map(loaded.map((entry) => [entry.id, entry]));
  const fetched = page.entries.map((entry) => {
    const had = known.get(entry.id);
    return had && JSON.stringify(had) === JSON.stringify(entry) ? had : entry;
  });
  const ids = new Set(page.entries.map((entry) => entry.id));
  const kept = loaded.filter((entry) => !ids.has(entry.id));
  const below = kept.filter((entry) => entry.pos !== null && entry.pos < from);
  const above = kept.filter((entry) => (entry.pos === null ? before !== null : entry.pos >= to));
  const entries = [...below, ...fetched, ...above];
  const same = entries.length === loaded.length && entries.every((entry, i) => entry === loaded[i]);
  return { entries: same ? loaded : entries, reachesStart: below.length === 0 };
}
