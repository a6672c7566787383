//! What breaks a history.

/// A rule that did not hold.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{rule}: {what}")]
pub struct Broken {
    /// Which; a history that was shrunk breaks the same one.
    pub rule: &'static str,
    /// What was found.
    pub what: String,
}

impl Broken {
    /// An error to return.
    pub fn error(rule: &'static str, what: String) -> anyhow::Error {
        Self { rule, what }.into()
    }
}

/// Returns from the function where the condition does not hold.
#[macro_export]
macro_rules! hold {
    ($rule:literal, $condition:expr, $($what:tt)+) => {
        if !$condition {
            return Err($crate::failure::Broken::error($rule, format!($($what)+)));
        }
    };
}
