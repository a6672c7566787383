import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { fake, rpcError } from "$dev/host";
import { ChatDraft, SAVE_AFTER_MS } from "./chatDraft.svelte";

const settle = () => new Promise((done) => setTimeout(done, 5));

describe("a draft", () => {
  beforeEach(() => {
    fake.reset({ conversations: 3 });
    vi.useRealTimers();
  });
  // A save that is still due would be counted by the test after.
  const made: ChatDraft[] = [];
  afterEach(() => Promise.all(made.splice(0).map((draft) => draft.flush())));
  function draftFor(chat: string): ChatDraft {
    const draft = new ChatDraft(chat);
    made.push(draft);
    return draft;
  }
  const chatId = () => fake.world.chats[0]!.id;

  it("is on disk within 150 ms of a key, and only once for those that came meanwhile", async () => {
    vi.useFakeTimers();
    const draft = draftFor(chatId());
    draft.type("H");
    draft.type("Hi");
    expect(fake.called("save_draft")).toEqual([]);
    await vi.advanceTimersByTimeAsync(SAVE_AFTER_MS);
    expect(fake.called("save_draft")).toEqual([{ chat: chatId(), text: "Hi" }]);
    expect(SAVE_AFTER_MS).toBeLessThanOrEqual(150);
  });

  it("is not replaced by an answer that was asked for before the member typed", async () => {
    fake.world.chats[0]!.draft = "";
    const draft = draftFor(chatId());
    await draft.load();
    const asked = draft.load();
    draft.type("typed meanwhile");
    await asked;
    expect(draft.text).toBe("typed meanwhile");
  });

  it("keeps both, where the member types before the kept one is read", async () => {
    fake.world.chats[0]!.draft = "kept";
    const draft = draftFor(chatId());
    const reading = draft.load();
    draft.type("typed");
    await reading;
    expect(draft.text).toBe("kept\ntyped");
  });

  it("stays in the field when the disk refuses it, and says so", async () => {
    fake.answer("save_draft", () => {
      throw rpcError("disk_full", "The disk is full.");
    });
    const draft = draftFor(chatId());
    draft.type("precious");
    await draft.flush();
    expect(draft.text).toBe("precious");
    expect(draft.dirty).toBe(true);
    expect(draft.saveError?.code).toBe("disk_full");
  });

  it("is on disk while one types without a pause", async () => {
    const draft = draftFor(chatId());
    const began = performance.now();
    for (let letters = 1; performance.now() < began + 4 * SAVE_AFTER_MS; letters += 1) {
      draft.type("a".repeat(letters));
      await new Promise((done) => setTimeout(done, SAVE_AFTER_MS / 5));
    }
    expect(fake.calls.filter((call) => call.name === "save_draft").length).toBeGreaterThan(1);
  });

  it("is empty at once when sent; a save on its way does not bring it back", async () => {
    fake.delay = 2;
    const draft = draftFor(chatId());
    draft.type("Hello");
    const saving = draft.flush();
    const sending = draft.send();
    expect(draft.text).toBe("");
    await Promise.all([saving, sending]);
    await settle();
    expect(fake.calls.map((call) => call.name)).toEqual(["save_draft", "send_message"]);
    expect(fake.world.chats[0]!.draft).toBe("");
  });

  it("is in the field again when the message is refused, before what was typed since", async () => {
    fake.answer("send_message", () => {
      throw rpcError("forbidden", "No.");
    });
    const draft = draftFor(chatId());
    draft.type("first");
    const sending = draft.send();
    draft.type("second");
    await expect(sending).rejects.toMatchObject({ code: "forbidden" });
    expect(draft.text).toBe("first\nsecond");
  });

  it("takes a refused message back after what stands in the field", async () => {
    const chat = fake.world.chats[0]!;
    fake.world.status.network = "offline";
    const draft = draftFor(chat.id);
    draft.type("refused");
    await draft.send();
    draft.type("in the field");
    await draft.takeBack(fake.world.outbox[0]!.command);
    expect(draft.text).toBe("in the field\nrefused");
    expect(draft.dirty).toBe(false);
  });
});
