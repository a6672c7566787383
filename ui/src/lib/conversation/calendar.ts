// Days as the local calendar counts them: through clock changes, where a day has 23 or 25 hours. Pure.

/** The beginning of the day of a moment. */
export function dayStart(ms: number): number {
  const at = new Date(ms);
  return new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime();
}

/** Days later, at the beginning of the day. */
export function addDays(day: number, days: number): number {
  const at = new Date(day);
  return new Date(at.getFullYear(), at.getMonth(), at.getDate() + days).getTime();
}

/** The first day of the month of a day. */
export function monthStart(day: number): number {
  const at = new Date(day);
  return new Date(at.getFullYear(), at.getMonth(), 1).getTime();
}

/** Months later, on the same day or the last one of a shorter month. */
export function addMonths(day: number, months: number): number {
  const at = new Date(day);
  const last = new Date(at.getFullYear(), at.getMonth() + months + 1, 0).getDate();
  return new Date(at.getFullYear(), at.getMonth() + months, Math.min(at.getDate(), last)).getTime();
}

/** The first day of the week of a day; `weekday` is the one that weeks begin with, 0 for Sunday. */
export function weekStart(day: number, weekday: number): number {
  return addDays(day, -((new Date(day).getDay() - weekday + 7) % 7));
}

/** The days of a month in weeks; nothing where a week belongs to another month. */
export function monthDays(day: number, weekday: number): Array<Array<number | null>> {
  const at = new Date(day);
  const month = at.getMonth();
  const weeks: Array<Array<number | null>> = [];
  let week = weekStart(new Date(at.getFullYear(), month, 1).getTime(), weekday);
  do {
    const days = Array.from({ length: 7 }, (_, i) => addDays(week, i));
    weeks.push(days.map((one) => (new Date(one).getMonth() === month ? one : null)));
    week = addDays(week, 7);
  } while (new Date(week).getMonth() === month && weeks.length < 6);
  return weeks;
}

interface WeekInfo {
  firstDay: number;
}

/** The day that weeks begin with where the language is spoken, 0 for Sunday; Monday where that is not known. */
export function firstWeekday(language?: string): number {
  try {
    const locale = new Intl.Locale(language ?? new Intl.DateTimeFormat().resolvedOptions().locale) as Intl.Locale & {
      weekInfo?: WeekInfo;
      getWeekInfo?: () => WeekInfo;
    };
    const week = locale.getWeekInfo?.() ?? locale.weekInfo;
    return (week?.firstDay ?? 1) % 7;
  } catch {
    return 1;
  }
}
