import { beforeEach, expect, test } from "vitest";
import { fake } from "$dev/host";
import { selection } from "./selection.svelte";

beforeEach(() => {
  fake.reset({ conversations: 0 });
  selection.clear();
});

test("what_is_named_while_it_is_asked_where_one_was_is_shown_where_that_was_nowhere", async () => {
  fake.delay = 20;
  // The first list of places has none yet, as at the beginning of a first sync.
  await Promise.all([selection.settle(null), selection.settle({ place: "direct" })]);
  expect(selection.place).toEqual({ place: "direct" });
  expect(selection.lost).toBe(false);
});
