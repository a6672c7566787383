/** What styles must keep to, wherever they stand: faults of a kind, which come back one rule at a time. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const sheet = (name: string) => readFileSync(`${import.meta.dirname}/../src/${name}`, "utf8");
const files: Record<string, string> = {
  ...import.meta.glob<string>("../src/**/*.svelte", { query: "?raw", import: "default", eager: true }),
  "app.css": sheet("app.css"),
  "parts.css": sheet("parts.css"),
};

interface Rule {
  file: string;
  selector: string;
  says: string;
}

/** Every rule of every style sheet that has no others in it. */
function rules(): Rule[] {
  return Object.entries(files).flatMap(([file, text]) => {
    const style = file.endsWith(".css") ? text : (/<style[^>]*>([\s\S]*)<\/style>/u.exec(text)?.[1] ?? "");
    return [...style.replace(/\/\*[\s\S]*?\*\//gu, "").matchAll(/([^{};]*)\{([^{}]*)\}/gu)].map(([, selector = "", says = ""]) => ({ file, selector: selector.trim(), says }));
  });
}

const where = ({ file, selector }: Rule) => `${file}: ${selector}`;

test("a_name_that_is_cut_at_its_end_is_not_cut_below", () => {
  // Marks under a letter and low letters reach below a line: `hidden` cuts them off, `clip visible` does not.
  const cut = rules().filter(({ selector, says }) => /text-overflow: ellipsis/u.test(says) && /overflow: hidden(?! auto)/u.test(says) && !/padding-block: [1-9]/u.test(says) && !/\b(input|select)\b/u.test(selector));
  expect(cut.map(where)).toEqual([]);
  const clamped = rules().filter(({ says }) => /line-clamp/u.test(says) && !/padding-block-end/u.test(says));
  expect(clamped.map(where)).toEqual([]);
});

test("under_a_dialog_nothing_scrolls_whose_bar_would_be_drawn_over_it", () => {
  const still = /\.app :is\(([^)]*)\) \{ overflow-y: hidden/u.exec(sheet("app.css"))?.[1]?.split(", ") ?? [];
  // What lies in dialogs and menus itself.
  const over = /^(\.menu|\.dialog-body|ol|ul|\.to|\.list|\.options)$/u;
  const scrolls = rules().filter(({ says }) => /overflow(-y)?: (hidden )?auto/u.test(says));
  const missing = scrolls.flatMap((rule) => rule.selector.split(",").map((one) => ({ ...rule, selector: one.trim().split(/\s/u).at(-1) ?? "" }))).filter(({ selector }) => !still.includes(selector) && !over.test(selector));
  expect(still.length).toBeGreaterThan(5);
  expect(missing.map(where)).toEqual([]);
});
