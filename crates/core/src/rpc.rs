//! What the window and the command line can ask: one list of `name(Request) -> Response`.

pub mod types;
