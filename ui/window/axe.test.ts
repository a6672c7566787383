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

/** What a theme can change: colours, and nothing else. Looking for all in both takes twice as long and finds nothing more. */
const COLOURS = ["color-contrast", "link-in-text-block"];

/** What axe finds, as sentences. */
async function found(only?: string[]): Promise<string[]> {
  await page.eval(`if (!("axe" in window)) { ${axe} } true`);
  // A menu lies over the window, outside of its parts, by nature; and a name that has been scrolled out of sight still is one.
  const rules = { region: { enabled: false }, "label-title-only": { enabled: false } };
  const options = { resultTypes: ["violations"], rules, ...(only && { runOnly: { type: "rule", values: only } }) };
  return page.eval(`axe.run(document, ${JSON.stringify(options)}).then(({ violations }) =>
    violations.flatMap((one) => one.nodes.map((node) => one.id + ": " + node.html.slice(0, 200) + " " + (node.any[0]?.message ?? node.all[0]?.message ?? node.none[0]?.message ?? ""))))`);
}

/** Of these states alone, where it says so: names or beginnings of names. */
const only = (process.env.DESKBELL_AXE_ONLY ?? "").split(",").filter((word) => word !== "");
const wanted = states.filter(({ name }) => only.length === 0 || only.some((word) => name.startsWith(word)));

for (const language of ["en", "ar"]) {
  for (const state of wanted) {
    test(`axe_finds_nothing_in_${state.name.replaceAll("-", "_")}_${language}`, async () => {
      const [width, height] = state.size ?? [1440, 900];
      await page.look({ width, height, theme: "light", language });
      await arrive(page, inject("site"), state, language);
      expect(await found(), "light").toEqual([]);
      await page.theme("dark");
      expect(await found(COLOURS), "dark").toEqual([]);
    });
  }
}
