import { fireEvent, render, screen, within, waitFor } from "@testing-library/svelte";
import { beforeEach, describe, expect, it } from "vitest";
import { fake } from "$dev/host";
import type { TextPart } from "$lib/rpc/types";
import { dana, fromContact, fromDana, fromMe, message, NOON, pending } from "../../../test/entries";
import HeldCard from "./HeldCard.svelte";
import MessageRow from "./MessageRow.svelte";
import MessageText from "./MessageText.svelte";

const tasks = () => new Promise((done) => setTimeout(done, 10));
const rowProps = { chat: "c", first: true, last: true, kind: "conversation", network: "online" as const, ondone: () => {} };

describe("a message", () => {
  beforeEach(() => fake.reset({ conversations: 3 }));

  // C123
  it("shows markup and scripts as the text they are, in words and in names", () => {
    const hostile = `"><img src=x onerror="window.owned=1"><script>window.owned=1</script>&amp;`;
    const entry = message("a", { kind: "contact", name: hostile }, hostile);
    const { container } = render(MessageRow, { ...rowProps, entry, side: "in" });
    expect(container.querySelector("img, script")).toBeNull();
    expect(container.querySelector(".bubble")?.textContent).toContain(hostile);
    expect(screen.getByText(`${hostile}:`)).toBeTruthy();
    expect((window as unknown as { owned?: number }).owned).toBeUndefined();
  });

  it("keeps the text exactly, line breaks and spaces included", () => {
    const parts: TextPart[] = [
      { text: "  a\n\nb ", href: null },
      { text: "https://x.example/?a=1&b=2", href: "https://x.example/?a=1&b=2" },
      { text: " end", href: null },
    ];
    const { container } = render(MessageText, { parts });
    expect(container.textContent).toBe(parts.map((part) => part.text).join(""));
  });

  // C103
  it("asks the core to open a link, and never lets the window follow it", async () => {
    const href = "https://x.example/a?b=1&c=%20d";
    render(MessageText, { parts: [{ text: "here", href }] });
    const link = screen.getByRole("link", { name: "here" });
    expect(await fireEvent.click(link)).toBe(false);
    expect(await fireEvent(link, new MouseEvent("auxclick", { button: 1, bubbles: true, cancelable: true }))).toBe(false);
    expect(fake.called("open_link")).toEqual([{ href }, { href }]);
  });

  it("makes no link of what the core does not call one", () => {
    const { container } = render(MessageText, { parts: [{ text: "javascript:alert(1) https://x.example", href: null }] });
    expect(container.querySelector("a")).toBeNull();
  });

  it("says in words what became of it", () => {
    render(MessageRow, { ...rowProps, entry: message("a", fromMe, "hi", { delivery: "read" }), side: "mine" });
    expect(screen.getByText("Read")).toBeTruthy();
  });

  it("that waits is dashed and says for what", () => {
    const entry = message("a", fromMe, "hi", { pos: null, delivery: "waiting", pending: pending("waiting") });
    const { container } = render(MessageRow, { ...rowProps, entry, side: "mine", network: "offline" });
    expect(container.querySelector(".msg.waiting")).not.toBeNull();
    expect(screen.getByText("Waiting for the network")).toBeTruthy();
  });

  it("that was refused says why and offers Retry, Edit, Discard", async () => {
    const chat = fake.world.chats[0]!;
    fake.world.status.network = "offline";
    const reason = { code: "odd", message: "The carrier takes at most 5 MB.", retryable: false };
    const entry = message("a", fromMe, "hi", { pos: null, delivery: "failed", pending: pending("failed", { command: "cmd-x", reason }) });
    fake.world.outbox.push({ command: "cmd-x", kind: "send_message", chat: chat.id, title: "x", text: "hi", created_ms: NOON, state: "failed", reason, other: null });
    chat.entries.push(entry);
    render(MessageRow, { ...rowProps, chat: chat.id, entry, side: "mine" });
    const failure = within(screen.getByRole("group", { name: "Not sent." }));
    expect(failure.getByText(/at most 5 MB/)).toBeTruthy();
    expect(failure.getAllByRole("button").map((b) => b.textContent?.trim())).toEqual(["Retry", "Edit", "Discard"]);
    await fireEvent.click(failure.getByRole("button", { name: "Retry" }));
    await tasks();
    expect(fake.called("retry")).toEqual([{ command: "cmd-x" }]);
  });

  it("says why a choice did not work, and lets one choose again", async () => {
    const entry = message("a", fromMe, "hi", { pos: null, delivery: "failed", pending: pending("failed", { command: "gone" }) });
    render(MessageRow, { ...rowProps, entry, side: "mine" });
    const discard = screen.getByRole("button", { name: "Discard" });
    await fireEvent.click(discard);
    const question = within(await screen.findByRole("dialog", { name: "Discard your message?" }));
    await fireEvent.click(question.getByRole("button", { name: "Discard" }));
    await waitFor(() => expect(screen.getByRole("alert").textContent).not.toBe(""));
    expect(discard.getAttribute("aria-disabled")).toBe("false");
  });

  it("is thrown away only after a question", async () => {
    const entry = message("a", fromMe, "hi", { pos: null, delivery: "failed", pending: pending("failed", { command: "kept" }) });
    render(MessageRow, { ...rowProps, entry, side: "mine" });
    await fireEvent.click(screen.getByRole("button", { name: "Discard" }));
    await fireEvent.click(await screen.findByRole("button", { name: "Keep it" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(fake.called("discard")).toEqual([]);
  });
});

describe("a held reply", () => {
  beforeEach(() => fake.reset({ conversations: 3 }));

  const held = (text: string, theirs: string | null) =>
    message("h", fromMe, text, {
      pos: null,
      delivery: "waiting",
      pending: pending("held", {
        command: "cmd-h",
        reason: { code: "answered", message: "Somebody answered.", retryable: false, params: { name: "Dana", at_ms: String(NOON) } },
        other: theirs === null ? null : { author: dana, text: theirs, at_ms: NOON },
      }),
    });

  it("shows both texts side by side, and who was faster", () => {
    render(HeldCard, { entry: held("Friday at 10?", "Thursday 17:30 <b>works</b>"), chat: "c", ondone: () => {} });
    const card = within(screen.getByRole("group", { name: "Needs attention" }));
    expect(card.getByText(/^Dana answered at .+, before your reply reached the hub, so it was held\.$/)).toBeTruthy();
    expect(card.getByText("Friday at 10?")).toBeTruthy();
    expect(card.getByText("Thursday 17:30 <b>works</b>")).toBeTruthy();
    expect(card.getByText("Dana’s newer reply")).toBeTruthy();
  });

  it("offers Send anyway, Edit, Discard, and none of them as the one to press unread", async () => {
    fake.answer("send_anyway", () => ({}));
    const { container } = render(HeldCard, { entry: held("a", "b"), chat: "c", ondone: () => {} });
    const names = screen.getAllByRole("button").map((b) => b.textContent?.trim());
    expect(names).toEqual(["Send anyway", "Edit", "Discard"]);
    expect(container.querySelector(".btn.primary")).toBeNull();
    await fireEvent.click(screen.getByRole("button", { name: "Send anyway" }));
    await tasks();
    expect(fake.called("send_anyway")).toEqual([{ command: "cmd-h" }]);
  });

  it("that only waited too long stands alone", () => {
    const { container } = render(HeldCard, { entry: held("a", null), chat: "c", ondone: () => {} });
    expect(container.querySelectorAll("blockquote")).toHaveLength(1);
  });
});

describe("authors", () => {
  it("are told apart by more than colour", () => {
    render(MessageRow, { ...rowProps, entry: message("a", fromDana, "hi"), side: "mate" });
    expect(screen.getByText("Dana")).toBeTruthy();
    render(MessageRow, { ...rowProps, entry: message("b", fromContact, "hello"), side: "in" });
    expect(screen.getByText("Layla Haddad:")).toBeTruthy();
  });
});
