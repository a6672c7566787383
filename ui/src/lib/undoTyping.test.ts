import { afterEach, beforeEach, expect, test } from "vitest";
import { handleKey, onKey } from "./keys";
import { rememberTyping } from "./undoTyping";

let stop = (): void => undefined;

beforeEach(() => {
  const forget = rememberTyping();
  addEventListener("keydown", handleKey);
  stop = () => {
    forget();
    removeEventListener("keydown", handleKey);
  };
});

afterEach(() => {
  stop();
  document.body.innerHTML = "";
});

function add<F extends HTMLInputElement | HTMLTextAreaElement>(field: F): F {
  document.body.append(field);
  return field;
}

const textarea = (): HTMLTextAreaElement => add(document.createElement("textarea"));

/** As a person types: letter by letter. */
function type(field: HTMLInputElement | HTMLTextAreaElement, text: string, how = "insertText"): void {
  for (const letter of how === "insertText" ? text : [text]) {
    field.dispatchEvent(new InputEvent("beforeinput", { bubbles: true, inputType: how }));
    field.value += letter;
    field.setSelectionRange(field.value.length, field.value.length);
    field.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: how }));
  }
}

function press(field: HTMLElement, key: string, more: KeyboardEventInit = {}): boolean {
  const event = new KeyboardEvent("keydown", { key, ctrlKey: true, bubbles: true, cancelable: true, ...more });
  field.dispatchEvent(event);
  return event.defaultPrevented;
}

test("words_are_taken_back_one_by_one_and_done_again", () => {
  const field = textarea();
  const heard: string[] = [];
  field.addEventListener("input", () => heard.push(field.value));
  type(field, "one two ");
  type(field, "three", "insertFromPaste");
  const seen = (["z", "z", "z", "z"] as const).map((key) => (press(field, key), field.value));
  expect(seen).toEqual(["one two ", "one ", "", ""]);
  expect(heard.slice(-3)).toEqual(["one two ", "one ", ""]);
  press(field, "Z", { shiftKey: true });
  expect(field.value).toBe("one ");
  press(field, "y");
  press(field, "y");
  press(field, "y");
  expect(field.value).toBe("one two three");
  press(field, "z");
  type(field, "x");
  press(field, "y");
  expect(field.value).toBe("one two x");
});

test("a_field_gives_back_its_own_and_nothing_that_the_program_has_put_there_is_gone_behind", () => {
  const [reply, other] = [textarea(), textarea()];
  type(reply, "A draft");
  type(other, "abc");
  for (let times = 0; times < 3; times += 1) press(other, "z");
  expect([reply.value, other.value]).toEqual(["A draft", ""]);
  // It was sent.
  reply.value = "";
  press(reply, "z");
  expect(reply.value).toBe("");
  type(reply, "next");
  press(reply, "z");
  press(reply, "z");
  expect(reply.value).toBe("");
});

test("a_keyboard_of_another_script_takes_back_in_the_same_place_and_other_keys_are_not_taken", () => {
  const field = textarea();
  let acted = 0;
  const off = onKey("undo", () => (acted += 1));
  type(field, "abc");
  expect(press(field, "z", { altKey: true })).toBe(false);
  expect(press(field, "z", { ctrlKey: false })).toBe(false);
  expect(field.value).toBe("abc");
  expect(press(field, "ئ", { code: "KeyZ" })).toBe(true);
  expect(field.value).toBe("");
  const secret = add(document.createElement("input"));
  secret.type = "password";
  type(secret, "abc");
  expect(press(secret, "z")).toBe(false);
  expect([secret.value, acted]).toEqual(["abc", 0]);
  off();
});
