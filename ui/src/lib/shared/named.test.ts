import { expect, test } from "vitest";
import { named, piecesOfSentence, plainly } from "./named";

test("the_names_of_a_sentence_are_told_from_its_words", () => {
  const sentence = `Tag “${named("Thursday")}” on ${named("أورن")}`;
  expect(piecesOfSentence(sentence)).toEqual([
    { text: "Tag “", name: false },
    { text: "Thursday", name: true },
    { text: "” on ", name: false },
    { text: "أورن", name: true },
  ]);
  expect(plainly(sentence)).toBe("Tag “Thursday” on أورن");
});

test("a_name_that_begins_the_sentence_or_is_all_of_it_is_one_piece", () => {
  expect(piecesOfSentence(named("Rosa"))).toEqual([{ text: "Rosa", name: true }]);
  expect(piecesOfSentence(`${named("Rosa")} is writing`)).toEqual([{ text: "Rosa", name: true }, { text: " is writing", name: false }]);
  expect(piecesOfSentence("Close")).toEqual([{ text: "Close", name: false }]);
  expect(named("")).toBe("");
});

test("what_a_catalogue_says_of_directions_goes_with_the_name", () => {
  expect(piecesOfSentence(`رسالة إلى \u2068${named("Layla")}\u2069`)).toEqual([
    { text: "رسالة إلى ", name: false },
    { text: "Layla", name: true },
  ]);
});

test("the_signs_cannot_be_written_into_a_name", () => {
  expect(piecesOfSentence(`To ${named("a\ufdd1b\ufdd0c")}.`)).toEqual([
    { text: "To ", name: false },
    { text: "abc", name: true },
    { text: ".", name: false },
  ]);
});
