import { expect, test } from "vitest";
import { rpcError } from "$dev/host";
import { errorText, leadAndRest } from "./errors";
import { dayLine, duration, rowTime, smallCount } from "./time.svelte";

const noon = new Date(2026, 5, 10, 12).getTime();
const HOUR = 3_600_000;

test("a_row_says_the_time_today_the_weekday_this_week_and_then_the_date", () => {
  expect(rowTime(noon - HOUR, noon)).toMatch(/11:00/u);
  expect(rowTime(noon - 26 * HOUR, noon)).toBe("Tue");
  expect(rowTime(noon - 30 * 24 * HOUR, noon)).toMatch(/11/u);
  expect(rowTime(new Date(2024, 1, 3).getTime(), noon)).toMatch(/2024/u);
});

test("an_hour_before_midnight_is_yesterday_although_less_than_a_day_ago", () => {
  const night = new Date(2026, 5, 10, 0, 30).getTime();
  expect(dayLine(night - HOUR, night)).toBe("Yesterday");
  expect(dayLine(night, night + HOUR)).toBe("Today");
});

test("a_duration_has_its_two_largest_units", () => {
  expect(duration(6 * 24 * HOUR + 4 * HOUR + 60_000)).toBe("6 days 4 hr");
  expect(duration(19 * 60_000)).toBe("19 min");
  expect(duration(-5)).toBe("under 1 min");
});

test("counts_above_99_are_99_plus", () => {
  expect([99, 100].map(smallCount)).toEqual(["99", "99+"]);
});

test("an_error_is_said_by_the_catalogue_with_its_values", () => {
  const error = rpcError("hub_not_deskbell", "Fallback.", { address: "example.org" });
  expect(errorText(error)).toContain("There is no hub at example.org");
});

test("an_unknown_code_or_a_missing_value_falls_back_to_the_sentence_that_came", () => {
  expect(errorText(rpcError("never_heard_of", "Do this."))).toBe("Do this.");
  expect(errorText(rpcError("hub_not_deskbell", "Do that."))).toBe("Do that.");
});

test("the_first_sentence_leads", () => {
  expect(leadAndRest("hub.example.org does not answer. Try again.")).toEqual({ lead: "hub.example.org does not answer.", rest: "Try again." });
  expect(leadAndRest("Only one")).toEqual({ lead: "Only one", rest: "" });
});
