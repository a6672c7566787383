//! What happened, for a person to read.

use std::fmt::Write as _;

/// Lines of a history; nothing is written where nobody reads.
#[derive(Debug, Default)]
pub struct Story {
    told: Option<String>,
}

impl Story {
    /// One that is written down.
    pub fn written() -> Self {
        Self { told: Some(String::new()) }
    }

    /// Something happened.
    pub fn say(&mut self, line: impl FnOnce() -> String) {
        if let Some(told) = &mut self.told {
            let _ = writeln!(told, "{}", line());
        }
    }

    /// All of it.
    pub fn text(&self) -> &str {
        self.told.as_deref().unwrap_or_default()
    }
}
