//! How the figures grow with the organization: the same table at three sizes, on one page.

use crate::bench::{self, Report};
use crate::table::{Line, number};
use anyhow::{Context, Result};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::PathBuf;

/// Below this a difference is noise, in milliseconds.
const NOISE_MS: f64 = 0.5;

/// What can be told of growth.
#[derive(Debug, Clone, clap::Args)]
pub struct Options {
    /// Messages of each organization, the smallest first
    #[arg(long, value_delimiter = ',', default_value = "10000,100000,1000000")]
    pub sizes: Vec<usize>,
    /// Take what `--json` wrote of these sizes before, instead of measuring; the window and the hub with a crowd, too
    #[arg(long, value_delimiter = ',', conflicts_with = "sizes")]
    pub from: Vec<PathBuf>,
    /// Where the page is written
    #[arg(long, default_value = "docs/benchmarks.md")]
    pub page: PathBuf,
    /// Few repetitions: whether it works, not how fast it is
    #[arg(long)]
    pub quick: bool,
    /// Where organizations are kept
    #[arg(long, default_value = "target/bench")]
    pub dir: PathBuf,
}

/// Measures every size, or takes what was measured, and writes the page.
pub async fn growth(options: &Options) -> Result<()> {
    let mut reports: Vec<Report> = Vec::new();
    for file in &options.from {
        let read = std::fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
        add(&mut reports, serde_json::from_slice(&read)?);
    }
    for messages in options.sizes.iter().filter(|_| options.from.is_empty()) {
        let (quick, dir) = (options.quick, options.dir.clone());
        let one = bench::Options { messages: *messages, only: Vec::new(), quick, json: None, dir, seed: 1 };
        let report = bench::measure(&one).await?;
        println!("{}\n{}", bench::heading(&report), crate::table::render(&report.lines));
        reports.push(report);
    }
    reports.sort_by_key(|report| report.messages);
    let kept = std::fs::read_to_string(&options.page).unwrap_or_default();
    std::fs::write(&options.page, page(&reports) + by_hand(&kept))?;
    println!("written: {}", options.page.display());
    Ok(())
}

/// What was measured of one size at several times stands in one column; of what both have, the first stays.
fn add(reports: &mut Vec<Report>, report: Report) {
    match reports.iter_mut().find(|known| known.messages == report.messages) {
        None => reports.push(report),
        Some(known) => {
            let parts: BTreeSet<String> = known.lines.iter().map(|line| line.part.clone()).collect();
            known.lines.extend(report.lines.into_iter().filter(|line| !parts.contains(&line.part)));
        }
    }
}

/// What of a page is not made here: its part about the window, which is measured by itself.
fn by_hand(page: &str) -> &str {
    page.find(WINDOW).map_or("", |at| &page[at..])
}

/// Whether a figure for which somebody waits grows faster than the logarithm of the messages: than one from nothing on, and than
/// one with something that is there at every size, which two sizes tell of the third.
fn outgrows(points: &[(usize, f64)]) -> bool {
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return false };
    let log = |point: &(usize, f64)| (point.0 as f64).ln();
    let from_nothing = first.1 * log(last) / log(first);
    let with_something = match points {
        [first, second, last] => first.1 + (second.1 - first.1) * (log(last) - log(first)) / (log(second) - log(first)),
        _ => from_nothing,
    };
    last.1 > from_nothing.max(with_something) + NOISE_MS
}

fn page(reports: &[Report]) -> String {
    let mut text = String::from(HEAD);
    for report in reports {
        let _ = writeln!(text, "- {} messages: {}.", number(report.messages as f64), report.machine);
    }
    let mut part = "";
    for line in lines(reports) {
        if line.part != part {
            part = &line.part;
            let _ = write!(text, "\n## {part}\n\n| |");
            for report in reports {
                let _ = write!(text, " {} |", number(report.messages as f64));
            }
            text.push_str(" budget | x floor | grows | floor; what else is to be known |\n|---|");
            text.push_str(&"--:|".repeat(reports.len() + 3));
            text.push_str("---|\n");
        }
        let _ = writeln!(text, "{}", row(line, reports));
    }
    text
}

/// Those of the largest size, then parts that only a smaller one has.
fn lines(reports: &[Report]) -> Vec<&Line> {
    let mut lines: Vec<&Line> = Vec::new();
    for report in reports.iter().rev() {
        let parts: BTreeSet<&str> = lines.iter().map(|line| line.part.as_str()).collect();
        lines.extend(report.lines.iter().filter(|line| !parts.contains(line.part.as_str())));
    }
    lines
}

fn row(line: &Line, reports: &[Report]) -> String {
    let of = |report: &Report| report.lines.iter().find(|l| (&l.part, &l.name) == (&line.part, &line.name)).cloned();
    let mut row = format!("| {} |", line.name);
    let mut points = Vec::new();
    for report in reports {
        match of(report) {
            Some(found) => {
                if found.rows == line.rows {
                    points.push((report.messages, found.p50));
                }
                let both = if found.samples > 1 {
                    format!("{} / {}", number(found.p50), number(found.p95))
                } else {
                    number(found.p50)
                };
                let missed = if found.is_kept() == Some(false) { " **!**" } else { "" };
                let _ = write!(row, " {both} {}{missed} |", found.unit.as_str());
            }
            None => row.push_str(" |"),
        }
    }
    let budget = line.budget.map(|budget| format!("{} {}", number(budget), line.unit.as_str())).unwrap_or_default();
    let ratio = line.ratio().map(number).unwrap_or_default();
    let grows = match (points.first(), points.last()) {
        (Some(first), Some(last)) if line.interactive && first.0 < last.0 => {
            let decades = (last.0 as f64 / first.0 as f64).log10();
            let factor = (last.1 / first.1.max(1e-6)).powf(1.0 / decades);
            format!("x{}{}", number(factor), if outgrows(&points) { " **!**" } else { "" })
        }
        _ => String::new(),
    };
    let floor = line.floor.as_ref().map(|floor| floor.of.clone()).unwrap_or_default();
    let known: Vec<&str> = [floor.as_str(), &line.note].into_iter().filter(|text| !text.is_empty()).collect();
    let _ = write!(row, " {budget} | {ratio} | {grows} | {} |", known.join("; "));
    row
}

/// Where the part about the window begins, with the line before it.
const WINDOW: &str = "\n## The real window";

const HEAD: &str = "# How fast it is\n\n\
    Written by `cargo xtask bench --growth` of runs that `--json` kept, of the table, the window and the crowd: the same organization, \
    seeded, with ten and a hundred times as many messages.\n\n\
    Each figure is `p50 / p95`. *x floor* is the figure of the largest size over what the machine can do at best (of a rate the \
    floor over the figure), measured in the same run: bare SQLite without encryption or an index, the disk itself, an empty window. \
    *grows* is the factor for ten times as many messages, from the first size at which as many rows are answered; what somebody \
    waits for must not grow faster than the logarithm (a·log n, or a + b·log n as the two smaller sizes have it; half a \
    millisecond is taken for noise). **!** marks what misses its budget or outgrows the logarithm.\n\n\
    Other programs may have been at work on the machine meanwhile; the load says how much.\n\n";

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::machine::Machine;
    use crate::table::Unit;

    #[test]
    fn what_grows_as_the_logarithm_may_and_what_grows_faster_is_marked() {
        assert!(!outgrows(&[(10_000, 2.0), (1_000_000, 3.0)]));
        assert!(!outgrows(&[(10_000, 0.1), (1_000_000, 0.6)]), "within the noise");
        assert!(outgrows(&[(10_000, 2.0), (1_000_000, 4.0)]));
        assert!(!outgrows(&[(10_000, 2.0), (100_000, 4.0), (1_000_000, 6.4)]), "as much each time");
        assert!(outgrows(&[(10_000, 2.0), (100_000, 4.0), (1_000_000, 8.0)]), "twice as much each time");
        assert!(
            outgrows(&[(10_000, 2.0), (100_000, 1.0), (1_000_000, 8.0)]),
            "the second may be better than the first"
        );
    }

    #[test]
    fn what_is_said_of_the_window_stays_on_the_page() {
        assert_eq!(
            by_hand("# How fast it is\n\n## Lists\n\n## The real window\n\nSlow.\n"),
            "\n## The real window\n\nSlow.\n"
        );
        assert_eq!(by_hand("# How fast it is\n\n## Lists\n"), "");
        assert_eq!(by_hand(""), "");
    }

    #[test]
    fn what_was_measured_of_one_size_at_two_times_stands_in_one_column() {
        let machine = || Machine { cores: 2, model: "A processor".into(), memory_mib: 8192, load: 0.5 };
        let of = |part: &str, ms: f64| Line::one(part, "one", Unit::Ms, ms);
        let mut reports = Vec::new();
        add(&mut reports, Report { machine: machine(), messages: 100, lines: vec![of("Disk", 1.0)] });
        add(
            &mut reports,
            Report { machine: machine(), messages: 100, lines: vec![of("Disk", 2.0), of("Window", 3.0)] },
        );
        add(&mut reports, Report { machine: machine(), messages: 200, lines: vec![of("Disk", 4.0)] });
        let figures = |report: &Report| report.lines.iter().map(|line| line.p50).collect::<Vec<_>>();
        assert_eq!(reports.iter().map(figures).collect::<Vec<_>>(), [vec![1.0, 3.0], vec![4.0]]);
    }

    #[test]
    fn a_part_that_one_size_alone_has_is_shown_too() {
        let of = |messages: usize, parts: &[&str]| Report {
            machine: Machine { cores: 2, model: "A processor".into(), memory_mib: 8192, load: 0.5 },
            messages,
            lines: parts.iter().map(|part| Line::one(part, "one", Unit::Ms, 1.0)).collect(),
        };
        let reports = [of(100, &["Crowd"]), of(200, &["Lists"]), of(300, &["Lists", "Disk"])];
        let page = page(&reports);
        let parts: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        assert_eq!(parts, ["Lists", "Disk", "Crowd"]);
        assert!(page.contains("| one | 1.00 ms | | |"), "{page}");
    }

    #[test]
    fn the_page_shows_every_size_beside_the_others() {
        let report = |messages: usize, ms: f64| Report {
            machine: Machine { cores: 2, model: "A processor".into(), memory_mib: 8192, load: 0.5 },
            messages,
            lines: vec![Line::one("Lists", "first page", Unit::Ms, ms).budget(5.0).floor(0.5, "50 rows").interactive()],
        };
        let page = page(&[report(10_000, 1.0), report(1_000_000, 9.0)]);
        let half = |rows: usize, report: Report| Report {
            lines: report.lines.into_iter().map(|line| line.rows(rows)).collect(),
            ..report
        };
        let reports = [half(20, report(10_000, 0.1)), half(50, report(100_000, 2.0)), half(50, report(1_000_000, 2.0))];
        assert!(super::page(&reports).contains("| x1.00 |"), "half a page grows to a whole one");
        assert!(
            page.contains("| first page | 1.00 ms | 9.00 ms **!** | 5.00 ms | 18.0 | x3.00 **!** | 50 rows |"),
            "{page}"
        );
    }
}
