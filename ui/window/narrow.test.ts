/**
 * The window enlarged: at 1024 pixels 200 percent leave 512 of them. Nothing may lie outside of it, over another control or
 * have its words cut, and the keyboard leads everywhere as it does in a wide window.
 */
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { Browser } from "./browser";
import type { Page } from "./page";
import { arrive, rail, rows, states } from "./states";

let browser: Browser;
let page: Page;

beforeAll(async () => {
  browser = await Browser.start();
  page = browser.page();
});

afterAll(() => browser.close());

/** What is wrong with where things are, as sentences. */
const faults = () =>
  page.eval<string[]>(`(() => {
    const wrong = [];
    const name = (one) => (one.getAttribute("aria-label") ?? one.textContent.trim().replace(/\\s+/g, " ").slice(0, 40)) + " <" + one.tagName.toLowerCase() + " " + one.className + ">";
    const root = document.scrollingElement;
    if (root.scrollWidth > innerWidth) wrong.push("the window is " + root.scrollWidth + " wide");
    // What lies over the window has it to itself.
    const over = document.querySelector("[role=dialog], [role=alertdialog], [role=menu]") ?? (getComputedStyle(document.querySelector(".panel-scrim") ?? document.body).position === "absolute" ? document.querySelector("[data-pane=panel]") : null);
    const within = over ?? document;
    const controls = [...within.querySelectorAll("button, input, textarea, select, a[href], [role=tab], [role=radio]")].filter((one) => {
      const style = getComputedStyle(one);
      return style.visibility === "visible" && style.pointerEvents !== "none" && one.closest("[inert]") === null && one.getClientRects().length > 0 && one.offsetWidth > 1 && style.opacity !== "0";
    });
    if (controls.length === 0) wrong.push("there is nothing to press");
    for (const one of controls) {
      // A row that scrolled away is reached by scrolling; nothing is by going sideways.
      one.scrollIntoView({ block: "nearest", inline: "nearest", behavior: "instant" });
      const box = one.getBoundingClientRect();
      if (box.left < -0.5 || box.right > innerWidth + 0.5 || box.top < -0.5 || box.bottom > innerHeight + 0.5) {
        wrong.push("outside: " + name(one) + " " + [box.left, box.top, box.right, box.bottom].map(Math.round));
        continue;
      }
      const at = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
      // In a thread what is new is told over the lines: they scroll.
      if (at?.closest(".edge")) continue;
      if (at === null || !(one.contains(at) || at.contains(one) || at.closest("label")?.contains(one))) wrong.push("covered: " + name(one) + " by " + (at === null ? "nothing" : name(at)));
      if (one.matches(".btn, [role=tab], [role=radio]") && one.scrollWidth > one.clientWidth + 1) wrong.push("cut: " + name(one) + " " + one.scrollWidth + " of " + one.clientWidth);
    }
    // What the head says besides the names is whole.
    const who = document.querySelector(".conv-head .who");
    for (const part of who?.querySelectorAll(".conv-sub > *") ?? []) {
      const [box, around] = [part.getBoundingClientRect(), who.getBoundingClientRect()];
      if (box.width > 1 && (box.right > around.right + 0.5 || box.left < around.left - 0.5)) wrong.push("cut: " + name(part));
    }
    for (const one of document.querySelectorAll("*")) if (one.scrollLeft !== 0 && !one.matches("input, textarea")) wrong.push("scrolled sideways: " + name(one));
    return wrong;
  })()`);

/** What is looked at in each size: the places where most controls stand side by side. */
const all = ["nothing", "main", "long-names", "contact-center", "agent", "closed", "with-me", "archived", "texts", "direct", "team", "offline", "attention", "waits", "new-team", "menu-filter", "undo", "history", "settings-notifications", "settings-appearance", "signin", "locked-password"];

/** The fullest of them. */
const some = ["main", "long-names", "with-me", "offline", "attention", "settings-notifications"];

/** The smallest window at 200, 160, 133, 125 and 100 percent. */
const windows = [
  { width: 512, height: 350, theme: "light", language: "en", looked: all },
  { width: 512, height: 350, theme: "dark", language: "ar", looked: all },
  { width: 640, height: 437, theme: "light", language: "ar", looked: some },
  { width: 768, height: 525, theme: "dark", language: "en", looked: some },
  { width: 819, height: 560, theme: "light", language: "en", looked: all },
  { width: 819, height: 560, theme: "dark", language: "ar", looked: some },
  { width: 1024, height: 700, theme: "light", language: "ar", looked: some },
] as const;

/** In a narrow window the same place is a click further. */
async function go(name: string, language: string, width: number): Promise<void> {
  const state = states.find((one) => one.name === name);
  if (state === undefined) throw new Error(`there is no state ${name}`);
  const folded = width < 960;
  const through: Record<string, string> = { texts: "[data-callout='3'] .nav", direct: "[data-callout='5'] .nav", team: "[data-callout='6'] .nav", attention: ".nav.attention", waits: ".nav.attention" };
  const row = through[name];
  if (name === "menu-filter" && width < 780) {
    // The list is behind a conversation, and is where its own menu is.
    await page.open(`${inject("site")}?language=${language}`);
    await rows(page);
    await page.click("[data-callout='12']");
    await page.until("document.querySelector('[role=menu]')");
    return page.settle();
  }
  if (!folded || row === undefined) return arrive(page, inject("site"), state, language);
  await page.open(`${inject("site")}?language=${language}&${state.address ?? ""}`);
  await rail(page);
  await page.click(row);
  if (name === "waits") await page.click("[role=tablist] [role=tab]:nth-child(2)");
  await page.settle();
}

describe.each(windows)("at $width by $height, $theme, $language", ({ width, height, theme, language, looked }) => {
  test.each(looked)("everything_in_%s_is_inside_the_window_whole_and_can_be_pressed", async (name) => {
    await page.look({ width, height, theme, language });
    await go(name, language, width);
    expect(await faults()).toEqual([]);
  });
});

/** Which pane has the focus. */
const pane = () => page.eval<string>("document.activeElement?.closest('[data-pane]')?.getAttribute('data-pane') ?? ''");
const inPane = (name: string) => page.until(`document.activeElement?.closest('[data-pane]')?.getAttribute('data-pane') === '${name}'`);
const seen = (selector: string) => page.eval<boolean>(`getComputedStyle(document.querySelector(${JSON.stringify(selector)})).visibility === 'visible'`);

async function begin(width: number, height: number, language = "en"): Promise<void> {
  await page.look({ width, height, theme: "light", language });
  await page.open(`${inject("site")}?language=${language}`);
  await page.until("document.querySelectorAll('[role=row]').length > 2");
}

describe("by keyboard", () => {
  test("f6_walks_the_same_panes_and_calls_the_rail_where_it_has_no_place", async () => {
    await begin(819, 560);
    await page.press("j");
    await page.until("document.querySelector('[role=log].settled')");
    await page.press("h");
    await inPane("panel");
    const walked: string[] = [];
    for (let i = 0; i < 4; i += 1) {
      await page.press("F6");
      walked.push(await pane());
      expect(await seen("[data-pane=rail]")).toBe(walked.at(-1) === "rail");
    }
    expect(walked).toEqual(["rail", "list", "conversation", "panel"]);
    await page.press("Shift+F6");
    await page.press("Shift+F6");
    expect(await pane()).toBe("list");
  });

  test("where_there_is_room_for_one_f6_brings_each_pane_in_front", async () => {
    await begin(512, 350);
    await page.press("F6");
    await inPane("rail");
    await page.press("F6");
    await inPane("list");
    await page.press("j");
    await inPane("conversation");
    expect(await seen("[data-pane=list]")).toBe(false);
    await page.press("Shift+F6");
    await inPane("list");
    expect(await seen("main.sheet")).toBe(false);
    await page.press("F6");
    await inPane("conversation");
    await page.until("document.activeElement.matches('[role=log]')");
  });

  test("enter_opens_a_conversation_and_escape_goes_back_to_its_row", async () => {
    await begin(512, 350, "ar");
    await page.press("F6");
    await page.press("F6");
    await page.press("ArrowDown");
    const row = await page.eval<string>("document.activeElement.dataset.chat");
    await page.press("Enter");
    await page.until("document.activeElement.matches('[role=log]')");
    await page.press("r");
    await page.until("document.activeElement.matches('textarea')");
    await page.press("Escape");
    await page.press("Escape");
    await inPane("list");
    expect(await page.eval<string>("document.activeElement.dataset.chat")).toBe(row);
    // What is behind the list is not before anybody's eyes: it is notified, and no key closes it.
    expect(await page.eval<unknown>("fake.called('set_view').at(-1).chat")).toBe(null);
    await page.press("e");
    await page.settle();
    expect(await page.eval<number>("fake.called('close_chat').length")).toBe(0);
  });

  test("the_rail_is_called_chosen_from_and_put_away_and_gives_the_focus_back", async () => {
    for (const [width, height] of [[819, 560], [512, 350]] as const) {
      await begin(width, height);
      const button = "[data-pane=list] [aria-expanded=false]";
      await page.eval(`document.querySelector("${button}").focus()`);
      await page.press("Enter");
      await inPane("rail");
      await page.press("Escape");
      await page.until(`document.activeElement.matches("${button}")`);
      expect(await seen("[data-pane=rail]")).toBe(false);
      await rail(page);
      // Beside the rail, in what is dimmed.
      await page.eval("document.querySelector('.rail-scrim').click()");
      await page.until(`document.activeElement.matches("${button}")`);
      await rail(page);
      await page.click("[data-callout='3'] .nav");
      await page.until(`document.activeElement.matches("${button}")`);
      expect(await seen("[data-pane=rail]")).toBe(false);
      await rail(page);
      await page.click("[data-callout='5'] .nav");
      await page.until("document.querySelector('[role=log].settled')");
      expect(await seen("[data-pane=rail]")).toBe(false);
      if (width === 512) await inPane("conversation");
    }
  });

  test("tab_stays_in_the_rail_while_it_lies_over_the_window", async () => {
    await begin(512, 350);
    await rail(page);
    for (let i = 0; i < 12; i += 1) {
      await page.press("Tab");
      expect(["rail", ""]).toContain(await pane());
    }
  });
});
