//! What keeps a hub's data well, beside its daily work.
//!
//! - [`backup`] and [`restore`]: a file that holds everything, made while the hub works.
//! - [`compact`]: what nobody needs any more goes.
//! - [`doctor`]: whether everything that always holds does hold.

mod backup;
mod compact;
pub mod doctor;

pub use backup::{Backup, BackupError, Restored, backup, restore};
pub use compact::{Compacted, MARKS_KEPT_MS, Pass, TOMBSTONES_KEPT_MS, VISITORS_KEPT_MS, compact, daily};
