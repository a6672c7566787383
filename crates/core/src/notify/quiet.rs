//! When a member is not to be disturbed. Silence is no notification at all: what came in it is unread and counted, and
//! nothing of it is shown once it is over.

use deskbell_domain::{Quiet, QuietHours};

/// Minutes of a day.
pub const DAY: u32 = 24 * 60;

/// The time, for a person: by the hub's clock, and by the clock on their wall.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WallTime {
    /// UTC milliseconds by this computer.
    pub local_ms: i64,
    /// Minute of the day where the computer is.
    pub minute: u32,
}

/// Whether a member is silenced. `hub_ms` is the time by the hub's clock: *until* may have been set on another computer.
pub fn is_silent(quiet: &Quiet, hub_ms: i64, minute: u32) -> bool {
    quiet.until_ms.is_some_and(|until| hub_ms < until) || quiet.hours.is_some_and(|hours| covers(hours, minute))
}

/// Whether a minute lies in quiet hours, which may go over midnight. What is looked at is the clock on the wall, so an hour
/// that a summer time skips or repeats needs no thought.
pub fn covers(QuietHours { from, to }: QuietHours, minute: u32) -> bool {
    if from <= to { (from..to).contains(&minute) } else { minute >= from || minute < to }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::minute_in;
    use deskbell_domain::MemberId;
    use jiff::{civil::DateTime, tz::TimeZone};

    const NIGHT: QuietHours = QuietHours { from: 21 * 60, to: 7 * 60 };

    fn at(hour: u32, minute: u32) -> u32 {
        hour * 60 + minute
    }

    fn quiet(until_ms: Option<i64>, hours: Option<QuietHours>) -> Quiet {
        Quiet { member: MemberId(uuid::Uuid::from_u128(1)), until_ms, hours }
    }

    /// C063
    #[test]
    fn quiet_hours_over_midnight_do_not_end_at_midnight() {
        for silent in [at(21, 0), at(23, 0), at(23, 59), 0, at(0, 30), at(6, 59)] {
            assert!(covers(NIGHT, silent), "{silent}");
        }
        for loud in [at(7, 0), at(7, 1), at(12, 0), at(20, 59)] {
            assert!(!covers(NIGHT, loud), "{loud}");
        }
    }

    #[test]
    fn hours_within_a_day_and_none_at_all() {
        let noon = QuietHours { from: at(12, 0), to: at(13, 0) };
        assert!(covers(noon, at(12, 0)) && covers(noon, at(12, 59)));
        assert!(!covers(noon, at(11, 59)) && !covers(noon, at(13, 0)));
        assert!((0..DAY).all(|minute| !covers(QuietHours { from: 60, to: 60 }, minute)));
    }

    #[test]
    fn until_a_moment_and_hours_each_silence() {
        assert!(is_silent(&quiet(Some(1_000), None), 999, 0));
        assert!(!is_silent(&quiet(Some(1_000), None), 1_000, 0));
        assert!(is_silent(&quiet(Some(1_000), Some(NIGHT)), 2_000, 0));
        assert!(!is_silent(&quiet(None, None), 0, 0));
    }

    /// C063: on the nights in which summer time begins and ends.
    #[test]
    fn quiet_hours_follow_the_clock_on_the_wall_when_summer_time_comes_and_goes() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let utc_ms = |text: &str| {
            let utc: DateTime = text.parse().unwrap();
            TimeZone::UTC.to_timestamp(utc).unwrap().as_millisecond()
        };
        let early = QuietHours { from: at(22, 0), to: at(3, 0) };
        // 2026-03-29: 02:00 is 03:00. One minute before is 01:59, and there is no 02:30.
        assert!(covers(early, minute_in(utc_ms("2026-03-29T00:59:00"), &berlin)));
        assert_eq!(minute_in(utc_ms("2026-03-29T01:00:00"), &berlin), at(3, 0));
        assert!(!covers(early, minute_in(utc_ms("2026-03-29T01:00:00"), &berlin)));
        // 2026-10-25: 03:00 is 02:00 again. Both half past two are quiet, and three is not.
        for half_past_two in ["2026-10-25T00:30:00", "2026-10-25T01:30:00"] {
            assert_eq!(minute_in(utc_ms(half_past_two), &berlin), at(2, 30));
        }
        assert!(covers(early, minute_in(utc_ms("2026-10-25T01:59:00"), &berlin)));
        assert!(!covers(early, minute_in(utc_ms("2026-10-25T02:00:00"), &berlin)));
        assert_eq!(minute_in(i64::MAX, &berlin), 0, "a time that is no time");
    }
}
