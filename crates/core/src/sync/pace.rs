//! How much is written in one go.
//!
//! Whoever clicks may have to wait for what is being written just then, and never for more than one piece of it. A piece that
//! gives way to a click may be longer: only its end is waited for, which is a part of it. How many rows a piece may have depends on the machine, on what it does beside, and on what the rows are; so it follows from how long
//! the last ones took. Times are parameters: nothing here reads a clock.

use std::time::Duration;

/// A click may have to wait for one piece: writing it should not take longer.
const LONGEST_WRITE: Duration = Duration::from_millis(8);
/// What is aimed at, so that a row that is dearer than the one before is still within it.
const WANTED_WRITE: Duration = Duration::from_millis(5);
/// The same for a piece that gives way.
const LONGEST_GIVING_WAY: Duration = Duration::from_millis(60);
const WANTED_GIVING_WAY: Duration = Duration::from_millis(40);
/// Fewest of a piece that gives way, and of the first.
const FEWEST_GIVING_WAY: usize = 128;
/// Rows of the first piece.
const FIRST: usize = 32;
/// Fewest: what every transaction costs would else be most of it, on a disk where one alone takes longer than it should.
const FEWEST: usize = 16;
/// Most: a disk that is fast now may have to wait in a moment.
const MOST: usize = 1024;

/// How many rows the next piece has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    rows: usize,
    fewest: usize,
    most: usize,
    wanted: Duration,
    longest: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self { rows: FIRST, fewest: FEWEST, most: MOST, wanted: WANTED_WRITE, longest: LONGEST_WRITE }
    }
}

impl Pace {
    /// For pieces that give way to a click.
    pub fn giving_way() -> Self {
        let (rows, fewest) = (FEWEST_GIVING_WAY, FEWEST_GIVING_WAY);
        Self { rows, fewest, most: MOST, wanted: WANTED_GIVING_WAY, longest: LONGEST_GIVING_WAY }
    }

    /// So many whatever happens: for who must be able to repeat what has happened.
    pub fn steady(rows: usize) -> Self {
        let rows = rows.max(1);
        Self { rows, fewest: rows, most: rows, ..Self::default() }
    }

    /// Rows of the next piece.
    pub fn rows(self) -> usize {
        self.rows
    }

    /// A piece of so many rows took so long. One that took too long shortens the next at once. One that was short of rows
    /// proves nothing for a longer one, and otherwise the next at most doubles: one lucky moment is no habit.
    pub fn measured(&mut self, rows: usize, took: Duration) {
        let fitting = self.wanted.as_micros().saturating_mul(rows as u128) / took.as_micros().max(1);
        let fitting = usize::try_from(fitting).unwrap_or(usize::MAX);
        if took > self.longest || fitting < self.rows && rows >= self.rows {
            self.rows = fitting.min(self.rows);
        } else if rows >= self.rows {
            self.rows = fitting.min(self.rows.saturating_mul(2));
        }
        self.rows = self.rows.clamp(self.fewest, self.most);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes pieces on a machine where a transaction costs `fixed` and a row `each` microseconds. Says the last piece.
    fn paced(pace: &mut Pace, pieces: usize, fixed: u64, each: u64) -> (usize, Duration) {
        let mut last = (0, Duration::ZERO);
        for _ in 0..pieces {
            let rows = pace.rows();
            last = (rows, Duration::from_micros(fixed + each * rows as u64));
            pace.measured(rows, last.1);
        }
        last
    }

    #[test]
    fn pieces_grow_until_a_click_waits_as_long_as_it_may() {
        for (fixed, each) in [(100, 10), (2_000, 30), (0, 100), (1_500, 5)] {
            let (rows, took) = paced(&mut Pace::default(), 50, fixed, each);
            assert!(took <= LONGEST_WRITE, "{rows} rows took {took:?}");
            assert!(took >= WANTED_WRITE / 2, "{rows} rows took only {took:?}: there is room for more");
        }
    }

    #[test]
    fn a_machine_that_slows_down_writes_less_at_once_the_very_next_time() {
        let mut pace = Pace::default();
        let (before, _) = paced(&mut pace, 50, 100, 10);
        pace.measured(before, Duration::from_millis(80));
        assert!(pace.rows() * 10 <= before, "{before} and then {}", pace.rows());
        let (_, took) = paced(&mut pace, 3, 100, 160);
        assert!(took <= LONGEST_WRITE, "{took:?}");
    }

    #[test]
    fn a_piece_that_was_short_of_rows_lets_none_grow() {
        let mut pace = Pace::default();
        let before = pace;
        pace.measured(1, Duration::from_micros(1));
        pace.measured(0, Duration::from_micros(1));
        assert_eq!(pace, before);
        pace.measured(1, Duration::from_millis(20));
        assert_eq!(pace.rows(), FEWEST, "and one dear row shortens the next piece all the same");
    }

    #[test]
    fn pieces_have_an_upper_and_a_lower_bound_whatever_the_clock_says() {
        let mut pace = Pace::default();
        for _ in 0..100 {
            pace.measured(pace.rows(), Duration::ZERO);
        }
        assert_eq!(pace.rows(), MOST);
        pace.measured(usize::MAX, Duration::MAX);
        pace.measured(0, Duration::MAX);
        assert_eq!(pace.rows(), FEWEST);
    }
}
