import { flushSync } from "svelte";
import { beforeEach, describe, expect, it } from "vitest";
import { fake } from "$dev/host";
import { fromContact, fromMe, message, pending } from "../../../test/entries";
import { PAGE, Thread } from "./thread.svelte";

const tasks = (ms = 40) => new Promise((done) => setTimeout(done, ms));
const whole = () => fake.world.chats[0]!;
const ids = (thread: Thread) => thread.entries.map((entry) => entry.id);
const posAt = (at: number) => whole().entries[at]!.pos!;

describe("the window of a thread", () => {
  let thread: Thread;
  beforeEach(() => {
    fake.reset({ conversations: 3, longThread: 1_000 });
    thread = new Thread(whole().id);
    return () => thread.leave();
  });

  /** What is loaded is a piece of the thread without a gap. */
  function isWhole(): void {
    const all = whole().entries.map((entry) => entry.id);
    const from = all.indexOf(ids(thread)[0]!);
    expect(ids(thread)).toEqual(all.slice(from, from + thread.entries.length));
  }

  it("opens at its end, or around a place", async () => {
    await thread.open(null);
    expect(ids(thread).at(-1)).toBe(whole().entries.at(-1)!.id);
    expect([thread.more, thread.moreAfter]).toEqual([true, false]);
    await thread.open(posAt(400));
    expect(thread.holds(posAt(400))).toBe(true);
    expect([thread.more, thread.moreAfter]).toEqual([true, true]);
    isWhole();
  });

  it("grows at both sides without a gap, and lets go of what is far", async () => {
    await thread.open(posAt(500));
    for (let n = 0; n < 9; n += 1) await thread.older();
    isWhole();
    const first = ids(thread)[0];
    thread.trim("start");
    expect(ids(thread)[0]).toBe(first);
    expect(thread.moreAfter).toBe(true);
    for (let n = 0; n < 9; n += 1) await thread.newer();
    thread.trim("end");
    expect(thread.frontMoved).toBe(true);
    expect(thread.entries.length).toBeLessThan(6 * PAGE);
    isWhole();
  });

  it("reads to the very first and the very last", async () => {
    await thread.open(posAt(30));
    await thread.older();
    expect([thread.more, ids(thread)[0]]).toEqual([false, whole().entries[0]!.id]);
    await thread.open(posAt(970));
    await thread.newer();
    expect([thread.moreAfter, ids(thread).at(-1)]).toEqual([false, whole().entries.at(-1)!.id]);
  });

  it("takes in what comes at its end only where one reads there", async () => {
    await thread.open(posAt(500));
    thread.following = false;
    const last = ids(thread).at(-1);
    whole().entries.push(message("new", fromContact, "hello", { pos: 90_000 }));
    whole().entries.push(message("mine", fromMe, "waits", { pos: null, pending: pending("waiting") }));
    fake.touch(`thread:${whole().id}`);
    await tasks(80);
    expect(ids(thread).at(-1)).toBe(last);
    await thread.open(null);
    expect(ids(thread).slice(-2)).toEqual(["new", "mine"]);
  });

  it("begins where it began, whatever comes in at its end", async () => {
    await thread.open(null);
    const [first] = ids(thread);
    for (let n = 0; n < 3; n += 1) {
      whole().entries.push(message(`m${n}`, fromContact, "hello", { pos: 90_000 + n }));
      fake.touch(`thread:${whole().id}`);
      await tasks(80);
    }
    expect([ids(thread)[0], ids(thread).at(-1)]).toEqual([first, "m2"]);
    isWhole();
  });

  it("asks for what came in, and for the rest once that is drawn", async () => {
    await thread.open(null);
    const last = thread.lastPos;
    fake.calls = [];
    whole().entries.push(message("new", fromContact, "hello", { pos: 90_000 }));
    fake.touch(`thread:${whole().id}`);
    await new Promise((done) => requestAnimationFrame(done));
    expect(ids(thread).at(-1)).toBe("new");
    const asked = () => fake.called("list_messages").map(({ before, after, limit }) => ({ before, after, limit }));
    expect(asked()).toEqual([{ before: null, after: last, limit: PAGE }]);
    await tasks(80);
    expect(asked().slice(1)).toEqual([{ before: last + 1, after: null, limit: PAGE }]);
  });

  it("changes what is loaded, in the middle too, and keeps what did not change", async () => {
    await thread.open(posAt(500));
    thread.following = false;
    const entry = whole().entries[500]!;
    const before = new Map(thread.entries.map((one) => [one.id, one]));
    entry.delivery = "read";
    fake.touch(`thread:${whole().id}`);
    await tasks(80);
    expect(thread.entries.find((one) => one.id === entry.id)!.delivery).toBe("read");
    expect(thread.entries.filter((one) => before.get(one.id) !== one)).toHaveLength(1);
    isWhole();
  });

  it("moves with the end where thousands came in meanwhile", async () => {
    await thread.open(null);
    for (let n = 0; n < 5_000; n += 1) whole().entries.push(message(`m${n}`, fromContact, "x", { pos: 90_000 + n }));
    fake.touch(`thread:${whole().id}`);
    await tasks(200);
    flushSync();
    expect(ids(thread).at(-1)).toBe("m4999");
    expect(thread.entries.length).toBeLessThan(9 * PAGE);
    expect(thread.more).toBe(true);
    isWhole();
  });

  it("drops the answer for a place that was given up for another", async () => {
    fake.delay = 20;
    const slow = thread.open(posAt(100));
    fake.delay = 0;
    await thread.open(posAt(800));
    await slow;
    expect(thread.holds(posAt(800))).toBe(true);
    expect(thread.holds(posAt(100))).toBe(false);
  });
});
