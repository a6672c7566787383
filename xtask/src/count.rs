//! Reading what the different runners report, and summing it up.

use std::fmt;

use anyhow::{Context, Result};
use serde_json::Value;

/// How many passed, failed and were skipped, and which.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Tally {
    /// How many passed.
    pub passed: usize,
    /// The names of those that failed.
    pub failed: Vec<String>,
    /// Those that were skipped.
    pub skipped: Vec<Skipped>,
}

/// A test that did not run, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// Its name.
    pub name: String,
    /// Why, in words.
    pub reason: String,
}

impl Tally {
    /// A check that is one thing: it passed or it failed.
    pub fn of_check(name: &str, passed: bool) -> Tally {
        let failed = if passed { Vec::new() } else { vec![name.to_owned()] };
        Tally { passed: usize::from(passed), failed, skipped: Vec::new() }
    }

    /// Adds what another runner reported.
    pub fn add(&mut self, other: Tally) {
        self.passed += other.passed;
        self.failed.extend(other.failed);
        self.skipped.extend(other.skipped);
    }

    /// Turns a test that passed only because it found nothing to do into a skipped one.
    pub fn move_to_skipped(&mut self, skipped: Skipped) {
        self.passed = self.passed.saturating_sub(1);
        self.skipped.push(skipped);
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed, {} skipped", self.passed, self.failed.len(), self.skipped.len())
    }
}

/// What a Rust test program printed, `succeeded` being its exit code's word. `program` stands before the names.
///
/// A program that ended without its summary crashed: that is a failure, whatever it printed before.
pub fn of_rust(program: &str, printed: &str, succeeded: bool) -> Tally {
    let mut tally = Tally::default();
    let mut summaries = 0;
    let mut failed = 0;
    let mut names = Vec::new();
    let mut is_list = false;
    for line in printed.lines() {
        if let Some(summary) = line.strip_prefix("test result: ") {
            summaries += 1;
            tally.passed += number_before(summary, "passed");
            failed += number_before(summary, "failed");
        } else if let Some((name, reason)) = line.strip_prefix("test ").and_then(|rest| rest.split_once(" ... ignored"))
        {
            let reason = reason.trim_start_matches([',', ' ']);
            let reason = if reason.is_empty() { "no reason given" } else { reason };
            tally.skipped.push(Skipped { name: format!("{program} {name}"), reason: reason.to_owned() });
        }
        // The names stand in a list under the last line `failures:`.
        if line == "failures:" {
            is_list = true;
            names.clear();
        } else if is_list {
            match line.strip_prefix("    ") {
                Some(name) if !name.starts_with(' ') => names.push(format!("{program} {name}")),
                _ if line.is_empty() && names.is_empty() => {}
                _ => is_list = false,
            }
        }
    }
    names.truncate(failed);
    while names.len() < failed {
        names.push(format!("{program} (a test without a name)"));
    }
    tally.failed = names;
    if summaries == 0 {
        tally.failed.push(format!("{program} ended without a result"));
    } else if !succeeded && tally.failed.is_empty() {
        tally.failed.push(format!("{program} ended badly though its tests passed"));
    }
    tally
}

/// What vitest wrote with its JSON reporter, `succeeded` being its exit code's word.
pub fn of_vitest(report: &str, succeeded: bool) -> Result<Tally> {
    let report: Value = serde_json::from_str(report).context("vitest's report cannot be read")?;
    let mut tally = Tally::default();
    for file in report["testResults"].as_array().context("vitest's report lists no files")? {
        let name = file["name"].as_str().unwrap_or_default();
        let short = name.rsplit_once("/ui/").map_or(name, |(_, short)| short);
        let tests = file["assertionResults"].as_array().map(Vec::as_slice).unwrap_or_default();
        for test in tests {
            let title = format!("{short} {}", test["fullName"].as_str().unwrap_or_default().trim());
            match test["status"].as_str() {
                Some("passed") => tally.passed += 1,
                Some("failed") | None => tally.failed.push(title),
                Some(other) => {
                    tally.skipped.push(Skipped { name: title, reason: format!("marked {other} in its file") })
                }
            }
        }
        let failed_in_file = tests.iter().any(|test| test["status"] == "failed");
        if file["status"] == "failed" && !failed_in_file {
            tally.failed.push(format!("{short} could not be loaded"));
        }
    }
    if !succeeded && tally.failed.is_empty() {
        tally.failed.push("vitest ended badly though its tests passed".to_owned());
    }
    Ok(tally)
}

fn number_before(summary: &str, word: &str) -> usize {
    summary.split([';', '.']).find_map(|part| part.trim().strip_suffix(word)?.trim().parse().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIXED: &str = "
running 4 tests
test a_is_b ... ok
test c_is_d ... ignored, needs a scanner
test e_is_f ... FAILED
test g_is_h ... ignored

failures:

---- e_is_f stdout ----
thread 'e_is_f' panicked at src/lib.rs:3:5:
failures:
    this is only what the test printed

failures:
    e_is_f

test result: FAILED. 1 passed; 1 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0.00s
";

    #[test]
    fn a_rust_program_is_counted_with_names_and_reasons() {
        let tally = of_rust("domain", MIXED, false);
        assert_eq!(tally.passed, 1);
        assert_eq!(tally.failed, ["domain e_is_f"]);
        let skipped: Vec<_> = tally.skipped.iter().map(|one| (one.name.as_str(), one.reason.as_str())).collect();
        assert_eq!(skipped, [("domain c_is_d", "needs a scanner"), ("domain g_is_h", "no reason given")]);
    }

    #[test]
    fn a_program_that_crashed_has_failed() {
        let printed = "running 2 tests\ntest a ... ok\n";
        assert_eq!(of_rust("hub", printed, false).failed, ["hub ended without a result"]);
        assert_eq!(of_rust("hub", "", true).failed, ["hub ended without a result"]);
    }

    #[test]
    fn a_bad_exit_after_passing_tests_has_failed() {
        let printed = "test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.1s";
        assert_eq!(of_rust("hub", printed, true).passed, 3);
        assert!(of_rust("hub", printed, true).failed.is_empty());
        assert_eq!(of_rust("hub", printed, false).failed.len(), 1);
    }

    #[test]
    fn several_summaries_are_added() {
        let printed =
            "test result: ok. 3 passed; 0 failed; 0 ignored\ntest result: ok. 4 passed; 0 failed; 0 ignored\n";
        assert_eq!(of_rust("documentation", printed, true).passed, 7);
    }

    #[test]
    fn vitest_is_counted_with_its_files() {
        let report = r#"{"testResults": [
            {"name": "/somewhere/ui/src/a.test.ts", "status": "failed", "assertionResults": [
                {"fullName": "a works", "status": "passed"},
                {"fullName": "b works", "status": "failed"},
                {"fullName": "c works", "status": "skipped"}]},
            {"name": "/somewhere/ui/src/broken.test.ts", "status": "failed", "assertionResults": []}]}"#;
        let tally = of_vitest(report, false).unwrap();
        assert_eq!(tally.passed, 1);
        assert_eq!(tally.failed, ["src/a.test.ts b works", "src/broken.test.ts could not be loaded"]);
        assert_eq!(tally.skipped[0].name, "src/a.test.ts c works");
    }

    #[test]
    fn vitest_that_fails_without_a_failed_test_has_failed() {
        assert_eq!(of_vitest(r#"{"testResults": []}"#, false).unwrap().failed.len(), 1);
        assert!(of_vitest("{}", true).is_err());
    }

    #[test]
    fn the_last_line_has_its_form() {
        let mut tally = Tally::of_check("fmt", true);
        tally.add(Tally::of_check("tidy", false));
        tally.add(Tally { passed: 5, ..Tally::default() });
        tally.move_to_skipped(Skipped { name: "chat".into(), reason: "no browser".into() });
        assert_eq!(tally.to_string(), "5 passed, 1 failed, 1 skipped");
    }
}
