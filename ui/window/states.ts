/**
 * Every state of the window, and how one gets there: by the address for what the fake core is to have, then by keys and
 * clicks as a member would. Nothing here reads a word of the screen, so the same ways lead there in every language.
 */
import type { Page } from "./page";

/** A state of the window. */
export interface State {
  /** Name of its picture. */
  name: string;
  /** What the fake core is to have. */
  address?: string;
  /** What the member does. */
  way?: (page: Page) => Promise<void>;
}

const rows = (page: Page) => page.until("document.querySelectorAll('[role=row]').length > 3");

/** Opens the first conversation of the list. */
async function first(page: Page): Promise<void> {
  await rows(page);
  await page.press("j");
  await page.until("document.querySelector('[role=log] .bubble, [role=log] article, [role=log] li')");
  await page.settle();
}

const menu = (page: Page) => page.until("document.querySelector('[role=menu]')");
const dialog = (page: Page) => page.until("document.querySelector('[role=dialog], [role=alertdialog]')");

const callout = (engagement: number) => `[data-callout="${engagement}"]`;

async function menuOf(page: Page, selector: string): Promise<void> {
  await page.click(selector);
  await menu(page);
}

async function part(page: Page, at: number): Promise<void> {
  await rows(page);
  await page.press("Control+,");
  await page.until("document.querySelector('[data-pane=settings]')");
  await page.click(`[data-pane=settings] li:nth-child(${at}) button`);
  await page.settle();
}

export const states: readonly State[] = [
  { name: "main", way: first },
  { name: "nothing", way: rows },
  { name: "loading", address: "scenario=loading", way: (page) => page.settle() },
  { name: "offline", address: "scenario=offline", way: first },
  { name: "attention", address: "scenario=attention", way: async (page) => { await rows(page); await page.click(".nav.attention"); await page.settle(); } },
  { name: "waits", address: "scenario=offline&waits=12", way: async (page) => { await rows(page); await page.click(".nav.attention"); await page.click("[role=tablist] [role=tab]:nth-child(2)"); await page.settle(); } },
  { name: "signin", address: "scenario=signin" },
  { name: "revoked", address: "scenario=revoked" },
  { name: "signed-out-by-hub", address: "scenario=revoked-later", way: first },
  { name: "locked-password", address: "scenario=locked-password" },
  { name: "locked-keyring", address: "scenario=locked-keyring_locked" },
  { name: "closed", way: async (page) => { await rows(page); await page.click(callout(10)); await first(page); } },
  { name: "contact-center", address: "product=contact_center", way: first },
  { name: "agent", address: "role=agent", way: first },
  { name: "compact", address: "density=compact", way: first },
  { name: "menu-create", way: async (page) => { await first(page); await page.press("c"); await menu(page); } },
  { name: "menu-assign", way: async (page) => { await first(page); await page.press("a"); await menu(page); } },
  { name: "menu-tag", way: async (page) => { await first(page); await page.press("l"); await page.settle(); } },
  { name: "menu-me", way: async (page) => { await first(page); await menuOf(page, ".me button"); } },
  { name: "sign-out", way: async (page) => { await first(page); await menuOf(page, ".me button"); await page.press("End"); await page.press("Enter"); await dialog(page); } },
  { name: "new-direct", way: async (page) => { await first(page); await page.press("c"); await menu(page); await page.press("Home"); await page.press("Enter"); await dialog(page); } },
  { name: "guide", way: async (page) => { await first(page); await page.press("F1"); await dialog(page); } },
  { name: "guide-contact-center", address: "product=contact_center", way: async (page) => { await first(page); await page.press("F1"); await dialog(page); } },
  { name: "keys", way: async (page) => { await first(page); await page.press("?"); await dialog(page); } },
  { name: "settings-notifications", way: (page) => part(page, 1) },
  { name: "settings-appearance", way: (page) => part(page, 2) },
  { name: "settings-shortcuts", way: (page) => part(page, 3) },
];

/** Goes to a state. */
export async function arrive(page: Page, site: string, state: State, language: string): Promise<void> {
  await page.open(`${site}?language=${language}&${state.address ?? ""}`);
  await state.way?.(page);
  await page.away();
  await page.settle();
}
