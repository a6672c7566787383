//! What keeps a hub's data well, beside its daily work.
//!
//! - [`compact`]: what nobody needs any more goes.

mod compact;

pub use compact::{Compacted, MARKS_KEPT_MS, Pass, TOMBSTONES_KEPT_MS, VISITORS_KEPT_MS, compact, daily};
