//! What the program and its window tell each other: one line of JSON for each message, over the window's standard input and
//! output.
//!
//! What the page asks and what the core answers passes through the window as the text it is: nothing there reads it.

use std::{
    io::{self, BufRead, Write},
    time::Duration,
};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::value::RawValue;

/// What the page may take to know that it is hidden, and to hand over what was typed last. Nobody waits for it, as the window is
/// gone by then; a page on a busy computer needs more than a moment, and what it does not hand over is lost.
pub const GOODBYE: Duration = Duration::from_secs(3);

/// What of the settings the window follows by itself, before there is a page and beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    /// `light`, `dark`, or as the system is.
    pub theme: String,
    /// In percent.
    pub zoom: u32,
}

/// To the window. At the end of what it is told it ends.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToWindow {
    /// The first: it is made, and looks like this.
    Make(Look),
    /// It looks like this from now on.
    Look(Look),
    /// It comes to the front.
    Present {
        /// What Wayland asks for before it lets a program take the focus.
        token: Option<String>,
    },
    /// It goes from the screen, with its page.
    Hide,
    /// [`FromWindow::Hidden`] is to be said once the page knows that it is hidden.
    AskHidden {
        /// Which question.
        ask: u64,
    },
    /// A call was answered.
    Answer {
        /// Which call.
        call: u64,
        /// What the page is told.
        answer: Box<RawValue>,
    },
    /// A call was refused.
    Refusal {
        /// Which call.
        call: u64,
        /// Why: an `RpcError`.
        error: Box<RawValue>,
    },
    /// The page is to hear of this: a `CoreEvent`.
    Event(Box<RawValue>),
    /// So many chats are unread, on the icon of the window.
    #[cfg(not(target_os = "linux"))]
    Unread(u32),
}

/// From the window. It says nothing more once it has ended.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FromWindow {
    /// The page asks.
    Call {
        /// Told again with the answer.
        call: u64,
        /// What is asked.
        name: String,
        /// With what.
        args: Box<RawValue>,
    },
    /// The page knows that it is hidden. What it asked before has been said before.
    Hidden {
        /// Which question.
        ask: u64,
    },
    /// The close button was pressed.
    Close,
    /// Somebody (the end of the session) ends the window.
    Quit,
    /// No display answers.
    NoDisplay,
    /// The window system refuses.
    Failed(String),
}

/// A message as it travels.
pub fn line(message: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(message)?;
    line.push(b'\n');
    Ok(line)
}

/// Writes a message and sees it off.
///
/// # Errors
///
/// Nobody reads any more.
pub fn say(to: &mut impl Write, message: &impl Serialize) -> io::Result<()> {
    to.write_all(&line(message)?)?;
    to.flush()
}

/// The next message, or `None` at the end.
///
/// # Errors
///
/// What comes is no such message.
pub fn hear<T: DeserializeOwned>(from: &mut impl BufRead) -> io::Result<Option<T>> {
    let mut line = Vec::new();
    if from.read_until(b'\n', &mut line)? == 0 {
        return Ok(None);
    }
    Ok(Some(read(&line)?))
}

/// A message out of its line.
///
/// # Errors
///
/// It is none.
pub fn read<T: DeserializeOwned>(line: &[u8]) -> serde_json::Result<T> {
    serde_json::from_slice(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_heard_as_it_was() {
        let text = r#"{"text":"a line\nand \"another\" \\ 🎉","of":[1.50,null]}"#;
        let raw = |text: &str| RawValue::from_string(text.to_owned()).unwrap();
        let mut pipe = Vec::new();
        say(&mut pipe, &ToWindow::Answer { call: 7, answer: raw(text) }).unwrap();
        say(&mut pipe, &ToWindow::Event(raw(text))).unwrap();
        say(&mut pipe, &ToWindow::Hide).unwrap();
        let mut heard = &pipe[..];
        let Some(ToWindow::Answer { call: 7, answer }) = hear(&mut heard).unwrap() else { panic!("no answer") };
        assert_eq!(answer.get(), text, "letter by letter");
        let Some(ToWindow::Event(event)) = hear(&mut heard).unwrap() else { panic!("no event") };
        assert_eq!(event.get(), text);
        assert!(matches!(hear(&mut heard).unwrap(), Some(ToWindow::Hide)));
        assert!(hear::<ToWindow>(&mut heard).unwrap().is_none());
    }

    #[test]
    fn what_is_no_message_is_an_error() {
        for odd in ["\n", "{}\n", "\"hid\"\n", "{\"call\":{}}\n", "half a li", "\u{0}\n"] {
            assert!(hear::<FromWindow>(&mut odd.as_bytes()).is_err(), "{odd:?}");
        }
    }
}
