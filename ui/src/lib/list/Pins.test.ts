// Pinned chats, what a row says that is hard to say, and a list that is long.

import { fireEvent, render, screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test } from "vitest";
import { fake } from "$dev/host";
import { handleKey } from "$lib/keys";
import { selection } from "$lib/selection.svelte";
import { member } from "$lib/session.svelte";
import { violations } from "../../../test/axe";
import ListStage from "../../../test/ListStage.svelte";

const rows = () => screen.getAllByRole("row");
const chats = () => rows().map((row) => row.getAttribute("data-chat") ?? "");
const settled = () => waitFor(() => expect(screen.queryAllByRole("row").length).toBeGreaterThan(4));

async function show(options: Parameters<typeof fake.reset>[0] = {}) {
  fake.reset({ conversations: 60, longThread: 0, ...options });
  member.current = fake.world.session;
  render(ListStage);
  await settled();
  return userEvent.setup();
}

beforeEach(() => selection.clear());

test("p_pins_the_chat_that_is_open_above_the_list_and_takes_it_down_again", async () => {
  const user = await show();
  const third = chats()[2] ?? "";
  selection.openChat(third);
  window.addEventListener("keydown", handleKey);
  await user.keyboard("p");
  await waitFor(() => expect(screen.getByText("Pinned")).toBeTruthy());
  expect(chats()[0]).toBe(third);
  expect(chats().filter((one) => one === third)).toHaveLength(1);
  expect(screen.getByText("Recent messages", { selector: ".rows-h" })).toBeTruthy();
  expect(await violations()).toEqual([]);
  await user.keyboard("p");
  window.removeEventListener("keydown", handleKey);
  await waitFor(() => expect(screen.queryByText("Pinned")).toBeNull());
  expect(chats()[2]).toBe(third);
});

test("alt_and_an_arrow_move_a_pinned_row_and_it_keeps_the_focus", async () => {
  const user = await show();
  const [a, b, c] = chats() as [string, string, string];
  fake.world.pins = [a, b, c];
  fake.touch("chats");
  await waitFor(() => expect(screen.getByText("Pinned")).toBeTruthy());
  rows()[0]?.focus();
  await user.keyboard("{Alt>}{ArrowDown}{/Alt}");
  await waitFor(() => expect(fake.world.pins).toEqual([b, a, c]));
  await waitFor(() => expect(chats().slice(0, 3)).toEqual([b, a, c]));
  await waitFor(() => expect(document.activeElement?.getAttribute("data-chat")).toBe(a));
  expect(screen.getByText(/is pinned at 2 of 3/u)).toBeTruthy();
  await user.keyboard("{Alt>}{ArrowUp}{/Alt}");
  await waitFor(() => expect(fake.world.pins).toEqual([a, b, c]));
});

test("the_menu_of_a_row_pins_and_moves_and_gives_the_focus_back", async () => {
  const user = await show();
  const [a, b] = chats() as [string, string];
  fake.world.pins = [a, b];
  fake.touch("chats");
  await waitFor(() => expect(screen.getByText("Pinned")).toBeTruthy());
  rows()[1]?.focus();
  await user.keyboard("{Shift>}{F10}{/Shift}");
  await user.click(await screen.findByRole("menuitem", { name: "Move up" }));
  await waitFor(() => expect(fake.world.pins).toEqual([b, a]));
  await waitFor(() => expect(document.activeElement?.getAttribute("data-chat")).toBe(b));
  await waitFor(() => expect(chats().slice(0, 2)).toEqual([b, a]));
  await fireEvent.contextMenu(rows()[0] as HTMLElement);
  await user.click(await screen.findByRole("menuitem", { name: "Unpin" }));
  await waitFor(() => expect(fake.world.pins).toEqual([a]));
});

test("a_pinned_row_is_dragged_to_its_place_and_the_click_that_ends_it_opens_nothing", async () => {
  await show();
  const [a, b, c] = chats() as [string, string, string];
  fake.world.pins = [a, b, c];
  fake.touch("chats");
  await waitFor(() => expect(screen.getByText("Pinned")).toBeTruthy());
  for (const [at, row] of rows().entries()) {
    row.getBoundingClientRect = () => ({ x: 0, y: at * 77, top: at * 77, left: 0, width: 300, height: 76, right: 300, bottom: at * 77 + 76, toJSON: () => "" }) as DOMRect;
  }
  const first = rows()[0] as HTMLElement;
  await fireEvent.pointerDown(first, { clientY: 20, button: 0 });
  await fireEvent.pointerMove(window, { clientY: 23 });
  expect(first.classList.contains("moving")).toBe(false);
  await fireEvent.pointerMove(window, { clientY: 210 });
  expect(first.classList.contains("moving")).toBe(true);
  await fireEvent.pointerUp(window, { clientY: 210 });
  await fireEvent.click(first);
  await waitFor(() => expect(fake.world.pins).toEqual([b, c, a]));
  expect(selection.chat).toBeNull();
});

test("pins_obey_the_filter_of_the_list", async () => {
  const user = await show();
  const read = fake.world.chats.find((one) => one.inbox === "in-front" && one.closed === null && one.read_pos > 0)?.id ?? "";
  fake.world.pins = [read];
  fake.touch("chats");
  await waitFor(() => expect(screen.getByText("Pinned")).toBeTruthy());
  await user.click(screen.getByRole("button", { name: /^Filter/u }));
  await user.click(await screen.findByRole("menuitemradio", { name: "Unread" }));
  await waitFor(() => expect(screen.queryByText("Pinned")).toBeNull());
});

test("a_pin_that_is_refused_is_said", async () => {
  const user = await show();
  fake.answer("pin_chat", () => {
    throw { code: "never_heard_of", message: "That cannot be pinned.", retryable: false };
  });
  await fireEvent.contextMenu(rows()[0] as HTMLElement);
  await user.click(await screen.findByRole("menuitem", { name: "Pin" }));
  expect((await screen.findByRole("alert")).textContent).toContain("That cannot be pinned.");
});

test("a_row_with_400_tags_a_name_of_300_letters_and_5000_unread_says_all_of_it", async () => {
  await show();
  const chat = fake.world.chats.find((one) => one.id === chats()[0]);
  const entry = chat?.entries[0];
  if (chat === undefined || entry === undefined) throw new Error("the row shows a chat");
  const name = "Wolfeschlegelsteinhausenbergerdorff ".repeat(9).slice(0, 300);
  chat.person = { ...chat.person, name };
  chat.tags = Array.from({ length: 400 }, (_, at) => ({ id: `t-${at}`, name: `Tag ${at}`, color: "teal", waiting: false }));
  for (let at = 0; at < 5000; at += 1) chat.entries.push({ ...entry, id: `x-${at}`, pos: 1_000_000 + at });
  chat.read_pos = 999_999;
  fake.touch("chats");
  await waitFor(() => expect(rows()[0]?.querySelector(".name")?.textContent).toBe(name));
  const row = rows()[0] as HTMLElement;
  expect(row.querySelector(".name")?.getAttribute("title")).toBe(name);
  expect(row.querySelectorAll(".tagdot").length).toBeLessThanOrEqual(6);
  expect(row.querySelector(".tagmore")?.textContent).toBe("+399");
  expect(row.querySelector(".count")?.textContent).toBe("99+5,000 unread");
});

test("a_conversation_that_is_deleted_while_it_is_open_leaves_the_list_standing", async () => {
  const user = await show();
  const gone = chats()[0] ?? "";
  rows()[0]?.focus();
  await user.keyboard("{Enter}");
  expect(selection.chat).toBe(gone);
  fake.world.chats = fake.world.chats.filter((one) => one.id !== gone);
  fake.touch("chats");
  await waitFor(() => expect(chats()).not.toContain(gone));
  await waitFor(() => expect(document.activeElement?.getAttribute("data-chat")).toBe(chats()[0]));
});

test("far_down_a_long_list_a_change_reads_what_is_looked_at_again_and_not_all_of_it", async () => {
  await show({ conversations: 3000 });
  const grid = screen.getByRole("grid");
  for (let top = 0; top < 700 * 77; top += 3000) {
    grid.scrollTop = top;
    grid.dispatchEvent(new Event("scroll"));
    await new Promise((done) => setTimeout(done, 5));
  }
  await waitFor(() => expect(fake.called("list_chats").length).toBeGreaterThan(8));
  await new Promise((done) => setTimeout(done, 100));
  const seen = chats();
  fake.calls = [];
  const far = fake.world.chats.find((one) => one.id === seen.at(-1));
  const newest = far?.entries.at(-1);
  if (far === undefined || newest === undefined) throw new Error("there is one far down");
  far.draft = "Written just now";
  fake.touch("chats");
  await waitFor(() => expect(screen.getByText("Written just now")).toBeTruthy());
  expect(fake.called("list_chats").length).toBeLessThanOrEqual(4);
  expect(new Set(chats()).size).toBe(chats().length);
});
