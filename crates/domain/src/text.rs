//! Text from outside, parsed once at the edge.

use crate::fold_name;
use serde::{Deserialize, Serialize};

/// Most characters (Unicode scalar values) in a message.
pub const MAX_MESSAGE_CHARS: usize = 100_000;
/// Most bytes of UTF-8 in a message.
pub const MAX_MESSAGE_BYTES: usize = 400_000;
/// Most characters in a name.
pub const MAX_NAME_CHARS: usize = 200;

/// What is wrong with a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing but white space.
    #[error("it is empty: write something")]
    Empty,
    /// Over the limit.
    #[error("it is too long: make it shorter")]
    TooLong,
    /// Control characters or direction overrides, which would make a name lie about itself.
    #[error("it holds invisible control characters: type it again without them")]
    ControlCharacters,
    /// Not an e-mail address.
    #[error("it is not an e-mail address: write it as name@example.com")]
    NotAnAddress,
    /// Not a telephone number in full.
    #[error("it is not a telephone number in full: write it with + and the country, as +1 650 555 0101")]
    NotAPhoneNumber,
}

impl TextError {
    /// The problem as it travels.
    pub fn code(self) -> &'static str {
        match self {
            TextError::Empty => "empty",
            TextError::TooLong => "too_long",
            TextError::ControlCharacters => "control_characters",
            TextError::NotAnAddress => "not_an_address",
            TextError::NotAPhoneNumber => "not_a_phone_number",
        }
    }
}

macro_rules! text_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl TryFrom<String> for $name {
            type Error = TextError;
            fn try_from(s: String) -> Result<Self, TextError> {
                Self::parse(&s)
            }
        }
        impl From<$name> for String {
            fn from(t: $name) -> String {
                t.0
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text_type! {
    /// What a person writes: at most [`MAX_MESSAGE_CHARS`] and [`MAX_MESSAGE_BYTES`], not blank. Line ends are `\n`; other
    /// control characters (NUL among them) are dropped, everything else is kept as written.
    MessageText
}

impl MessageText {
    /// Parses what was typed or received.
    pub fn parse(s: &str) -> Result<Self, TextError> {
        // Measured before anything is copied, so that 100 MB cost nothing.
        if s.len() > MAX_MESSAGE_BYTES || s.chars().count() > MAX_MESSAGE_CHARS {
            return Err(TextError::TooLong);
        }
        let text: String = s
            .replace("\r\n", "\n")
            .chars()
            .map(|c| if c == '\r' { '\n' } else { c })
            .filter(|c| *c == '\n' || *c == '\t' || !c.is_control())
            .collect();
        if text.trim().is_empty() {
            return Err(TextError::Empty);
        }
        Ok(Self(text))
    }
}

text_type! {
    /// A name of a member, inbox, channel or organization: 1 to [`MAX_NAME_CHARS`] characters, one line, no control
    /// characters and no direction overrides.
    Name
}

impl Name {
    /// Parses; white space at the ends goes.
    pub fn parse(s: &str) -> Result<Self, TextError> {
        parse_line(s, MAX_NAME_CHARS).map(Self)
    }
}

text_type! {
    /// Name of a tag: 1 to 60 characters, otherwise as [`Name`].
    TagName
}

impl TagName {
    /// Parses; white space at the ends goes.
    pub fn parse(s: &str) -> Result<Self, TextError> {
        parse_line(s, 60).map(Self)
    }

    /// Equal for names that are the same name.
    pub fn key(&self) -> String {
        fold_name(&self.0)
    }
}

text_type! {
    /// An e-mail address for signing in: something on both sides of one `@`, at most 254 characters (RFC 5321), kept in
    /// lower case.
    EmailAddress
}

impl EmailAddress {
    /// Parses; white space at the ends goes, letters become lower case.
    pub fn parse(s: &str) -> Result<Self, TextError> {
        let line = parse_line(s, 254)?;
        let ok = matches!(line.split_once('@'), Some((user, host)) if !user.is_empty() && !host.is_empty() && !host.contains('@'))
            && !line.contains(char::is_whitespace);
        if ok { Ok(Self(line.to_lowercase())) } else { Err(TextError::NotAnAddress) }
    }
}

text_type! {
    /// A telephone number in E.164: `+`, the country, the number; 7 to 15 digits and nothing between them.
    PhoneNumber
}

impl PhoneNumber {
    /// Parses a number as a person writes it, with spaces, dots, dashes, slashes and brackets. One without its country is
    /// refused: whose country it means is not known here.
    pub fn parse(s: &str) -> Result<Self, TextError> {
        let line = parse_line(s, MAX_NAME_CHARS)?;
        let is_between = |c: char| c.is_whitespace() || matches!(c, '-' | '.' | '/' | '(' | ')');
        let number: String = line.chars().filter(|c| !is_between(*c)).collect();
        let digits = number.strip_prefix('+').ok_or(TextError::NotAPhoneNumber)?;
        let ok =
            (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0');
        if ok { Ok(Self(number)) } else { Err(TextError::NotAPhoneNumber) }
    }
}

fn parse_line(s: &str, most: usize) -> Result<String, TextError> {
    let line = s.trim();
    if line.is_empty() {
        return Err(TextError::Empty);
    }
    if line.len() > most * 4 || line.chars().count() > most {
        return Err(TextError::TooLong);
    }
    if line.chars().any(is_deceptive) {
        return Err(TextError::ControlCharacters);
    }
    Ok(line.to_string())
}

/// Control characters, and the direction embeddings, overrides and isolates of Unicode Annex 9 with which a name can
/// pretend to be another.
pub fn is_deceptive(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' | '\u{FEFF}')
}

/// A name that somebody outside gave themselves, made harmless instead of refused: a customer must never be lost
/// because of their name. `None` where nothing remains that can be seen: a row without a name could not be spoken of.
pub fn plain_name(s: &str) -> Option<Name> {
    let clean: String = s.chars().filter(|c| !is_deceptive(*c)).take(MAX_NAME_CHARS).collect();
    Name::parse(&clean).ok().filter(|name| !name.as_str().chars().all(is_unseen))
}

/// What takes room at most: white space, blank letters, and what Unicode wants ignored where nothing else is to be done
/// with it (`Default_Ignorable_Code_Point`).
fn is_unseen(c: char) -> bool {
    c.is_whitespace()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_customer_whose_name_cannot_be_seen_has_none() {
        for unseen in
            ["\u{200b}", "\u{3164} \u{3164}", "\u{2800}", "\u{200f}\u{200e}", "\u{ad}\u{fe0f}", "\u{e0041}", " \u{0} "]
        {
            assert_eq!(plain_name(unseen), None, "{unseen:?}");
        }
        for seen in ["\u{200b}Rosa", "يوسف\u{200f}", "ㅤㅤx", "👨\u{200d}👩", "می\u{200c}خواهم"] {
            assert_eq!(plain_name(seen).map(String::from).as_deref(), Some(seen), "{seen:?}");
        }
    }
}
