//! Which moments a day, month or year covers.

use deskbell_domain::search::SearchDate;
use jiff::{Timestamp, civil, tz::TimeZone};
use std::ops::Range;

/// When and where is searched: days begin and end where the member is. And for how long.
#[derive(Debug, Clone)]
pub(crate) struct Here {
    /// UTC milliseconds.
    pub now_ms: i64,
    pub zone: TimeZone,
    /// How many messages may be read for a page.
    pub patience: usize,
    /// How many chats the index of words is asked for one by one.
    pub few: usize,
    /// How many chats an operator may lead to; where there are more, what is found is looked at.
    pub many: usize,
}

impl Here {
    /// As many as are read while a letter is typed: of each row that is passed by, a few microseconds.
    pub const PATIENCE: usize = 1_500;

    /// Each costs as much as a word.
    pub const FEW: usize = 24;

    /// The newest message of each is looked up for a page.
    pub const MANY: usize = 200;

    /// From the first millisecond of it to the first one after it.
    pub fn span(&self, date: SearchDate) -> Range<i64> {
        let today = self.zone.to_datetime(Timestamp::from_millisecond(self.now_ms).unwrap_or_default()).date();
        let (first, next) = match date {
            SearchDate::Today => (today, today.tomorrow().unwrap_or(today)),
            SearchDate::Yesterday => (today.yesterday().unwrap_or(today), today),
            SearchDate::Year(year) => (day(year, 1, 1), day(year.saturating_add(1), 1, 1)),
            SearchDate::Month(year, 12) => (day(year, 12, 1), day(year.saturating_add(1), 1, 1)),
            SearchDate::Month(year, month) => (day(year, month, 1), day(year, month + 1, 1)),
            SearchDate::Day(year, month, of_month) => {
                let day = day(year, month, of_month);
                (day, day.tomorrow().unwrap_or(day))
            }
        };
        self.begin(first)..self.begin(next)
    }

    fn begin(&self, date: civil::Date) -> i64 {
        // A day may begin after midnight, where the clock was put forward then.
        date.to_zoned_datetime(self.zone.clone()).map_or(0, |begin| begin.timestamp().as_millisecond())
    }
}

/// Of the last year that there is, the day after it is itself.
fn day(year: i16, month: i8, day: i8) -> civil::Date {
    civil::Date::new(year, month, day).unwrap_or(civil::Date::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn here(zone: &str, now: &str) -> Here {
        let now_ms = now.parse::<Timestamp>().unwrap().as_millisecond();
        Here { now_ms, zone: TimeZone::get(zone).unwrap(), patience: Here::PATIENCE, few: Here::FEW, many: Here::MANY }
    }

    fn said(here: &Here, value: &str) -> (String, String) {
        let Range { start, end } = here.span(SearchDate::parse(value).unwrap());
        let say = |ms| Timestamp::from_millisecond(ms).unwrap().to_string();
        (say(start), say(end))
    }

    #[test]
    fn days_begin_where_the_member_is() {
        let berlin = here("Europe/Berlin", "2026-03-28T23:30:00Z");
        for (value, from, to) in [
            ("today", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"),
            ("yesterday", "2026-03-27T23:00:00Z", "2026-03-28T23:00:00Z"),
            ("2026-03", "2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z"),
            ("2025-12", "2025-11-30T23:00:00Z", "2025-12-31T23:00:00Z"),
            ("2026", "2025-12-31T23:00:00Z", "2026-12-31T23:00:00Z"),
        ] {
            assert_eq!(said(&berlin, value), (from.into(), to.into()), "{value}");
        }
        // There was no midnight on that day.
        let beirut = here("Asia/Beirut", "2026-06-01T00:00:00Z");
        assert_eq!(said(&beirut, "2022-03-27").0, "2022-03-26T22:00:00Z");
    }

    #[test]
    fn the_ends_of_time_are_no_trouble() {
        let here = here("Pacific/Kiritimati", "2026-03-28T23:30:00Z");
        for value in ["9999", "9999-12", "9999-12-31", "1000", "1000-01-01"] {
            let span = here.span(SearchDate::parse(value).unwrap());
            assert!(span.start <= span.end, "{value}");
        }
        let nowhen = Here { now_ms: i64::MAX, ..here };
        nowhen.span(SearchDate::Today);
    }
}
