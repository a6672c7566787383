// Putting a page of a thread into what is loaded. Pure.

import type { Entry, ThreadPage } from "$lib/rpc/types";

/** What a page was asked for: before an entry, after one, or (neither) the newest. */
export interface Asked {
  before?: number;
  after?: number;
}

/** Position of the first entry that the hub has. */
export function firstPos(entries: readonly Entry[]): number | null {
  return entries.find((entry) => entry.pos !== null)?.pos ?? null;
}

/** Position of the last entry that the hub has. */
export function lastPos(entries: readonly Entry[]): number | null {
  return entries.findLast((entry) => entry.pos !== null)?.pos ?? null;
}

/** What is loaded after a page was put in; `more` and `moreAfter` are the thread's, where the page says so. */
export interface Merged {
  entries: readonly Entry[];
  /** The page's own `more` is the thread's. */
  reachesStart: boolean;
  /** The page's own `more_after` is the thread's. */
  reachesEnd: boolean;
}

/**
 * Replaces the range that a page stands for. Its lower bound is what it was asked after, else its first entry (or the very
 * start, where nothing is before it); its upper bound is what it was asked before, else its last entry (or the end, with
 * what has not reached the hub). Entries that are the same stay the same objects, and so does the array where nothing
 * changed.
 */
export function mergePage(loaded: readonly Entry[], page: ThreadPage, asked: Asked): Merged {
  const from = asked.after !== undefined ? asked.after + 1 : page.more ? (firstPos(page.entries) ?? Infinity) : -Infinity;
  const to = asked.before ?? (page.more_after ? (lastPos(page.entries) ?? asked.after ?? -Infinity) + 1 : Infinity);
  const known = new Map(loaded.map((entry) => [entry.id, entry]));
  const fetched = page.entries.map((entry) => {
    const had = known.get(entry.id);
    return had && JSON.stringify(had) === JSON.stringify(entry) ? had : entry;
  });
  const ids = new Set(page.entries.map((entry) => entry.id));
  const kept = loaded.filter((entry) => !ids.has(entry.id));
  const below = kept.filter((entry) => entry.pos !== null && entry.pos < from);
  const above = kept.filter((entry) => (entry.pos === null ? to !== Infinity : entry.pos >= to));
  const entries = [...below, ...fetched, ...above];
  const same = entries.length === loaded.length && entries.every((entry, i) => entry === loaded[i]);
  return { entries: same ? loaded : entries, reachesStart: below.length === 0 && asked.after === undefined, reachesEnd: above.length === 0 };
}
