/**
 * The whole window by keyboard alone, with real keys in a real browser: every part is reached, none keeps the focus
 * for itself, and the focus is always somewhere and to be seen.
 */
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
  await page.open(`${inject("site")}?language=en`);
  await page.until("document.querySelectorAll('[role=row]').length > 3");
});

/** Where the focus is, in words that say what went wrong. */
const focus = () =>
  page.eval<{ pane: string; what: string; seen: boolean; nowhere: boolean }>(`(() => {
    const at = document.activeElement;
    const nowhere = at === null || at === document.body || at === document.documentElement;
    const what = nowhere ? "nothing" : (at.getAttribute("aria-label") ?? at.textContent.trim().slice(0, 40)) + " <" + at.tagName.toLowerCase() + " " + at.className + ">";
    const style = nowhere ? null : getComputedStyle(at);
    const around = nowhere ? null : at.closest(".box, label, .tags-find, button, [role=row]") ?? at;
    const ring = (one) => one !== null && ((getComputedStyle(one).boxShadow !== "none") || (getComputedStyle(one).outlineStyle !== "none" && getComputedStyle(one).outlineWidth !== "0px"));
    const box = nowhere ? { width: 0, height: 0 } : at.getBoundingClientRect();
    const inner = nowhere ? false : [...at.children].some((child) => ring(child));
    const marked = !nowhere && (at.hasAttribute("data-highlighted") || at.matches("input, textarea"));
    return {
      pane: at?.closest("[data-pane]")?.getAttribute("data-pane") ?? at?.closest("[role=dialog], [role=menu]")?.getAttribute("role") ?? "",
      what,
      nowhere,
      seen: !nowhere && box.width > 0 && box.height > 0 && (ring(at) || ring(around) || inner || marked),
    };
  })()`);

/** The focus is somewhere and shows it. */
async function here(pane?: string): Promise<void> {
  await page.settle();
  const now = await focus();
  expect({ ...now, nowhere: now.nowhere, seen: now.seen }).toMatchObject({ nowhere: false, seen: true });
  if (pane !== undefined) expect({ pane: now.pane, what: now.what }).toMatchObject({ pane });
}

const open = (selector: string) => page.until(`document.querySelector(${JSON.stringify(selector)})`);
const gone = (selector: string) => page.until(`!document.querySelector(${JSON.stringify(selector)})`);

async function toPane(pane: string): Promise<void> {
  for (let i = 0; i < 6; i += 1) {
    await page.press("F6");
    if ((await focus()).pane === pane) return;
  }
  throw new Error(`F6 does not lead to ${pane}`);
}

/** Tab, until everything was visited once: which panes, and whether it ever stood still. */
async function tabRound(most: number): Promise<{ panes: Set<string>; stuck: string[]; unseen: string[] }> {
  const panes = new Set<string>();
  const stuck: string[] = [];
  const unseen: string[] = [];
  const seen = new Set<string>();
  await page.eval("window.__stops = new Map(), true");
  for (let i = 0; i < most; i += 1) {
    const before = await page.eval<number>("(window.__at = document.activeElement, 0)");
    expect(before).toBe(0);
    await page.press("Tab");
    const moved = await page.eval<boolean>("window.__at !== document.activeElement");
    const now = await focus();
    if (!moved && !now.nowhere) stuck.push(now.what);
    if (!now.nowhere && !now.seen) unseen.push(now.what);
    if (now.pane !== "") panes.add(now.pane);
    const again = await page.eval<boolean>("window.__stops.has(document.activeElement) || (window.__stops.set(document.activeElement, true), false)");
    if (again && seen.size > 3) break;
    seen.add(now.what);
  }
  return { panes, stuck, unseen };
}

test("tab_goes_through_the_whole_window_and_around", async () => {
  await toPane("list");
  await page.press("j");
  await open("[role=log]");
  await page.settle();
  const { panes, stuck, unseen } = await tabRound(90);
  expect(stuck).toEqual([]);
  expect(unseen).toEqual([]);
  for (const pane of ["rail", "list", "conversation"]) expect(panes).toContain(pane);
});

test("a_conversation_is_found_answered_and_closed_and_the_next_one_opens", async () => {
  await toPane("list");
  await here("list");
  await page.press("ArrowDown");
  await here("list");
  await page.press("Enter");
  await open("[role=log]");
  await here();
  const chat = await page.eval<string>("document.querySelector('[role=row][aria-selected=true]').dataset.chat");
  await page.press("r");
  await here("conversation");
  await page.type("On its way.");
  await page.press("Control+Shift+Enter");
  await page.until(`document.querySelector('[role=row][aria-selected=true]')?.dataset.chat !== ${JSON.stringify(chat)}`);
  await here();
  expect(await page.eval<number>("fake.calls.filter((call) => call.name === 'send_message').length")).toBe(1);
  expect(await page.eval<unknown>("fake.called('close_chat')")).toEqual([{ chat }]);
});

test("three_keys_beside_the_text_take_answer_and_close_the_next_conversation", async () => {
  await page.press("j");
  await open("[role=log]");
  await page.settle();
  await page.press("r");
  await page.type("Thursday it is.");
  await page.press("Control+Shift+Enter");
  await page.until("fake.called('close_chat').length === 1");
  expect(await page.eval<boolean>("fake.called('send_message')[0].chat === fake.called('close_chat')[0].chat")).toBe(true);
});

test("the_side_panel_is_a_pane_like_the_others_and_gives_the_focus_back", async () => {
  await page.press("j");
  await open("[role=log]");
  await page.settle();
  await page.press("h");
  await open("[data-pane=panel]");
  await here("panel");
  const walked: string[] = [];
  for (let i = 0; i < 4; i += 1) {
    await page.press("F6");
    await here();
    walked.push((await focus()).pane);
  }
  expect(walked).toEqual(["rail", "list", "conversation", "panel"]);
  await page.press("Escape");
  await gone("[data-pane=panel]");
  await here();
});

test("menus_open_on_their_keys_and_escape_gives_the_focus_back", async () => {
  await page.press("j");
  await open("[role=log]");
  await page.settle();
  for (const key of ["a", "c"]) {
    await page.press(key);
    await open("[role=menu]");
    await here();
    await page.press("ArrowDown");
    await here();
    await page.press("Escape");
    await gone("[role=menu]");
    await here();
  }
  await page.press("l");
  await page.settle();
  await here();
  await page.press("Escape");
  await here();
});

test("a_dialog_holds_the_focus_while_it_is_open_and_gives_it_back", async () => {
  await page.press("c");
  await open("[role=menu]");
  await page.press("Home");
  await page.press("Enter");
  await open("[role=dialog]");
  await here();
  for (let i = 0; i < 8; i += 1) {
    await page.press("Tab");
    expect((await page.eval<boolean>("document.activeElement.closest('[role=dialog]') !== null"))).toBe(true);
  }
  await page.press("Escape");
  await gone("[role=dialog]");
  await here();
});

test("settings_are_walked_changed_and_left", async () => {
  await page.press("Control+,");
  await open("[data-pane=settings]");
  await here("settings");
  await page.press("ArrowDown");
  await page.press("ArrowUp");
  await here("settings");
  await page.press("F6");
  await here("setting");
  const { panes, stuck, unseen } = await tabRound(60);
  expect(stuck).toEqual([]);
  expect(unseen).toEqual([]);
  expect([...panes].sort()).toEqual(["setting", "settings"]);
  await page.press("Escape");
  await open("[role=grid]");
  await page.until("document.activeElement !== document.body");
  await here();
});

test("guide_and_list_of_keys_open_over_everything_and_close", async () => {
  await page.press("j");
  await open("[role=log]");
  await page.settle();
  for (const key of ["F1", "?"]) {
    await page.press(key);
    await open("[role=dialog]");
    await here("dialog");
    await page.press("Tab");
    await here("dialog");
    await page.press("Escape");
    await gone("[role=dialog]");
    await here();
  }
});

test("escape_closes_only_the_innermost", async () => {
  // C110
  await page.press("j");
  await open("[role=log]");
  await page.settle();
  await page.press("h");
  await open("[data-pane=panel]");
  await here("panel");
  await page.press("a");
  await open("[role=menu]");
  await page.press("Escape");
  await gone("[role=menu]");
  expect(await page.eval<boolean>("document.querySelector('[data-pane=panel]') !== null")).toBe(true);
  await page.press("Escape");
  await gone("[data-pane=panel]");
  await here();

  await page.press("Control+,");
  await open("[data-pane=settings]");
  await page.press("?");
  await open("[role=dialog]");
  await page.press("Escape");
  await gone("[role=dialog]");
  expect(await page.eval<boolean>("document.querySelector('[data-pane=settings]') !== null")).toBe(true);
  await page.press("Escape");
  await gone("[data-pane=settings]");
});

test("four_hundred_tags_are_one_stop_of_tab_arrows_walk_them_and_delete_takes_one_off", async () => {
  await page.open(`${inject("site")}?language=en&scenario=worst`);
  await page.until("document.querySelectorAll('[role=row]').length > 3");
  await chat(page, "fake.world.chats[0]");
  const what = async (key: string) => {
    await page.press(key);
    return (await focus()).what;
  };
  await page.press("r");
  expect(await what("Tab")).toMatch(/^Remove tag Touring 1 /u);
  expect(await what("ArrowRight")).toMatch(/^Remove tag Waiting for parts 2 /u);
  expect(await what("ArrowLeft")).toMatch(/^Remove tag Touring 1 /u);
  expect(await what("ArrowLeft")).toMatch(/^Remove tag Touring 400 /u);
  await here("conversation");
  expect(await what("Tab")).toMatch(/^Add tag/u);
  expect(await what("Shift+Tab")).toMatch(/^Remove tag Touring 400 /u);
  await page.press("Delete");
  await page.until("fake.world.chats[0].tags.length === 399");
  await page.settle();
  expect((await focus()).what).toMatch(/^Remove tag Invoice 399 /u);
  expect(await what("Home")).toMatch(/^Remove tag Touring 1 /u);
});
