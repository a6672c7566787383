// The question and its pieces: what becomes a chip, when, and how it becomes text again.

import { expect, test } from "vitest";
import type { FoundTerm, SearchOperator } from "$lib/rpc/types";
import { begin, choose, lift, reopen, startsOf, textOf, typingAt, without, wordsOf, type Pieces } from "./pieces";

/** An operator of a text, as the core finds it. */
function term(text: string, piece: string, value = piece.split(":")[1] ?? ""): FoundTerm {
  const start = text.indexOf(piece);
  return { start, end: start + piece.length, operator: piece.split(":")[0] as SearchOperator, value: value.replaceAll('"', ""), problem: null };
}

const typed = (rest: string): Pieces => ({ chips: [], rest });
const chip = (text: string) => ({ text, operator: "in" as const, value: text.slice(3).replaceAll('"', "") });

test("an_operator_becomes_a_chip_once_the_caret_has_left_it_and_the_question_stays_the_same", () => {
  const text = 'hang in:"Front desk" ';
  const { pieces, caret } = lift(typed(text), text.length, text, [term(text, 'in:"Front desk"')]);
  expect(pieces.chips).toEqual([{ text: 'in:"Front desk"', operator: "in", value: "Front desk" }]);
  expect(pieces.rest).toBe("hang ");
  expect(caret).toBe(5);
  expect(textOf(pieces)).toBe('in:"Front desk" hang ');
});

test("what_is_still_typed_stays_text", () => {
  const text = "hang is:clo";
  expect(lift(typed(text), text.length, text, [term(text, "is:clo")]).pieces.chips).toEqual([]);
  // The caret is back in it.
  const done = "is:closed hang";
  expect(lift(typed(done), 4, done, [term(done, "is:closed")]).pieces.chips).toEqual([]);
  // Nothing stands behind it yet.
  const begun = "is: hang";
  expect(lift(typed(begun), begun.length, begun, [term(begun, "is:", "")]).pieces.chips).toEqual([]);
});

test("what_stands_in_quotation_marks_goes_on_until_they_are_closed", () => {
  const open = 'in:"Front desk';
  expect(lift(typed(open), open.length, open, [term(open, 'in:"Front')]).pieces).toEqual({ chips: [], rest: open });
  const closed = `${open}" `;
  expect(lift(typed(closed), closed.length, closed, [term(closed, 'in:"Front desk"')]).pieces.chips).toHaveLength(1);
});

test("several_operators_become_chips_at_once_and_the_caret_keeps_its_place_in_the_words", () => {
  const text = "from:dana bent is:closed hanger";
  const at = text.indexOf("hanger") + 3;
  const { pieces, caret } = lift(typed(text), at, text, [term(text, "from:dana"), term(text, "is:closed")]);
  expect(pieces.chips.map((one) => one.text)).toEqual(["from:dana", "is:closed"]);
  expect(pieces.rest).toBe("bent hanger");
  expect(pieces.rest.slice(0, caret)).toBe("bent han");
});

test("an_answer_that_is_older_than_the_text_takes_only_what_still_stands_there", () => {
  const answered = "in:desk is:open ";
  const terms = [term(answered, "in:desk"), term(answered, "is:open")];
  const now = "in:desk tag:fleet x";
  const { pieces } = lift(typed(now), now.length, answered, terms);
  expect(pieces.chips.map((one) => one.text)).toEqual(["in:desk"]);
  expect(pieces.rest).toBe("tag:fleet x");
});

test("chips_before_are_counted_when_the_answer_says_where_an_operator_is", () => {
  const pieces: Pieces = { chips: [chip('in:"Front desk"')], rest: "is:open x" };
  const text = textOf(pieces);
  const lifted = lift(pieces, 9, text, [term(text, 'in:"Front desk"'), term(text, "is:open")]);
  expect(lifted.pieces).toMatchObject({ rest: "x", chips: [{ text: 'in:"Front desk"' }, { text: "is:open" }] });
  expect(startsOf(lifted.pieces.chips)).toEqual([0, 16]);
});

test("the_last_chip_opens_again_as_text_with_the_caret_behind_it", () => {
  const opened = reopen({ chips: [chip("in:desk"), chip('in:"Front desk"')], rest: "hang" });
  expect(opened?.pieces).toMatchObject({ chips: [{ text: "in:desk" }], rest: 'in:"Front desk" hang' });
  expect(opened?.caret).toBe(15);
  expect(reopen(typed("hang"))).toBeNull();
});

test("the_operator_at_the_caret_is_known_and_only_that", () => {
  expect(typingAt("hang is:", 8)).toEqual({ operator: "is", text: "", start: 5 });
  expect(typingAt("FROM:da hang", 7)).toEqual({ operator: "from", text: "da", start: 0 });
  expect(typingAt('in:"Front de', 12)).toEqual({ operator: "in", text: "Front de", start: 0 });
  expect(typingAt("hang is:", 4)).toBeNull();
  for (const text of ["is", "thesis:", "NOT x", "a:b", "don't", "multi-agent", '"unclosed', "*"]) expect(typingAt(text, text.length)).toBeNull();
});

test("a_chosen_value_takes_the_place_of_what_was_typed_of_it", () => {
  const pieces = typed("hang in:fr bent");
  const at = 10;
  const typing = typingAt(pieces.rest, at);
  expect(typing).not.toBeNull();
  if (typing === null) return;
  const chosen = choose(pieces, typing, at, { value: '"Front desk"', label: "Front desk" });
  expect(chosen.pieces).toEqual({ chips: [{ text: 'in:"Front desk"', operator: "in", value: "Front desk" }], rest: "hang bent" });
  expect(chosen.caret).toBe(5);
});

test("an_operator_is_begun_where_the_caret_is", () => {
  expect(begin(typed("hang"), 4, "is")).toEqual({ pieces: { chips: [], rest: "hang is:" }, caret: 8 });
  expect(begin(typed(""), 0, "from").pieces.rest).toBe("from:");
  expect(begin(typed("hang bent"), 5, "tag")).toEqual({ pieces: { chips: [], rest: "hang tag: bent" }, caret: 9 });
});

test("words_and_operators_are_told_apart_by_what_the_core_says", () => {
  const text = "bent from:dana  hanger is:open";
  const terms = [term(text, "from:dana"), term(text, "is:open")];
  expect(wordsOf(text, terms)).toBe("bent hanger");
  expect(without(text, terms[0] as FoundTerm)).toBe("bent hanger is:open");
  expect(without("is:open", term("is:open", "is:open"))).toBe("");
});
