import { flushSync } from "svelte";
import { expect, test } from "vitest";
import { fake } from "$dev/host";
import { settings } from "./settings.svelte";

test("until_the_settings_are_known_the_page_has_the_theme_that_its_window_gave_it", async () => {
  document.documentElement.dataset.theme = "dark";
  const stop = settings.follow();
  flushSync();
  expect(document.documentElement.dataset.theme).toBe("dark");
  fake.answer("get_settings", () => ({ ...settings.current, theme: "light" }));
  await settings.load();
  flushSync();
  expect(document.documentElement.dataset.theme).toBe("light");
  stop();
});
