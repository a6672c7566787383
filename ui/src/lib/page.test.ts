import { afterEach, describe, expect, test, vi } from "vitest";
import { fake } from "$dev/host";
import { member } from "$lib/session.svelte";
import { page } from "./page";

function signIn(): string {
  fake.reset({ conversations: 1 });
  member.current = fake.world.session;
  return member.current?.me.id ?? "";
}

function hide(): void {
  vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
  document.dispatchEvent(new Event("visibilitychange"));
}

afterEach(() => {
  member.current = null;
  document.body.innerHTML = "";
});

describe("a page that is given up", () => {
  test("leaves what its parts say to the next one, which takes each of it once", async () => {
    const who = signIn();
    const stops = [page.keeps("caret", () => ({ at: 3 })), page.keeps("panel", () => undefined), page.watch()];
    hide();
    stops.forEach((stop) => stop());
    expect(JSON.parse(fake.called("leave_page").at(-1)?.state ?? "")).toEqual({ caret: { at: 3 }, member: who });

    await page.take();
    page.enter(who);
    expect(page.left("caret")).toEqual({ at: 3 });
    expect(page.left("caret")).toBeUndefined();
    expect(page.left("panel")).toBeUndefined();
  });

  test("takes back what it left when it is shown again", () => {
    signIn();
    const stop = page.watch();
    hide();
    vi.restoreAllMocks();
    document.dispatchEvent(new Event("visibilitychange"));
    expect(fake.called("leave_page").at(-1)).toEqual({ state: null });
    stop();
  });

  test("leaves what there is also where it was hidden before it was there", () => {
    vi.useFakeTimers();
    signIn();
    vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
    const stop = page.watch();
    vi.advanceTimersByTime(5000);
    expect(fake.called("leave_page").at(-1)?.state).not.toBeNull();
    stop();
    vi.useRealTimers();
  });

  test("leaves nothing to another member", async () => {
    signIn();
    const stops = [page.keeps("caret", () => ({ at: 3 })), page.watch()];
    hide();
    stops.forEach((stop) => stop());
    await page.take();
    page.enter("somebody-else");
    expect(page.left("caret")).toBeUndefined();
  });

  test("must stay while a dialog is open, and where nobody is signed in", () => {
    signIn();
    const stop = page.watch();
    document.body.innerHTML = `<div role="dialog"></div>`;
    hide();
    expect(fake.called("leave_page").at(-1)).toEqual({ state: null });
    document.body.innerHTML = "";
    hide();
    expect(fake.called("leave_page").at(-1)?.state).not.toBeNull();
    member.current = null;
    hide();
    expect(fake.called("leave_page").at(-1)).toEqual({ state: null });
    stop();
  });

  test("begins as a first page does where what was left cannot be read", async () => {
    const who = signIn();
    fake.answer("take_page", () => ({ state: "{", event: null }));
    await page.take();
    page.enter(who);
    expect(page.left("caret")).toBeUndefined();
  });
});

describe("a click on a notification", () => {
  test("that came before there was a page is followed as soon as somebody can be led", async () => {
    signIn();
    fake.answer("take_page", () => ({ state: null, event: { event: "navigate", chat: "chat-1", reply: true } }));
    await page.take();
    const led = vi.fn();
    const stop = page.onLead(led);
    expect(led.mock.calls).toEqual([[{ event: "navigate", chat: "chat-1", reply: true }]]);
    fake.emit({ event: "attention" });
    expect(led).toHaveBeenCalledTimes(2);
    stop();
    fake.emit({ event: "attention" });
    expect(led).toHaveBeenCalledTimes(2);
    page.onLead(led)();
    expect(led).toHaveBeenCalledTimes(3);
  });
});
