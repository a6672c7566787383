//! `docs/coverage.md` says of every row of the product's requirements whether it is built and which test shows it. A row that says
//! so must have a test that is there and runs.

use super::Source;

/// The page.
pub const PAGE: &str = "docs/coverage.md";

/// The rows of the requirements, by their ids: the numbered layout, what Contact Center does otherwise (`CC`), what the mobile
/// program has (`M`), setting up (`S`), what no other shared inbox has (`6`), and unread, notes and snooze (`7`).
const ROWS: &[&str] = &[
    "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16", "17", "18", "19", "20",
    "CC-1", "CC-2", "CC-3", "CC-7", "CC-9", "CC-12", "CC-14", "CC-15", "CC-17", "M-1", "M-2", "M-3", "M-4", "M-5",
    "M-6", "M-7", "M-8", "S-1", "S-2", "S-3", "S-4", "S-5", "S-6", "S-7", "S-8", "6.1", "6.2", "6.3", "6.4", "6.5",
    "6.6", "6.7", "6.8", "6.9", "6.10", "6.11", "6.12", "7.1", "7.2", "7.3",
];

/// Cells of a row: id, what, state, where, tests, offline.
const CELLS: usize = 6;

/// A sentence for everything that the page claims and that is not so. `tests` are the names of all tests that run.
pub fn findings(page: &Source, tests: &[String]) -> Vec<String> {
    let mut findings = Vec::new();
    let mut named = Vec::new();
    for (index, line) in page.text.lines().enumerate() {
        let Some(cells) = cells(line) else { continue };
        let at = format!("{}:{}", page.path, index + 1);
        let id = cells[0];
        if !ROWS.contains(&id) {
            findings.push(format!("{at}: there is no row {id}"));
            continue;
        }
        named.push(id);
        match cells[2] {
            "built" | "in part" => {
                let shown: Vec<&str> = backticked(cells[4]).collect();
                if shown.is_empty() {
                    findings.push(format!("{at}: row {id} is {} and no test shows it", cells[2]));
                }
                let dead = shown.iter().filter(|test| !tests.iter().any(|living| living == *test));
                findings
                    .extend(dead.map(|test| format!("{at}: row {id} is shown by {test}, which is no test that runs")));
                if backticked(cells[3]).next().is_none() {
                    findings.push(format!("{at}: row {id} is {} and lives nowhere", cells[2]));
                }
            }
            "not yet" => {}
            other => findings.push(format!("{at}: {other:?} is none of `built`, `in part`, `not yet`")),
        }
    }
    let missing = ROWS.iter().filter(|row| named.iter().filter(|id| id == row).count() != 1);
    findings.extend(missing.map(|row| format!("{}: row {row} must stand there once", page.path)));
    findings
}

/// The cells of a row of the table; `None` for its head and for everything else.
fn cells(line: &str) -> Option<Vec<&str>> {
    let cells: Vec<&str> = line.trim().strip_prefix('|')?.strip_suffix('|')?.split('|').map(str::trim).collect();
    let is_head = cells.first().is_some_and(|id| *id == "row" || id.starts_with("--"));
    (cells.len() == CELLS && !is_head).then_some(cells)
}

fn backticked(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

/// Names of the tests that a file has and that run: an ignored or skipped one shows nothing.
pub fn tests_of(source: &Source) -> Vec<String> {
    if source.path.ends_with(".rs") { rust_tests(&source.text) } else { script_tests(&source.text) }
}

fn rust_tests(text: &str) -> Vec<String> {
    let (mut is_test, mut ignored) = (false, false);
    let mut names = Vec::new();
    for line in text.lines().map(str::trim) {
        if line.starts_with("#[") {
            is_test |= line.starts_with("#[test]") || line.contains("::test]") || line.contains("::test(");
            ignored |= line.starts_with("#[ignore");
            continue;
        }
        let name = line.trim_start_matches("async ").strip_prefix("fn ").and_then(|rest| rest.split(['(', '<']).next());
        if let Some(name) = name
            && is_test
            && !ignored
        {
            names.push(name.to_owned());
        }
        if !line.starts_with("//") {
            (is_test, ignored) = (false, false);
        }
    }
    names
}

fn script_tests(text: &str) -> Vec<String> {
    let starts = ["test(\"", "it(\"", "test.each("];
    let of_line = |line: &str| {
        let line = line.trim_start();
        starts.iter().any(|start| line.starts_with(start)).then(|| line.split('"').nth(1).map(str::to_owned)).flatten()
    };
    text.lines().filter_map(of_line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(rows: &[&str]) -> Source {
        let all = ROWS.iter().filter(|row| !rows.iter().any(|line| line.starts_with(&format!("| {row} |"))));
        let rest = all.map(|row| format!("| {row} | x | not yet | | | |"));
        let text = rows.iter().map(ToString::to_string).chain(rest).collect::<Vec<_>>().join("\n");
        Source { path: PAGE.to_owned(), text }
    }

    #[test]
    fn a_row_that_is_built_has_a_test_that_runs() {
        let row = "| 9 | tabs | built | `ui/src/lib/list/` | `it_is_seen` | yes |";
        assert_eq!(findings(&page(&[row]), &["it_is_seen".to_owned()]), Vec::<String>::new());
        let dead = findings(&page(&[row]), &["another".to_owned()]);
        assert!(dead.iter().any(|finding| finding.contains("it_is_seen")), "{dead:?}");
        let none = findings(&page(&["| 9 | tabs | in part | `ui/` | | yes |"]), &[]);
        assert!(none.iter().any(|finding| finding.contains("no test shows it")), "{none:?}");
    }

    #[test]
    fn every_row_stands_there_once() {
        let twice = "| 9 | x | not yet | | | |";
        assert!(findings(&page(&[twice, twice]), &[]).iter().any(|finding| finding.contains("row 9 must")));
        assert!(
            findings(&page(&["| 99 | x | not yet | | | |"]), &[]).iter().any(|finding| finding.contains("no row 99"))
        );
    }

    #[test]
    fn what_is_ignored_or_skipped_shows_nothing() {
        let rust = "#[test]\nfn one() {}\n#[tokio::test]\nasync fn two() {}\n#[test]\n#[ignore]\nfn three() {}\nfn four() {}\n";
        let source = Source { path: "a.rs".to_owned(), text: rust.to_owned() };
        assert_eq!(tests_of(&source), ["one", "two"]);
        let script = "test(\"five\", () => {});\ntest.skip(\"six\", () => {});\n  it(\"seven\", f);\n";
        let source = Source { path: "a.test.ts".to_owned(), text: script.to_owned() };
        assert_eq!(tests_of(&source), ["five", "seven"]);
    }
}
