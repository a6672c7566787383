import { expect, test } from "vitest";
import { endOfDay, minutesOfDay, nextHalfHours } from "./silence";

const at = (hour: number, minute: number) => new Date(2026, 5, 10, hour, minute).getTime();

test("a_day_ends_at_midnight_by_the_calendar", () => {
  expect(new Date(endOfDay(at(14, 5))).toString()).toBe(new Date(2026, 5, 11).toString());
});

test("moments_are_full_and_half_hours_that_are_not_too_near", () => {
  expect(nextHalfHours(at(14, 5), 3)).toEqual([at(14, 30), at(15, 0), at(15, 30)]);
  expect(nextHalfHours(at(14, 25), 1)).toEqual([at(15, 0)]);
});

test("an_hour_that_was_set_elsewhere_is_offered_too", () => {
  expect(minutesOfDay(613, 0)).toContain(613);
  expect(minutesOfDay(613, 9999)).toHaveLength(49);
});
