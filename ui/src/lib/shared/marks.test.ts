import { expect, test } from "vitest";
import { findIn, matches } from "./find";
import { marksWithin, piecesOf } from "./marks";

test("pieces_joined_are_the_text_and_marks_are_where_they_are_said_to_be", () => {
  const text = "bent derailleur hanger 😩 <b>hang</b>";
  const pieces = piecesOf(text, [[16, 20], [28, 32]]);
  expect(pieces.map((piece) => piece.text).join("")).toBe(text);
  expect(pieces.filter((piece) => piece.marked).map((piece) => piece.text)).toEqual(["hang", text.slice(28, 32)]);
});

test("marks_that_are_empty_crossed_or_beyond_the_end_do_no_harm", () => {
  expect(piecesOf("abc", [])).toEqual([{ text: "abc", marked: false }]);
  expect(piecesOf("", [[0, 4]])).toEqual([]);
  expect(piecesOf("abc", [[2, 2], [1, 9], [0, 2]])).toEqual([{ text: "a", marked: false }, { text: "bc", marked: true }]);
});

test("a_mark_over_a_link_is_cut_where_the_link_begins", () => {
  expect(marksWithin([[3, 9]], 0, 5)).toEqual([[3, 5]]);
  expect(marksWithin([[3, 9]], 5, 10)).toEqual([[0, 4]]);
  expect(marksWithin([[3, 5]], 5, 10)).toEqual([]);
});

test("a_name_is_found_by_the_beginnings_of_its_words_in_any_order_without_accents", () => {
  const marked = (name: string, typed: string, within = false) => findIn(name, typed, within)?.map(([from, to]) => name.slice(from, to));
  expect(marked("Trần Thu Hằng", "hang tr")).toEqual(["Tr", "Hằng"]);
  expect(marked("Change assignee…", "hang")).toBeUndefined();
  expect(marked("Change assignee…", "hang", true)).toEqual(["hang"]);
  expect(marked("مُـحَمَّد", "محمد")).toEqual(["مُـحَمَّد"]);
  expect(marked("إضافة وسم", "اضافه")).toBeUndefined();
  expect(marked("إضافة وسم", "اضافة")).toEqual(["إضافة"]);
  expect(marked("Siobhán", "")).toEqual([]);
  expect(matches("Siobhán Ní Dhomhnaill", "dho sio")).toBe(true);
});
