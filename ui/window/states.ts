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
  /** How large the window is, where that is what makes the state. */
  size?: readonly [width: number, height: number];
  /** What the member does. */
  way?: (page: Page) => Promise<void>;
}

/** Waits until the list has rows. */
export const rows = (page: Page) => page.until("document.querySelectorAll('[role=row]').length > 3");

/** Opens the first conversation of the list. */
async function first(page: Page): Promise<void> {
  await rows(page);
  await page.press("j");
  await page.until("document.querySelector('[role=log] .bubble, [role=log] article, [role=log] li')");
  await page.settle();
}

/** The smallest window, enlarged to 200 and 125 percent. */
const twice = [512, 350] as const;
const larger = [819, 560] as const;

/** Calls the rail, where it is folded away. */
export async function rail(page: Page): Promise<void> {
  await page.click("[data-pane=list] [aria-expanded]");
  await page.until("document.querySelector('.rail-scrim')");
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

/** A state of the window with a conversation open and a menu of it. */
const withMenu = (selector: string) => async (page: Page) => {
  await first(page);
  await menuOf(page, selector);
};

/** A place of the rail: the row of a region, by its number. */
const place = (engagement: number, row = ".nav") => async (page: Page) => {
  await rows(page);
  await page.click(`${callout(engagement)} ${row}`);
  await page.settle();
};

/** A choice of a menu of the list. */
const chosen = (opener: string, presses: string[]) => async (page: Page) => {
  await rows(page);
  await menuOf(page, opener);
  for (const key of presses) await page.press(key);
  await page.settle();
};

/** Opens a chat of the fake core, as a notification would. */
export async function chat(page: Page, which: string): Promise<void> {
  await page.eval(`fake.emit({ event: "navigate", chat: (${which}).id, reply: false })`);
  await page.until("document.querySelector('[role=log].settled')");
  await page.settle();
}

/** Opens the search and types into it. */
async function looked(page: Page, text: string): Promise<void> {
  await page.press("/");
  await page.until("document.activeElement?.getAttribute('role') === 'combobox'");
  // A word at a time, as somebody types: what is finished becomes a chip.
  for (const part of text.split(/(?<= )/u)) {
    if (part !== "") await page.type(part);
    await page.settle();
  }
}

/** Opens the palette and types into it. */
async function commanded(page: Page, text: string): Promise<void> {
  await page.press("Control+k");
  await dialog(page);
  await page.until("document.activeElement?.getAttribute('role') === 'combobox'");
  if (text !== "") await page.type(text);
  await page.settle();
}

export const states: readonly State[] = [
  // Places and tabs
  { name: "main", way: first },
  { name: "nothing", way: rows },
  { name: "loading", address: "scenario=loading", way: (page) => page.settle() },
  { name: "closed", way: async (page) => { await rows(page); await page.click(callout(10)); await first(page); } },
  { name: "archived", way: async (page) => { await rows(page); await page.click(callout(11)); await page.settle(); } },
  { name: "channel", way: place(2, ".nav.ch") },
  { name: "texts", way: place(3) },
  { name: "favorite", way: place(4) },
  { name: "direct", way: place(5) },
  { name: "team", way: place(6) },
  { name: "pinned", way: async (page) => { await first(page); await page.press("p"); await page.press("j"); await page.press("j"); await page.press("p"); await page.settle(); } },
  { name: "unread", way: chosen(callout(12), ["ArrowDown", "ArrowDown", "Enter"]) },
  { name: "nowhere", address: "scenario=nowhere", way: (page) => page.settle() },
  { name: "long-names", address: "scenario=long", way: first },
  { name: "contact-center", address: "product=contact_center", way: first },
  { name: "agent", address: "role=agent", way: first },
  { name: "compact", address: "density=compact", way: first },
  { name: "with-me", way: async (page) => { await rows(page); await page.click(".segments button:nth-child(2)"); await page.settle(); await menuOf(page, ".mine button"); await page.press("End"); await page.press("Enter"); await page.settle(); } },
  { name: "norows", way: async (page) => { await rows(page); await page.eval("fake.world.chats.forEach((chat) => { chat.read_pos = 1e9; }), fake.touch('chats')"); await menuOf(page, callout(12)); await page.press("ArrowDown"); await page.press("ArrowDown"); await page.press("Enter"); await page.until("document.querySelector('.norows')"); await page.settle(); } },
  { name: "favorites-bad", way: async (page) => { await first(page); await page.eval("fake.world.favorites.push({ contact: 'gone', name: 'Long Gone', initials: 'LG', tint: 'sky', gone: true }, { contact: 'none', name: 'Nobody Yet', initials: 'NY', tint: 'rose', gone: false }), fake.touch('places')"); await page.until("document.querySelector('.nav.gone')"); await page.settle(); } },
  { name: "new-team-wrong", way: async (page) => { await first(page); await page.press("c"); await menu(page); await page.press("End"); await page.press("Enter"); await dialog(page); await page.click("[role=dialog] .primary"); await page.until("document.querySelector('.err')"); await page.settle(); } },
  // Trouble
  { name: "offline", address: "scenario=offline", way: first },
  { name: "fetching", address: "scenario=fetching", way: async (page) => { await first(page); await page.until("document.querySelector('.strip progress')"); } },
  { name: "attention", address: "scenario=attention", way: async (page) => { await rows(page); await page.click(".nav.attention"); await page.settle(); } },
  { name: "waits", address: "scenario=offline&waits=12", way: async (page) => { await rows(page); await page.click(".nav.attention"); await page.click("[role=tablist] [role=tab]:nth-child(2)"); await page.settle(); } },
  { name: "signed-out-by-hub", address: "scenario=revoked-later", way: first },
  { name: "list-failed", address: "scenario=list-failed", way: (page) => page.settle() },
  // The door
  { name: "signin", address: "scenario=signin" },
  { name: "revoked", address: "scenario=revoked" },
  { name: "locked-password", address: "scenario=locked-password" },
  { name: "locked-keyring", address: "scenario=locked-keyring_locked" },
  { name: "broken", address: "scenario=broken" },
  // Menus
  { name: "menu-create", way: async (page) => { await first(page); await page.press("c"); await menu(page); } },
  { name: "menu-place", way: withMenu(callout(7)) },
  { name: "menu-filter", way: withMenu(callout(12)) },
  { name: "menu-sort", way: withMenu(callout(13)) },
  { name: "menu-row", way: async (page) => { await first(page); await page.click("[role=row][aria-selected=true]", "right"); await menu(page); } },
  { name: "menu-assign", way: async (page) => { await first(page); await page.press("a"); await menu(page); } },
  { name: "menu-tag", way: async (page) => { await first(page); await page.press("l"); await page.settle(); } },
  { name: "menu-me", way: withMenu(".me button") },
  { name: "menu-contact", way: withMenu(callout(14)) },
  { name: "menu-team", way: async (page) => { await place(6)(page); await menuOf(page, ".conv-head [aria-haspopup=menu]"); } },
  // Beside the thread
  { name: "history", way: async (page) => { await first(page); await page.press("h"); await page.until("document.querySelector('[data-pane=panel]')"); await page.settle(); } },
  { name: "history-one", way: async (page) => { await first(page); await page.press("j"); await page.press("j"); await page.settle(); await page.press("h"); await page.click("[data-pane=panel] li button"); await page.settle(); } },
  { name: "members", way: async (page) => { await place(6)(page); await page.click(".crew"); await page.until("document.querySelector('[data-pane=panel]')"); await page.settle(); } },
  // Dialogs
  { name: "new-direct", way: async (page) => { await first(page); await page.press("c"); await menu(page); await page.press("Home"); await page.press("Enter"); await dialog(page); } },
  { name: "new-team", way: async (page) => { await first(page); await page.press("c"); await menu(page); await page.press("End"); await page.press("Enter"); await dialog(page); } },
  { name: "sign-out", way: async (page) => { await first(page); await menuOf(page, ".me button"); await page.press("End"); await page.press("Enter"); await dialog(page); } },
  { name: "team-rename", way: async (page) => { await place(6)(page); await menuOf(page, ".conv-head [aria-haspopup=menu]"); for (const key of ["Home", "ArrowDown", "ArrowDown", "Enter"]) await page.press(key); await dialog(page); } },
  { name: "team-add", way: async (page) => { await place(6)(page); await menuOf(page, ".conv-head [aria-haspopup=menu]"); for (const key of ["Home", "ArrowDown", "Enter"]) await page.press(key); await dialog(page); } },
  // Searching
  { name: "search-start", way: async (page) => { await first(page); await looked(page, ""); } },
  { name: "search", way: async (page) => { await first(page); await looked(page, "in:\"Front desk\" after:2026-03-01 rack"); await page.press("ArrowDown"); await page.press("ArrowDown"); await page.press("Enter"); await page.until("document.querySelector('[role=log] mark.now')"); await page.settle(); } },
  { name: "search-names", way: async (page) => { await first(page); await looked(page, "layla"); await page.until("document.querySelector('[data-found^=contact]')"); await page.settle(); } },
  { name: "search-ops", way: async (page) => { await first(page); await looked(page, "in:\"Front desk\" rack is:"); await page.until("document.querySelector('[role=combobox][aria-expanded=true]')"); await page.settle(); } },
  { name: "search-offline", address: "scenario=offline", way: async (page) => { await first(page); await looked(page, "in:\"Front desk\" rack"); await page.until("document.querySelector('[data-found]')"); await page.press("Enter"); await page.until("document.querySelector('[role=log] mark.now')"); await page.settle(); } },
  { name: "search-none", way: async (page) => { await first(page); await looked(page, "from:tomasz is:closed paid"); await page.until("document.querySelector('.norows .btn')"); await page.settle(); } },
  { name: "search-again", way: async (page) => { await first(page); await looked(page, "is:closed rack"); await page.until("document.querySelector('.op')"); await page.press("Escape"); await page.press("/"); await page.until("document.querySelector('.op.whole')"); await page.settle(); } },
  { name: "search-waiting", address: "scenario=offline", way: async (page) => { await first(page); await looked(page, "is:waiting "); await page.until("document.querySelector('.find .pending')"); await page.settle(); } },
  { name: "search-problem", way: async (page) => { await first(page); await looked(page, "in:nowhere before:soon rack"); await page.until("document.querySelectorAll('.problem').length === 2"); await page.settle(); } },
  { name: "search-incomplete", way: async (page) => { await first(page); await page.eval("fake.world.searchable = false"); await looked(page, "rack"); await page.until("document.querySelector('[data-found]')"); await page.settle(); } },
  { name: "search-failed", way: async (page) => { await first(page); await page.eval("fake.answer('search', () => { throw { code: 'internal', message: 'It could not be read.', retryable: true }; })"); await looked(page, "rack"); await page.until("document.querySelector('[role=alert]')"); await page.settle(); } },
  { name: "palette-empty", way: async (page) => { await first(page); await commanded(page, ""); } },
  { name: "palette", way: async (page) => { await first(page); await commanded(page, "ar"); } },
  { name: "palette-commands", way: async (page) => { await first(page); await commanded(page, ">"); } },
  { name: "palette-tags", way: async (page) => { await first(page); await commanded(page, "#"); } },
  { name: "palette-none", way: async (page) => { await first(page); await commanded(page, "qqqq"); await page.until("document.querySelector('.palette .none')"); } },
  // Undo
  { name: "undo", way: async (page) => { await first(page); await page.press("e"); await page.settle(); } },
  // Help and settings
  { name: "menu-message", way: async (page) => { await first(page); await page.click(".line:last-child .bubble", "right"); await menu(page); } },
  { name: "date", way: async (page) => { await first(page); await menuOf(page, callout(14)); await page.press("End"); await page.press("Enter"); await dialog(page); } },
  { name: "new-messages", address: "unread=7", way: async (page) => { await rows(page); await chat(page, "fake.world.chats[0]"); } },
  { name: "team-writing", way: async (page) => { await rows(page); await page.eval("fake.world.presence.set(fake.world.chats.find((one) => one.kind === 'team').id, { viewing: [], typing: [fake.world.chats.find((one) => one.kind === 'team').members[2]], known: true })"); await chat(page, "fake.world.chats.find((one) => one.kind === 'team')"); } },
  { name: "worst", address: "scenario=worst&long=6000&unread=5000", way: async (page) => { await rows(page); await chat(page, "fake.world.chats[0]"); await page.click(".pill, .icon-btn.end"); await page.settle(); } },
  { name: "read-only", way: async (page) => { await rows(page); await chat(page, "fake.world.chats.find((one) => one.archived)"); } },
  { name: "gone", way: async (page) => { await first(page); await page.eval("fake.world.chats = fake.world.chats.filter((one) => one.kind !== 'conversation'), fake.emit({ event: 'changed', tags: [], all: true })"); await page.settle(); } },
  { name: "guide", way: async (page) => { await first(page); await page.press("F1"); await dialog(page); } },
  { name: "guide-contact-center", address: "product=contact_center", way: async (page) => { await first(page); await page.press("F1"); await dialog(page); } },
  { name: "keys", way: async (page) => { await first(page); await page.press("?"); await dialog(page); } },
  { name: "settings-notifications", way: (page) => part(page, 1) },
  { name: "settings-silent", way: async (page) => { await part(page, 1); await page.click("[aria-labelledby=set-silence] button"); await page.click("[role=switch]"); await page.settle(); } },
  { name: "settings-appearance", way: (page) => part(page, 2) },
  { name: "settings-shortcuts", way: (page) => part(page, 3) },
  // Enlarged
  { name: "narrow-list", size: twice, way: rows },
  { name: "narrow-thread", size: twice, way: first },
  { name: "narrow-rail", size: twice, way: rail },
  { name: "narrow-create", size: twice, way: async (page) => { await rows(page); await page.press("c"); await menu(page); await page.settle(); } },
  { name: "narrow-history", size: twice, way: async (page) => { await first(page); await page.press("h"); await page.until("document.querySelector('[data-pane=panel]')"); await page.settle(); } },
  { name: "narrow-assign", size: twice, way: async (page) => { await first(page); await page.press("a"); await menu(page); await page.settle(); } },
  { name: "narrow-date", size: twice, way: async (page) => { await first(page); await menuOf(page, callout(14)); await page.press("End"); await page.press("Enter"); await dialog(page); await page.settle(); } },
  { name: "narrow-new-team", size: twice, way: async (page) => { await rows(page); await page.press("c"); await menu(page); await page.press("End"); await page.press("Enter"); await dialog(page); await page.settle(); } },
  { name: "narrow-undo", size: twice, way: async (page) => { await first(page); await page.press("e"); await page.settle(); } },
  { name: "narrow-attention", size: twice, address: "scenario=attention", way: async (page) => { await rail(page); await page.click(".nav.attention"); await page.settle(); } },
  { name: "narrow-case", size: twice, address: "scenario=attention", way: async (page) => { await rail(page); await page.click(".nav.attention"); await page.click("[role=row]"); await page.settle(); } },
  { name: "narrow-waits", size: twice, address: "scenario=offline&waits=12", way: async (page) => { await rail(page); await page.click(".nav.attention"); await page.click("[role=tablist] [role=tab]:nth-child(2)"); await page.settle(); } },
  { name: "narrow-offline", size: [640, 437], address: "scenario=offline", way: first },
  { name: "narrow-guide", size: twice, way: async (page) => { await rows(page); await page.press("F1"); await dialog(page); await page.settle(); } },
  { name: "narrow-guide-thread", size: twice, way: async (page) => { await first(page); await page.press("F1"); await dialog(page); await page.settle(); } },
  { name: "narrow-keys", size: twice, way: async (page) => { await rows(page); await page.press("?"); await dialog(page); await page.settle(); } },
  { name: "narrow-settings", size: twice, way: (page) => part(page, 1) },
  { name: "narrow-signin", size: twice, address: "scenario=signin" },
  { name: "folded", size: larger, way: first },
  { name: "folded-rail", size: larger, way: rail },
  { name: "folded-long", size: larger, address: "scenario=long", way: first },
  { name: "folded-attention", size: larger, address: "scenario=attention", way: async (page) => { await rail(page); await page.click(".nav.attention"); await page.settle(); } },
  { name: "folded-settings", size: larger, way: (page) => part(page, 1) },
];

/** Goes to a state. */
export async function arrive(page: Page, site: string, state: State, language: string): Promise<void> {
  await page.open(`${site}?language=${language}&${state.address ?? ""}`);
  await state.way?.(page);
  await page.away();
  await page.settle();
}
