//! A file is about one thing; over 500 lines it is about several.

use super::Source;
use crate::codegen;

/// More lines than this are too many.
const MOST: usize = 500;

/// Endings of the files that people write.
const WRITTEN: &[&str] = &[".rs", ".ts", ".svelte", ".css", ".js"];

/// Whether a file is one that people write.
pub fn is_counted(path: &str) -> bool {
    WRITTEN.iter().any(|ending| path.ends_with(ending)) && path != codegen::TYPES
}

/// A sentence if the file is too long.
pub fn findings(source: &Source) -> Option<String> {
    let lines = source.text.lines().count();
    (lines > MOST).then(|| format!("{}: {lines} lines; more than {MOST} are about several things", source.path))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(lines: usize) -> Source {
        Source { path: "crates/core/src/lib.rs".to_owned(), text: "x\n".repeat(lines) }
    }

    #[test]
    fn a_file_of_500_lines_is_taken_and_one_more_is_not() {
        assert_eq!(findings(&source(500)), None);
        assert!(findings(&source(501)).is_some_and(|finding| finding.contains("501 lines")));
    }

    #[test]
    fn only_what_people_write_is_counted() {
        assert!(is_counted("ui/src/App.svelte"));
        assert!(is_counted("crates/hub/src/web/chat.js"));
        assert!(!is_counted(codegen::TYPES));
        assert!(!is_counted("ui/package-lock.json"));
    }
}
