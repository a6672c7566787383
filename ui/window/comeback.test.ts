/** A page that takes the place of one that was given up: here one that is loaded anew. */
import { afterAll, beforeAll, beforeEach, expect, inject, test } from "vitest";
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

/** The window is hidden, and its page is given up and made anew. */
async function comeBack(address: string): Promise<void> {
  await page.eval(`(() => {
    Object.defineProperty(document, "visibilityState", { configurable: true, get: () => "hidden" });
    document.dispatchEvent(new Event("visibilitychange"));
  })()`);
  await page.again(address);
}

const top = `(() => {
  const grid = document.querySelector("[role=grid]");
  const edge = grid.getBoundingClientRect().top;
  const row = [...grid.querySelectorAll("[data-chat]")].filter((one) => one.getBoundingClientRect().bottom > edge)
    .sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)[0];
  return [row.dataset.chat, Math.round(row.getBoundingClientRect().top - edge)];
})()`;

test("the list is scrolled to where it was, far below what a first page reads, and the chat is the same", async () => {
  const address = `${inject("site")}?many=900`;
  await page.open(address);
  await page.until("document.querySelectorAll('[role=row]').length > 3");
  await chat(page, "fake.world.chats[3]");
  const name = await page.eval<string>("document.querySelector('#conv-name').textContent");
  for (let step = 1; step <= 6; step += 1) {
    await page.eval("document.querySelector('[role=grid]').scrollBy(0, 2400)");
    await page.settle();
  }
  await page.eval("document.querySelector('[role=grid]').scrollBy(0, 31)");
  await page.settle();
  const before = await page.eval<[string, number]>(top);
  const down = await page.eval<number>("document.querySelector('[role=grid]').scrollTop");
  // A first page is 60 rows of 76 pixels.
  expect(down).toBeGreaterThan(4560);

  await comeBack(address);

  await page.until(`document.querySelector('#conv-name')?.textContent === ${JSON.stringify(name)}`);
  await page.until(`document.querySelector('[role=grid]')?.scrollTop > ${down - 76}`);
  await page.settle();
  expect(await page.eval<[string, number]>(top)).toEqual(before);
});

test("what had the keys has them again: a row of the list", async () => {
  const address = `${inject("site")}?many=40`;
  await page.open(address);
  await page.until("document.querySelectorAll('[role=row]').length > 3");
  await page.eval("document.querySelectorAll('[role=row]')[2].focus()");
  const row = "document.activeElement?.closest('[data-chat]')?.dataset.chat ?? null";
  const before = await page.eval<string>(row);
  expect(before).not.toBeNull();

  await comeBack(address);

  await page.until(`(${row}) === ${JSON.stringify(before)}`);
});

test("settings that were open are open, at their part, and leaving them gives the chat back", async () => {
  const address = inject("site");
  await page.open(address);
  await page.until("document.querySelectorAll('[role=row]').length > 3");
  await chat(page, "fake.world.chats[3]");
  await page.press("Control+,");
  await page.until("document.querySelector('[data-pane=settings]')");
  await page.click("[data-pane=settings] li:nth-child(3) button");
  const heading = await page.eval<string>("document.querySelector('main h2, main h1')?.textContent");

  await comeBack(address);

  await page.until(`document.querySelector('main h2, main h1')?.textContent === ${JSON.stringify(heading)}`);
  await page.press("Escape");
  await page.until("document.querySelector('[role=log]')");
});

test("a search that was on screen is there again with what was found and opened, and Esc gives back what was before it", async () => {
  const address = `${inject("site")}?many=40`;
  await page.open(address);
  await page.until("document.querySelectorAll('[role=row]').length > 3");
  await chat(page, "fake.world.chats[3]");
  const before = await page.eval<string>("document.querySelector('#conv-name').textContent");
  await page.press("/");
  await page.until("document.activeElement?.getAttribute('role') === 'combobox'");
  for (const part of ["in:desk ", "rack"]) {
    await page.type(part);
    await page.settle();
  }
  await page.press("Enter");
  await page.until("document.querySelector('[role=log] mark.now')");
  const opened = await page.eval<string>("document.querySelector('#conv-name').textContent");

  await comeBack(address);

  await page.until("document.querySelector('[role=log] mark.now')");
  expect(await page.eval("[document.querySelector('.op .pair').textContent, document.querySelector('.over input').value, document.querySelector('#conv-name').textContent]")).toEqual(["in:desk", "rack", opened]);
  await page.until("document.querySelector('[data-found][aria-selected=true]')");
  await page.press("Escape");
  await page.until(`document.querySelector('.over') === null && document.querySelector('#conv-name')?.textContent === ${JSON.stringify(before)}`);
});
