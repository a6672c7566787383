//! A page that names a file that is not there sends its reader astray.

use super::Source;

/// Directories at the top; a word in a page that begins with one of them names a file.
const TOP: &[&str] = &["crates/", "docs/", "icons/", "src-tauri/", "tests/", "ui/", "xtask/"];

/// Whether this is one of the project's pages.
pub fn is_page(path: &str) -> bool {
    path.ends_with(".md") && (!path.contains('/') || path.starts_with("docs/"))
}

/// A sentence for every file that a page names and that is not there.
pub fn findings(page: &Source, exists: impl Fn(&str) -> bool) -> Vec<String> {
    let mut findings = Vec::new();
    for (index, line) in page.text.lines().enumerate() {
        for file in named(line).chain(linked(line, &page.path)) {
            if !exists(&file) {
                findings.push(format!("{}:{}: {file} is not there", page.path, index + 1));
            }
        }
    }
    findings
}

/// Files between backticks.
fn named(line: &str) -> impl Iterator<Item = String> {
    line.split('`').skip(1).step_by(2).filter_map(|word| {
        let is_path = TOP.iter().any(|top| word.starts_with(top)) && !word.contains(['*', '<', '{', ' ', '$']);
        is_path.then(|| word.trim_end_matches('/').to_owned())
    })
}

/// Files that a link leads to, from the page's own place.
fn linked(line: &str, page: &str) -> impl Iterator<Item = String> {
    let directory = page.rsplit_once('/').map_or(String::new(), |(directory, _)| format!("{directory}/"));
    line.split("](").skip(1).filter_map(move |rest| {
        let target = rest.split([')', '#']).next().unwrap_or_default();
        let is_file = !target.is_empty() && !target.contains("://") && !target.starts_with("mailto:");
        is_file.then(|| format!("{directory}{target}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<String> {
        let page = Source { path: path.to_owned(), text: text.to_owned() };
        findings(&page, |file| ["crates/core", "docs/hosting.md", "README.md"].contains(&file))
    }

    #[test]
    fn files_that_are_there_may_be_named() {
        let text = "`crates/core/` and [hosting](docs/hosting.md#tls), [the web](https://example.org), `ui/src/*.ts`, `cargo x`";
        assert_eq!(found("README.md", text), Vec::<String>::new());
        assert_eq!(found("docs/cli.md", "[back](hosting.md)"), Vec::<String>::new());
    }

    #[test]
    fn files_that_are_not_there_are_found() {
        assert_eq!(found("README.md", "one\n`crates/cor`"), ["README.md:2: crates/cor is not there"]);
        assert_eq!(found("docs/cli.md", "[there](README.md)"), ["docs/cli.md:1: docs/README.md is not there"]);
    }

    #[test]
    fn pages_are_those_at_the_top_and_in_docs() {
        assert!(is_page("README.md"));
        assert!(is_page("docs/hosting.md"));
        assert!(!is_page("ui/node_modules/x/README.md"));
    }
}
