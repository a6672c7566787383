/**
 * What the messages of the catalogue count and write numbers with, in the place of what the compiler makes for them
 * (see vite.config.ts): which form of a word a number takes is a matter of the language, how its digits look one of
 * the region. Egypt and Morocco share the words.
 */
import { language } from "./language.svelte";

const rules = new Map<string, Intl.PluralRules>();

/** The plural form of a number in a language. */
export function plural(locale: string, input: unknown): string {
  let rule = rules.get(locale);
  if (rule === undefined) rules.set(locale, (rule = new Intl.PluralRules(locale)));
  return rule.select(Number(input));
}

let written: { locale: string; format: Intl.NumberFormat } | undefined;

/** A number as people in the member's region write it. */
export function number(_locale: string, input: unknown): string {
  const locale = language.format;
  if (written?.locale !== locale) written = { locale, format: new Intl.NumberFormat(locale) };
  return written.format.format(Number(input));
}
