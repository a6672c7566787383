//! What is printed.

use crate::{Run, Stop, refused};
use deskbell_core::rpc::types::RpcError;
use serde_json::Value;
use std::io::{ErrorKind, Write};

/// One document, for people and programs alike.
pub fn document(out: &mut dyn Write, value: &Value) -> Run {
    print(out, &format!("{value:#}\n"))
}

/// One document on one line.
pub fn line(out: &mut dyn Write, value: &Value) -> Run {
    print(out, &format!("{value}\n"))
}

/// What went wrong.
pub fn error(err: &mut dyn Write, error: &RpcError) {
    let text = serde_json::to_string(error).unwrap_or_else(|_| format!("{{\"code\":{:?}}}", error.code));
    // A closed stderr leaves the exit code, which says the same.
    let _ = writeln!(err, "{text}").and_then(|()| err.flush());
}

fn print(out: &mut dyn Write, text: &str) -> Run {
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Ok(()),
        Err(why) if why.kind() == ErrorKind::BrokenPipe => Err(Stop::NobodyReads),
        Err(why) => Err(refused("output", format!("The answer could not be written: {why}."))),
    }
}
