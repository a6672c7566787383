/** Scrolling a long thread, where rows have real heights: some of them late, as pictures have. */
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import { Browser } from "./browser";
import type { Page } from "./page";
import { chat } from "./states";

let browser: Browser;
let page: Page;

beforeAll(async () => {
  browser = await Browser.start();
});
afterAll(() => browser.close());
beforeEach(async () => {
  page = browser.page();
  await page.look({ width: 1440, height: 900, theme: "light", language: "en" });
  return () => page.close();
});

async function open(messages: number, more = ""): Promise<void> {
  await page.open(`${inject("site")}?long=${messages}${more}`);
  await page.until("document.querySelectorAll('[role=row]').length > 3");
  await chat(page, "fake.world.chats[0]");
}

/**
 * In the page: every fifth message gets higher some time after it was drawn, and each frame the line at the upper edge is
 * looked at, where it was painted: in the middle of a frame it stands where nobody sees it. While one scrolls up nothing
 * may move up: that is a line that was pushed away.
 */
const watch = `(() => {
  const log = document.querySelector("[role=log]");
  const picture = (bubble) => {
    const number = Number((bubble.closest("[data-entry]")?.dataset.entry ?? "").replace(/\\D/g, ""));
    if (number % 5 === 0 && bubble.dataset.late === undefined) {
      bubble.dataset.late = "";
      setTimeout(() => bubble.append(Object.assign(document.createElement("div"), { style: "height: 132px" })), 90);
    }
  };
  log.querySelectorAll(".bubble").forEach(picture);
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes) for (const node of addedNodes) node.querySelectorAll?.(".bubble").forEach(picture);
  }).observe(log, { childList: true, subtree: true });
  // The rectangles of this observer are those of the frame that is about to be painted, after everything has found its size.
  const frames = [];
  const look = () => {
    const painted = new IntersectionObserver((lines) => {
      painted.disconnect();
      const inSight = lines.filter((line) => line.isIntersecting).sort((a, b) => a.boundingClientRect.top - b.boundingClientRect.top);
      const end = Math.round(inSight.at(-1)?.boundingClientRect.bottom ?? 0);
      frames.push({ time: lines[0].time, end, lines: new Map(inSight.map(({ target, boundingClientRect }) => [target.dataset.key, boundingClientRect.top])) });
    }, { root: log });
    for (const line of log.querySelectorAll("[data-key]")) painted.observe(line);
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
  // Where the last line ends.
  window.ends = () => [...new Set(frames.map(({ end }) => end))];
  // Where the page is busy, several frames are told of at once and in any order.
  window.moves = () => frames.splice(0).sort((a, b) => a.time - b.time).flatMap(({ lines }, at, frames) => {
    const before = frames[at - 1]?.lines ?? new Map();
    // The line that is cut by the edge and the first that is whole: one of them keeps its place.
    const both = [...lines].filter(([key]) => before.has(key)).slice(0, 2).map(([key, top]) => top - before.get(key));
    return both.length > 0 ? [both.reduce((a, b) => (Math.abs(b) < Math.abs(a) ? b : a))] : [];
  });
})()`;

const wheel = async (pixels: number, times: number): Promise<void> => {
  for (let n = 0; n < times; n += 1) {
    await page.wheel(900, 400, pixels);
    await new Promise((done) => setTimeout(done, 16));
  }
};
const lines = () => page.eval<number>("document.querySelectorAll('[role=log] [data-key]').length");
const top = () =>
  page.eval<{ key: string; at: number }>(`(() => {
    const edge = document.querySelector("[role=log]").getBoundingClientRect().top;
    const line = [...document.querySelectorAll("[role=log] [data-entry]")].map((one) => ({ key: one.dataset.entry, at: one.getBoundingClientRect().top - edge })).sort((a, b) => a.at - b.at).find((one) => one.at >= 0);
    return line;
  })()`);

describe("a long thread", () => {
  // C042
  test("keeps the line at its upper edge while older messages and late pictures come in above and below it", async () => {
    await open(2_000);
    await page.eval(watch);
    // At the end the last line keeps its place: where a slow machine turns the wheel late, the first pictures move what is above.
    await page.settle();
    await page.eval("window.moves()");
    await wheel(-240, 150);
    await page.settle();
    const moves = await page.eval<number[]>("window.moves()");
    expect(moves.filter((move) => move > 1).length).toBeGreaterThan(50);
    expect(moves.filter((move) => move < -2)).toEqual([]);
    // Nobody turns the wheel now: what still comes in moves nothing.
    const before = await top();
    await new Promise((done) => setTimeout(done, 600));
    const after = await top();
    expect(after.key).toBe(before.key);
    expect(Math.abs(after.at - before.at)).toBeLessThan(2);
  });

  test("keeps its last line at the end while late pictures come in above it", async () => {
    await open(2_000);
    await page.eval(watch);
    await page.until("document.querySelectorAll('[role=log] .bubble > [style]').length > 0");
    await page.settle();
    expect(await page.eval<number[]>("window.ends()")).toHaveLength(1);
  });

  test("of 10,000 messages is read from its end to its beginning and back, and holds a few screens of them", async () => {
    await open(10_000);
    const first = await page.eval<string>("fake.world.chats[0].entries[0].id");
    const last = await page.eval<string>("fake.world.chats[0].entries.at(-1).id");
    const has = (id: string) => `document.querySelector('[role=log] [data-entry="${id}"]')`;
    for (let turns = 0; turns < 14; turns += 1) {
      await page.eval("document.querySelector('[role=log]').scrollTop = 0");
      await page.settle();
    }
    // All of them would be over a million pixels high.
    expect(await page.eval<number>("document.querySelector('[role=log] ol').offsetHeight")).toBeLessThan(100_000);
    // The first message is at hand without scrolling, and so is the newest.
    await page.click('[data-callout="14"]');
    await page.until("document.querySelector('[role=menu]')");
    await page.press("End");
    await page.press("Enter");
    await page.until("document.querySelector('[role=dialog]')");
    await page.click("[role=dialog] footer button:first-child");
    await page.until(has(first));
    expect(await lines()).toBeLessThan(80);
    await page.click(".icon-btn.end");
    await page.until(has(last));
    await page.settle();
    expect(await page.eval<number>("(({ scrollTop, scrollHeight, clientHeight }) => scrollHeight - scrollTop - clientHeight)(document.querySelector('[role=log]'))")).toBeLessThan(25);
  });

  test("opens where it was left", async () => {
    await open(2_000);
    await wheel(-240, 20);
    await page.settle();
    await new Promise((done) => setTimeout(done, 300));
    const before = await top();
    await chat(page, "fake.world.chats[1]");
    await chat(page, "fake.world.chats[0]");
    const after = await top();
    expect(after.key).toBe(before.key);
    expect(Math.abs(after.at - before.at)).toBeLessThan(3);
  });

  test("with something new opens at the new line, and counts as read only what was on screen", async () => {
    await open(2_000, "&unread=400");
    expect(await page.eval<boolean>("(({ top, bottom }) => top > 60 && bottom < 300)(document.querySelector('.fresh').getBoundingClientRect())")).toBe(true);
    const marked = () => page.eval<number>("Math.max(0, ...fake.called('mark_read').map((one) => one.pos))");
    const newest = await page.eval<number>("fake.world.chats[0].entries.at(-1).pos");
    expect(await marked()).toBeLessThan(newest - 300);
    await page.click(".pill, .icon-btn.end");
    await page.settle();
    await page.until(`Math.max(0, ...fake.called('mark_read').map((one) => one.pos)) === ${newest}`);
  });
});
