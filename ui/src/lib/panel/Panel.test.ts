import { fireEvent, render, screen, waitFor, within } from "@testing-library/svelte";
import axe from "axe-core";
import { beforeEach, describe, expect, it } from "vitest";
import { fake, rpcError } from "$dev/host";
import Conversation from "$lib/conversation/Conversation.svelte";
import { handleKey } from "$lib/keys";
import { walkPanes } from "$lib/panes";
import { selection } from "$lib/selection.svelte";
import { member } from "$lib/session.svelte";
import { panel } from "./panel.svelte";

const layla = () => fake.world.chats[0]!;
const beside = () => within(screen.getByRole("complementary", { name: "History" }));
const rows = () => [...document.querySelectorAll<HTMLElement>("[data-past]")];

async function open(chat = layla()) {
  const view = render(Conversation);
  selection.openChat(chat.id);
  await screen.findByRole("textbox", { name: "Message" });
  return view;
}

beforeEach(() => {
  fake.reset({ conversations: 6, role: "manager", longThread: 50 });
  member.current = fake.world.session;
  selection.clear();
  panel.close();
  window.addEventListener("keydown", handleKey);
  return () => window.removeEventListener("keydown", handleKey);
});

describe("the history", () => {
  it("opens by key, takes the focus, and gives it back when Esc closes it", async () => {
    await open();
    screen.getByRole("log").focus();
    await fireEvent.keyDown(document.activeElement!, { key: "h" });
    await waitFor(() => expect(rows()).toHaveLength(5));
    expect(screen.getByRole("complementary").contains(document.activeElement)).toBe(true);
    expect(beside().getByText("(503) 555-0142", { exact: false })).toBeTruthy();
    await fireEvent.keyDown(document.activeElement!, { key: "Escape" });
    await waitFor(() => expect(screen.queryByRole("complementary")).toBeNull());
    expect(document.activeElement).toBe(screen.getByRole("log"));
  });

  it("shows an earlier conversation to be read, goes back to its row, and opens it for writing", async () => {
    await open();
    await fireEvent.keyDown(document.body, { key: "h" });
    await waitFor(() => expect(rows()).toHaveLength(5));
    const [first] = rows();
    const id = first!.dataset.past!;
    await fireEvent.click(first!);
    await waitFor(() => expect(screen.getByText("Collected, paid by card.")).toBeTruthy());
    expect(within(screen.getByRole("complementary")).queryByRole("textbox")).toBeNull();
    const found = await axe.run(document.body, { rules: { "color-contrast": { enabled: false }, region: { enabled: false } } });
    expect(found.violations.map((one) => `${one.id} ${one.nodes[0]?.html}`)).toEqual([]);
    await fireEvent.keyDown(document.activeElement!, { key: "Escape" });
    await waitFor(() => expect(document.activeElement).toBe(document.querySelector(`[data-past="${id}"]`)));
    await fireEvent.click(document.activeElement!);
    await fireEvent.click(await screen.findByRole("button", { name: "Open" }));
    await waitFor(() => expect(selection.chat).toBe(id));
    expect(fake.called("mark_read").filter((one) => one.chat === id)).toEqual([]);
  });

  // C049
  it("has all forty, page by page, newest first, each once", async () => {
    const [pattern] = fake.world.chats.filter((one) => one.contact === layla().contact && one !== layla());
    for (let n = 0; n < 35; n += 1) fake.world.chats.push({ ...pattern!, id: `past-${n}`, created_ms: n * 1000 });
    await open();
    panel.show();
    await waitFor(() => expect(rows()).toHaveLength(30));
    expect(beside().getByText("40")).toBeTruthy();
    await fireEvent.click(beside().getByRole("button", { name: "Show more" }));
    await waitFor(() => expect(rows()).toHaveLength(40));
    expect(new Set(rows().map((row) => row.dataset.past)).size).toBe(40);
    expect(beside().queryByRole("button", { name: "Show more" })).toBeNull();
  });

  it("that is empty says so, and one that cannot be read says why and tries again", async () => {
    fake.answer("list_history", () => {
      throw rpcError("odd", "The cache cannot be read.", undefined, true);
    });
    await open();
    panel.show();
    expect((await screen.findByRole("alert")).textContent).toContain("The cache cannot be read.");
    fake.answer("list_history", () => ({ rows: [], total: 0, next: null }));
    await fireEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByText(/first conversation with Layla Haddad/u)).toBeTruthy();
  });

  it("is a pane of its own for F6, and the conversation beside it still is one", async () => {
    const main = document.body.appendChild(document.createElement("main"));
    main.dataset.pane = "conversation";
    render(Conversation, {}, { baseElement: main });
    selection.openChat(layla().id);
    await screen.findByRole("textbox", { name: "Message" });
    panel.show();
    await waitFor(() => expect(rows()).toHaveLength(5));
    walkPanes(1);
    expect(document.activeElement?.closest("[data-pane]")).toBe(main);
    walkPanes(1);
    expect(document.activeElement?.closest("[data-pane]")).toBe(screen.getByRole("complementary"));
  });
});
