// The palette by keyboard alone: what it offers, how it is chosen, what it does and where the focus is then.

import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test } from "vitest";
import { fake, rpcError } from "$dev/host";
import { create } from "$lib/rail/create.svelte";
import { search } from "$lib/search/search.svelte";
import { selection } from "$lib/selection.svelte";
import { settings } from "$lib/settings/settings.svelte";
import { settingsPlace } from "$lib/settings/place.svelte";
import { violations } from "../../../test/axe";
import App from "../../App.svelte";
import { entryGroups, modeOf } from "./entries";
import { palette } from "./palette.svelte";

const field = () => screen.getByRole<HTMLInputElement>("combobox", { name: "Search or run a command" });
const options = () => screen.queryAllByRole("option").map((option) => option.textContent.replace(/\s+/gu, " ").trim());
const groups = () => within(screen.getByRole("listbox", { name: "Results" })).queryAllByRole("group").map((group) => document.getElementById(group.getAttribute("aria-labelledby") ?? "")?.textContent);
const active = () => document.getElementById(field().getAttribute("aria-activedescendant") ?? "")?.textContent ?? "";

async function open() {
  render(App);
  await waitFor(() => expect(screen.queryAllByRole("row").length).toBeGreaterThan(3));
  const user = userEvent.setup();
  await user.keyboard("{Control>}k{/Control}");
  await waitFor(() => expect(document.activeElement).toBe(field()));
  return user;
}

beforeEach(async () => {
  selection.clear();
  settingsPlace.leave();
  palette.open = false;
  create.direct = false;
  fake.reset({ conversations: 60, longThread: 40 });
  await settings.load();
});

test("without_a_text_there_are_the_latest_chats_and_the_most_useful_commands", async () => {
  await open();
  await waitFor(() => expect(groups()).toEqual(["Recent", "Commands"]));
  expect(options()).toContain("Search everything /");
  // No conversation is open: nothing that needs one is offered.
  expect(options().some((option) => option.startsWith("Close or reopen"))).toBe(false);
  expect(await violations()).toEqual([]);
});

test("what_is_typed_finds_commands_chats_contacts_members_messages_and_tags", async () => {
  const user = await open();
  await user.keyboard("to");
  await waitFor(() => expect(groups()).toEqual(["Commands", "Conversations and chats", "Members", "Messages", "Tags"]));
  expect(options()).toContain(`Touring ${fake.world.chats.filter((chat) => chat.tags.some((tag) => tag.name === "Touring")).length} conversations`);
  expect(document.querySelector(".pal mark")).toBeTruthy();
});

test("arrows_home_and_end_choose_and_enter_does_it", async () => {
  const user = await open();
  await user.keyboard(">");
  await waitFor(() => expect(groups()).toEqual(["Commands"]));
  expect(active()).toContain("Search everything");
  await user.keyboard("{ArrowUp}");
  expect(active()).toContain("Sign out");
  await user.keyboard("{Home}{ArrowDown}{ArrowUp}");
  expect(active()).toContain("Search everything");
  await user.keyboard("{End}");
  expect(active()).toContain("Sign out");
  await user.keyboard("dark");
  await waitFor(() => expect(options()).toEqual(["Theme: Dark"]));
  await user.keyboard("{Enter}");
  await waitFor(() => expect(settings.current.theme).toBe("dark"));
  expect(palette.open).toBe(false);
});

test("a_command_is_found_within_a_word_too_and_there_only_while_it_can_be_done", async () => {
  const user = await open();
  await user.keyboard("> hang");
  await waitFor(() => expect(options()).toEqual(["Change sort order…", "Change filter…", "Change quiet hours…"]));
  await user.keyboard("{Escape}");
  await waitFor(() => expect(palette.open).toBe(false));
  selection.openChat(fake.world.chats[1]?.id ?? null);
  await waitFor(() => expect(screen.getByRole("log")).toBeTruthy());
  await user.keyboard("{Control>}k{/Control}> hang");
  await waitFor(() => expect(options()).toContain("Change assignee… A"));
});

test("the_sign_for_tags_finds_tags_alone_and_one_of_them_is_looked_for", async () => {
  const user = await open();
  await user.keyboard("#");
  await waitFor(() => expect(options().length).toBe(fake.world.tags.length));
  // How many conversations have them was not asked for, so nothing is said of it.
  expect(options().filter((one) => /conversation/u.test(one ?? ""))).toEqual([]);
  await user.keyboard("wait");
  await waitFor(() => expect(groups()).toEqual(["Tags"]));
  await waitFor(() => expect(active()).toContain("Waiting for parts"));
  await user.keyboard("{Enter}");
  await waitFor(() => expect(selection.searching).toBe(true));
  expect(search.text).toBe('tag:"Waiting for parts" ');
  await waitFor(() => expect(document.activeElement?.getAttribute("aria-label")).toBe("Search everything"));
});

test("a_chat_a_member_and_a_message_are_opened_where_they_are", async () => {
  const user = await open();
  await user.keyboard("workshop floor");
  await waitFor(() => expect(active()).toContain("Workshop floor"));
  await user.keyboard("{Enter}");
  await waitFor(() => expect(palette.open).toBe(false));
  expect(selection.place).toEqual({ place: "team" });
  expect(fake.world.chats.find((chat) => chat.id === selection.chat)?.person.name).toBe("Workshop floor");

  fake.world.chats = fake.world.chats.filter((chat) => chat.member?.id !== "m-noa");
  await user.keyboard("{Control>}k{/Control}נועה");
  await waitFor(() => expect(groups()).toContain("Members"));
  await user.keyboard("{Enter}");
  await waitFor(() => expect(fake.called("create_direct_chat")).toEqual([{ member: "m-noa" }]));
  await waitFor(() => expect(selection.place).toEqual({ place: "direct" }));

  await waitFor(() => expect(palette.open).toBe(false));
  await user.keyboard("{Control>}k{/Control}collected");
  await waitFor(() => expect(active()).toContain("Collected, paid by card."));
  await user.keyboard("{Enter}");
  await waitFor(() => expect(selection.hit).toMatchObject({ text: "collected" }));
  expect(selection.searching).toBe(false);
  expect(await screen.findByText("“collected” 1 of 1 in this conversation")).toBeTruthy();
  // Esc takes the marks away and leaves the conversation where it is.
  const { chat } = selection;
  await user.keyboard("{Escape}");
  await waitFor(() => expect(selection.hit).toBeNull());
  expect(selection.chat).toBe(chat);
});

test("a_chat_that_is_opened_is_the_row_where_the_keys_go_on", async () => {
  render(App);
  await waitFor(() => expect(screen.queryAllByRole("row").length).toBeGreaterThan(6));
  const user = userEvent.setup();
  const rows = () => [...document.querySelectorAll<HTMLElement>("[data-pane=list] [data-chat]")];
  const [first, , third] = rows();
  const there = third?.dataset.chat ?? "";
  const name = fake.world.chats.find((chat) => chat.id === there)?.person.name ?? "";
  first?.focus();
  await user.keyboard("{Enter}{Control>}k{/Control}");
  await waitFor(() => expect(document.activeElement).toBe(field()));
  await user.keyboard(name);
  await waitFor(() => expect(screen.getByRole("option", { name: new RegExp(name, "u"), selected: true })).toBeTruthy());
  await user.keyboard("{Enter}");
  await waitFor(() => expect(palette.open).toBe(false));
  const opened = selection.chat ?? "";
  expect(opened).not.toBe(first?.dataset.chat);
  await waitFor(() => expect((document.activeElement as HTMLElement).dataset.chat).toBe(opened));
  expect(rows().filter((row) => row.tabIndex === 0).map((row) => row.dataset.chat)).toEqual([opened]);
  await user.keyboard("p");
  await waitFor(() => expect(fake.called("pin_chat").map((args) => args.chat)).toEqual([opened]));
});

test("enter_waits_for_the_answer_to_what_is_typed", async () => {
  const user = await open();
  await waitFor(() => expect(options().length).toBeGreaterThan(3));
  fake.delay = 150;
  await user.keyboard("suppliers{Enter}");
  expect(selection.chat).toBeNull();
  await waitFor(() => expect(fake.world.chats.find((chat) => chat.id === selection.chat)?.person.name).toBe("Suppliers and lunch"));
});

test("somebody_without_a_conversation_says_so_and_is_passed_over", async () => {
  const user = await open();
  const name = { text: "Nobody Yet", marks: [], cut_start: false, cut_end: false };
  fake.answer("find_names", () => ({ chats: [], contacts: [{ contact: "x", name, initials: "NY", tint: "sky", lines: [], private: false, chat: null }], members: [], tags: [], here: 3 }));
  await user.keyboard("nobody");
  await waitFor(() => expect(options()).toContain("NY Nobody Yet No conversation yet"));
  expect(screen.getByRole("option", { name: /Nobody Yet/u }).getAttribute("aria-disabled")).toBe("true");
  await user.keyboard("{Enter}");
  expect(palette.open).toBe(true);
  expect(selection.chat).toBeNull();
});

test("a_refusal_is_said_in_the_palette", async () => {
  const user = await open();
  await user.keyboard("workshop floor");
  await waitFor(() => expect(active()).toContain("Workshop floor"));
  fake.answer("get_chat", () => {
    throw rpcError("not_found", "That conversation does not exist here.");
  });
  await user.keyboard("{Enter}");
  expect(await screen.findByRole("alert")).toBeTruthy();
  expect(palette.open).toBe(true);
});

test("escape_and_ctrl_k_close_it_and_the_focus_is_where_it_was", async () => {
  render(App);
  await waitFor(() => expect(screen.queryAllByRole("row").length).toBeGreaterThan(3));
  const user = userEvent.setup();
  const row = screen.getAllByRole("row")[2];
  for (const close of ["{Escape}", "{Control>}k{/Control}"]) {
    row?.focus();
    await user.keyboard("{Control>}k{/Control}");
    await waitFor(() => expect(document.activeElement).toBe(field()));
    await user.keyboard(close);
    await waitFor(() => expect(palette.open).toBe(false));
    await waitFor(() => expect(document.activeElement).toBe(row));
  }
});

test("signs_before_the_text_say_what_is_wanted", () => {
  expect(modeOf(" > zoom in ")).toEqual({ mode: "commands", text: "zoom in" });
  expect(modeOf("#")).toEqual({ mode: "tags", text: "" });
  expect(modeOf("a > b # c")).toEqual({ mode: "all", text: "a > b # c" });
  expect(entryGroups({ text: "x", commands: [], chats: [], contacts: [], members: [], messages: [], tags: [] })).toEqual([]);
});
