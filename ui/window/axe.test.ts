/** Accessibility of every state, measured where colours and sizes are real. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { Browser } from "./browser";
import type { Page } from "./page";
import { arrive, states } from "./states";

const axe = readFileSync(fileURLToPath(new URL("../node_modules/axe-core/axe.min.js", import.meta.url)), "utf8");

let browser: Browser;
let page: Page;

beforeAll(async () => {
  browser = await Browser.start();
  page = browser.page();
});

afterAll(() => browser.close());

/** What axe finds, as sentences. */
async function found(): Promise<string[]> {
  await page.eval(`${axe}; true`);
  // A menu lies over the window, outside of its parts, by nature.
  return page.eval(`axe.run(document, { resultTypes: ["violations"], rules: { region: { enabled: false } } }).then(({ violations }) =>
    violations.flatMap((one) => one.nodes.map((node) => one.id + ": " + node.html.slice(0, 200) + " " + (node.any[0]?.message ?? node.all[0]?.message ?? node.none[0]?.message ?? ""))))`);
}

/** Every theme and every direction once; what one finds in the other two combinations, it finds here. */
const looks = [
  { theme: "light", language: "en" },
  { theme: "dark", language: "ar" },
] as const;

for (const { theme, language } of looks) {
  for (const state of states) {
    test(`axe_finds_nothing_in_${state.name.replaceAll("-", "_")}_${theme}_${language}`, async () => {
      const [width, height] = state.size ?? [1440, 900];
      await page.look({ width, height, theme, language });
      await arrive(page, inject("site"), state, language);
      expect(await found()).toEqual([]);
    });
  }
}
