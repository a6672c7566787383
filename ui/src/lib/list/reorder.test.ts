import { expect, test } from "vitest";
import { beforeAt } from "./reorder";

test("a_pinned_chat_goes_above_the_one_whose_place_it_takes_or_to_the_end", () => {
  const pinned = ["a", "b", "c"];
  expect(beforeAt(pinned, "c", 0)).toBe("a");
  expect(beforeAt(pinned, "a", 1)).toBe("c");
  expect(beforeAt(pinned, "a", 9)).toBe(null);
  expect(beforeAt(pinned, "b", 1)).toBeUndefined();
  expect(beforeAt(pinned, "a", -1)).toBeUndefined();
  expect(beforeAt(pinned, "x", 0)).toBeUndefined();
});
