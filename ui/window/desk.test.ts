/** What only a real mouse, real sizes and the whole window show of the desk. */
import { afterAll, beforeAll, beforeEach, expect, inject, test } from "vitest";
import { Browser } from "./browser";
import type { Page } from "./page";
import { arrive, chat, states } from "./states";

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

async function open(address = ""): Promise<void> {
  await page.open(`${inject("site")}?language=en&${address}`);
  await page.until("document.querySelectorAll('[role=row]').length > 3");
}

const silence = () => page.eval<string>("document.querySelector('.me-role').textContent");

test("quiet_hours_are_set_in_the_settings_and_said_beside_the_members_name_while_they_last", async () => {
  await open();
  const role = await silence();
  await page.press("Control+,");
  await page.until("document.querySelector('[data-pane=settings]')");
  await page.click("[data-pane=settings] li:nth-child(1) button");
  await page.click("[role=switch][aria-labelledby=set-hours]");
  await page.until("fake.called('set_quiet').length === 1 && fake.quiet.hours !== null");
  // Hours that hold now, whenever this runs.
  await page.eval(`(() => {
    const minute = Math.floor(new Date().getHours() * 2) * 30;
    fake.quiet = { ...fake.quiet, hours: { from: minute, to: (minute + 120) % 1440 }, now: true };
    fake.touch("quiet");
  })()`);
  await page.press("Escape");
  await page.until(`document.querySelector('.me-role').textContent !== ${JSON.stringify(role)}`);
  expect(await silence()).toMatch(/^Silent until \d/u);
  await page.press("Control+,");
  await page.until("document.querySelector('[role=switch][aria-labelledby=set-hours]:checked')");
  await page.click("[role=switch][aria-labelledby=set-hours]");
  await page.until("fake.quiet.hours === null");
  await page.press("Escape");
  await page.until(`document.querySelector('.me-role')?.textContent === ${JSON.stringify(role)}`);
});

test("silence_for_a_while_is_one_click_and_ended_by_another", async () => {
  await open();
  await page.press("Control+,");
  await page.click("[data-pane=settings] li:nth-child(1) button");
  await page.click("[aria-labelledby=set-silence] button");
  await page.until("fake.quiet.now === true && document.querySelector('.callout[role=status]')");
  await page.press("Escape");
  await page.until("document.querySelector('.me-role')?.textContent.startsWith('Silent until')");
  await page.press("Control+,");
  await page.click(".callout[role=status] button");
  await page.until("fake.quiet.until_ms === null && !document.querySelector('.callout[role=status]')");
});

test("a_pinned_row_is_moved_by_the_mouse_and_what_is_let_go_of_opens_nothing", async () => {
  await open();
  await page.eval("fake.world.pins = fake.world.chats.filter((one) => one.kind === 'conversation' && one.closed === null && !one.archived && one.inbox === fake.world.chats[0].inbox).slice(0, 3).map((one) => one.id), fake.touch('chats')");
  await page.until("document.querySelectorAll('[data-pinned]').length === 3");
  const before = await page.eval<string[]>("fake.world.pins");
  const row = (at: number) => `[data-chat="${before[at]}"]`;
  await page.drag(row(0), row(2));
  await page.until(`JSON.stringify(fake.world.pins) === ${JSON.stringify(JSON.stringify([before[1], before[2], before[0]]))}`);
  await page.settle();
  expect(await page.eval<string[]>("[...document.querySelectorAll('[data-pinned]')].sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top).map((one) => one.dataset.chat)")).toEqual([before[1], before[2], before[0]]);
  expect(await page.eval<boolean>("document.querySelector('[role=row][aria-selected=true]') === null")).toBe(true);
});

test("compact_rows_are_lower_with_the_same_words_and_nothing_in_them_overlaps", async () => {
  const measured = async (density: string) => {
    await open(`density=${density}`);
    await chat(page, "fake.world.chats[0]");
    return page.eval<{ row: number; words: string; clash: string[] }>(`(() => {
      const rows = [...document.querySelectorAll("[role=row]")];
      const clash = [];
      for (const row of rows) {
        const lines = [...row.querySelectorAll(".l1, .l2, .l3")].map((one) => one.getBoundingClientRect()).filter((box) => box.height > 0);
        const around = row.getBoundingClientRect();
        lines.forEach((box, at) => {
          if (at > 0 && box.top < lines[at - 1].bottom - 1) clash.push("line " + at + " of " + row.textContent.slice(0, 30));
          if (box.bottom > around.bottom + 0.5) clash.push("out of the row: " + row.textContent.slice(0, 30));
        });
      }
      rows.map((row) => row.getBoundingClientRect()).sort((a, b) => a.top - b.top).forEach((box, at, all) => {
        if (at > 0 && box.top < all[at - 1].bottom - 0.5) clash.push("row " + at);
      });
      return { row: rows[1].getBoundingClientRect().height, words: [...rows[1].querySelectorAll(".name, .l2, .l3")].map((one) => one.textContent).join(" "), clash };
    })()`);
  };
  const [comfortable, compact] = [await measured("comfortable"), await measured("compact")];
  expect(comfortable.clash).toEqual([]);
  expect(compact.clash).toEqual([]);
  expect(compact.row).toBeLessThan(comfortable.row);
  expect(compact.words).toBe(comfortable.words);
});

test("what_floats_over_the_window_is_turned_around_with_it", async () => {
  await page.close();
  await page.look({ width: 1440, height: 900, theme: "light", language: "ar" });
  for (const name of ["menu-tag", "date", "menu-create", "menu-row"]) {
    const state = states.find((one) => one.name === name);
    if (state === undefined) throw new Error(`there is no state ${name}`);
    await arrive(page, inject("site"), state, "ar");
    expect(await page.eval<string[]>("[...document.querySelectorAll('[data-bits-floating-content-wrapper] > *')].map((one) => getComputedStyle(one).direction)"), name).toEqual(["rtl"]);
  }
});
