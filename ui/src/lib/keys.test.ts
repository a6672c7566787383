import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { fake } from "$dev/host";
import { capsOf, doKey, handleKey, keyTable, keyWorks, onKey, typeAhead, type KeyName } from "./keys";
import { settings } from "./settings/settings.svelte";

const stops: Array<() => void> = [];
const on = (name: KeyName) => {
  const act = vi.fn();
  stops.push(onKey(name, act));
  return act;
};

beforeEach(async () => {
  fake.reset({ conversations: 0 });
  await settings.load();
  window.addEventListener("keydown", handleKey);
});

afterEach(() => {
  window.removeEventListener("keydown", handleKey);
  for (const stop of stops.splice(0)) stop();
});

function press(key: string, more: KeyboardEventInit = {}, target: Element = document.body): KeyboardEvent {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more });
  target.dispatchEvent(event);
  return event;
}

function add(html: string): Element {
  document.body.insertAdjacentHTML("beforeend", html);
  return document.body.lastElementChild as Element;
}

test("no_two_keys_are_the_same", () => {
  const chords = keyTable.filter((row) => row.listed !== true).map(({ chord }) => JSON.stringify([chord.key, chord.ctrl ?? false, chord.shift ?? false]));
  expect(new Set(chords).size).toBe(chords.length);
});

test("a_letter_is_a_command_outside_of_fields_and_text_inside", () => {
  const close = on("close");
  press("e");
  press("E");
  expect(close).toHaveBeenCalledTimes(2);
  for (const html of ["<input>", "<textarea></textarea>", "<select></select>", "<div role='menu'><button></button></div>"]) {
    const field = add(html);
    expect(press("e", {}, field.firstElementChild ?? field).defaultPrevented).toBe(false);
  }
  expect(close).toHaveBeenCalledTimes(2);
});

test("letters_can_be_switched_off_and_are_then_nowhere_shown", async () => {
  const close = on("close");
  const help = on("help");
  expect(capsOf("close")).toEqual(["E"]);
  await settings.change({ single_keys: false });
  press("e");
  press("?", { shiftKey: true });
  expect(close).not.toHaveBeenCalled();
  expect(help).toHaveBeenCalledTimes(1);
  expect(capsOf("close")).toEqual([]);
  expect(capsOf("undo")).toEqual(["Ctrl", "Z"]);
});

test("a_keyboard_of_another_script_has_its_shortcuts_in_the_same_places", () => {
  const close = on("close");
  const undo = on("undo");
  press("ث", { code: "KeyE" });
  press("ئ", { code: "KeyZ", ctrlKey: true });
  expect(close).toHaveBeenCalledTimes(1);
  expect(undo).toHaveBeenCalledTimes(1);
});

test("the_search_opens_wherever_the_slash_is_on_a_keyboard_and_is_text_in_a_field", () => {
  const search = on("search");
  press("/", { code: "Slash" });
  press("/", { code: "Digit7", shiftKey: true });
  press("ظ", { code: "Slash" });
  expect(search).toHaveBeenCalledTimes(3);
  const help = on("help");
  press("؟", { code: "Slash", shiftKey: true });
  expect(help).toHaveBeenCalledTimes(1);
  press("/", { code: "Slash" }, add("<input>"));
  expect(search).toHaveBeenCalledTimes(3);
});

test("what_a_key_would_do_can_be_asked_and_done_without_it", () => {
  expect(keyWorks("tag")).toBe(false);
  doKey("tag");
  const tag = on("tag");
  expect(keyWorks("tag")).toBe(true);
  doKey("tag");
  expect(tag).toHaveBeenCalledTimes(1);
});

test("a_key_held_down_closes_one_conversation_and_walks_many_each_when_the_one_before_was_drawn", async () => {
  const close = on("close");
  const next = on("next");
  press("e");
  for (let i = 0; i < 3; i += 1) press("e", { repeat: true });
  for (let i = 0; i < 9; i += 1) press("j", { repeat: i > 0 });
  expect(close).toHaveBeenCalledTimes(1);
  expect(next).toHaveBeenCalledTimes(2);
  await new Promise((done) => setTimeout(done, 100));
  press("j", { repeat: true });
  expect(next).toHaveBeenCalledTimes(3);
  await new Promise((done) => setTimeout(done, 100));
});

test("what_is_typed_for_a_field_that_is_about_to_be_there_is_no_command", () => {
  const close = on("close");
  const help = on("help");
  let typed = "";
  const stop = typeAhead((letter) => (typed += letter));
  press("e");
  press("É", { shiftKey: true });
  press("e", { ctrlKey: true });
  press("F1");
  press(" ", {}, add("<div role='alertdialog'><button></button></div>").querySelector("button") as Element);
  expect(typed).toBe("eÉ");
  stop();
  press("e");
  expect(typed).toBe("eÉ");
  expect(close).toHaveBeenCalledTimes(1);
  expect(help).not.toHaveBeenCalled();
});

test("under_a_dialog_only_what_may_be_works", () => {
  const pane = on("next_pane");
  const guide = on("guide");
  const larger = on("zoom_in");
  const dialog = add("<div role='dialog'><button></button></div>").firstElementChild as Element;
  press("F6", {}, dialog);
  press("F1", {}, dialog);
  press("+", { ctrlKey: true, shiftKey: true }, dialog);
  press("=", { ctrlKey: true }, dialog);
  expect(pane).not.toHaveBeenCalled();
  expect(guide).toHaveBeenCalledTimes(1);
  expect(larger).toHaveBeenCalledTimes(2);
});

test("escape_goes_to_who_opened_last_and_not_past_what_has_taken_it", () => {
  const under = on("escape");
  const over = on("escape");
  press("Escape");
  expect(over).toHaveBeenCalledTimes(1);
  expect(under).not.toHaveBeenCalled();
  stops.pop()?.();
  press("Escape");
  expect(under).toHaveBeenCalledTimes(1);
  const taken = new KeyboardEvent("keydown", { key: "Escape", bubbles: true, cancelable: true });
  taken.preventDefault();
  document.body.dispatchEvent(taken);
  expect(under).toHaveBeenCalledTimes(1);
});

test("what_is_being_composed_is_no_command", () => {
  const close = on("close");
  press("e", { isComposing: true });
  press("e", { keyCode: 229 });
  expect(close).not.toHaveBeenCalled();
});
