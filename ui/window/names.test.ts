/**
 * A name that is too long for its line loses its end, never its beginning, whichever way it and the window are written.
 * Only a browser that lays out lines can tell.
 */
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { Browser } from "./browser";
import type { Page } from "./page";
import { states } from "./states";

let browser: Browser;
let page: Page;

beforeAll(async () => {
  browser = await Browser.start();
  page = browser.page();
});

afterAll(() => browser.close());

/** Gives everybody and everything a name that fits nowhere, every second one written from right to left. */
const rename = `(() => {
  const names = ["Wolfeschlegelsteinhausenbergerdorff und Soehne ".repeat(6).trim(), "مؤسسة الدراجات والتوصيل السريع للمدن الكبرى ".repeat(6).trim()];
  let at = 0;
  const next = () => names[at++ % 2];
  for (const chat of fake.world.chats) {
    if (chat.person) chat.person = { ...chat.person, name: next() };
    chat.tags = chat.tags.map((tag) => ({ ...tag, name: next() }));
  }
  const people = new Set(fake.world.chats.flatMap((chat) => [chat.member, ...chat.members]).filter((one) => one !== null && !one.me));
  for (const one of [...people, ...fake.world.tags, ...fake.world.favorites, ...fake.world.contacts]) one.name = next().replaceAll(" ", "\\u00a0");
  for (const one of fake.world.outbox) if (one.title !== "") one.title = next();
  fake.emit({ event: "changed", tags: [], all: true });
})()`;

/**
 * The names of which something is to be seen, but not the beginning; and how many were cut at all, for where nothing is
 * cut nothing is shown. A text that mixes both ways of writing is looked at piece by piece.
 */
const look = `(() => {
  const lost = [];
  let cut = 0;
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node !== null; node = texts.nextNode()) {
    let box = node.parentElement;
    while (box !== null && (getComputedStyle(box).overflowX === "visible" || getComputedStyle(box).display === "inline")) box = box.parentElement;
    if (box === null || box.closest(".vh") !== null || box.clientWidth < 2 || !/^(nowrap|pre)$/u.test(getComputedStyle(box).whiteSpace)) continue;
    const around = box.getBoundingClientRect();
    for (const found of node.data.matchAll(/[A-Za-z][A-Za-z \\u00a0]*[A-Za-z]|[\\u0621-\\u064a][\\u0621-\\u064a \\u00a0]*[\\u0621-\\u064a]/gu)) {
      const seen = (at) => {
        const range = document.createRange();
        range.setStart(node, at);
        range.setEnd(node, at + 1);
        const { left, right, width } = range.getBoundingClientRect();
        const middle = (left + right) / 2;
        return width > 0 && middle > around.left - 0.5 && middle < around.right + 0.5;
      };
      const last = found.index + found[0].length - 1;
      if (seen(found.index) === seen(last)) continue;
      cut += 1;
      if (!seen(found.index)) lost.push((box.className || box.tagName) + ": " + found[0].slice(0, 40));
    }
  }
  return { lost: [...new Set(lost)], cut };
})()`;

const looked = ["main", "team", "history-one", "members", "menu-assign", "menu-tag", "team-add", "undo", "waits", "attention", "search", "palette-empty", "palette-tags"];

for (const language of ["ar", "en"]) {
  for (const name of looked) {
    test(`a_name_that_is_cut_keeps_its_beginning_in_${name.replaceAll("-", "_")}_${language}`, async () => {
      const state = states.find((one) => one.name === name);
      if (state === undefined) throw new Error(`there is no state ${name}`);
      await page.look({ width: 1440, height: 900, theme: "light", language });
      await page.open(`${inject("site")}?language=${language}&${state.address ?? ""}`);
      await page.eval(rename);
      await state.way?.(page);
      await page.settle();
      const { lost, cut } = await page.eval<{ lost: string[]; cut: number }>(look);
      expect(lost).toEqual([]);
      expect(cut).toBeGreaterThan(2);
    });
  }
}
