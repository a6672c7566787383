/** Moments until which a member may want silence, and the hours of a day that can be quiet. */

const MINUTE = 60_000;
const HALF_HOUR = 30 * MINUTE;

/** So many minutes from now. */
export function inMinutes(now: number, minutes: number): number {
  return now + minutes * MINUTE;
}

/** The end of the day, by the calendar: a day may have 23 or 25 hours. */
export function endOfDay(now: number): number {
  const date = new Date(now);
  date.setHours(24, 0, 0, 0);
  return date.getTime();
}

/** The next full and half hours, a day of them; those too near to matter are left out. */
export function nextHalfHours(now: number, count = 24): number[] {
  const first = Math.ceil((now + 10 * MINUTE) / HALF_HOUR) * HALF_HOUR;
  return Array.from({ length: count }, (_, n) => first + n * HALF_HOUR);
}

/** Every half hour of a day in minutes, and the given ones, which may have been set elsewhere. */
export function minutesOfDay(...also: number[]): number[] {
  const all = new Set(Array.from({ length: 48 }, (_, n) => n * 30));
  for (const minute of also) if (Number.isInteger(minute) && minute >= 0 && minute < 1440) all.add(minute);
  return [...all].sort((a, b) => a - b);
}
