/** The catalogue: every message in every language, with the same parameters and all the forms that its counts need. */
import { expect, test } from "vitest";
import settings from "../project.inlang/settings.json";

type Variants = Array<{ declarations: string[]; selectors: string[]; match: Record<string, string> }>;
type Message = string | Variants;
type Catalogue = Record<string, Message>;

const files = import.meta.glob<Catalogue>("../messages/*.json", { eager: true, import: "default" });

const read = (locale: string): Catalogue => {
  const all = files[`../messages/${locale}.json`];
  if (all === undefined) throw new Error(`there is no messages/${locale}.json`);
  return Object.fromEntries(Object.entries(all).filter(([key]) => !key.startsWith("$")));
};

const base = read(settings.baseLocale);
const others = settings.locales.filter((locale) => locale !== settings.baseLocale);

/** What a message has to be given. */
function inputs(message: Message): string[] {
  if (typeof message === "string") return [...new Set([...message.matchAll(/\{(\w+)\}/gu)].map(([, name]) => name ?? ""))].sort();
  return [...new Set(message.flatMap(({ declarations }) => declarations.flatMap((one) => /^input (\w+)$/u.exec(one)?.[1] ?? [])))].sort();
}

/** Every text of a message. */
const texts = (message: Message): string[] => (typeof message === "string" ? [message] : message.flatMap(({ match }) => Object.values(match)));

test("there_is_more_than_one_language", () => {
  expect(others.length).toBeGreaterThan(0);
});

for (const locale of others) {
  const catalogue = read(locale);

  test(`every_message_is_there_in_${locale}_and_none_besides`, () => {
    expect(Object.keys(catalogue).sort()).toEqual(Object.keys(base).sort());
  });

  test(`every_message_in_${locale}_takes_what_it_takes_elsewhere`, () => {
    const differ = Object.keys(base).filter((key) => JSON.stringify(inputs(catalogue[key] ?? "")) !== JSON.stringify(inputs(base[key] ?? "")));
    expect(differ).toEqual([]);
  });
}

for (const locale of settings.locales) {
  const catalogue = read(locale);

  test(`no_message_in_${locale}_is_empty_or_has_loose_ends`, () => {
    const bad = Object.entries(catalogue).filter(([, message]) => texts(message).some((text) => text.trim() === "" || text !== text.trim() || /\{\s*\}|\{[^}]*$/u.test(text)));
    expect(bad.map(([key]) => key)).toEqual([]);
  });

  test(`what_is_counted_in_${locale}_has_every_form_of_the_language`, () => {
    const forms = new Intl.PluralRules(locale).resolvedOptions().pluralCategories;
    const short = Object.entries(catalogue).flatMap(([key, message]) => {
      if (typeof message === "string") return [];
      return message.flatMap(({ declarations, match }) => {
        const local = declarations.flatMap((one) => /^local (\w+) = \w+: plural$/u.exec(one)?.[1] ?? [])[0];
        if (local === undefined) return [];
        const missing = forms.filter((form) => !Object.keys(match).some((key) => key.split(/,\s*/u).includes(`${local}=${form}`)));
        return missing.map((form) => `${key}: ${form}`);
      });
    });
    expect(short).toEqual([]);
  });
}
