import { expect, test } from "vitest";
import { howManyFit } from "./tagsThatFit";

test("tags_are_shown_whole_and_the_rest_is_counted_where_there_is_room_for_that", () => {
  expect(howManyFit([50, 50], 2, 110)).toBe(2);
  // The second would have to be cut, or its count would.
  expect(howManyFit([50, 50], 2, 109)).toBe(1);
  expect(howManyFit([50, 50, 50], 3, 147)).toBe(1);
  expect(howManyFit([50, 50, 50], 3, 148)).toBe(2);
  expect(howManyFit([50], 400, 80)).toBe(0);
  expect(howManyFit([300], 1, 200)).toBe(0);
  expect(howManyFit([], 0, 200)).toBe(0);
});
