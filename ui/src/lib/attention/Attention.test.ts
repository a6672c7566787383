import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { fake, rpcError } from "$dev/host";
import type { Arranged } from "$dev/outbox";
import { members } from "$dev/people";
import { draftOf } from "$lib/conversation/drafts";
import { selection } from "$lib/selection.svelte";
import App from "../../App.svelte";
import { forgetLastChoice } from "./CaseActions.svelte";

const dana = members[2]!;
const MINUTE = 60_000;

function arrange(...rows: Arranged[]): void {
  const { world } = fake;
  world.outbox = rows;
  for (const state of ["waiting", "failed", "held"] as const) world.status[state] = rows.filter((row) => row.state === state).length;
}

function row(command: string, state: Arranged["state"], more: Partial<Arranged> = {}): Arranged {
  const chat = fake.world.chats[0]!;
  return { command, kind: "send_message", chat: chat.id, title: chat.person.name, text: `text of ${command}`, created_ms: Date.now() - 9 * MINUTE, state, reason: null, other: null, ...more };
}

const answered = (command: string, more: Partial<Arranged> = {}) =>
  row(command, "held", {
    reason: rpcError("answered", "Dana answered.", { name: dana.name, at_ms: String(Date.now()) }),
    other: { author: dana, text: `Dana before ${command}`, at_ms: Date.now() },
    ...more,
  });
const refused = (command: string, code: string, more: Partial<Arranged> = {}) => row(command, "failed", { reason: rpcError(code, "The hub said no."), ...more });

async function open(tab: "you" | "waiting" = "you") {
  render(App);
  await waitFor(() => expect(screen.queryAllByRole("row").length).toBeGreaterThan(2));
  selection.openAttention(tab);
  await screen.findByRole("heading", { name: "Needs attention", level: 1 });
  return userEvent.setup();
}

const sheet = () => within(screen.getByRole("main"));
const listed = () => screen.getAllByRole("row").map((one) => one.dataset.command);

async function violations(): Promise<string[]> {
  const found = await axe.run(document.body, { rules: { "color-contrast": { enabled: false }, region: { enabled: false } } });
  return found.violations.flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.html.slice(0, 200)}`));
}

beforeEach(() => {
  selection.clear();
  forgetLastChoice();
  fake.reset({ conversations: 12, longThread: 6 });
});

describe("needs attention", () => {
  it("is in the rail with its count while there is something to decide, and no longer", async () => {
    arrange(answered("h"), refused("f", "forbidden"));
    render(App);
    const user = userEvent.setup();
    const entry = await screen.findByRole("button", { name: "Needs attention 2 things" });
    await user.click(entry);
    expect(entry.getAttribute("aria-current")).toBe("page");
    expect(document.querySelectorAll(".rail [aria-current]")).toHaveLength(1);
    selection.leaveAttention();
    arrange();
    fake.touch("status", "outbox");
    await waitFor(() => expect(screen.queryByRole("button", { name: /^Needs attention/u })).toBeNull());
  });

  it("shows held before refused before restored, and both texts side by side", async () => {
    arrange(refused("f", "forbidden"), row("r", "held", { reason: rpcError("restored", "Restored.") }), answered("h"));
    await open();
    await waitFor(() => expect(listed()).toEqual(["h", "f", "r"]));
    await waitFor(() => expect(sheet().getByRole("heading", { level: 2 }).textContent).toContain("Dana answered"));
    const texts = [...document.querySelectorAll("main blockquote")].map((one) => one.textContent);
    expect(texts).toEqual(["text of h", "Dana before h"]);
    expect(sheet().getByText("1 of 3")).toBeTruthy();
    expect(screen.getByText("Dana answered first")).toBeTruthy();
  });

  it("sends anyway, and opens the next with the focus at its safe choice", async () => {
    arrange(answered("h"), refused("f", "forbidden"));
    const user = await open();
    await user.click(await sheet().findByRole("button", { name: "Send anyway" }));
    expect(fake.called("send_anyway")).toEqual([{ command: "h" }]);
    await waitFor(() => expect(selection.command).toBe("f"));
    await waitFor(() => expect(document.activeElement?.textContent?.trim()).toBe("Edit"));
    expect(sheet().getByRole("button", { name: "Retry" })).toBeTruthy();
  });

  it("takes the second half of a double click for nothing", async () => {
    arrange(answered("h"), answered("i"));
    const user = await open();
    await user.click(await sheet().findByRole("button", { name: "Send anyway" }));
    await waitFor(() => expect(selection.command).toBe("i"));
    await waitFor(() => expect(sheet().getByText("text of i")).toBeTruthy());
    await user.click(sheet().getByRole("button", { name: "Send anyway" }));
    expect(fake.called("send_anyway")).toEqual([{ command: "h" }]);
  });

  it("puts a text back into its own chat's composer and opens that chat", async () => {
    const chat = fake.world.chats[1]!;
    chat.draft = "";
    arrange(answered("h", { chat: chat.id, title: chat.person.name }));
    const user = await open();
    await user.click(await sheet().findByRole("button", { name: "Edit" }));
    await waitFor(() => expect(selection.chat).toBe(chat.id));
    expect(selection.attention).toBeNull();
    await waitFor(() => expect((screen.getByRole("textbox") as HTMLTextAreaElement).value).toBe("text of h"));
    expect(draftOf(chat.id).text).toBe("text of h");
  });

  it("discards a text only after a question, and other things at once", async () => {
    arrange(answered("h"), refused("t", "taken_by", { kind: "assign_chat", text: null }));
    const user = await open();
    await user.click(await sheet().findByRole("button", { name: "Discard" }));
    const question = within(await screen.findByRole("dialog"));
    expect(fake.called("discard")).toEqual([]);
    await user.click(question.getByRole("button", { name: "Discard" }));
    await waitFor(() => expect(fake.called("discard")).toEqual([{ command: "h" }]));
    await waitFor(() => expect(selection.command).toBe("t"));
    forgetLastChoice();
    await waitFor(() => expect(sheet().queryByText("text of h")).toBeNull());
    await user.click(await sheet().findByRole("button", { name: "Discard" }));
    await waitFor(() => expect(fake.called("discard")).toHaveLength(2));
    await waitFor(() => expect(sheet().getByRole("heading", { name: "Nothing needs you" })).toBeTruthy());
    await waitFor(() => expect(document.activeElement?.getAttribute("aria-label")).toBe("Nothing needs you"));
  });

  it("says in words what was not done besides messages, and retries it", async () => {
    const chat = fake.world.chats[0]!;
    arrange(refused("c", "new_message", { kind: "close_chat", text: null }), refused("g", "forbidden", { kind: "tag_chat", tag: "Parts", text: null }));
    const user = await open();
    await waitFor(() => expect(sheet().getByRole("heading", { level: 2 }).textContent).toBe(`Not done: Close ${chat.person.name}`));
    expect(sheet().getByText(/a message came in that you had not seen/u)).toBeTruthy();
    expect(screen.getByText("Tag “Parts”")).toBeTruthy();
    await user.click(sheet().getByRole("button", { name: "Retry" }));
    await waitFor(() => expect(fake.called("retry")).toEqual([{ command: "c" }]));
  });

  it("keeps what was written in a chat that is gone readable, and offers to copy it", async () => {
    const write = vi.fn(() => Promise.resolve());
    arrange(refused("g", "not_found", { chat: "nowhere", title: "Rosa Vidal" }));
    const user = await open();
    Object.defineProperty(navigator, "clipboard", { configurable: true, value: { writeText: write } });
    expect(await sheet().findByText("text of g")).toBeTruthy();
    expect(screen.getAllByText("Rosa Vidal").length).toBeGreaterThan(0);
    expect(sheet().queryByRole("button", { name: "Edit" })).toBeNull();
    expect(sheet().queryByRole("button", { name: "Open the conversation" })).toBeNull();
    const retry = sheet().getByRole("button", { name: "Retry" });
    expect(retry.getAttribute("aria-disabled")).toBe("true");
    const why = document.getElementById(retry.getAttribute("aria-describedby") ?? "");
    expect(why?.textContent).toContain("The conversation is gone");
    await user.click(retry);
    expect(fake.called("retry")).toEqual([]);
    await user.click(sheet().getByRole("button", { name: "Copy text" }));
    expect(write).toHaveBeenCalledWith("text of g");
    await waitFor(() => expect(sheet().getByText("Copied")).toBeTruthy());
  });

  it("makes no choice dark where nothing is safe", async () => {
    arrange(row("r", "held", { reason: rpcError("restored", "Restored.") }));
    await open();
    await sheet().findByRole("button", { name: "Send again" });
    expect(document.querySelector("main .btn.solid, main .btn.primary")).toBeNull();
    expect(sheet().getByRole("heading", { level: 2 }).textContent).toContain("Nobody knows whether");
  });

  it("is walked by keys: J and K open, arrows move, Enter goes to the choice, Esc comes back", async () => {
    arrange(answered("a"), answered("b"), answered("c"));
    const user = await open();
    await waitFor(() => expect(selection.command).toBe("a"));
    await user.keyboard("j");
    await waitFor(() => expect(selection.command).toBe("b"));
    await user.keyboard("k");
    await waitFor(() => expect(selection.command).toBe("a"));
    const rows = screen.getAllByRole("row");
    expect(rows.filter((one) => one.tabIndex === 0)).toHaveLength(1);
    rows[0]?.focus();
    await user.keyboard("{ArrowDown}{ArrowDown}");
    await waitFor(() => expect((document.activeElement as HTMLElement).dataset.command).toBe("c"));
    expect(selection.command).toBe("a");
    await user.keyboard("{Enter}");
    await waitFor(() => expect(selection.command).toBe("c"));
    await waitFor(() => expect(document.activeElement?.textContent?.trim()).toBe("Edit"));
    await user.keyboard("{Escape}");
    await waitFor(() => expect((document.activeElement as HTMLElement).dataset.command).toBe("c"));
    await user.keyboard("{Escape}");
    await waitFor(() => expect(selection.attention).toBeNull());
  });

  it("is walked from the rail too, and then Enter means what is on screen", async () => {
    arrange(answered("a"), answered("b"));
    render(App);
    const user = userEvent.setup();
    await user.click(await screen.findByRole("button", { name: "Needs attention 2 things" }));
    await waitFor(() => expect(selection.command).toBe("a"));
    await user.keyboard("j");
    await waitFor(() => expect((document.activeElement as HTMLElement).dataset.command).toBe("b"));
    await user.keyboard("{Enter}");
    await waitFor(() => expect(document.activeElement?.textContent?.trim()).toBe("Edit"));
    await user.keyboard("k");
    await waitFor(() => expect(selection.command).toBe("a"));
    await waitFor(() => expect(document.activeElement?.textContent?.trim()).toBe("Edit"));
  });

  it("promises Enter only where it leads to the text", async () => {
    arrange(answered("h"), row("r", "held", { reason: rpcError("restored", "Restored.") }));
    const user = await open();
    await waitFor(() => expect(sheet().getByText("edit")).toBeTruthy());
    await user.keyboard("j");
    await sheet().findByRole("button", { name: "Send again" });
    expect(sheet().queryByText("edit")).toBeNull();
  });

  it("says that it cannot be read, and tries again", async () => {
    arrange(answered("a"));
    let broken = true;
    fake.answer("list_outbox", () => {
      if (broken) throw rpcError("disk_full", "The disk is full.");
      return { rows: [], counts: { waiting: 0, held: 0, refused: 0, uncertain: 0 }, oldest_ms: null };
    });
    const user = await open();
    const list = within(screen.getByRole("region", { name: "Needs attention" }));
    expect((await list.findByRole("alert")).textContent).toContain("The disk of this computer is full.");
    broken = false;
    await user.click(list.getByRole("button", { name: "Try again" }));
    await waitFor(() => expect(list.getByText(/^Nothing needs you\./u)).toBeTruthy());
  });

  it("tells the core that no chat is before the eyes", async () => {
    const chat = fake.world.chats[0]!.id;
    arrange(answered("a"));
    render(App);
    await waitFor(() => expect(screen.queryAllByRole("row").length).toBeGreaterThan(2));
    selection.openChat(chat);
    await waitFor(() => expect(fake.called("set_view").at(-1)?.chat).toBe(chat));
    selection.openAttention("you");
    await waitFor(() => expect(fake.called("set_view").at(-1)?.chat).toBeNull());
    selection.leaveAttention();
    await waitFor(() => expect(fake.called("set_view").at(-1)?.chat).toBe(chat));
  });

  it("has nothing that axe finds, in either tab", async () => {
    arrange(answered("a"), refused("b", "taken_by", { kind: "assign_chat", text: null }), refused("g", "not_found", { chat: "nowhere" }), row("w", "waiting"), row("x", "waiting", { kind: "close_chat", text: null }));
    await open();
    await sheet().findByRole("button", { name: "Edit" });
    expect(await violations()).toEqual([]);
    selection.openCommand("g");
    await sheet().findByRole("button", { name: "Copy text" });
    expect(await violations()).toEqual([]);
    selection.openAttention("waiting");
    await waitFor(() => expect(screen.getAllByRole("row")).toHaveLength(2));
    expect(await violations()).toEqual([]);
  });
});

describe("what waits", () => {
  it("stands in order, each with what it waits for and since when", async () => {
    const [one, two] = fake.world.chats as [(typeof fake.world.chats)[0], (typeof fake.world.chats)[0]];
    fake.world.status.network = "offline";
    const waits = (command: string, chat: typeof one, more: Partial<Arranged> = {}) => row(command, "waiting", { chat: chat.id, title: chat.person.name, ...more });
    arrange(waits("a", one, { created_ms: Date.now() - 54 * MINUTE }), waits("b", two), waits("c", one), waits("d", one, { kind: "close_chat", text: null }), waits("e", two, { transmitted: true }));
    await open("waiting");
    await waitFor(() => expect(listed()).toEqual(["a", "b", "c", "d", "e"]));
    const why = [...document.querySelectorAll("main .why")].map((cell) => cell.textContent);
    expect(why).toEqual(["The network", "The network", "Number 1, same conversation", "Number 3, and only if that is done", "Number 2, same conversation"]);
    expect(await sheet().findByText(/^5 changes on this computer, the oldest for 5[345] min$/u)).toBeTruthy();
    expect(within(screen.getAllByRole("row")[4]!).queryByRole("button")).toBeNull();
  });

  it("names the contact that nobody else has yet", async () => {
    arrange(row("n", "waiting", { kind: "create_contact", chat: null, title: "", text: "Layla Haddad" }));
    await open("waiting");
    expect(await sheet().findByText("New contact Layla Haddad")).toBeTruthy();
  });

  it("takes a text back into its draft and stays", async () => {
    const chat = fake.world.chats[1]!;
    chat.draft = "";
    fake.world.status.network = "offline";
    arrange(row("a", "waiting", { chat: chat.id, title: chat.person.name }), row("b", "waiting", { kind: "tag_chat", tag: "Parts", text: null }));
    const user = await open("waiting");
    await user.click(await screen.findByRole("button", { name: `Take back: Message to ${chat.person.name}` }));
    await waitFor(() => expect(sheet().getByText(`Taken back: your text is in the draft of ${chat.person.name}.`)).toBeTruthy());
    expect(chat.draft).toBe("text of a");
    expect(selection.attention).toBe("waiting");
    await user.keyboard("{Control>}z{/Control}");
    await waitFor(() => expect(fake.called("discard")).toEqual([{ command: "b" }]));
    await waitFor(() => expect(sheet().getByText(/^Nothing waits\./u)).toBeTruthy());
  });

  it("holds still under the pointer while things go out", async () => {
    fake.world.status.network = "online";
    arrange(row("a", "waiting"), row("b", "waiting"));
    const user = await open("waiting");
    await waitFor(() => expect(listed()).toEqual(["a", "b"]));
    await user.hover(screen.getAllByRole("row")[1]!);
    arrange(fake.world.outbox[1]!);
    fake.touch("outbox", "status");
    await waitFor(() => expect(screen.getByText("Has gone out")).toBeTruthy());
    expect(listed()).toEqual(["a", "b"]);
    await user.unhover(screen.getAllByRole("row")[1]!);
    await user.hover(document.body);
    screen.getByRole("grid").dispatchEvent(new PointerEvent("pointerleave"));
    await waitFor(() => expect(listed()).toEqual(["b"]));
  });

  it("reads on under a resting pointer, which only keeps things from moving", async () => {
    arrange(...Array.from({ length: 300 }, (_, n) => row(`w${n}`, "waiting")));
    const user = await open("waiting");
    await waitFor(() => expect(screen.getAllByRole("row").length).toBeGreaterThan(3));
    await user.hover(screen.getAllByRole("row")[0]!);
    const grid = screen.getByRole("grid");
    grid.scrollTop = 200 * 53;
    grid.dispatchEvent(new Event("scroll"));
    await waitFor(() => expect(fake.called("list_outbox").some((args) => (args.from ?? 0) > 50)).toBe(true));
    // Long before the pointer counts as away.
    await waitFor(() => expect(listed().some((command) => Number(command?.slice(1)) > 100)).toBe(true), { timeout: 2_500 });
  });

  it("opens the conversation by Enter", async () => {
    const chat = fake.world.chats[2]!;
    arrange(row("a", "waiting", { chat: chat.id, title: chat.person.name }));
    const user = await open("waiting");
    (await screen.findByRole("row")).focus();
    await user.keyboard("{Enter}");
    await waitFor(() => expect(selection.chat).toBe(chat.id));
    expect(selection.attention).toBeNull();
  });

  it("draws only some of ten thousand, and reads only around them", async () => {
    arrange(...Array.from({ length: 10_000 }, (_, n) => row(`w${n}`, "waiting")));
    const user = await open("waiting");
    await waitFor(() => expect(screen.getAllByRole("row").length).toBeGreaterThan(3));
    expect(screen.getAllByRole("row").length).toBeLessThan(100);
    expect(screen.getByRole("grid").getAttribute("aria-rowcount")).toBe("10000");
    expect(Math.max(...fake.called("list_outbox").map((args) => args.limit ?? Infinity))).toBeLessThan(200);
    expect(sheet().getByText(/^10,?000 changes on this computer/u)).toBeTruthy();
    screen.getAllByRole("row")[0]?.focus();
    await user.keyboard("{ArrowDown}");
    await waitFor(() => expect((document.activeElement as HTMLElement).dataset.command).toBe("w1"));
  });
});
