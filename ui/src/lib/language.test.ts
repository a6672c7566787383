import { afterEach, expect, test } from "vitest";
import { formatFor, language, languageFor } from "./language.svelte";
import { m } from "./paraglide/messages.js";
import { number, percent, rowTime } from "./shared/time.svelte";

afterEach(() => language.choose("system"));

test("the_first_wanted_language_that_the_program_has_is_taken_else_english", () => {
  expect(languageFor("system", ["de-AT", "ar-EG", "en-GB"])).toBe("ar");
  expect(languageFor("system", ["de-AT", "xx"])).toBe("en");
  expect(languageFor("system", [])).toBe("en");
  expect(languageFor("ar", ["en-GB"])).toBe("ar");
  expect(languageFor("tlh", ["en-GB"])).toBe("en");
});

test("dates_and_numbers_are_of_the_region_in_the_language_on_screen", () => {
  expect(formatFor("en", ["en-GB", "ar-EG"])).toBe("en-GB");
  expect(formatFor("ar", ["en-GB", "ar-EG"])).toBe("ar-EG");
  expect(formatFor("en", ["de-AT"])).toBe("en-AT");
  expect(formatFor("en", ["C"])).toBe("en");
  expect(formatFor("ar", [])).toBe("ar");
});

test("another_language_is_there_at_once_and_turns_the_line_around", () => {
  expect(m.key_settings()).toBe("Settings");
  expect(language.direction).toBe("ltr");
  language.choose("ar");
  expect(m.key_settings()).toBe("الإعدادات");
  expect(language.direction).toBe("rtl");
  language.choose("nowhere");
  expect(m.key_settings()).toBe("Settings");
});

test("counts_take_the_form_of_the_language_and_the_digits_of_the_region", () => {
  language.choose("ar");
  expect([1, 2, 3, 11, 100].map((count) => m.settings_seconds({ count }))).toEqual(["ثانية واحدة", "ثانيتان", `${number(3)} ثوان`, `${number(11)} ثانية`, `${number(100)} ثانية`]);
  expect(number(1234)).not.toBe("1234");
});

test("days_are_named_in_the_language_on_screen", () => {
  const now = new Date(2026, 5, 10, 12).getTime();
  const before = new Date(2026, 5, 8, 12).getTime();
  expect(rowTime(before, now)).toBe("Mon");
  language.choose("ar");
  expect(rowTime(before, now)).toBe("الاثنين");
});

test("a_percentage_is_of_the_whole", () => {
  expect(percent(125)).toBe("125%");
});
