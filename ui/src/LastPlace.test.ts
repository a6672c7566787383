/** The window opens where it was closed, and says so where that is not there any more. */
import { cleanup, render, screen, waitFor } from "@testing-library/svelte";
import { beforeEach, expect, test } from "vitest";
import { fake } from "$dev/host";
import { selection } from "$lib/selection.svelte";
import App from "./App.svelte";

beforeEach(() => {
  selection.clear();
  fake.reset({ conversations: 60, longThread: 0 });
});

const placeShown = (name: string) => waitFor(() => expect(screen.getByRole("heading", { level: 1, name: new RegExp(name, "u") })).toBeTruthy());

/** The program ends and is started again: the core has what was kept, the window nothing. */
function restart(): void {
  cleanup();
  selection.clear();
  fake.calls = [];
  render(App);
}

async function leaveAt(place: Parameters<typeof selection.openPlace>[0]): Promise<string> {
  render(App);
  await placeShown("Front desk");
  await selection.openPlace(place);
  const chat = fake.world.chats.find((one) => one.inbox === "in-workshop" && one.closed === null && !one.archived)?.id ?? "";
  selection.openChat(chat);
  await waitFor(() => expect(fake.world.last).toEqual({ place, chat }));
  return chat;
}

test("after_a_restart_the_list_and_the_chat_are_there_that_were_left", async () => {
  const chat = await leaveAt({ place: "inbox", id: "in-workshop" });
  restart();
  await placeShown("Workshop");
  await waitFor(() => expect(screen.getByRole("log")).toBeTruthy());
  expect(selection.chat).toBe(chat);
  expect(selection.lost).toBe(false);
  await waitFor(() => expect(screen.getAllByRole("row").some((row) => row.getAttribute("aria-selected") === "true")).toBe(true));
});

test("a_chat_that_is_gone_by_then_is_said_to_be_gone_and_not_kept_for_the_next_time", async () => {
  const chat = await leaveAt({ place: "inbox", id: "in-workshop" });
  fake.world.chats = fake.world.chats.filter((one) => one.id !== chat);
  restart();
  await placeShown("Workshop");
  const back = await screen.findByRole("button", { name: "Back to the list" });
  back.click();
  await waitFor(() => expect(fake.world.last).toEqual({ place: { place: "inbox", id: "in-workshop" }, chat: null }));
});

test("a_list_that_is_no_longer_the_members_is_said_to_be_gone_and_the_first_opens", async () => {
  await leaveAt({ place: "inbox", id: "in-workshop" });
  fake.world.last = { place: { place: "inbox", id: "in-of-somebody-else" }, chat: null };
  restart();
  await placeShown("Front desk");
  expect(await screen.findByText(/no longer yours to see/u)).toBeTruthy();
  await selection.openPlace({ place: "direct" });
  await waitFor(() => expect(screen.queryByText(/no longer yours to see/u)).toBeNull());
});

test("a_notification_that_was_clicked_at_the_start_is_stronger_than_what_was_left", async () => {
  await leaveAt({ place: "inbox", id: "in-workshop" });
  const other = fake.world.chats.find((one) => one.inbox !== "in-workshop" && one.kind === "conversation" && one.closed === null)?.id ?? "";
  const { last } = fake.world;
  let answer: () => void = () => {};
  fake.answer("get_last_place", () => new Promise((done) => (answer = () => done(last))));
  restart();
  await waitFor(() => expect(fake.called("get_last_place").length).toBeGreaterThan(0));
  fake.emit({ event: "navigate", chat: other, reply: false });
  await waitFor(() => expect(selection.chat).toBe(other));
  const { place } = selection;
  answer();
  await waitFor(() => expect(screen.getByRole("log")).toBeTruthy());
  expect(selection.chat).toBe(other);
  expect(selection.place).toEqual(place);
});

test("another_list_begins_without_a_chat_and_its_own_channels_keep_it", async () => {
  const chat = await leaveAt({ place: "inbox", id: "in-workshop" });
  const channel = fake.world.chats.find((one) => one.id === chat)?.channel ?? "";
  await selection.openPlace({ place: "channel", id: channel });
  expect(selection.chat).toBe(chat);
  await selection.openPlace({ place: "inbox", id: "in-rides" });
  expect(selection.chat).toBeNull();
});
