import { expect, test } from "vitest";
import type { OutboxRow, Status } from "$lib/rpc/types";
import { flagOf, groupOf, headline, lede, waitsFor, within } from "./words";

const row = (more: Partial<OutboxRow> = {}): OutboxRow => ({
  command: "c", kind: "send_message", chat: "x", title: "Rosa Vidal", initials: "RV", tint: "teal", channel: "sms", direct: false, text: "hi", tag: null, to: null,
  created_ms: 0, state: "waiting", reason: null, other: null, number: 1, transmitted: false, behind: null, ...more,
});
const failed = (code: string, params?: Record<string, string>): OutboxRow =>
  row({ state: "failed", reason: params === undefined ? { code, message: "From the core.", retryable: false } : { code, message: "From the core.", retryable: false, params } });
const status = (more: Partial<Status>): Status => ({ network: "online", up_to_date_ms: 1, first_sync: false, waiting: 1, failed: 0, held: 0, problem: null, rescued: null, ...more });

test("a_long_name_does_not_fill_the_sheet_and_is_never_cut_within_a_sign", () => {
  expect(within("Rosa Vidal")).toBe("Rosa Vidal");
  expect([...within("👍".repeat(300))]).toHaveLength(61);
  expect(headline({ ...failed("forbidden"), title: "x".repeat(300) }).length).toBeLessThan(110);
});

test("a_name_in_another_direction_leaves_the_sentence_around_it_alone", () => {
  expect(within("אורי לוי")).toBe("\u2068אורי לוי\u2069");
  expect(within("김하은")).toBe("김하은");
});

test("every_reason_has_a_word_in_the_list_and_a_sentence_beside_it", () => {
  const codes = ["taken_by", "new_message", "forbidden", "not_found", "not_in_inbox", "assignment_off", "another_open", "already_sent", "acted_since", "archived", "depends_on", "unknown_command", "exists", "wrong_kind"];
  for (const code of codes) {
    const said = failed(code, { name: "Dana Whitcombe", at_ms: "0" });
    expect(flagOf(said), code).not.toBe("");
    expect(lede(said), code).not.toContain("From the core");
  }
  expect(lede({ ...failed("taken_by", { name: "Dana Whitcombe", at_ms: "0" }), kind: "assign_chat", text: null })).not.toContain("wrote");
  expect(lede(failed("a_code_of_tomorrow"))).toContain("From the core.");
  expect(flagOf(failed("taken_by", { at_ms: "0" }))).toBe("Released meanwhile");
});

test("what_was_restored_or_rescued_is_not_certain", () => {
  for (const code of ["restored", "rescued"]) {
    const held = row({ state: "held", reason: { code, message: "", retryable: false } });
    expect(groupOf(held)).toBe("uncertain");
    expect(headline(held)).toBe("Nobody knows whether Rosa Vidal has this message");
  }
  expect(groupOf(row({ state: "held", reason: { code: "stale", message: "", retryable: false } }))).toBe("held");
});

test("what_something_waits_for_is_said_by_what_stands_in_its_way_first", () => {
  const behind = { command: "b", kind: "send_message", title: "", number: 3, needed: false };
  expect(waitsFor(row({ behind }), status({ network: "offline" }))).toBe("Number 3, same conversation");
  expect(waitsFor(row({ behind: { ...behind, needed: true } }), status({}))).toBe("Number 3, and only if that is done");
  expect(waitsFor(row(), status({ network: "offline" }))).toBe("The network");
  expect(waitsFor(row({ transmitted: true }), status({ network: "offline" }))).toBe("The network, then the hub’s answer");
  expect(waitsFor(row({ transmitted: true }), status({}))).toBe("The hub’s answer");
  expect(waitsFor(row(), status({}))).toBe("Its turn");
  expect(waitsFor(row(), status({ network: "connecting" }))).toBe("The connection to the hub");
  expect(waitsFor(row(), status({ problem: { code: "hub_newer", message: "", retryable: false } }))).toBe("The hub can be used again");
});
