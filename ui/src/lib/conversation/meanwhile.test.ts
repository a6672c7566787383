import { afterEach, expect, test } from "vitest";
import { fake } from "$dev/host";
import { page } from "$lib/page";
import { keepTyping, takeTyped } from "./meanwhile";

async function comesBack(caret: { focused: boolean } | undefined): Promise<void> {
  fake.reset({ conversations: 1 });
  fake.answer("take_page", () => ({ state: JSON.stringify({ caret, member: "me" }), event: null }));
  await page.take();
  page.enter("me");
}

/** Whether it goes to nobody else. */
function types(key: string): boolean {
  return !document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
}

afterEach(() => {
  takeTyped();
  page.left("caret");
});

test("what_is_typed_before_the_field_is_back_is_for_the_field_and_no_command", async () => {
  await comesBack({ focused: true });
  keepTyping();
  expect([..."hello"].every(types)).toBe(true);
  expect(types("Escape"), "only letters").toBe(false);
  expect(takeTyped()).toBe("hello");
  expect(types("e"), "from now on the field takes it").toBe(false);
  expect(takeTyped()).toBe("");
});

test("where_the_keys_went_elsewhere_they_are_what_they_are", async () => {
  for (const caret of [{ focused: false }, undefined]) {
    await comesBack(caret);
    keepTyping();
    expect(types("j")).toBe(false);
    expect(takeTyped()).toBe("");
  }
});
