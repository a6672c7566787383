import { render, screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { beforeEach, expect, test } from "vitest";
import { fake, rpcError } from "$dev/host";
import { selection } from "$lib/selection.svelte";
import App from "./App.svelte";

/** What axe finds, as sentences. Colours are measured by the design's own contrast table: happy-dom draws nothing. */
async function violations(): Promise<string[]> {
  const found = await axe.run(document.body, { rules: { "color-contrast": { enabled: false }, region: { enabled: false } } });
  return found.violations.flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.html.slice(0, 160)}`));
}

const rowsShown = () => waitFor(() => expect(screen.queryAllByRole("row").length).toBeGreaterThan(3));

beforeEach(() => {
  selection.clear();
  fake.reset({ conversations: 60, longThread: 40 });
});

test("signed_in_the_three_panes_are_there_and_axe_finds_nothing", async () => {
  render(App);
  await rowsShown();
  expect(screen.getByRole("navigation", { name: "Inboxes and chats" })).toBeTruthy();
  expect(screen.getByRole("grid")).toBeTruthy();
  expect(screen.getByRole("main")).toBeTruthy();
  expect(await violations()).toEqual([]);
});

test("with_a_conversation_open_axe_finds_nothing", async () => {
  render(App);
  await rowsShown();
  selection.openChat(fake.world.chats[0]?.id ?? null);
  await waitFor(() => expect(screen.getByRole("log")).toBeTruthy());
  expect(await violations()).toEqual([]);
});

test("signed_out_there_is_the_form_and_axe_finds_nothing", async () => {
  fake.session = { state: "signed_out", hub: null, email: null, reason: rpcError("device_revoked", "Signed out by an admin.") };
  render(App);
  expect(await screen.findByRole("heading", { name: "Sign in" })).toBeTruthy();
  expect(await violations()).toEqual([]);
});

test("a_locked_cache_asks_for_its_key_and_axe_finds_nothing", async () => {
  fake.session = { state: "locked", why: "password", hub: null, email: null };
  render(App);
  expect(await screen.findByRole("heading", { name: "Locked" })).toBeTruthy();
  expect(await violations()).toEqual([]);
});

test("a_profile_that_cannot_be_opened_says_why_and_is_tried_again", async () => {
  const user = userEvent.setup();
  let broken = true;
  fake.answer("get_session", () => {
    if (broken) throw rpcError("disk_full", "The disk is full.");
    return { state: "signed_out", hub: null, email: null, reason: null };
  });
  render(App);
  expect((await screen.findByRole("alert")).textContent).toContain("The disk of this computer is full.");
  broken = false;
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByRole("heading", { name: "Sign in" })).toBeTruthy();
});

test("the_window_follows_when_the_session_ends", async () => {
  render(App);
  await rowsShown();
  fake.session = { state: "signed_out", hub: null, email: null, reason: null };
  fake.touch("session");
  expect(await screen.findByRole("heading", { name: "Sign in" })).toBeTruthy();
  expect(screen.queryByRole("grid")).toBeNull();
});

test("signing_in_opens_the_window", async () => {
  const user = userEvent.setup();
  fake.session = { state: "signed_out", hub: "hub.kestrelcycles.example", email: "priya@kestrelcycles.example", reason: null };
  render(App);
  await user.type(await screen.findByLabelText("Password"), "correcthorse{Enter}");
  await rowsShown();
});

test("a_notification_shows_its_conversation_wherever_it_is", async () => {
  render(App);
  await rowsShown();
  const chat = fake.world.chats.find((one) => one.inbox === "in-workshop" && one.closed !== null) ?? fake.world.chats.find((one) => one.inbox === "in-workshop");
  if (chat === undefined) throw new Error("the workshop has a conversation");
  chat.closed = { by: "Dana Whitcombe", at_ms: 1 };
  fake.emit({ event: "navigate", chat: chat.id, reply: false });
  await waitFor(() => expect(selection.chat).toBe(chat.id));
  expect(selection.place).toEqual({ place: "inbox", id: "in-workshop" });
  expect(selection.tab).toBe("closed");
  await waitFor(() => expect(screen.getAllByRole("row").find((row) => row.getAttribute("aria-selected") === "true")?.textContent).toContain(chat.person.name));
});

test("a_notification_of_a_conversation_in_view_leaves_the_list_as_it_is", async () => {
  render(App);
  await rowsShown();
  selection.openPlace({ place: "channel", id: "ch-sms" });
  await rowsShown();
  const chat = fake.world.chats.find((one) => one.channel === "ch-sms" && one.closed === null);
  fake.emit({ event: "navigate", chat: chat?.id ?? "", reply: true });
  await waitFor(() => expect(selection.chat).toBe(chat?.id));
  expect(selection.place).toEqual({ place: "channel", id: "ch-sms" });
  expect(selection.composerWanted).toBeGreaterThan(0);
});

test("a_notification_of_something_that_is_gone_changes_nothing", async () => {
  render(App);
  await rowsShown();
  fake.emit({ event: "navigate", chat: "gone", reply: false });
  await waitFor(() => expect(fake.called("get_chat")).toHaveLength(1));
  expect(selection.chat).toBeNull();
});

test("a_notification_of_what_is_in_no_conversation_shows_what_needs_attention", async () => {
  render(App);
  await rowsShown();
  fake.emit({ event: "attention" });
  await waitFor(() => expect(selection.attention).toBe("you"));
});

test("f6_walks_the_panes_both_ways", async () => {
  const user = userEvent.setup();
  render(App);
  await rowsShown();
  selection.openChat(fake.world.chats[0]?.id ?? null);
  await waitFor(() => expect(screen.getByRole("log")).toBeTruthy());
  const pane = () => document.activeElement?.closest("[data-pane]")?.getAttribute("data-pane");
  const walked: Array<string | null | undefined> = [];
  for (let i = 0; i < 4; i += 1) {
    await user.keyboard("{F6}");
    walked.push(pane());
  }
  expect(walked).toEqual(["rail", "list", "conversation", "rail"]);
  await user.keyboard("{Shift>}{F6}{/Shift}");
  expect(pane()).toBe("conversation");
});

test("every_region_that_exists_carries_its_number", async () => {
  render(App);
  await rowsShown();
  selection.openChat(fake.world.chats[0]?.id ?? null);
  await waitFor(() => expect(screen.getByRole("log")).toBeTruthy());
  const numbers = new Set([...document.querySelectorAll("[data-callout]")].map((one) => one.getAttribute("data-callout")));
  for (const number of ["1", "2", "5", "9", "10", "15", "16", "18"]) expect(numbers).toContain(number);
});

test("contact_center_has_numbers_of_its_own", async () => {
  fake.reset({ conversations: 60, longThread: 0, product: "contact_center" });
  render(App);
  await rowsShown();
  const numbers = () => new Set([...document.querySelectorAll("[data-callout]")].map((one) => one.getAttribute("data-callout")));
  for (const number of ["1", "2", "3", "5", "9", "10"]) expect(numbers()).toContain(number);
});

test("what_comes_later_is_not_drawn", async () => {
  render(App);
  await rowsShown();
  expect(screen.queryByRole("searchbox")).toBeNull();
  for (const word of [/snooze/iu, /new conversation/iu, /new text message/iu, /survey/iu]) expect(screen.queryByText(word)).toBeNull();
});
