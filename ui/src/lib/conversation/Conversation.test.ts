import { fireEvent, render, screen, waitFor, within } from "@testing-library/svelte";
import axe from "axe-core";
import { tick } from "svelte";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { fake, rpcError } from "$dev/host";
import { handleKey } from "$lib/keys";
import { selection } from "$lib/selection.svelte";
import { member } from "$lib/session.svelte";
import { fromContact, message } from "../../../test/entries";
import Conversation from "./Conversation.svelte";

const tasks = (ms = 30) => new Promise((done) => setTimeout(done, ms));

/** The chat at an index of the sample organization. */
const chat = (at: number) => fake.world.chats[at]!;
const field = () => screen.getByRole<HTMLTextAreaElement>("textbox", { name: "Message" });

function focusWindow(focused: boolean) {
  vi.spyOn(document, "hasFocus").mockReturnValue(focused);
  window.dispatchEvent(new Event(focused ? "focus" : "blur"));
}

describe("the conversation", () => {
  beforeEach(() => {
    fake.reset({ conversations: 6, role: "manager" });
    member.current = fake.world.session;
    selection.clear();
    vi.spyOn(document, "hasFocus").mockReturnValue(true);
    window.addEventListener("keydown", handleKey);
    return () => window.removeEventListener("keydown", handleKey);
  });

  async function open(at: number) {
    const view = render(Conversation);
    selection.openChat(chat(at).id);
    await waitFor(() => field());
    await tasks();
    return view;
  }

  it("says which keys choose a conversation while none is chosen and there is a list of them", async () => {
    render(Conversation);
    expect(screen.getByRole("heading", { name: "No conversation chosen" })).toBeTruthy();
    expect(screen.queryByText("J")).toBeNull();
    await selection.openPlace({ place: "direct" });
    expect(await screen.findByText("J")).toBeTruthy();
  });

  // C081
  it("never carries what was typed for one over to another", async () => {
    await open(1);
    await fireEvent.input(field(), { target: { value: "only for the first" } });
    selection.openChat(chat(2).id);
    await tick();
    await waitFor(() => expect(screen.getByRole("heading", { level: 1 }).textContent?.trim()).toBe(chat(2).person.name));
    expect(field().value).toBe(chat(2).draft);
    await fireEvent.keyDown(field(), { key: "Enter", keyCode: 13 });
    await tasks();
    expect(fake.called("send_message").filter((sent) => sent.text.includes("only for"))).toEqual([]);
    expect(chat(1).draft).toBe("only for the first");

    selection.openChat(chat(1).id);
    await waitFor(() => expect(field().value).toBe("only for the first"));
  });

  it("has what was typed for the field before there was one, and does none of it as a command", async () => {
    await open(1);
    fake.delay = 100;
    chat(2).draft = "";
    selection.openChat(chat(2).id);
    await tick();
    for (const key of ["r", "e", " ", "p"]) await fireEvent.keyDown(document.body, { key });
    expect(chat(1).draft).toBe("");
    await waitFor(() => expect(field().value).toBe("e p"));
    await waitFor(() => expect(document.activeElement).toBe(field()));
    expect(fake.called("close_chat")).toEqual([]);
  });

  const head = () => screen.queryByRole("heading", { level: 1 })?.textContent?.trim();

  it("comes whole, and the one before is gone at once, with its field and its keys", async () => {
    await open(1);
    await fireEvent.input(field(), { target: { value: "not to be sent" } });
    fake.delay = 80;
    selection.openChat(chat(2).id);
    await tick();
    expect([head(), screen.queryByRole("textbox", { name: "Message" })]).toEqual([undefined, null]);
    expect(document.querySelector(".ghosts")).not.toBeNull();
    await fireEvent.keyDown(document.body, { key: "Enter", ctrlKey: true, shiftKey: true });
    await waitFor(() => expect(head()).toBe(chat(2).person.name));
    expect(screen.getByRole("log").getAttribute("aria-busy"), "with its messages").toBe("false");
    expect([fake.called("send_message"), fake.called("close_chat")]).toEqual([[], []]);
  });

  it("stays, with what is typed in it, while it is not known whether the hub still has it", async () => {
    await open(1);
    await fireEvent.input(field(), { target: { value: "half a sen" } });
    fake.answer("get_chat", () => {
      throw rpcError("not_here_yet", "It comes from the hub.", undefined, true);
    });
    const asked = fake.called("get_chat").length;
    fake.touch(`chat:${chat(1).id}`);
    await waitFor(() => expect(fake.called("get_chat").length).toBeGreaterThan(asked));
    await tasks();
    expect([head(), field().value]).toEqual([chat(1).person.name, "half a sen"]);
  });

  it("is read anew when it comes back", async () => {
    await open(1);
    selection.openAttention("waiting");
    await tasks();
    chat(1).person = { ...chat(1).person, name: "Another Name" };
    selection.leaveAttention();
    await waitFor(() => expect(head()).toBe("Another Name"));
  });

  it("has done to it what was asked for before it was there", async () => {
    await open(1);
    fake.delay = 40;
    selection.openChat(chat(2).id);
    await tick();
    await fireEvent.keyDown(document.body, { key: "e" });
    await waitFor(() => expect(fake.called("close_chat").map((asked) => asked.chat)).toEqual([chat(2).id]));
  });

  it("closes what was written in, though another was chosen while it was sent", async () => {
    await open(1);
    await fireEvent.input(field(), { target: { value: "Goodbye" } });
    fake.delay = 60;
    await fireEvent.keyDown(field(), { key: "Enter", ctrlKey: true, shiftKey: true });
    selection.openChat(chat(2).id);
    await waitFor(() => expect(fake.called("close_chat")).toHaveLength(1), { timeout: 3000 });
    expect(fake.called("send_message").map((sent) => sent.chat)).toEqual([chat(1).id]);
    expect(fake.called("close_chat").map((closed) => closed.chat)).toEqual([chat(1).id]);
  });

  // C078
  it("keeps text, caret and selection while everything around is synced", async () => {
    await open(1);
    field().focus();
    await fireEvent.input(field(), { target: { value: "half a reply" } });
    field().setSelectionRange(2, 6);
    chat(1).entries.push(message("late", fromContact, "and another thing", { pos: 90_001 }));
    chat(1).person = { ...chat(1).person, name: "Renamed" };
    const before = field();
    fake.emit({ event: "changed", tags: [], all: true });
    await waitFor(() => expect(screen.getByRole("heading", { level: 1 }).textContent?.trim()).toBe("Renamed"));
    await tasks();
    expect(field()).toBe(before);
    expect(field().value).toBe("half a reply");
    expect([field().selectionStart, field().selectionEnd]).toEqual([2, 6]);
    expect(document.activeElement).toBe(field());
  });

  // C043
  it("is read only while the window has the focus", async () => {
    vi.mocked(document.hasFocus).mockReturnValue(false);
    chat(1).entries.push(message("new", fromContact, "hello?", { pos: 90_000 }));
    await open(1);
    expect(fake.called("mark_read")).toEqual([]);
    expect(fake.called("set_view").at(-1)).toEqual({ chat: chat(1).id, focused: false });

    await waitFor(() => expect(document.querySelector(".thread.settled")).not.toBeNull());
    expect(fake.called("mark_read")).toEqual([]);

    focusWindow(true);
    await waitFor(() => expect(fake.called("mark_read")).toEqual([{ chat: chat(1).id, pos: 90_000 }]));
    expect(fake.called("set_view").at(-1)).toEqual({ chat: chat(1).id, focused: true });

    focusWindow(false);
    chat(1).entries.push(message("newer", fromContact, "anybody?", { pos: 90_005 }));
    fake.touch(`thread:${chat(1).id}`, `chat:${chat(1).id}`);
    await tasks(60);
    expect(fake.called("mark_read")).toHaveLength(1);
  });

  it("shows system lines with who and what", async () => {
    await open(1);
    await fireEvent.click(screen.getByRole("button", { name: "Close" }));
    await waitFor(() => expect(within(screen.getByRole("log")).getByText(/closed this/).textContent).toContain("You closed this"));
    expect(fake.called("close_chat")).toEqual([{ chat: chat(1).id }]);
    expect(screen.getByRole("button", { name: "Reopen" })).toBeTruthy();
    expect(screen.getByText(/Sending opens this again/)).toBeTruthy();
  });

  it("keeps the focus on the button that has become another", async () => {
    await open(1);
    const close = screen.getByRole("button", { name: "Close" });
    close.focus();
    await fireEvent.click(close);
    await waitFor(() => expect(screen.getByRole("button", { name: "Reopen" })).toBe(document.activeElement));
  });

  it("gives the focus on to the next conversation, and takes it from no other pane", async () => {
    const list = document.body.appendChild(document.createElement("button"));
    await open(1);
    screen.getByRole("log").focus();
    selection.openChat(chat(2).id);
    await waitFor(() => expect(screen.getByRole("heading", { level: 1 }).textContent?.trim()).toBe(chat(2).person.name));
    await waitFor(() => expect(document.activeElement).toBe(screen.getByRole("log")));
    list.focus();
    selection.openChat(chat(3).id);
    await waitFor(() => expect(screen.getByRole("heading", { level: 1 }).textContent?.trim()).toBe(chat(3).person.name));
    await tasks();
    expect(document.activeElement).toBe(list);
  });

  it("lets a manager hand it to any member of the inbox", async () => {
    await open(1);
    await fireEvent.keyDown(document.body, { key: "a" });
    const item = await screen.findByRole("menuitemradio", { name: "Dana Whitcombe" });
    await fireEvent.click(item);
    await waitFor(() => expect(fake.called("assign_chat")).toHaveLength(1));
    expect(fake.called("assign_chat")[0]?.to).toBe("m-dana");
  });

  it("says why something could not be done, until it is dismissed", async () => {
    fake.answer("close_chat", () => {
      throw rpcError("new_message", "A message came in.");
    });
    await open(1);
    await fireEvent.click(screen.getByRole("button", { name: "Close" }));
    await waitFor(() => expect(screen.getByRole("alert").textContent).toContain("a message came in that you had not seen"));
    await fireEvent.click(screen.getByRole("button", { name: "Dismiss" }));
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("takes a tag off and puts another on, with the keyboard alone", async () => {
    chat(1).tags = [fake.world.tags[0]!];
    await open(1);
    await fireEvent.click(screen.getByRole("button", { name: `Remove tag ${fake.world.tags[0]!.name}` }));
    await waitFor(() => expect(fake.called("untag_chat")).toEqual([{ chat: chat(1).id, tag: fake.world.tags[0]!.id }]));
    await fireEvent.keyDown(document.body, { key: "l" });
    const find = await screen.findByRole<HTMLInputElement>("combobox", { name: "Find or make a tag" });
    await waitFor(() => expect(screen.getAllByRole("option").length).toBeGreaterThan(0));
    await fireEvent.input(find, { target: { value: "Brand new" } });
    await fireEvent.keyDown(find, { key: "Enter" });
    await waitFor(() => expect(fake.called("create_tag")[0]).toMatchObject({ name: "Brand new", chat: chat(1).id }));
  });

  it("has no tags, assigning or closing in a direct chat", async () => {
    const at = fake.world.chats.findIndex((one) => one.kind === "direct");
    await open(at);
    expect(screen.queryByRole("button", { name: "Close" })).toBeNull();
    expect(screen.queryByRole("button", { name: /Assign/ })).toBeNull();
    expect(screen.queryByRole("button", { name: "Add tag" })).toBeNull();
    expect(screen.getByRole("form", { name: /Message to/ })).toBeTruthy();
  });

  it("reads a long thread page by page, and draws only what is near", async () => {
    const long = fake.world.chats.findIndex((one) => one.entries.length > 1_000);
    await open(long);
    await waitFor(() => expect(document.querySelectorAll(".msg").length).toBeGreaterThan(0));
    expect(document.querySelectorAll(".msg").length).toBeLessThan(100);
    expect(fake.called("list_messages").every((asked) => asked.limit <= 100)).toBe(true);
  });

  it("says what is wrong where the thread cannot be read, and tries again", async () => {
    fake.answer("list_messages", () => {
      throw rpcError("odd", "The cache cannot be read.", undefined, true);
    });
    await open(1);
    expect(screen.getByRole("alert").textContent).toContain("The cache cannot be read.");
    fake.answer("list_messages", () => ({ entries: [message("a", fromContact, "there again")], more: false, more_after: false }));
    await fireEvent.click(screen.getByRole("button", { name: "Try again" }));
    await waitFor(() => expect(screen.getByText("there again")).toBeTruthy());
  });

  it("is clean for axe", async () => {
    const { container } = await open(1);
    const result = await axe.run(container, { rules: { "color-contrast": { enabled: false }, region: { enabled: false } } });
    expect(result.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(" ")}`)).toEqual([]);
  });
});
