import { render, screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test } from "vitest";
import { fake } from "$dev/host";
import { selection } from "$lib/selection.svelte";
import { member } from "$lib/session.svelte";
import { violations } from "../../../test/axe";
import { create } from "./create.svelte";
import NewTeamChat from "./NewTeamChat.svelte";

async function show() {
  fake.reset({ conversations: 10, longThread: 0 });
  member.current = fake.world.session;
  render(NewTeamChat);
  create.team = true;
  await screen.findByRole("dialog", { name: "New team chat" });
  await waitFor(() => expect(screen.getAllByRole("option")).toHaveLength(5));
  return userEvent.setup();
}

const name = () => screen.getByRole("textbox", { name: "Name" });
const members = () => screen.getByRole("combobox", { name: "Members" });
const make = () => screen.getByRole("button", { name: "Make the chat" });

beforeEach(() => {
  selection.clear();
  create.team = false;
});

test("a_name_and_members_make_a_chat_that_opens_with_the_caret_in_it", async () => {
  const user = await show();
  const wanted = selection.composerWanted;
  await user.type(name(), "  Oregon Coast tour, July ");
  await user.type(members(), "toma{Enter}yuki{Enter}");
  expect(screen.getByText("3 members with you. They see everything from the first message on.")).toBeTruthy();
  expect(await violations()).toEqual([]);
  await user.click(make());
  await waitFor(() => expect(fake.called("create_team_chat")).toEqual([{ name: "Oregon Coast tour, July", members: ["m-tomasz", "m-yuki"] }]));
  await waitFor(() => expect(selection.place).toEqual({ place: "team" }));
  expect(fake.world.chats.find((one) => one.id === selection.chat)?.person.name).toBe("Oregon Coast tour, July");
  expect(selection.composerWanted).toBe(wanted + 1);
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
});

test("what_is_missing_is_said_at_its_field_and_the_caret_goes_there", async () => {
  const user = await show();
  await user.click(make());
  expect(screen.getByText("Give it a name, so that everybody finds it.")).toBeTruthy();
  expect(screen.getByText("Add at least one member.")).toBeTruthy();
  expect(document.activeElement).toBe(name());
  expect(name().getAttribute("aria-invalid")).toBe("true");
  expect(await violations()).toEqual([]);
  await user.type(name(), "Tour");
  expect(screen.queryByText("Give it a name, so that everybody finds it.")).toBeNull();
  await user.click(make());
  expect(document.activeElement).toBe(members());
  expect(fake.called("create_team_chat")).toEqual([]);
});

test("a_name_of_300_letters_is_too_long_and_is_kept", async () => {
  const user = await show();
  await user.click(name());
  await user.paste("ü".repeat(300));
  await user.type(members(), "dana{Enter}");
  await user.click(make());
  expect(screen.getByText("The name is too long: at most 200 characters.")).toBeTruthy();
  expect((name() as HTMLInputElement).value).toHaveLength(300);
  expect(fake.called("create_team_chat")).toEqual([]);
});

test("chips_are_taken_back_by_their_cross_and_by_backspace", async () => {
  const user = await show();
  await user.type(members(), "toma{Enter}");
  await user.click(screen.getByRole("option", { name: /Dana/u }));
  await user.click(screen.getByRole("button", { name: "Remove Tomasz Zieliński" }));
  expect(screen.getAllByRole("option").map((one) => one.querySelector("b")?.textContent)).toContain("Tomasz Zieliński");
  await user.type(members(), "{Backspace}");
  expect(screen.queryByRole("button", { name: "Remove Dana Whitcombe" })).toBeNull();
});

test("enter_in_the_name_goes_on_to_the_members_and_enter_after_them_makes_the_chat", async () => {
  const user = await show();
  await user.type(name(), "Tour{Enter}");
  expect(document.activeElement).toBe(members());
  await user.keyboard("kwame{Enter}{Enter}");
  await waitFor(() => expect(fake.called("create_team_chat")).toHaveLength(1));
});

test("offline_it_works_all_the_same", async () => {
  const user = await show();
  fake.world.status.network = "offline";
  await user.type(name(), "Tour");
  await user.type(members(), "dana{Enter}");
  await user.click(make());
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
});

test("what_is_refused_is_said_and_nothing_that_was_typed_is_lost", async () => {
  const user = await show();
  fake.answer("create_team_chat", () => {
    throw { code: "never_heard_of", message: "There are too many chats.", retryable: false };
  });
  await user.type(name(), "Tour");
  await user.type(members(), "dana{Enter}");
  await user.click(make());
  expect((await screen.findByRole("alert")).textContent).toContain("There are too many chats.");
  expect((name() as HTMLInputElement).value).toBe("Tour");
  expect(screen.getByRole("button", { name: "Remove Dana Whitcombe" })).toBeTruthy();
});

test("somebody_who_is_alone_is_told_so", async () => {
  fake.reset({ conversations: 10, longThread: 0 });
  member.current = fake.world.session;
  const all = (await fake.call("list_members", {})) as { members: Array<{ me: boolean }> };
  fake.answer("list_members", () => ({ members: all.members.filter((one) => one.me) }) as never);
  render(NewTeamChat);
  create.team = true;
  expect(await screen.findByText("You are the only member so far.")).toBeTruthy();
});
