import { expect, test } from "vitest";
import { beside, setOrder } from "./order";
import { beforeAt } from "./reorder";

test("the_neighbours_of_a_chat_are_those_of_the_list_on_screen", () => {
  setOrder(["a", "b", "c"]);
  expect([beside("b", 1), beside("b", -1), beside("c", 1), beside("a", -1), beside("x", 1)]).toEqual(["c", "a", null, null, null]);
});

test("a_chat_that_has_just_gone_has_the_neighbours_that_it_had", () => {
  setOrder(["a", "b", "c", "d"]);
  setOrder(["a", "d"]);
  expect([beside("b", 1), beside("b", -1)]).toEqual(["d", "a"]);
});

test("a_pinned_chat_goes_above_the_one_whose_place_it_takes_or_to_the_end", () => {
  const pinned = ["a", "b", "c"];
  expect(beforeAt(pinned, "c", 0)).toBe("a");
  expect(beforeAt(pinned, "a", 1)).toBe("c");
  expect(beforeAt(pinned, "a", 9)).toBe(null);
  expect(beforeAt(pinned, "b", 1)).toBeUndefined();
  expect(beforeAt(pinned, "a", -1)).toBeUndefined();
  expect(beforeAt(pinned, "x", 0)).toBeUndefined();
});
