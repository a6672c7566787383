//! What the program finds around it; tests bring their own.

use crate::{Run, refused};
use deskbell_core::CoreOptions;
use std::io::{BufRead, BufReader, Read, Write};

/// A password is short; a longer line is a mistake.
const MOST_PASSWORD_BYTES: u64 = 4096;
/// More than any message may hold.
const MOST_TEXT_BYTES: u64 = 1024 * 1024;

/// Streams, and how the core is opened.
pub struct Surroundings {
    /// Passwords and texts.
    pub stdin: Box<dyn BufRead + Send>,
    /// Answers.
    pub stdout: Box<dyn Write + Send>,
    /// What goes wrong.
    pub stderr: Box<dyn Write + Send>,
    /// How the core is opened.
    pub core: CoreOptions,
}

impl Surroundings {
    /// Those of this process.
    pub fn of_the_process() -> Self {
        Self {
            stdin: Box::new(BufReader::new(std::io::stdin())),
            stdout: Box::new(std::io::stdout()),
            stderr: Box::new(std::io::stderr()),
            core: CoreOptions { device_name: device_name(), ..CoreOptions::default() },
        }
    }

    /// The next line of stdin: a password. `what` is said where there is none.
    pub(crate) fn password(&mut self, what: &str) -> Run<String> {
        let mut bytes = Vec::new();
        let read = (&mut self.stdin).take(MOST_PASSWORD_BYTES).read_until(b'\n', &mut bytes);
        read.map_err(|why| refused("input", format!("{what} could not be read from stdin: {why}.")))?;
        if bytes.last() == Some(&b'\n') {
            bytes.pop();
        }
        if bytes.last() == Some(&b'\r') {
            bytes.pop();
        }
        if bytes.is_empty() {
            return Err(refused("empty", format!("{what} is missing: give it as a line on stdin.")));
        }
        utf8(bytes, what)
    }

    /// The rest of stdin: a text. Its last line end belongs to the shell.
    pub(crate) fn text(&mut self) -> Run<String> {
        let mut bytes = Vec::new();
        let read = (&mut self.stdin).take(MOST_TEXT_BYTES).read_to_end(&mut bytes);
        read.map_err(|why| refused("input", format!("The text could not be read from stdin: {why}.")))?;
        if bytes.last() == Some(&b'\n') {
            bytes.pop();
        }
        utf8(bytes, "The text")
    }
}

fn utf8(bytes: Vec<u8>, what: &str) -> Run<String> {
    String::from_utf8(bytes).map_err(|_| refused("not_utf8", format!("{what} is not UTF-8 text: convert it first.")))
}

/// What the member will recognise in the list of devices.
fn device_name() -> String {
    let host = std::env::var("HOSTNAME").ok().or_else(|| std::fs::read_to_string("/etc/hostname").ok());
    match host.as_deref().map(str::trim).filter(|host| !host.is_empty()) {
        Some(host) => format!("Command line on {host}"),
        None => "Command line".into(),
    }
}
