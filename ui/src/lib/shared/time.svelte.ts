/** Times and numbers in the words of the member's own locale. */
import { language } from "../language.svelte";
import { m } from "../paraglide/messages.js";

/** A clock that ticks once a minute, for texts that age (`13:58` becomes `Yesterday`), while somebody can see them. */
class Clock {
  /** Now, to the minute. */
  now = $state(Date.now());

  #timer: ReturnType<typeof setInterval> | undefined;

  constructor() {
    const look = () => {
      clearInterval(this.#timer);
      if (document.visibilityState === "hidden") return;
      this.now = Date.now();
      this.#timer = setInterval(() => (this.now = Date.now()), 60_000);
    };
    look();
    document.addEventListener("visibilitychange", look);
  }
}

/** The window's clock. */
export const clock = new Clock();

const DAY = 86_400_000;

/** How moments are written. Made once for each locale: making one costs more than using it a hundred times. */
const styles = {
  time: { timeStyle: "short" },
  weekday: { weekday: "short" },
  longWeekday: { weekday: "long", day: "numeric", month: "long" },
  dayMonth: { day: "numeric", month: "short" },
  dayMonthYear: { day: "numeric", month: "short", year: "numeric" },
  full: { dateStyle: "full", timeStyle: "short" },
  month: { month: "long", year: "numeric" },
  longDay: { day: "numeric", month: "long" },
  weekdayTime: { weekday: "short", hour: "numeric", minute: "2-digit" },
} satisfies Record<string, Intl.DateTimeFormatOptions>;

let locale = "";
const dates = new Map<string, Intl.DateTimeFormat>();
const numbers = new Map<string, Intl.NumberFormat>();

/** Forgets what was made for another locale; what is written with it now is written again when the language changes. */
function inLocale(): string {
  const now = language.format;
  if (now !== locale) {
    dates.clear();
    numbers.clear();
    locale = now;
  }
  return now;
}

function write(style: keyof typeof styles, ms: number): string {
  const here = inLocale();
  let format = dates.get(style);
  if (format === undefined) dates.set(style, (format = new Intl.DateTimeFormat(here, styles[style])));
  return format.format(ms);
}

function count(n: number, unit?: "day" | "hour" | "minute"): string {
  const here = inLocale();
  let format = numbers.get(unit ?? "");
  if (format === undefined) {
    format = new Intl.NumberFormat(here, unit === undefined ? {} : { style: "unit", unit, unitDisplay: "short" });
    numbers.set(unit ?? "", format);
  }
  return format.format(n);
}

function startOfDay(ms: number): number {
  const date = new Date(ms);
  date.setHours(0, 0, 0, 0);
  return date.getTime();
}

/** Whole days between two moments, by the calendar. */
function daysAgo(ms: number, now: number): number {
  return Math.round((startOfDay(now) - startOfDay(ms)) / DAY);
}

/** `14:21`. */
export function timeOfDay(ms: number): string {
  return write("time", ms);
}

/** For rows: `14:21` today, `Mon` this week, `28 May` this year, else with the year. */
export function rowTime(ms: number, now: number = clock.now): string {
  const days = daysAgo(ms, now);
  if (days <= 0) return write("time", ms);
  if (days < 7) return write("weekday", ms);
  return new Date(ms).getFullYear() === new Date(now).getFullYear() ? write("dayMonth", ms) : write("dayMonthYear", ms);
}

/** For day lines: `Today`, `Yesterday`, `Monday, 1 June`, else with the year. */
export function dayLine(ms: number, now: number = clock.now): string {
  const days = daysAgo(ms, now);
  if (days <= 0) return m.time_today();
  if (days === 1) return m.time_yesterday();
  return new Date(ms).getFullYear() === new Date(now).getFullYear() ? write("longWeekday", ms) : write("dayMonthYear", ms);
}

/** A day as it is asked for: `2026-03-01`. */
export function dateOf(ms: number): string {
  const at = new Date(ms);
  const two = (n: number) => String(n).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** A day, month or year that was asked for, as people here write it; nothing where it is none. */
export function dayText(asked: string, now: number = clock.now): string | null {
  const found = /^(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?$/u.exec(asked);
  if (found === null) return null;
  const [year, month, day] = [Number(found[1]), Number(found[2] ?? 1), Number(found[3] ?? 1)];
  const at = new Date(year, month - 1, day);
  if (at.getFullYear() !== year || at.getMonth() !== month - 1 || at.getDate() !== day) return null;
  if (found[2] === undefined) return asked;
  if (found[3] === undefined) return write("month", at.getTime());
  return year === new Date(now).getFullYear() ? write("longDay", at.getTime()) : write("dayMonthYear", at.getTime());
}

/** Same calendar day? */
export function sameDay(a: number, b: number): boolean {
  return startOfDay(a) === startOfDay(b);
}

/** Date and time in full, for titles and screen readers. */
export function fullTime(ms: number): string {
  return write("full", ms);
}

/** The two largest units of a span: `6 d 4 h`, `19 min`, `under 1 min`. */
export function duration(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return m.time_under_a_minute();
  const parts: Array<[number, "day" | "hour" | "minute"]> = [
    [Math.floor(minutes / 1440), "day"],
    [Math.floor((minutes % 1440) / 60), "hour"],
    [minutes % 60, "minute"],
  ];
  const from = parts.findIndex(([n]) => n > 0);
  return parts
    .slice(from, from + 2)
    .filter(([n]) => n > 0)
    .map(([n, unit]) => count(n, unit))
    .join(" ");
}

/** A count in a small place: above 99 it is `99+`. */
export function smallCount(n: number): string {
  return n > 99 ? m.count_many() : number(n);
}

/** A number as people here write it. */
export function number(n: number): string {
  return count(n);
}

/** A percentage: `125%`, where the sign stands as people here write it. */
export function percent(n: number): string {
  return new Intl.NumberFormat(language.format, { style: "percent" }).format(n / 100);
}

/** A minute of the day as a time: `0` is midnight. */
export function minuteOfDay(minute: number): string {
  // A day without a change of the clocks.
  return write("time", new Date(2001, 0, 1, 0, minute).getTime());
}

/** A moment that comes: `15:00` today, else with its day. */
export function momentText(ms: number, now: number = clock.now): string {
  return sameDay(ms, now) ? write("time", ms) : write("weekdayTime", ms);
}
