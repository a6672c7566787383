//! The table: a line for each figure, with its budget and what the machine can do at best beside it.

use crate::samples::Samples;
use serde::{Deserialize, Serialize};
use std::fmt::Write;

/// What a figure counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Milliseconds; less is better.
    Ms,
    /// In a second; more is better.
    PerSecond,
    /// Memory or disk.
    Mib,
    /// Memory or traffic.
    Kib,
    /// Percent of one core.
    Percent,
    /// Things.
    Count,
}

impl Unit {
    /// Beside the number.
    pub fn as_str(self) -> &'static str {
        match self {
            Unit::Ms => "ms",
            Unit::PerSecond => "/s",
            Unit::Mib => "MiB",
            Unit::Kib => "KiB",
            Unit::Percent => "%",
            Unit::Count => "",
        }
    }

    fn more_is_better(self) -> bool {
        self == Unit::PerSecond
    }
}

/// What was measured without us: the least that it can take.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Floor {
    /// In the unit of the line.
    pub value: f64,
    /// What it is.
    pub of: String,
}

/// One figure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// What belongs together.
    pub part: String,
    /// What was measured.
    pub name: String,
    /// What the numbers count.
    pub unit: Unit,
    /// The middle of all measurements.
    pub p50: f64,
    /// What one of twenty is above; the same as the middle where there is one measurement.
    pub p95: f64,
    /// How many measurements.
    pub samples: usize,
    /// What it must not be above (of a rate: below), at `p95`.
    pub budget: Option<f64>,
    /// The least that it can take.
    pub floor: Option<Floor>,
    /// What else is to be known.
    pub note: String,
    /// Whether somebody waits for it: then it must not grow faster than the logarithm.
    pub interactive: bool,
    /// How many rows it answered with: what fills half a page is not to be compared with what fills a whole one.
    #[serde(default)]
    pub rows: Option<usize>,
}

impl Line {
    /// Of many measurements.
    pub fn of(part: &str, name: impl Into<String>, unit: Unit, samples: &Samples) -> Self {
        Self {
            part: part.into(),
            name: name.into(),
            unit,
            p50: samples.p50(),
            p95: samples.p95(),
            samples: samples.len(),
            budget: None,
            floor: None,
            note: String::new(),
            interactive: false,
            rows: None,
        }
    }

    /// Of one measurement.
    pub fn one(part: &str, name: impl Into<String>, unit: Unit, value: f64) -> Self {
        Self::of(part, name, unit, &Samples::from_iter([value]))
    }

    /// With its budget.
    pub fn budget(self, budget: f64) -> Self {
        Self { budget: Some(budget), ..self }
    }

    /// With what the machine can do at best.
    pub fn floor(self, value: f64, of: &str) -> Self {
        Self { floor: Some(Floor { value, of: of.into() }), ..self }
    }

    /// With something to be known.
    pub fn note(self, note: impl Into<String>) -> Self {
        Self { note: note.into(), ..self }
    }

    /// Somebody waits for it.
    pub fn interactive(self) -> Self {
        Self { interactive: true, ..self }
    }

    /// So many rows were answered with.
    pub fn rows(self, rows: usize) -> Self {
        Self { rows: Some(rows), ..self }
    }

    /// How many times the floor it is.
    pub fn ratio(&self) -> Option<f64> {
        let floor = self.floor.as_ref()?.value;
        if floor <= 0.0 || self.p50 <= 0.0 {
            return None;
        }
        Some(if self.unit.more_is_better() { floor / self.p50 } else { self.p50 / floor })
    }

    /// Whether its budget is kept; `None` where it has none.
    pub fn is_kept(&self) -> Option<bool> {
        let budget = self.budget?;
        Some(if self.unit.more_is_better() { self.p95 >= budget } else { self.p95 <= budget })
    }
}

/// A number as a person reads it: three digits that say something.
pub fn number(value: f64) -> String {
    let size = value.abs();
    if size >= 100.0 {
        let whole = format!("{value:.0}");
        let (sign, digits) = whole.strip_prefix('-').map_or(("", whole.as_str()), |digits| ("-", digits));
        let groups: Vec<String> =
            digits.as_bytes().rchunks(3).rev().map(|group| String::from_utf8_lossy(group).into_owned()).collect();
        return format!("{sign}{}", groups.join(","));
    }
    if size >= 10.0 {
        return format!("{value:.1}");
    }
    if size >= 0.1 || size == 0.0 {
        return format!("{value:.2}");
    }
    format!("{value:.3}")
}

/// The lines as a table for a terminal.
pub fn render(lines: &[Line]) -> String {
    let mut text = String::new();
    let mut part = "";
    for line in lines {
        if line.part != part {
            part = &line.part;
            let _ = writeln!(
                text,
                "\n{:<46} {:>11} {:>11} {:>4} {:>9}  {:>6}  floor, and what else is to be known",
                part, "p50", "p95", "", "budget", "ratio"
            );
        }
        let budget = line.budget.map(number).unwrap_or_default();
        let missed = if line.is_kept() == Some(false) { "!" } else { " " };
        let ratio = line.ratio().map(|ratio| format!("{}x", number(ratio))).unwrap_or_default();
        let floor =
            line.floor.as_ref().map(|floor| format!("{} {}: {}", number(floor.value), line.unit.as_str(), floor.of));
        let known = [floor.unwrap_or_default(), line.note.clone()];
        let known: Vec<&str> = known.iter().map(String::as_str).filter(|text| !text.is_empty()).collect();
        let _ = writeln!(
            text,
            "  {:<44} {:>11} {:>11} {:<4} {:>8}{missed}  {:>6}  {}",
            line.name,
            number(line.p50),
            if line.samples > 1 { number(line.p95) } else { String::new() },
            line.unit.as_str(),
            budget,
            ratio,
            known.join("; ")
        );
    }
    text
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_the_most_of_a_time_and_the_least_of_a_rate() {
        let time = Line::one("a", "b", Unit::Ms, 5.0);
        assert_eq!(time.clone().budget(5.0).is_kept(), Some(true));
        assert_eq!(time.clone().budget(4.9).is_kept(), Some(false));
        assert_eq!(time.is_kept(), None);
        let rate = Line::one("a", "b", Unit::PerSecond, 7_000.0);
        assert_eq!(rate.clone().budget(7_000.0).is_kept(), Some(true));
        assert_eq!(rate.budget(7_001.0).is_kept(), Some(false));
    }

    #[test]
    fn a_ratio_says_how_many_times_the_floor_it_takes() {
        let time = Line::one("a", "b", Unit::Ms, 6.0).floor(2.0, "one fdatasync");
        assert_eq!(time.ratio(), Some(3.0));
        let rate = Line::one("a", "b", Unit::PerSecond, 2_000.0).floor(8_000.0, "bare SQLite");
        assert_eq!(rate.ratio(), Some(4.0));
        assert_eq!(Line::one("a", "b", Unit::Ms, 6.0).floor(0.0, "nothing").ratio(), None);
    }

    #[test]
    fn numbers_are_read_at_a_glance() {
        let read = [0.0, 0.0421, 0.5, 9.994, 12.34, 999.6, 1_234_567.0, -4_321.0].map(number);
        assert_eq!(read, ["0.00", "0.042", "0.50", "9.99", "12.3", "1,000", "1,234,567", "-4,321"]);
    }

    #[test]
    fn a_missed_budget_is_marked() {
        let lines = [
            Line::one("Reads", "counts", Unit::Ms, 9.0).budget(5.0),
            Line::one("Reads", "rail", Unit::Ms, 1.0).budget(5.0),
        ];
        let table = render(&lines);
        let marked: Vec<&str> = table.lines().filter(|line| line.contains("5.00!")).collect();
        assert_eq!(marked.len(), 1, "{table}");
        assert!(marked[0].contains("counts"), "{table}");
    }
}
