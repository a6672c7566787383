//! Time as a parameter: nothing in the store, the rules or the sync machine reads a clock by itself.

use crate::notify::quiet::WallTime;
use jiff::{Timestamp, tz::TimeZone};
use std::time::{SystemTime, UNIX_EPOCH};

/// Tells the time.
pub trait Clock: Send + Sync + 'static {
    /// This computer's clock (UTC milliseconds). May be wrong: what is stored and shown is corrected by the hub's.
    fn now_ms(&self) -> i64;

    /// Where the computer is.
    fn zone(&self) -> TimeZone {
        TimeZone::system()
    }
}

/// The computer's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now_ms(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    }
}

/// The time as a person reads it from the wall.
pub fn wall_time(clock: &dyn Clock) -> WallTime {
    let local_ms = clock.now_ms();
    WallTime { local_ms, minute: minute_in(local_ms, &clock.zone()) }
}

/// Minute of the day at a moment (UTC milliseconds) in a time zone; 0 where the moment is none.
pub fn minute_in(utc_ms: i64, zone: &TimeZone) -> u32 {
    let Ok(moment) = Timestamp::from_millisecond(utc_ms) else { return 0 };
    let time = zone.to_datetime(moment).time();
    u32::try_from(i32::from(time.hour()) * 60 + i32::from(time.minute())).unwrap_or(0)
}
