//! What a client does about a network, a hub or a computer that is not as it should be: it says so, keeps everything, and
//! goes on.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod answers;
mod computers;
