// What a thread draws, line by line: day lines, system lines, messages in groups, held cards.
// Pure, so that grouping can be tested without a window. One entry is one row: a virtual list measures
// rows, and a group that grew into one tall row would jump each time a message joined it.

import type { Entry, EventLine } from "$lib/rpc/types";

/** Who a message is from, as it is drawn: theirs sunken, mine tinted, a colleague's outlined; with face and name in a room. */
export type Side = "in" | "mine" | "mate" | "room";

/** One line of the thread. */
export type Row =
  | { kind: "day"; key: string; at: number }
  | { kind: "fresh"; key: string; count: number }
  | { kind: "event"; key: string; at: number; pos: number | null; line: EventLine }
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

/** Who a message is from. Among two colleagues the other one is the other side, not a mate. */
export function sideOf(entry: Entry, kind: string): Side {
  if (entry.author.kind !== "member") return "in";
  if (entry.author.me) return "mine";
  return kind === "direct" ? "in" : kind === "team" ? "room" : "mate";
}

/** The rows of a thread, oldest first. */
export function threadRows(entries: readonly Entry[], kind: string, fresh: Fresh | null): Row[] {
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
    if (!freshDrawn && fresh && isNews(entry, fresh.pos)) {
      rows.push({ kind: "fresh", key: "fresh", count: fresh.count });
      freshDrawn = true;
      before = null;
    }
    if (entry.content.kind === "event") {
      rows.push({ kind: "event", key: entry.id, at: entry.at_ms, pos: entry.pos, line: entry.content });
      before = null;
    } else if (entry.pending?.state === "held") {
      rows.push({ kind: "held", key: entry.id, entry });
      before = null;
    } else {
      const joins = before !== null && sameGroup(before, entry);
      const above = rows.at(-1);
      if (joins && above?.kind === "message") above.last = false;
      rows.push({ kind: "message", key: entry.id, entry, side: sideOf(entry, kind), first: !joins, last: true });
      before = entry;
    }
  }
  return rows;
}

/** As `threadRows`, time after time; a row that did not change stays the object that it was, so it is not drawn again. */
export function steadyRows(): typeof threadRows {
  let known = new Map<string, Row>();
  return (entries, kind, fresh) => {
    const rows = threadRows(entries, kind, fresh).map((row) => {
      const was = known.get(row.key);
      return was !== undefined && sameRow(was, row) ? was : row;
    });
    known = new Map(rows.map((row) => [row.key, row]));
    return rows;
  };
}

function sameRow(a: Row, b: Row): boolean {
  const [one, other] = [a, b] as Record<string, unknown>[];
  return Object.keys(b).every((key) => one?.[key] === other?.[key]);
}

/** A message by somebody else after a place: what counts as unread there. */
export function isNews(entry: Entry, pos: number): boolean {
  const mine = entry.author.kind === "member" && entry.author.me;
  return entry.pos !== null && entry.pos > pos && entry.content.kind === "text" && !mine;
}

/** Place of a row in the hub's order; nothing for lines that are drawn between entries, and for what the hub has not got. */
export function posOf(row: Row): number | null {
  if (row.kind === "event") return row.pos;
  return row.kind === "message" || row.kind === "held" ? row.entry.pos : null;
}

/** The row that stands for a place: the first at or after it, with the lines above it that belong to it. */
export function rowAt(rows: readonly Row[], pos: number, withLines: boolean): number {
  let at = rows.findIndex((row) => (posOf(row) ?? -1) >= pos);
  if (at < 0) return rows.length - 1;
  while (withLines && at > 0 && (rows[at - 1]?.kind === "day" || rows[at - 1]?.kind === "fresh")) at -= 1;
  return at;
}

/** Two neighbours share one line of who, when and what became of it. */
function sameGroup(a: Entry, b: Entry): boolean {
  return (
    authorKey(a) === authorKey(b) &&
    a.delivery === b.delivery &&
    (a.pending?.state ?? null) === (b.pending?.state ?? null) &&
    (a.pending?.leaves_ms ?? null) === (b.pending?.leaves_ms ?? null) &&
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
