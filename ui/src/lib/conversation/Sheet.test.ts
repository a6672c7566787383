import { fireEvent, render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { fake, rpcError } from "$dev/host";
import { handleKey } from "$lib/keys";
import { panel } from "$lib/panel/panel.svelte";
import { selection } from "$lib/selection.svelte";
import { member } from "$lib/session.svelte";
import { settings } from "$lib/settings/settings.svelte";
import { fromContact, fromDana, fromMe, message, pending } from "../../../test/entries";
import Conversation from "./Conversation.svelte";
import { TELL_EVERY_MS, tellTyping } from "./typing";

const tasks = (ms = 60) => new Promise((done) => setTimeout(done, ms));
const find = (is: (chat: (typeof fake.world.chats)[0]) => boolean) => fake.world.chats.find(is)!;
const team = () => find((one) => one.kind === "team");
const field = () => screen.getByRole<HTMLTextAreaElement>("textbox", { name: "Message" });

async function open(chat: { id: string }) {
  const view = render(Conversation);
  selection.openChat(chat.id);
  await waitFor(() => expect(document.querySelector(".thread.settled")).not.toBeNull());
  await tasks();
  return view;
}

async function violations(): Promise<string[]> {
  const found = await axe.run(document.body, { rules: { "color-contrast": { enabled: false }, region: { enabled: false } } });
  return found.violations.flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.html.slice(0, 160)}`));
}

beforeEach(() => {
  fake.reset({ conversations: 6, role: "manager", longThread: 300 });
  member.current = fake.world.session;
  selection.clear();
  panel.close();
  vi.spyOn(document, "hasFocus").mockReturnValue(true);
  window.addEventListener("keydown", handleKey);
  return () => window.removeEventListener("keydown", handleKey);
});

describe("a team chat", () => {
  it("shows who wrote, by face and name, and is clean for axe with its members beside it", async () => {
    await open(team());
    const log = within(screen.getByRole("log"));
    expect(log.getByText("Tomasz")).toBeTruthy();
    await fireEvent.click(screen.getByRole("button", { name: "5 members" }));
    const beside = within(await screen.findByRole("complementary", { name: "Members" }));
    expect(beside.getAllByRole("listitem")).toHaveLength(5);
    expect(await violations()).toEqual([]);
  });

  it("gets another name, and says so in the thread", async () => {
    const user = userEvent.setup();
    await open(team());
    await user.click(screen.getByRole("button", { name: /Workshop floor/u }));
    await user.click(await screen.findByRole("menuitem", { name: "Rename chat" }));
    const name = await screen.findByRole<HTMLInputElement>("textbox", { name: "Name" });
    await user.clear(name);
    await user.type(name, "Stand 2{Enter}");
    await waitFor(() => expect(fake.called("rename_chat")).toEqual([{ chat: team().id, name: "Stand 2" }]));
    await waitFor(() => expect(screen.getByText(/renamed this to/u)).toBeTruthy());
  });

  it("has a name of up to 200 letters, and says at its field what is too long", async () => {
    const user = userEvent.setup();
    await open(team());
    await user.click(screen.getByRole("button", { name: /Workshop floor/u }));
    await user.click(await screen.findByRole("menuitem", { name: "Rename chat" }));
    const dialog = within(await screen.findByRole("dialog"));
    const name = dialog.getByRole("textbox");
    const rename = dialog.getByRole("button", { name: "Rename" });
    await fireEvent.input(name, { target: { value: "x".repeat(201) } });
    expect(await dialog.findByRole("alert")).toBeTruthy();
    expect(rename).toHaveProperty("disabled", true);
    await fireEvent.input(name, { target: { value: "x".repeat(200) } });
    await user.click(rename);
    await waitFor(() => expect(fake.called("rename_chat")).toEqual([{ chat: team().id, name: "x".repeat(200) }]));
  });

  it("takes in members that are found and ticked with the keyboard", async () => {
    const user = userEvent.setup();
    const chat = find((one) => one.kind === "team" && one.members.length === 3);
    await open(chat);
    await user.click(screen.getByRole("button", { name: "Add members" }));
    await user.type(await screen.findByRole("combobox"), "dana");
    await waitFor(() => expect(screen.getAllByRole("option")).toHaveLength(1));
    await user.keyboard("{Enter}");
    await user.click(screen.getByRole("button", { name: "Add 1 member" }));
    await waitFor(() => expect(fake.called("add_to_chat")).toEqual([{ chat: chat.id, members: ["m-dana"] }]));
  });

  it("is left only after a question, and then nothing is chosen", async () => {
    const user = userEvent.setup();
    const { id } = team();
    await open({ id });
    await user.click(screen.getByRole("button", { name: /Workshop floor/u }));
    await user.click(await screen.findByRole("menuitem", { name: "Leave chat" }));
    const question = within(await screen.findByRole("dialog", { name: "Leave Workshop floor?" }));
    expect(fake.called("leave_chat")).toEqual([]);
    await user.click(question.getByRole("button", { name: "Leave chat" }));
    await waitFor(() => expect(selection.chat).toBeNull());
    expect(fake.called("leave_chat")).toEqual([{ chat: id }]);
  });
});

describe("reading", () => {
  const newest = () => fake.world.chats[1]!;

  it("has a line above what is new, which stays when that was read", async () => {
    newest().entries.push(message("n1", fromContact, "first", { pos: 80_001 }), message("n2", fromContact, "second", { pos: 80_002 }));
    newest().read_pos = 80_000;
    await open(newest());
    expect(screen.getByRole("separator", { name: "2 new" })).toBeTruthy();
    await waitFor(() => expect(fake.called("mark_read").at(-1)).toEqual({ chat: newest().id, pos: 80_002 }));
    expect(screen.getByRole("separator", { name: "2 new" })).toBeTruthy();
  });

  // C064
  it("counts what came to a window without the focus when that comes back, and says where it began", async () => {
    newest().read_pos = 90_000;
    await open(newest());
    vi.mocked(document.hasFocus).mockReturnValue(false);
    window.dispatchEvent(new Event("blur"));
    newest().entries.push(message("n1", fromContact, "anybody?", { pos: 90_001 }));
    fake.touch(`chat:${newest().id}`, `thread:${newest().id}`);
    await screen.findByRole("separator", { name: "1 new" });
    expect(fake.called("mark_read")).toEqual([]);
    vi.mocked(document.hasFocus).mockReturnValue(true);
    window.dispatchEvent(new Event("focus"));
    await waitFor(() => expect(fake.called("mark_read")).toEqual([{ chat: newest().id, pos: 90_001 }]));
  });

  it("is unsaid from a message on, and looking at it does not say it again", async () => {
    newest().entries.push(message("n1", fromContact, "one", { pos: 80_001 }), message("n2", fromContact, "two", { pos: 80_002 }));
    newest().read_pos = 80_002;
    await open(newest());
    await fireEvent.contextMenu(screen.getByText("one"));
    await fireEvent.click(await screen.findByRole("menuitem", { name: "Mark unread from here" }));
    await waitFor(() => expect(fake.called("mark_unread")).toEqual([{ chat: newest().id, from: 80_001 }]));
    expect(await screen.findByRole("separator", { name: "2 new" })).toBeTruthy();
    await tasks(100);
    expect(fake.called("mark_read")).toEqual([]);
  });

  it("remembers the end as the end", async () => {
    await open(fake.world.chats[0]!);
    selection.openChat(newest().id);
    await tasks(500);
    expect(fake.called("save_reading").filter((one) => one.pos !== null)).toEqual([]);
  });
});

describe("a message", () => {
  it("is copied exactly, with the keyboard", async () => {
    const chat = fake.world.chats[1]!;
    const written = "  two\n\nlines, and a tab\there ";
    chat.entries.push(message("exact", fromContact, written, { pos: 85_000 }));
    chat.read_pos = 85_000;
    const copied = vi.spyOn(navigator.clipboard, "writeText").mockResolvedValue();
    await open(chat);
    screen.getByRole("log").focus();
    await fireEvent.keyDown(screen.getByRole("log"), { key: "ArrowUp" });
    await tasks();
    await fireEvent.keyDown(document.activeElement!, { key: "c", ctrlKey: true });
    expect(copied).toHaveBeenCalledWith(written);
    expect(await screen.findByText("Copied")).toBeTruthy();
  });

  it("of 60,000 letters is whole on request", async () => {
    const chat = fake.world.chats[1]!;
    chat.entries.push(message("long", fromContact, "lorem ipsum ".repeat(5_000), { pos: 85_000 }));
    chat.read_pos = 85_000;
    await open(chat);
    const bubble = () => document.querySelector('[data-entry="long"] .bubble')!.textContent!.length;
    expect(bubble()).toBeLessThan(3_000);
    await fireEvent.click(screen.getByRole("button", { name: "Show all 60,000 characters" }));
    await waitFor(() => expect(bubble()).toBe(60_000));
  });

  it("that is held back counts down, and *Undo* puts it back into the field with the caret", async () => {
    const chat = fake.world.chats[1]!;
    chat.draft = "";
    const text = "too soon";
    chat.entries.push(message("held", fromMe, text, { pos: null, delivery: "waiting", pending: pending("waiting", { command: "cmd-held", leaves_ms: Date.now() + 9_000 }) }));
    fake.world.outbox.push({ command: "cmd-held", kind: "send_message", chat: chat.id, title: "x", text, created_ms: Date.now(), state: "waiting", reason: null, other: null });
    await open(chat);
    expect(screen.getByText(/^Sending in \d s$/u)).toBeTruthy();
    await fireEvent.click(screen.getByRole("button", { name: "Undo" }));
    await waitFor(() => expect(field().value).toBe(text));
    await waitFor(() => expect(document.activeElement).toBe(field()));
    await waitFor(() => expect(screen.queryByText(/^Sending in/u)).toBeNull());
  });

  it("by a colleague in a direct chat has no name above it", async () => {
    const direct = find((one) => one.kind === "direct");
    direct.entries.push(message("d", fromDana, "hi there", { pos: 85_000 }));
    await open(direct);
    expect(document.querySelector(".from")).toBeNull();
  });
});

describe("writing", () => {
  it("is told to colleagues now and then", () => {
    tellTyping("c-1", 0);
    tellTyping("c-1", TELL_EVERY_MS - 1);
    tellTyping("c-2", 10);
    tellTyping("c-1", TELL_EVERY_MS);
    expect(fake.called("tell_typing").map((one) => one.chat)).toEqual(["c-1", "c-2", "c-1"]);
  });

  it("sends with Ctrl+Enter and breaks the line with Enter where that is set", async () => {
    await open(fake.world.chats[1]!);
    settings.current = { ...settings.current, enter_breaks: true };
    await fireEvent.input(field(), { target: { value: "line one" } });
    await fireEvent.keyDown(field(), { key: "Enter", keyCode: 13 });
    await tasks();
    expect(fake.called("send_message")).toEqual([]);
    await fireEvent.keyDown(field(), { key: "Enter", keyCode: 13, ctrlKey: true });
    await waitFor(() => expect(fake.called("send_message")).toHaveLength(1));
    settings.current = { ...settings.current, enter_breaks: false };
  });

  it("shows who else looks or writes, and nobody while the network is away", async () => {
    const chat = fake.world.chats[1]!;
    const [, , dana] = team().members;
    fake.world.presence.set(chat.id, { viewing: [dana!], typing: [], known: true });
    await open(chat);
    expect(await screen.findByText("Dana is viewing this chat")).toBeTruthy();
    fake.world.presence.set(chat.id, { viewing: [dana!], typing: [dana!], known: true });
    fake.touch(`presence:${chat.id}`);
    expect(await screen.findByText("Dana is writing")).toBeTruthy();
    fake.world.presence.set(chat.id, { viewing: [dana!], typing: [dana!], known: false });
    fake.touch(`presence:${chat.id}`);
    await waitFor(() => expect(screen.queryByText(/Dana is/u)).toBeNull());
  });

  it("has a sentence in its place where a conversation is archived", async () => {
    await open(find((one) => one.archived));
    expect(screen.queryByRole("textbox", { name: "Message" })).toBeNull();
    expect(screen.getByRole("note").textContent).toContain("It can be read, but not answered");
    expect(screen.queryByRole("button", { name: /Assign/u })).toBeNull();
  });
});

describe("a chat that is gone while it is open", () => {
  it("says so, keeps what was being written, and shows the way out", async () => {
    const chat = fake.world.chats[1]!;
    await open(chat);
    await fireEvent.input(field(), { target: { value: "half a reply" } });
    fake.world.chats = fake.world.chats.filter((one) => one !== chat);
    fake.emit({ event: "changed", tags: [], all: true });
    const gone = within(await screen.findByRole("alert"));
    expect(gone.getByRole("heading", { name: "This conversation is not here any more" })).toBeTruthy();
    expect(gone.getByText("half a reply")).toBeTruthy();
    expect(await violations()).toEqual([]);
    await fireEvent.click(gone.getByRole("button", { name: "Back to the list" }));
    expect(selection.chat).toBeNull();
  });
});

describe("the head", () => {
  it("makes a favorite, and says why it cannot where nobody owns the address", async () => {
    await open(fake.world.chats[1]!);
    const star = screen.getByRole("button", { name: "Favorite" });
    const was = star.getAttribute("aria-pressed");
    await fireEvent.click(star);
    await waitFor(() => expect(screen.getByRole("button", { name: "Favorite" }).getAttribute("aria-pressed")).not.toBe(was));
  });

  it("has a disabled star where there is no contact", async () => {
    await open(find((one) => one.kind === "conversation" && one.contact === null));
    const star = screen.getByRole("button", { name: "Favorite" });
    expect(star.getAttribute("aria-disabled")).toBe("true");
    await fireEvent.click(star);
    expect(fake.called("add_favorite")).toEqual([]);
  });

  it("jumps to a day that is chosen with the keyboard; Esc closes only the days", async () => {
    const user = userEvent.setup();
    panel.show();
    await open(fake.world.chats[0]!);
    panel.open = true;
    await screen.findByRole("complementary", { name: "History" });
    await user.click(screen.getByRole("button", { name: /Layla Haddad/u }));
    await user.click(await screen.findByRole("menuitem", { name: "Jump to a date" }));
    await screen.findByRole("dialog", { name: "Jump to a date" });
    // C110
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(screen.getByRole("complementary", { name: "History" })).toBeTruthy();
    await user.click(screen.getByRole("button", { name: /Layla Haddad/u }));
    await user.click(await screen.findByRole("menuitem", { name: "Jump to a date" }));
    await screen.findByRole("dialog", { name: "Jump to a date" });
    await waitFor(() => expect(document.activeElement?.closest("[role=grid]")).not.toBeNull());
    await user.keyboard("{ArrowUp}{Enter}");
    await waitFor(() => expect(fake.called("find_date")).toHaveLength(1));
    const asked = new Date(fake.called("find_date")[0]!.at_ms);
    expect([asked.getHours(), asked.getMinutes()]).toEqual([0, 0]);
  });
});

it("an error of an act on a team chat stays in its dialog", async () => {
  const user = userEvent.setup();
  fake.answer("rename_chat", () => {
    throw rpcError("odd", "The name is taken.");
  });
  await open(team());
  await user.click(screen.getByRole("button", { name: /Workshop floor/u }));
  await user.click(await screen.findByRole("menuitem", { name: "Rename chat" }));
  await user.type(await screen.findByRole("textbox", { name: "Name" }), " 2{Enter}");
  expect((await screen.findByRole("alert")).textContent).toContain("The name is taken.");
  expect(screen.getByRole("dialog")).toBeTruthy();
});
