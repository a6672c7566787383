//! A test that finds out while it runs that it cannot.

use std::fs::OpenOptions;
use std::io::Write;

/// Names the file in which the test runner wants to read what was skipped.
pub const SKIPPED_FILE: &str = "DESKBELL_SKIPPED_FILE";

/// Records that the running test is skipped and why; the test returns after it.
///
/// It is then counted as skipped and named with its reason instead of passing silently. Never for what the
/// tests install themselves: a missing part of ours is a failure.
pub fn skip(reason: &str) {
    let thread = std::thread::current();
    let name = thread.name().unwrap_or("a test");
    println!("{name} skipped: {reason}");
    if let Some(file) = std::env::var_os(SKIPPED_FILE) {
        let line = format!("{name}\t{}\n", reason.replace(['\n', '\t'], " "));
        let written = OpenOptions::new()
            .append(true)
            .create(true)
            .open(file)
            .and_then(|mut file| file.write_all(line.as_bytes()));
        written.expect("the list of skipped tests can be written");
    }
}
