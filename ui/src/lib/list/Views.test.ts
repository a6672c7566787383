// How a list is shown: its channels, tabs, segments, filter and sort, what is remembered, and what an empty one says.

import { render, screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test } from "vitest";
import { fake } from "$dev/host";
import { selection } from "$lib/selection.svelte";
import { member } from "$lib/session.svelte";
import { violations } from "../../../test/axe";
import ListStage from "../../../test/ListStage.svelte";

const settled = () => waitFor(() => expect(screen.queryAllByRole("row").length).toBeGreaterThan(1));
const names = () => screen.getAllByRole("row").map((row) => row.querySelector(".name")?.textContent);
const asked = () => fake.called("list_chats").at(-1);

async function show(options: Parameters<typeof fake.reset>[0] = {}) {
  fake.reset({ conversations: 60, longThread: 0, ...options });
  member.current = fake.world.session;
  render(ListStage);
  await settled();
  return userEvent.setup();
}

async function choose(user: ReturnType<typeof userEvent.setup>, button: RegExp, item: RegExp): Promise<void> {
  await user.click(screen.getByRole("button", { name: button }));
  await user.click(await screen.findByRole("menuitemradio", { name: item }));
}

beforeEach(() => selection.clear());

test("the_channels_of_the_inbox_are_chosen_in_its_own_menu_and_the_rail_follows", async () => {
  const user = await show();
  await user.click(screen.getByRole("tab", { name: /^Closed/u }));
  await choose(user, /^Front desk/u, /^Messenger/u);
  expect(selection.place).toEqual({ place: "channel", id: "ch-msgr" });
  // It is a filter of the same list: the tab stays, and the core is asked for both.
  await waitFor(() => expect(asked()).toMatchObject({ place: { place: "channel", id: "ch-msgr" }, tab: "closed" }));
  expect(screen.getByRole("button", { name: "Front desk Messenger" })).toBeTruthy();
  await choose(user, /^Front desk/u, /^All channels/u);
  expect(selection.place).toEqual({ place: "inbox", id: "in-front" });
});

test("the_archived_tab_shows_what_an_own_number_left_to_the_inbox", async () => {
  const user = await show();
  await user.click(screen.getByRole("tab", { name: "Archived" }));
  await waitFor(() => expect(names()).toHaveLength(2));
  expect(asked()).toMatchObject({ tab: "archived" });
  expect(screen.queryByRole("radiogroup")).toBeNull();
});

test("conversations_with_me_are_chosen_within_me_and_closed_ones_are_marked", async () => {
  const user = await show();
  const closed = fake.world.chats.find((one) => one.inbox === "in-front" && one.closed !== null && one.assignee?.me);
  for (const entry of closed?.entries ?? []) entry.at_ms = Date.now() + 60_000;
  await user.click(screen.getByRole("radio", { name: /^Me/u }));
  await choose(user, /^Assigned to me/u, /^Conversations with me/u);
  await screen.findByRole("button", { name: "With me" });
  await waitFor(() => expect(asked()).toMatchObject({ segment: "me", with_me: true }));
  const name = closed?.person.name ?? "";
  await waitFor(() => expect(names()).toContain(name));
  const row = screen.getAllByRole("row").find((one) => one.querySelector(".name")?.textContent === name);
  expect(row?.querySelector(".mark")?.textContent).toContain("Closed");
});

test("the_filter_archived_stands_in_for_the_tabs_until_one_of_them_is_chosen", async () => {
  const user = await show();
  await choose(user, /^Filter/u, /^Archived/u);
  await waitFor(() => expect(asked()).toMatchObject({ filter: "archived" }));
  for (const tab of screen.getAllByRole("tab")) expect(tab.getAttribute("aria-selected")).toBe("false");
  expect(screen.getAllByRole("tab").filter((tab) => tab.tabIndex === 0)).toHaveLength(1);
  await user.click(screen.getByRole("tab", { name: /^Open/u }));
  await waitFor(() => expect(asked()).toMatchObject({ filter: "all", tab: "open" }));
});

test("a_filter_that_hides_everything_is_named_and_one_button_takes_it_away", async () => {
  const user = await show();
  for (const chat of fake.world.chats) chat.read_pos = Number.MAX_SAFE_INTEGER;
  await choose(user, /^Filter/u, /^Unread/u);
  const open = fake.world.chats.filter((one) => one.inbox === "in-front" && one.closed === null && !one.archived).length;
  const sentence = await screen.findByText("Nothing unread in Front desk.");
  await waitFor(() => expect(sentence.parentElement?.textContent).toBe(`Nothing unread in Front desk. ${open} conversations are hidden by the filter.`));
  expect(await violations()).toEqual([]);
  await user.click(screen.getByRole("button", { name: "Show all" }));
  await settled();
});

test("each_tab_keeps_its_own_sort_and_the_core_is_told", async () => {
  const user = await show();
  await choose(user, /^Sort/u, /^Oldest messages/u);
  await user.click(screen.getByRole("tab", { name: /^Closed/u }));
  await choose(user, /^Sort/u, /^Oldest conversations/u);
  await user.click(screen.getByRole("tab", { name: /^Open/u }));
  expect(screen.getByRole("button", { name: "Sort: Oldest messages" })).toBeTruthy();
  expect(fake.called("set_list_view").at(-1)).toMatchObject({ place: { place: "inbox", id: "in-front" }, sort_open: "oldest_messages", sort_closed: "oldest_conversations" });
});

/** C050 */
test("a_list_comes_back_as_it_was_left_after_a_restart", async () => {
  fake.reset({ conversations: 60, longThread: 0 });
  const place = { place: "inbox", id: "in-front" } as const;
  fake.world.views.set(JSON.stringify(place), { place, tab: "closed", segment: "me", with_me: false, filter: "all", sort_open: "recent_messages", sort_closed: "oldest_conversations", sort_archived: "recent_messages" });
  member.current = fake.world.session;
  render(ListStage);
  await settled();
  // Nothing else was asked for on the way.
  expect(fake.called("list_chats").map((one) => [one.tab, one.sort])).toEqual([["closed", "oldest_conversations"]]);
  expect(screen.getByRole("button", { name: "Sort: Oldest conversations" })).toBeTruthy();
});

test("where_a_list_cannot_be_remembered_it_is_shown_all_the_same", async () => {
  fake.reset({ conversations: 60, longThread: 0 });
  const fails = () => {
    throw { code: "internal", message: "No.", retryable: false };
  };
  fake.answer("get_list_view", fails);
  fake.answer("set_list_view", fails);
  member.current = fake.world.session;
  const user = userEvent.setup();
  render(ListStage);
  await settled();
  await user.click(screen.getByRole("tab", { name: /^Closed/u }));
  await waitFor(() => expect(asked()?.tab).toBe("closed"));
});

test("reset_puts_the_channel_the_segment_the_filter_and_the_sort_back", async () => {
  const user = await show();
  await choose(user, /^Front desk/u, /^Web chat/u);
  await user.click(screen.getByRole("radio", { name: /^Others/u }));
  await choose(user, /^Sort/u, /^Oldest conversations/u);
  await choose(user, /^Filter/u, /^Unread/u);
  await user.click(screen.getByRole("button", { name: /^Filter/u }));
  await user.click(await screen.findByRole("menuitem", { name: /^Reset/u }));
  await waitFor(() => expect(asked()).toMatchObject({ place: { place: "inbox", id: "in-front" }, segment: "all", filter: "all", sort: "recent_messages" }));
});

test("texts_have_open_and_closed_and_recent_and_oldest_alone", async () => {
  const user = await show();
  await selection.openPlace({ place: "channel", id: "ch-mine" });
  await waitFor(() => expect(screen.getByRole("heading", { name: "(503) 555-0177" })).toBeTruthy());
  expect(screen.getAllByRole("tab").map((tab) => tab.textContent?.trim().split(" ")[0])).toEqual(["Open", "Closed"]);
  expect(screen.queryByRole("radiogroup")).toBeNull();
  await user.click(screen.getByRole("button", { name: "Sort: Recent" }));
  expect((await screen.findAllByRole("menuitemradio")).map((one) => one.textContent?.trim())).toEqual(["Recent", "Oldest"]);
});

test("team_chats_say_who_spoke_and_have_a_button_for_a_new_one", async () => {
  await show();
  await selection.openPlace({ place: "team" });
  await waitFor(() => expect(names()).toContain("Workshop floor"));
  const row = screen.getAllByRole("row").find((one) => one.querySelector(".name")?.textContent === "Workshop floor");
  expect(row?.querySelector(".author")?.textContent).toBe("Dana:");
  expect(screen.getByRole("button", { name: "New team chat" })).toBeTruthy();
  expect(await violations()).toEqual([]);
});

test("a_place_that_is_taken_away_gives_way_to_the_first_that_is_left", async () => {
  await show();
  fake.world.memberOf = [];
  fake.touch("places");
  await waitFor(() => expect(selection.place).toEqual({ place: "channel", id: "ch-mine" }));
});

test("a_member_of_no_inbox_with_no_chats_is_told_what_works_already", async () => {
  fake.reset({ conversations: 0 });
  fake.answer("list_places", () => ({ inboxes: [], numbers: [], favorites: [], direct: [], teams: [] }));
  member.current = fake.world.session;
  render(ListStage);
  expect(await screen.findByText(/^You are in no inbox yet/u)).toBeTruthy();
  expect(screen.getByRole("button", { name: "New direct chat" })).toBeTruthy();
  expect(screen.queryByRole("tablist")).toBeNull();
});

test("contact_center_counts_under_open_what_can_be_reached", async () => {
  await show({ product: "contact_center" });
  const here = fake.world.chats.filter((one) => one.inbox === "in-front" && one.closed === null && !one.archived);
  const reached = here.filter((one) => one.assignee === null || one.assignee.me).length;
  await waitFor(() => expect(screen.getByRole("tab", { name: `Open ${reached}` })).toBeTruthy());
  expect(screen.getByRole("tab", { name: "Archived" }).dataset.callout).toBe("11");
  expect(screen.getByRole("button", { name: /^Front desk/u }).dataset.callout).toBe("8");
});

test("what_is_revealed_is_shown_whatever_filter_hid_it", async () => {
  const user = await show();
  await choose(user, /^Filter/u, /^Unread/u);
  await user.click(screen.getByRole("radio", { name: /^Unassigned/u }));
  const chat = fake.world.chats.find((one) => one.inbox === "in-front" && one.closed === null && one.assignee?.me && one.read_pos > 0);
  await selection.reveal(chat?.id ?? "");
  await waitFor(() => expect(asked()).toMatchObject({ filter: "all", segment: "me", tab: "open" }));
  const archived = fake.world.chats.find((one) => one.archived);
  await selection.reveal(archived?.id ?? "");
  await waitFor(() => expect(asked()).toMatchObject({ tab: "archived" }));
});
