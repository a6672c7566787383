//! What goes wrong.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What went wrong, over every boundary. `code` travels and is looked up in the message catalogue;
/// `message` is the English sentence that says what to do, used where the catalogue has none (command line).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct RpcError {
    /// Stable, `snake_case`.
    pub code: String,
    /// One sentence that says what to do.
    pub message: String,
    /// Whether the same call may succeed later without the person changing anything.
    pub retryable: bool,
    /// Values for the sentence: names, counts, limits.
    #[serde(default, skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    pub params: std::collections::BTreeMap<String, String>,
}
