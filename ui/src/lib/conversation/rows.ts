// What a thread draws, line by line: day lines, system lines, messages in groups, held cards.
// Pure, so that grouping can be tested without a window. One entry is one row: a virtual list measures
// rows, and a group that grew into one tall row would jump each time a message joined it.

import type { Entry, EventLine } from "$lib/rpc/types";

/** Who a message is from, as it is drawn: theirs sunken, mine tinted, a colleague's outlined. */
export type Side = "in" | "mine" | "mate";

/** One line of the thread. */
export type Row =
  | { kind: "day"; key: string; at: number }
  | { kind: "fresh"; key: string; count: number }
  | { kind: "event"; key: string; at: number; line: EventLine }
  | { kind: "held"; key: string; entry: Entry }
  | { kind: "message"; key: string; entry: Entry; side: Side; first: boolean; last: boolean };

/** Where the member had read up to when the chat was opened, and how many had come since. */
export type Fresh = { pos: number; count: number };

const GROUP_GAP_MS = 5 * 60_000;

/** The local calendar day of a time, as a number that grows by one each day. */
export function dayOf(ms: number): number {
  const at = new Date(ms);
  return Math.floor((ms - at.getTimezoneOffset() * 60_000) / 86_400_000);
}

/** Who a message is from. In a direct chat the colleague is the other side, not a mate. */
export function sideOf(entry: Entry, direct: boolean): Side {
  if (entry.author.kind !== "member") return "in";
  if (entry.author.me) return "mine";
  return direct ? "in" : "mate";
}

/** The rows of a thread, oldest first. */
export function threadRows(entries: readonly Entry[], direct: boolean, fresh: Fresh | null): Row[] {
  const rows: Row[] = [];
  let day: number | null = null;
  let before: Entry | null = null;
  let freshDrawn = fresh === null || fresh.count === 0;
  for (const entry of entries) {
    const today = dayOf(entry.at_ms);
    if (today !== day) {
      rows.push({ kind: "day", key: `day:${entry.id}`, at: entry.at_ms });
      day = today;
      before = null;
    }
    const side = sideOf(entry, direct);
    if (!freshDrawn && fresh && entry.pos !== null && entry.pos > fresh.pos && side !== "mine") {
      rows.push({ kind: "fresh", key: "fresh", count: fresh.count });
      freshDrawn = true;
      before = null;
    }
    if (entry.content.kind === "event") {
      rows.push({ kind: "event", key: entry.id, at: entry.at_ms, line: entry.content });
      before = null;
    } else if (entry.pending?.state === "held") {
      rows.push({ kind: "held", key: entry.id, entry });
      before = null;
    } else {
      const joins = before !== null && sameGroup(before, entry);
      const above = rows.at(-1);
      if (joins && above?.kind === "message") above.last = false;
      rows.push({ kind: "message", key: entry.id, entry, side, first: !joins, last: true });
      before = entry;
    }
  }
  return rows;
}

/** Two neighbours share one line of who, when and what became of it. */
function sameGroup(a: Entry, b: Entry): boolean {
  return (
    authorKey(a) === authorKey(b) &&
    a.delivery === b.delivery &&
    (a.pending?.state ?? null) === (b.pending?.state ?? null) &&
    a.pending?.state !== "failed" &&
    Math.abs(b.at_ms - a.at_ms) < GROUP_GAP_MS
  );
}

function authorKey(entry: Entry): string {
  return entry.author.kind === "member" ? `m:${entry.author.id}` : entry.author.kind;
}

/** The text of a message, exactly as it was written. */
export function plainText(entry: Entry): string {
  return entry.content.kind === "text" ? entry.content.parts.map((part) => part.text).join("") : "";
}
