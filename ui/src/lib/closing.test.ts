import { beforeEach, expect, test } from "vitest";
import { fake, rpcError } from "$dev/host";
import { chatAfter, closeChat, listed } from "./closing";
import { selection } from "./selection.svelte";
import { settings } from "./settings/settings.svelte";

const order = ["a", "b", "c"];

beforeEach(async () => {
  fake.reset({ conversations: 3 });
  fake.answer("close_chat", () => ({}));
  await settings.load();
  selection.openChat("b");
});

test("the_next_of_the_list_follows_and_at_its_end_the_one_before", () => {
  expect(chatAfter(order, "a", "next")).toBe("b");
  expect(chatAfter(order, "c", "next")).toBe("b");
  expect(chatAfter(order, "b", "previous")).toBe("a");
  expect(chatAfter(order, "a", "previous")).toBe("b");
  expect(chatAfter(["a"], "a", "next")).toBeNull();
});

test("who_wants_to_stay_stays_and_so_does_who_closes_what_is_not_in_the_list", () => {
  expect(chatAfter(order, "b", "stay")).toBeUndefined();
  expect(chatAfter(order, "x", "next")).toBeUndefined();
});

test("closing_opens_what_the_setting_says", async () => {
  const stop = listed(() => order);
  await closeChat("b");
  expect(selection.chat).toBe("c");
  await settings.change({ after_close: "previous" });
  await closeChat("c");
  expect(selection.chat).toBe("b");
  await settings.change({ after_close: "stay" });
  await closeChat("b");
  expect(selection.chat).toBe("b");
  stop();
});

test("a_refused_close_opens_nothing", async () => {
  const stop = listed(() => order);
  fake.answer("close_chat", () => {
    throw rpcError("new_message", "A message came in.");
  });
  await expect(closeChat("b")).rejects.toMatchObject({ code: "new_message" });
  expect(selection.chat).toBe("b");
  stop();
});

test("who_has_gone_elsewhere_meanwhile_is_left_there", async () => {
  const stop = listed(() => order);
  const closing = closeChat("b");
  selection.openChat("a");
  await closing;
  expect(selection.chat).toBe("a");
  stop();
});
