import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test } from "vitest";
import { fake } from "$dev/host";
import { handleKey } from "$lib/keys";
import { selection } from "$lib/selection.svelte";
import { member } from "$lib/session.svelte";
import RailStage from "../../../test/RailStage.svelte";
import { create } from "./create.svelte";
import { matches } from "./find";

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
