import { fireEvent, render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { fake, rpcError } from "$dev/host";
import { handleKey } from "$lib/keys";
import Composer from "./Composer.svelte";
import { forgetDrafts } from "./drafts";

const tasks = () => new Promise((done) => setTimeout(done, 10));

describe("the composer", () => {
  beforeEach(() => {
    forgetDrafts();
    fake.reset({ conversations: 3 });
    fake.world.chats[0]!.draft = "";
    // Nothing answers a message that is sent, so nothing is left running when a test ends.
    fake.world.status.network = "offline";
  });

  async function open(props: Partial<Record<string, unknown>> = {}) {
    render(Composer, { chat: fake.world.chats[0]!.id, label: "Reply", placeholder: "Reply by SMS", ...props });
    await tasks();
    return screen.getByRole<HTMLTextAreaElement>("textbox", { name: "Message" });
  }

  it("sends with Enter and breaks the line with Shift+Enter", async () => {
    const field = await open();
    const user = userEvent.setup();
    await user.type(field, "one{Shift>}{Enter}{/Shift}two");
    expect(fake.called("send_message")).toEqual([]);
    await user.type(field, "{Enter}");
    await tasks();
    expect(fake.called("send_message")).toEqual([{ chat: fake.world.chats[0]!.id, text: "one\ntwo" }]);
    expect(field.value).toBe("");
  });

  it("sends with Ctrl+Enter, too: whoever comes from where that is the only key need not think", async () => {
    const field = await open();
    await fireEvent.input(field, { target: { value: "one" } });
    await fireEvent.keyDown(field, { key: "Enter", ctrlKey: true, keyCode: 13 });
    await tasks();
    expect(fake.called("send_message")).toEqual([{ chat: fake.world.chats[0]!.id, text: "one" }]);
  });

  // C069
  it("leaves Enter to an input method: while it composes, and where the browser only says 229", async () => {
    const field = await open();
    await fireEvent.input(field, { target: { value: "にほん" } });

    await fireEvent.compositionStart(field);
    await fireEvent.keyDown(field, { key: "Enter", keyCode: 13, isComposing: true });
    await fireEvent.keyDown(field, { key: "Enter", keyCode: 13 });
    await fireEvent.compositionEnd(field);
    // WebKit: the composition has ended when the key is told, and only its code gives it away.
    await fireEvent.keyDown(field, { key: "Enter", keyCode: 229, isComposing: false });
    await tasks();
    expect(fake.called("send_message")).toEqual([]);
    expect(field.value).toBe("にほん");

    await fireEvent.keyDown(field, { key: "Enter", keyCode: 13 });
    await tasks();
    expect(fake.called("send_message")).toHaveLength(1);
  });

  it("sends once, however often Enter is pressed", async () => {
    fake.delay = 5;
    const field = await open();
    await fireEvent.input(field, { target: { value: "once" } });
    for (let i = 0; i < 3; i += 1) await fireEvent.keyDown(field, { key: "Enter", keyCode: 13 });
    await new Promise((done) => setTimeout(done, 40));
    expect(fake.called("send_message")).toHaveLength(1);
  });

  it("cannot send nothing, nor white space", async () => {
    const field = await open();
    const send = screen.getByRole<HTMLButtonElement>("button", { name: "Send" });
    expect(send.disabled).toBe(true);
    await fireEvent.input(field, { target: { value: "  \n " } });
    expect(send.disabled).toBe(true);
    await fireEvent.keyDown(field, { key: "Enter", keyCode: 13 });
    await tasks();
    expect(fake.called("send_message")).toEqual([]);
  });

  it("refuses more than one message holds with a sentence, and keeps the text", async () => {
    const field = await open();
    const text = "a".repeat(100_001);
    await fireEvent.input(field, { target: { value: text } });
    expect(screen.getByRole("alert").textContent).toContain("100,000 characters");
    await fireEvent.keyDown(field, { key: "Enter", keyCode: 13 });
    await new Promise((done) => setTimeout(done, 200));
    expect(fake.called("send_message")).toEqual([]);
    expect(field.value).toHaveLength(100_001);
    expect(fake.world.chats[0]!.draft).toBe(text);
  });

  it("shows why a message was refused and has its text again", async () => {
    fake.answer("send_message", () => {
      throw rpcError("odd_code", "The hub is being moved. Try again in an hour.");
    });
    const field = await open();
    await fireEvent.input(field, { target: { value: "keep me" } });
    await fireEvent.keyDown(field, { key: "Enter", keyCode: 13 });
    await tasks();
    expect(screen.getByRole("alert").textContent).toContain("The hub is being moved");
    expect(field.value).toBe("keep me");
  });

  it("sends and closes with Ctrl+Shift+Enter, and closes nothing where there is nothing to send", async () => {
    const onclosing = vi.fn(() => Promise.resolve());
    const field = await open({ onclosing });
    window.addEventListener("keydown", handleKey);
    const chord = { key: "Enter", keyCode: 13, ctrlKey: true, shiftKey: true, bubbles: true };
    await fireEvent.keyDown(field, chord);
    await tasks();
    expect(onclosing).not.toHaveBeenCalled();
    await fireEvent.input(field, { target: { value: "done" } });
    await fireEvent.keyDown(field, chord);
    await tasks();
    window.removeEventListener("keydown", handleKey);
    expect(fake.called("send_message")).toHaveLength(1);
    expect(onclosing).toHaveBeenCalledTimes(1);
  });
});
