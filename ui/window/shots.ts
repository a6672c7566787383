/**
 * Pictures of every state, in both themes, three sizes, both languages: `cargo xtask shots`. They are looked at beside
 * the design; no program judges them.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, inject, test } from "vitest";
import { Browser } from "./browser";
import type { Page } from "./page";
import { arrive, states } from "./states";

const folder = process.env.DESKBELL_SHOTS ?? "shots";
/** Of these alone, where it says so: names or beginnings of names, themes, sizes, languages. */
const only = (process.env.DESKBELL_SHOTS_ONLY ?? "").split(",").filter((word) => word !== "");

const sizes = [[1440, 900], [1024, 700], [1920, 1080]] as const;
const themes = ["light", "dark"] as const;
const languages = ["en", "ar"] as const;

let browser: Browser;
let page: Page;

beforeAll(async () => {
  browser = await Browser.start();
  page = browser.page();
  mkdirSync(folder, { recursive: true });
});

afterAll(() => browser.close());

const sizeNames = sizes.map(([width]) => String(width));
const looks: readonly string[] = [...sizeNames, ...themes, ...languages];
const onlyStates = only.filter((word) => !looks.includes(word));

const wantedLook = (look: string, all: readonly string[]): boolean => only.includes(look) || !all.some((one) => only.includes(one));
const wantedState = (name: string): boolean => onlyStates.length === 0 || onlyStates.some((word) => name.startsWith(word));

const wantedThemes = themes.filter((theme) => wantedLook(theme, themes));

for (const [width, height] of sizes) {
  if (!wantedLook(String(width), sizeNames)) continue;
  for (const language of languages) {
    if (!wantedLook(language, languages)) continue;
    for (const state of states) {
      // A state that is one of size is drawn in that size alone.
      if (!wantedState(state.name) || (state.size !== undefined && width !== sizes[0][0])) continue;
      const [wide, high] = state.size ?? [width, height];
      test(`${state.name}-${wide}-${language}`, async () => {
        await page.look({ width: wide, height: high, theme: "light", language });
        await arrive(page, inject("site"), state, language);
        for (const theme of wantedThemes) {
          await page.theme(theme);
          writeFileSync(join(folder, `${state.name}-${wide}-${theme}-${language}.png`), await page.shot());
        }
      });
    }
  }
}
