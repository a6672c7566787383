import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { afterEach, beforeEach, expect, test } from "vitest";
import { fake, rpcError } from "$dev/host";
import { selection } from "$lib/selection.svelte";
import App from "../../App.svelte";
import { settingsPlace } from "./place.svelte";
import { settings } from "./settings.svelte";

let stop = () => {};

beforeEach(async () => {
  selection.clear();
  fake.reset({ conversations: 12, longThread: 0 });
  await settings.load();
  stop = settings.follow();
});

afterEach(() => {
  stop();
  settingsPlace.leave();
});

async function open(part: RegExp | string): Promise<ReturnType<typeof userEvent.setup>> {
  const user = userEvent.setup();
  render(App);
  await waitFor(() => expect(screen.queryAllByRole("row").length).toBeGreaterThan(3));
  await user.keyboard("{Control>},{/Control}");
  await user.click(await screen.findByRole("button", { name: part }));
  return user;
}

async function violations(): Promise<string[]> {
  const found = await axe.run(document.body, { rules: { "color-contrast": { enabled: false }, region: { enabled: false } } });
  return found.violations.flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.html.slice(0, 160)}`));
}

test("settings_take_the_window_over_and_escape_gives_it_back_as_it_was", async () => {
  const user = await open("Notifications");
  selection.openChat(fake.world.chats[0]?.id ?? null);
  expect(screen.queryByRole("grid")).toBeNull();
  expect(screen.getByRole("heading", { name: "Notifications", level: 1 })).toBeTruthy();
  await user.keyboard("{Escape}");
  await waitFor(() => expect(screen.getByRole("grid")).toBeTruthy());
  expect(selection.chat).toBe(fake.world.chats[0]?.id);
});

test("axe_finds_nothing_in_any_part", async () => {
  const user = await open("Notifications");
  expect(await violations()).toEqual([]);
  await user.click(screen.getByRole("button", { name: "Appearance and writing" }));
  expect(await violations()).toEqual([]);
  await user.click(screen.getByRole("button", { name: "Shortcuts" }));
  expect(await violations()).toEqual([]);
});

test("another_language_turns_the_window_around_at_once_and_is_kept", async () => {
  const user = await open("Appearance and writing");
  await user.selectOptions(screen.getByRole("combobox", { name: "Language" }), "ar");
  expect(await screen.findByRole("heading", { name: "المظهر والكتابة" })).toBeTruthy();
  expect(document.documentElement.dir).toBe("rtl");
  expect(document.documentElement.lang).toBe("ar");
  expect(fake.settings.language).toBe("ar");
  await user.selectOptions(screen.getByRole("combobox", { name: "اللغة" }), "en");
  expect(document.documentElement.dir).toBe("ltr");
});

test("theme_density_and_size_hold_at_once", async () => {
  const user = await open("Appearance and writing");
  await user.click(screen.getByRole("radio", { name: "Dark" }));
  expect(document.documentElement.dataset.theme).toBe("dark");
  await user.keyboard("{ArrowLeft}");
  expect(document.documentElement.dataset.theme).toBe("light");
  await user.click(screen.getByRole("radio", { name: "Compact" }));
  expect(document.documentElement.dataset.density).toBe("compact");
  await user.click(screen.getByRole("button", { name: "Larger" }));
  await user.keyboard("{Control>}={/Control}");
  expect(fake.settings).toMatchObject({ theme: "light", density: "compact", zoom: 125 });
  await user.keyboard("{Control>}0{/Control}");
  expect(fake.settings.zoom).toBe(100);
});

test("how_one_writes_is_set_and_shown_in_the_list_of_keys", async () => {
  const user = await open("Appearance and writing");
  await user.click(screen.getByRole("radio", { name: "Breaks the line" }));
  await user.selectOptions(screen.getByRole("combobox", { name: "Hold sending back" }), "20");
  await user.selectOptions(screen.getByRole("combobox", { name: "After closing a conversation" }), "stay");
  expect(fake.settings).toMatchObject({ enter_breaks: true, undo_seconds: 20, after_close: "stay" });
  await user.click(screen.getByRole("button", { name: "Shortcuts" }));
  const writing = screen.getByRole("region", { name: "Writing" });
  expect(within(writing).getByText("Send").closest("div")?.textContent).toContain("CtrlEnter");
});

test("what_the_core_refuses_is_as_before_and_said", async () => {
  const user = await open("Appearance and writing");
  fake.answer("set_settings", () => {
    throw rpcError("disk_full", "The disk is full.");
  });
  await user.click(screen.getByRole("radio", { name: "Compact" }));
  expect((await screen.findByRole("alert")).textContent).toContain("The disk of this computer is full.");
  expect(screen.getByRole("radio", { name: "Comfortable" }).getAttribute("aria-checked")).toBe("true");
  expect(document.documentElement.dataset.density).toBe("comfortable");
});

test("silence_is_set_said_and_ended", async () => {
  const user = await open("Notifications");
  await user.click(await screen.findByRole("button", { name: "30 minutes" }));
  expect(await screen.findByText(/^Silent until \d/u)).toBeTruthy();
  const until = fake.quiet.until_ms ?? 0;
  expect(Math.abs(until - Date.now() - 30 * 60_000)).toBeLessThan(60_000);
  await user.click(screen.getByRole("button", { name: "End it now" }));
  await waitFor(() => expect(fake.quiet.until_ms).toBeNull());
  await waitFor(() => expect(screen.queryByRole("button", { name: "End it now" })).toBeNull());
});

test("quiet_hours_are_switched_on_changed_and_come_back_as_they_were", async () => {
  const user = await open("Notifications");
  const hours = await screen.findByRole("switch", { name: "Quiet hours" });
  await user.click(hours);
  await waitFor(() => expect(fake.quiet.hours).toEqual({ from: 1080, to: 510 }));
  await user.selectOptions(screen.getByRole("combobox", { name: "Quiet from" }), String(21 * 60));
  await waitFor(() => expect(fake.quiet.hours).toEqual({ from: 1260, to: 510 }));
  await user.click(hours);
  await waitFor(() => expect(fake.quiet.hours).toBeNull());
  await user.click(hours);
  await waitFor(() => expect(fake.quiet.hours).toEqual({ from: 1260, to: 510 }));
});

test("sound_and_names_are_of_this_computer", async () => {
  const user = await open("Notifications");
  await user.click(screen.getByRole("switch", { name: "Play a sound" }));
  await user.click(screen.getByRole("switch", { name: "Show names and words" }));
  expect(fake.settings).toMatchObject({ sound: false, hide_content: true });
});

test("a_change_made_elsewhere_is_shown", async () => {
  await open("Appearance and writing");
  fake.settings = { ...fake.settings, density: "compact" };
  fake.touch("settings");
  await waitFor(() => expect(screen.getByRole("radio", { name: "Compact" }).getAttribute("aria-checked")).toBe("true"));
});
