/** Searching and the palette with real keys in a real browser: where the focus goes, what is in sight, what comes back. */
import { afterAll, beforeAll, beforeEach, expect, inject, test } from "vitest";
import { Browser } from "./browser";
import type { Page } from "./page";
import { chat } from "./states";

let browser: Browser;
let page: Page;

beforeAll(async () => {
  browser = await Browser.start();
  page = browser.page();
  await page.look({ width: 1440, height: 900, theme: "light", language: "en" });
});

afterAll(() => browser.close());

beforeEach(async () => {
  await page.open(`${inject("site")}?language=en&long=2000`);
  await page.until("document.querySelectorAll('[role=row]').length > 3");
});

const keys = async (text: string) => {
  for (const key of text) await page.press(key === " " ? "Space" : key);
};
const inField = () => page.until("document.activeElement?.getAttribute('role') === 'combobox'");
/** The open message is whole in sight, and what was found in it is marked as the one that one is at. */
const inSight = (text: string) =>
  page.until(`(() => {
    const log = document.querySelector("[role=log].settled");
    const mark = log?.querySelector("mark.now");
    if (!mark || mark.textContent.toLowerCase() !== ${JSON.stringify(text)}) return false;
    const [pane, box] = [log.getBoundingClientRect(), mark.getBoundingClientRect()];
    return box.top >= pane.top && box.bottom <= pane.bottom;
  })()`);

/** Somebody said it, so far back that nothing of it is loaded. */
const saidLongAgo = (text: string) =>
  page.eval(`(() => {
    for (const at of [40, 900]) {
      const entry = fake.world.chats[0].entries[at];
      entry.content = { kind: "text", parts: [{ text: ${JSON.stringify(text)}, href: null }] };
      entry.author = { kind: "contact", name: "Layla Haddad" };
    }
  })()`);

test("typed_walked_and_opened_at_the_message_far_back_in_its_history_and_given_back_as_it_was", async () => {
  await saidLongAgo("The freewheel makes a noise like a cricket");
  // A list that is scrolled, with a conversation that is read somewhere in the middle.
  await chat(page, "fake.world.chats[0]");
  await page.wheel(900, 400, -3000);
  await page.settle();
  await page.eval("document.querySelector('.under [role=grid]').scrollTop = 640");
  await page.settle();
  const was = () =>
    page.eval<unknown>(`({
      list: document.querySelector(".under [role=grid]").scrollTop,
      chosen: document.querySelector(".under [role=row][aria-selected=true]")?.dataset.chat ?? null,
      title: document.querySelector("#conv-name").textContent,
      line: (() => {
        const log = document.querySelector("[role=log]");
        const edge = log.getBoundingClientRect().top;
        const line = [...log.querySelectorAll("[data-key]")].find((one) => one.getBoundingClientRect().bottom > edge + 40);
        return [line.dataset.key, Math.round(line.getBoundingClientRect().top - edge)];
      })(),
      focus: document.activeElement.getAttribute("role"),
    })`);
  await page.eval("document.querySelector('[role=log]').focus()");
  const before = await was();

  await page.press("/");
  await inField();
  await keys("cricket");
  await page.until("document.querySelectorAll('[data-found^=message]').length === 2");
  await page.press("ArrowDown");
  await page.until("document.activeElement?.dataset.found?.startsWith('message')");
  await page.press("ArrowDown");
  await page.press("Enter");
  await inSight("cricket");
  await page.until("document.querySelector('.hitbar')?.textContent.includes('1 of 2')");

  // Enter on the open row goes to the next hit, Shift and Enter back.
  await page.press("Enter");
  await page.until("document.querySelector('.hitbar')?.textContent.includes('2 of 2')");
  await inSight("cricket");
  await page.press("Shift+Enter");
  await page.until("document.querySelector('.hitbar')?.textContent.includes('1 of 2')");
  await inSight("cricket");

  await page.press("Escape");
  await page.until("document.querySelector('.over') === null && document.querySelector('mark') === null");
  await page.settle();
  expect(await was()).toEqual(before);
});

test("operators_become_chips_are_walked_and_taken_away_by_keyboard_alone", async () => {
  await page.press("/");
  await inField();
  await keys("rack is:");
  await page.until("document.querySelector('[role=combobox][aria-expanded=true]')");
  await page.press("ArrowDown");
  await page.press("Enter");
  await page.until("document.querySelectorAll('.op').length === 1");
  expect(await page.eval("document.querySelector('.op .pair').textContent")).toBe("is:closed");
  expect(await page.eval("document.activeElement.value")).toBe("rack ");
  for (let i = 0; i < 5; i += 1) await page.press("ArrowLeft");
  await page.press("Backspace");
  await page.until("document.querySelectorAll('.op').length === 0");
  expect(await page.eval("document.activeElement.value.slice(0, document.activeElement.selectionStart)")).toBe("is:closed");
  // The offers are there again; Esc puts them away and leaves the search where it is.
  await page.press("Escape");
  await page.press("End");
  await keys(" ");
  await page.until("document.querySelectorAll('.op').length === 1");
  await page.press("Shift+Tab");
  expect(await page.eval("document.activeElement.closest('.op') !== null")).toBe(true);
  await page.press("Enter");
  await page.until("document.querySelectorAll('.op').length === 0");
  await inField();
});

test("thousands_of_hits_scroll_and_the_focus_stays_on_its_row", async () => {
  await page.press("/");
  await inField();
  await keys("th");
  await page.until("document.querySelectorAll('[data-found]').length > 5");
  await page.press("ArrowDown");
  await page.until("document.activeElement?.dataset.found !== undefined");
  for (let i = 0; i < 12; i += 1) await page.press("PageDown");
  await page.settle();
  expect(await page.eval("document.activeElement?.dataset.found !== undefined")).toBe(true);
  expect(await page.eval<number>("fake.called('search').filter((one) => one.after !== null).length")).toBeGreaterThan(0);
  // Few of them are in the page.
  expect(await page.eval<number>("document.querySelectorAll('[data-found]').length")).toBeLessThan(60);
  await page.press("Home");
  await page.until("document.activeElement === document.querySelector('[data-found]')");
  await page.press("ArrowUp");
  await inField();
});

test("what_is_typed_while_the_answer_is_slow_is_never_lost_and_the_results_do_not_flicker", async () => {
  await page.press("/");
  await inField();
  await keys("rack");
  await page.until("document.querySelectorAll('[data-found]').length > 5");
  await page.eval(`(() => {
    fake.delay = 120;
    window.gone = 0;
    new MutationObserver(() => { if (document.querySelectorAll("[data-found]").length === 0) window.gone += 1; }).observe(document.querySelector(".over"), { childList: true, subtree: true });
  })()`);
  await keys(" arriv");
  await page.until("fake.called('search').at(-1).text === 'rack arriv'");
  await page.settle();
  expect(await page.eval("document.querySelector('[role=combobox]').value")).toBe("rack arriv");
  expect(await page.eval("window.gone")).toBe(0);
});

test("the_palette_is_opened_used_and_left_by_keyboard_alone_from_wherever_one_is", async () => {
  await page.press("j");
  await page.until("document.querySelector('[role=log].settled')");
  // From a field, where single letters are text.
  await page.press("r");
  await page.until("document.activeElement?.tagName === 'TEXTAREA'");
  await page.press("Control+k");
  await page.until("document.querySelector('.palette input') === document.activeElement");
  await page.press("Escape");
  await page.until("document.querySelector('.palette') === null && document.activeElement?.tagName === 'TEXTAREA'");
  // A command that opens something has the focus in it.
  await page.press("Control+k");
  await page.until("document.querySelector('.palette input') === document.activeElement");
  await keys("assignee");
  await page.until("document.querySelector('.palette [role=option][aria-selected=true] mark') !== null");
  await page.press("Enter");
  await page.until("document.querySelector('[role=menu]')?.contains(document.activeElement)");
  await page.press("Escape");
  await page.until("document.querySelector('[role=menu]') === null");
  // A chat is gone to, and the focus is somewhere in the window.
  await page.press("Control+k");
  await page.until("document.querySelector('.palette input') === document.activeElement");
  await keys("workshop fl");
  await page.until("document.querySelector('.palette [role=option][aria-selected=true]')?.textContent.includes('Workshop floor')");
  await page.press("Enter");
  await page.until("document.querySelector('.palette') === null && document.querySelector('#conv-name')?.textContent === 'Workshop floor'");
  await page.until("document.activeElement !== document.body");
  expect(await page.eval("document.activeElement.closest('[data-pane]') !== null")).toBe(true);
});

test("under_a_search_the_list_takes_no_focus_and_f6_passes_it_by", async () => {
  await page.press("j");
  await page.until("document.querySelector('[role=log].settled')");
  await page.press("/");
  await inField();
  const walked: Array<string | undefined> = [];
  for (let i = 0; i < 3; i += 1) {
    await page.press("F6");
    walked.push(await page.eval("document.activeElement.closest('[data-pane]')?.dataset.pane"));
    expect(await page.eval("document.activeElement.closest('[inert]')")).toBeNull();
  }
  expect(walked).toEqual(["conversation", "rail", "list"]);
  await inField();
});
