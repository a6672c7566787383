/**
 * The language of the window. Messages ask here which one it is, and since the answer is reactive, every text on
 * screen changes at once when another is chosen, without anything being drawn anew.
 *
 * Words and numbers are two things: a language that the program has not falls back to English, its region still says
 * how dates and numbers are written, but never in words of a language that nothing else on the screen has.
 */
import { baseLocale, getTextDirection, isLocale, locales, overwriteGetLocale, type Locale } from "./paraglide/runtime.js";

/** The first of the wanted languages that the program has. */
export function languageFor(chosen: string, wanted: readonly string[]): Locale {
  if (isLocale(chosen)) return chosen;
  for (const one of wanted) {
    const base = one.toLowerCase().split("-")[0];
    if (base !== undefined && isLocale(base)) return base;
  }
  return baseLocale;
}

/** How dates and numbers are written: the language on screen, as in the member's region. */
export function formatFor(shown: Locale, wanted: readonly string[]): string {
  const same = wanted.find((one) => one.toLowerCase().split("-")[0] === shown);
  try {
    if (same !== undefined) return new Intl.Locale(same).toString();
    const region = wanted[0] === undefined ? undefined : new Intl.Locale(wanted[0]).maximize().region;
    return region === undefined ? shown : `${shown}-${region}`;
  } catch {
    // A system may hand over anything, "C" for example.
    return shown;
  }
}

const wantedNow = () => (navigator.languages.length > 0 ? navigator.languages : [navigator.language]);

class Language {
  #chosen = $state("system");
  #wanted = $state.raw<readonly string[]>(wantedNow());

  constructor() {
    addEventListener("languagechange", () => {
      this.#wanted = wantedNow();
    });
  }

  /** `system`, or a language that the program has. */
  choose(language: string): void {
    this.#chosen = language;
  }

  /** The language on screen. */
  get now(): Locale {
    return languageFor(this.#chosen, this.#wanted);
  }

  /** For `Intl`. */
  get format(): string {
    return formatFor(this.now, this.#wanted);
  }

  /** Which way lines run. */
  get direction(): "ltr" | "rtl" {
    return getTextDirection(this.now);
  }

  /** What there is to choose, each in its own words. */
  get all(): Array<{ language: Locale; name: string }> {
    return locales.map((one) => ({ language: one, name: new Intl.DisplayNames([one], { type: "language" }).of(one) ?? one }));
  }
}

/** The language of the window. */
export const language = new Language();

overwriteGetLocale(() => language.now);
