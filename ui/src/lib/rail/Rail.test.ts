import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test } from "vitest";
import { fake } from "$dev/host";
import { handleKey } from "$lib/keys";
import { selection } from "$lib/selection.svelte";
import { member } from "$lib/session.svelte";
import { violations } from "../../../test/axe";
import RailStage from "../../../test/RailStage.svelte";
import { create } from "./create.svelte";
import { setCollapsed } from "./collapsed.svelte";
import { matches } from "$lib/shared/find";

async function show(options: Parameters<typeof fake.reset>[0] = {}) {
  fake.reset({ conversations: 60, longThread: 0, ...options });
  member.current = fake.world.session;
  render(RailStage);
  await waitFor(() => expect(screen.getByText("Front desk")).toBeTruthy());
  return userEvent.setup();
}

beforeEach(() => {
  selection.clear();
  create.menu = false;
  create.direct = false;
  create.team = false;
  for (const group of ["inboxes", "numbers", "favorites", "direct", "teams"] as const) setCollapsed(group, false);
});

test("inboxes_have_their_channels_below_them_with_unread_counts", async () => {
  await show();
  const group = document.querySelector<HTMLElement>("[data-callout='2']");
  if (group === null) throw new Error("callout 2 is drawn");
  const names = [...group.querySelectorAll(".nav .label")].map((one) => one.textContent);
  expect(names).toEqual(["Front desk", "(503) 555-0142", "WhatsApp", "Messenger", "@kestrelcycles", "Web chat", "Workshop", "Workshop web chat", "Rides", "Rides web chat"]);
  const places = await fake.call("list_places", {}) as { inboxes: Array<{ unread: number }> };
  const unread = places.inboxes[0]?.unread ?? 0;
  expect(unread).toBeGreaterThan(0);
  expect(within(group).getByRole("button", { name: `Front desk ${unread} unread` })).toBeTruthy();
});

test("where_nothing_came_from_the_hub_yet_nothing_is_said_about_what_one_may_see", async () => {
  fake.reset({ conversations: 0 });
  member.current = fake.world.session;
  fake.answer("list_places", () => ({ inboxes: [], numbers: [], favorites: [], direct: [], teams: [] }));
  Object.assign(fake.world.status, { network: "offline", up_to_date_ms: null });
  render(RailStage);
  await waitFor(() => expect(screen.getAllByText("Not here yet: it comes from the hub.")).toHaveLength(5));
  Object.assign(fake.world.status, { network: "online", up_to_date_ms: 1 });
  fake.touch("status");
  await waitFor(() => expect(screen.getByText("None yet. An admin assigns you to one.")).toBeTruthy());
});

test("a_channel_opens_only_its_conversations", async () => {
  const user = await show();
  await user.click(screen.getByRole("button", { name: /WhatsApp/u }));
  expect(selection.place).toEqual({ place: "channel", id: "ch-wa" });
  expect(screen.getByRole("button", { name: /WhatsApp/u }).getAttribute("aria-current")).toBe("page");
});

test("a_direct_chat_opens_in_its_list", async () => {
  const user = await show();
  await user.click(screen.getByRole("button", { name: /Tomasz/u }));
  expect(selection.place).toEqual({ place: "direct" });
  expect(selection.chat).toBe(fake.world.chats.find((one) => one.member?.id === "m-tomasz")?.id);
});

test("arrows_walk_the_places_and_there_is_one_tab_stop", async () => {
  const user = await show();
  const rows = [...document.querySelectorAll<HTMLElement>("[data-stop]")];
  expect(rows.filter((row) => row.tabIndex === 0)).toHaveLength(1);
  rows[0]?.focus();
  await user.keyboard("{ArrowDown}{ArrowDown}");
  expect(document.activeElement).toBe(rows[2]);
  await user.keyboard("{End}");
  expect(document.activeElement).toBe(rows.at(-1));
  expect(rows.filter((row) => row.tabIndex === 0)).toEqual([rows.at(-1)]);
});

test("c_opens_create_and_a_colleague_found_while_typing_opens_the_chat", async () => {
  const user = await show();
  window.addEventListener("keydown", handleKey);
  await user.keyboard("c");
  window.removeEventListener("keydown", handleKey);
  await user.click(await screen.findByRole("menuitem", { name: /New direct chat/u }));
  const field = await screen.findByRole("combobox");
  await waitFor(() => expect(screen.getAllByRole("option")).toHaveLength(5));
  await user.type(field, "ziel");
  expect(screen.getAllByRole("option").map((one) => one.querySelector("b")?.textContent)).toEqual(["Tomasz Zieliński"]);
  await user.keyboard("{Enter}");
  await waitFor(() => expect(fake.called("create_direct_chat")).toEqual([{ member: "m-tomasz" }]));
  await waitFor(() => expect(selection.place).toEqual({ place: "direct" }));
  expect(selection.composerWanted).toBeGreaterThan(0);
});

test("signing_out_with_something_unsent_asks_before_it_is_thrown_away", async () => {
  const user = await show();
  fake.world.outbox.push({ command: "x", kind: "send_message", chat: null, title: "", text: "", created_ms: 0, state: "waiting", reason: null, other: null });
  await user.click(screen.getByRole("button", { name: /Priya Raman/u }));
  await user.click(await screen.findByRole("menuitem", { name: /Sign out/u }));
  await user.click(await screen.findByRole("button", { name: "Sign out" }));
  expect(await screen.findByText("1 change has not reached the hub. Signing out now throws it away.")).toBeTruthy();
  expect(fake.called("sign_out")).toEqual([{ discard_unsent: false }]);
  expect(fake.session.state).toBe("signed_in");
  await user.click(screen.getByRole("button", { name: "Throw away and sign out" }));
  await waitFor(() => expect(fake.session.state).toBe("signed_out"));
  expect(fake.called("sign_out").at(-1)).toEqual({ discard_unsent: true });
});

test("names_are_found_by_the_beginnings_of_their_words_without_accents", () => {
  expect(matches("Trần Thu Hằng", "ha")).toBe(true);
  expect(matches("Trần Thu Hằng", "thu tran")).toBe(true);
  expect(matches("Trần Thu Hằng", "an")).toBe(false);
  expect(matches("נועה לוין", "לו")).toBe(true);
});

test("the_groups_stand_in_the_order_of_their_numbers_and_axe_finds_nothing", async () => {
  await show();
  expect([...document.querySelectorAll<HTMLElement>(".group")].map((one) => one.dataset.callout)).toEqual(["2", "3", "4", "5", "6"]);
  expect(await violations()).toEqual([]);
});

test("contact_center_counts_its_regions_otherwise_and_the_texting_numbers_have_none", async () => {
  await show({ product: "contact_center" });
  expect([...document.querySelectorAll<HTMLElement>(".group")].map((one) => one.dataset.callout)).toEqual(["2", undefined, "4", "5", "6"]);
  expect(document.querySelectorAll("[data-callout='3']")).toHaveLength(3);
  expect(screen.getByText("Contact Center")).toBeTruthy();
  expect(screen.getByRole("heading", { name: /Queues and shared inboxes/u })).toBeTruthy();
});

test("my_texting_number_opens_its_texts", async () => {
  const user = await show();
  await user.click(screen.getByRole("button", { name: /555-0177/u }));
  expect(selection.place).toEqual({ place: "channel", id: "ch-mine" });
  expect(screen.getByRole("button", { name: /555-0177/u }).getAttribute("aria-current")).toBe("page");
});

test("a_favorite_opens_the_latest_conversation_of_the_contact", async () => {
  const user = await show();
  await user.click(screen.getByRole("button", { name: /^Mateo Quispe/u }));
  const places = (await fake.call("list_places", {})) as { favorites: Array<{ name: string; chat: string | null }> };
  const latest = places.favorites.find((one) => one.name === "Mateo Quispe")?.chat;
  expect(latest).toBeTruthy();
  await waitFor(() => expect(selection.chat).toBe(latest));
  expect(selection.place?.place).toBe("inbox");
});

test("a_favorite_with_no_conversation_says_why_it_opens_nothing", async () => {
  const user = await show();
  fake.world.favorites.push({ contact: "contact-new", name: "Nobody Yet", initials: "NY", tint: "rose", gone: false });
  fake.touch("places");
  const row = await screen.findByRole("button", { name: /^Nobody Yet/u });
  expect(row.getAttribute("aria-disabled")).toBe("true");
  expect(row.textContent).toContain("No conversation with Nobody Yet yet");
  await user.click(row);
  expect(selection.chat).toBeNull();
  expect(fake.called("get_chat")).toEqual([]);
  // It can be reached all the same: its reason is there to be read.
  row.focus();
  expect(document.activeElement).toBe(row);
  expect(await violations()).toEqual([]);
});

test("a_favorite_whose_contact_is_gone_can_only_be_taken_off_the_list", async () => {
  const user = await show();
  const before = fake.world.favorites.length;
  fake.world.favorites.push({ contact: "contact-gone", name: "Long Gone", initials: "LG", tint: "sky", gone: true });
  fake.touch("places");
  const row = await screen.findByRole("button", { name: /^Long Gone/u });
  expect(row.getAttribute("aria-disabled")).toBe("true");
  await user.click(screen.getByRole("button", { name: "Take Long Gone off the favorites" }));
  await waitFor(() => expect(screen.queryByRole("button", { name: /^Long Gone/u })).toBeNull());
  expect(fake.world.favorites).toHaveLength(before);
});

test("delete_takes_a_favorite_off_the_list_and_the_focus_stays_in_the_rail", async () => {
  const user = await show();
  const row = screen.getByRole("button", { name: /^Aroha Ngata/u });
  row.focus();
  await user.keyboard("{Delete}");
  await waitFor(() => expect(fake.called("remove_favorite")).toHaveLength(1));
  await waitFor(() => expect(screen.queryByRole("button", { name: /^Aroha Ngata/u })).toBeNull());
  expect(document.activeElement?.getAttribute("data-stop")).toBe("favorite:contact-Mateo Quispe");
});

test("a_favorite_that_cannot_be_removed_says_so", async () => {
  const user = await show();
  fake.answer("remove_favorite", () => {
    throw { code: "never_heard_of", message: "Not now.", retryable: false };
  });
  screen.getByRole("button", { name: /^Aroha Ngata/u }).focus();
  await user.keyboard("{Delete}");
  expect((await screen.findByRole("alert")).textContent).toBe("Not now.");
});

test("a_team_chat_opens_in_its_list_and_says_how_many_are_in_it", async () => {
  const user = await show();
  await user.click(screen.getByRole("button", { name: /^Workshop floor 5 members/u }));
  expect(selection.place).toEqual({ place: "team" });
  expect(selection.chat).toBe(fake.world.chats.find((one) => one.person.name === "Workshop floor")?.id);
});

test("a_group_folds_away_says_what_is_unread_in_it_and_is_remembered", async () => {
  const user = await show();
  const head = screen.getByRole("button", { name: /^Team chats/u });
  head.focus();
  await user.keyboard("{ArrowLeft}");
  expect(head.getAttribute("aria-expanded")).toBe("false");
  expect(screen.queryByText("Workshop floor")).toBeNull();
  expect(head.textContent).toContain("1 unread");
  expect(JSON.parse(localStorage.getItem("rail-collapsed") ?? "[]")).toEqual(["teams"]);
  await user.keyboard("{ArrowRight}");
  expect(screen.getByText("Workshop floor")).toBeTruthy();
  await user.click(head);
  await user.click(head);
  expect(JSON.parse(localStorage.getItem("rail-collapsed") ?? "[]")).toEqual([]);
});

test("folding_away_where_one_is_keeps_the_rail_reachable", async () => {
  const user = await show();
  await user.click(screen.getByRole("button", { name: /WhatsApp/u }));
  await user.click(screen.getByRole("button", { name: /^Shared inboxes/u }));
  expect([...document.querySelectorAll<HTMLElement>("[data-stop]")].filter((one) => one.tabIndex === 0)).toHaveLength(1);
});

test("places_that_cannot_be_read_are_said_and_tried_again", async () => {
  fake.reset({ conversations: 60, longThread: 0 });
  member.current = fake.world.session;
  let fails = true;
  const places = await fake.call("list_places", {});
  fake.answer("list_places", () => {
    if (fails) throw { code: "cache_busy", message: "The cache cannot be read now.", retryable: true };
    return places as never;
  });
  render(RailStage);
  expect(await screen.findByText("The cache cannot be read now.")).toBeTruthy();
  fails = false;
  await userEvent.setup().click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByText("Front desk")).toBeTruthy();
});

test("a_silent_member_sees_and_hears_until_when", async () => {
  await show();
  const until = new Date();
  until.setMinutes(until.getMinutes() + 90);
  fake.quiet = { until_ms: until.getTime(), hours: null, now: true };
  fake.touch("quiet");
  const said = await screen.findAllByText(/^Silent until/u);
  expect(said.map((element) => element.getAttribute("role"))).toEqual(["status", null]);
});
