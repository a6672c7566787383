import { describe, expect, it } from "vitest";
import type { Entry } from "$lib/rpc/types";
import { steadyRows, threadRows, type Row } from "./rows";
import { dana, fromContact, fromDana, fromMe, message, NOON, pending, priya } from "../../../test/entries";

const shape = (rows: Row[]) =>
  rows.map((row) => (row.kind === "message" ? `${row.side}${row.first ? "<" : ""}${row.last ? ">" : ""}` : row.kind));
const MINUTE = 60_000;

describe("rows of a thread", () => {
  it("puts one day line before the messages of a day", () => {
    const entries = [
      message("a", fromContact, "late", { pos: 1, at_ms: NOON - 24 * 60 * MINUTE }),
      message("b", fromContact, "early", { pos: 2 }),
      message("c", fromContact, "later", { pos: 3, at_ms: NOON + MINUTE }),
    ];
    expect(shape(threadRows(entries, "conversation", null))).toEqual(["day", "in<>", "day", "in<", "in>"]);
  });

  it("joins neighbours of one author, and parts them by time, author or what became of them", () => {
    const entries = [
      message("a", fromMe, "1", { pos: 1 }),
      message("b", fromMe, "2", { pos: 2 }),
      message("c", fromMe, "3", { pos: 3, delivery: "sent" }),
      message("d", fromDana, "4", { pos: 4, delivery: "sent" }),
      message("e", fromDana, "5", { pos: 5, delivery: "sent", at_ms: NOON + 6 * MINUTE }),
    ];
    expect(shape(threadRows(entries, "conversation", null))).toEqual(["day", "mine<", "mine>", "mine<>", "mate<>", "mate<>"]);
  });

  it("shows a colleague as the other side of a direct chat", () => {
    expect(shape(threadRows([message("a", fromDana, "hi")], "direct", null))).toEqual(["day", "in<>"]);
  });

  it("makes a held reply a card and a failed one a group of its own", () => {
    const entries: Entry[] = [
      message("a", fromMe, "1", { pos: null, delivery: "waiting", pending: pending("failed") }),
      message("b", fromMe, "2", { pos: null, delivery: "waiting", pending: pending("failed") }),
      message("c", fromMe, "3", { pos: null, delivery: "waiting", pending: pending("held") }),
    ];
    expect(shape(threadRows(entries, "conversation", null))).toEqual(["day", "mine<>", "mine<>", "held"]);
  });

  it("draws the new line once, before the first unread message of somebody else", () => {
    const entries = [
      message("a", fromDana, "read", { pos: 4 }),
      message("b", fromMe, "mine", { pos: 5 }),
      message("c", fromDana, "new", { pos: 6 }),
      message("d", fromDana, "newer", { pos: 7 }),
    ];
    expect(shape(threadRows(entries, "direct", { pos: 4, count: 2 }))).toEqual(["day", "in<>", "mine<>", "fresh", "in<", "in>"]);
    expect(shape(threadRows(entries, "direct", { pos: 7, count: 0 }))).not.toContain("fresh");
  });

  it("keeps every key once, and the key of a message when it is confirmed", () => {
    const event: Entry = {
      ...message("e", { kind: "system" }, ""),
      content: { kind: "event", event: "assigned", by: dana, to: priya, from: null },
    };
    const keys = threadRows([event, message("a", fromMe, "1", { pos: null, pending: pending("waiting") })], "conversation", null).map((r) => r.key);
    expect(new Set(keys).size).toBe(keys.length);
    expect(threadRows([event, message("a", fromMe, "1", { pos: 9 })], "conversation", null).map((r) => r.key)).toEqual(keys);
  });

  it("keeps the rows that did not change", () => {
    const entries = [
      message("a", fromMe, "1", { pos: 1 }),
      message("b", fromContact, "2", { pos: 2 }),
      message("c", fromContact, "3", { pos: 3 }),
    ];
    const rowsOf = steadyRows();
    const before = rowsOf(entries.slice(0, 2), "conversation", null);
    const now = rowsOf(entries, "conversation", null);
    expect(shape(now)).toEqual(["day", "mine<>", "in<", "in>"]);
    expect(now.map((row) => before.includes(row))).toEqual([true, true, false, false]);
  });
});
