/** Times and numbers in the words of the member's own locale. */
import { m } from "../paraglide/messages.js";

/** A clock that ticks once a minute, for texts that age (`13:58` becomes `Yesterday`). */
class Clock {
  /** Now, to the minute. */
  now = $state(Date.now());

  constructor() {
    setInterval(() => {
      this.now = Date.now();
    }, 60_000);
  }
}

/** The window's clock. */
export const clock = new Clock();

const DAY = 86_400_000;
const time = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: "short" });
const longWeekday = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const dayMonth = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const dayMonthYear = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "short" });

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
  return time.format(ms);
}

/** For rows: `14:21` today, `Mon` this week, `28 May` this year, else with the year. */
export function rowTime(ms: number, now: number = clock.now): string {
  const days = daysAgo(ms, now);
  if (days <= 0) return time.format(ms);
  if (days < 7) return weekday.format(ms);
  return new Date(ms).getFullYear() === new Date(now).getFullYear() ? dayMonth.format(ms) : dayMonthYear.format(ms);
}

/** For day lines: `Today`, `Yesterday`, `Monday, 1 June`, else with the year. */
export function dayLine(ms: number, now: number = clock.now): string {
  const days = daysAgo(ms, now);
  if (days <= 0) return m.time_today();
  if (days === 1) return m.time_yesterday();
  return new Date(ms).getFullYear() === new Date(now).getFullYear() ? longWeekday.format(ms) : dayMonthYear.format(ms);
}

/** Same calendar day? */
export function sameDay(a: number, b: number): boolean {
  return startOfDay(a) === startOfDay(b);
}

/** Date and time in full, for titles and screen readers. */
export function fullTime(ms: number): string {
  return full.format(ms);
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
    .map(([n, unit]) => new Intl.NumberFormat(undefined, { style: "unit", unit, unitDisplay: "short" }).format(n))
    .join(" ");
}

/** A count in a small place: above 99 it is `99+`. */
export function smallCount(n: number): string {
  return n > 99 ? m.count_many() : number(n);
}

const plain = new Intl.NumberFormat();

/** A number as people here write it. */
export function number(n: number): string {
  return plain.format(n);
}
