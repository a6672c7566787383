//! What a search asks for. One text is the whole question: words, and operators with their values.
//!
//! Words are literal and folded. `"..."` are words that stand together, where the quotation mark is closed; an open one is a
//! letter like any other, and so is everything else that other programs read as a language: somebody who looks for `C++`,
//! `NOT OK` or `a:b` means just that. Only the six operators are not words, in their English names in every language.

mod dates;
mod marks;
mod parse;
mod snippet;

pub use dates::SearchDate;
pub use marks::{marks, matches, number_marks, utf16};
pub use parse::{MOST_TERMS, Phrase, Question, Term, parse_search, quoted};
pub use snippet::{Snippet, line, number_line, snippet};

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// By what a search is narrowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SearchOperator {
    /// Who wrote it: a member, `me`, or somebody outside.
    From,
    /// An inbox, a channel, or what a chat is called.
    In,
    /// A tag of the conversation.
    Tag,
    /// `open`, `closed`, `archived`, `unread`, `waiting`.
    Is,
    /// Earlier than that day, month or year.
    Before,
    /// Within that day, month or year, or later.
    After,
}

impl SearchOperator {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::From, Self::In, Self::Tag, Self::Is, Self::Before, Self::After];

    /// As it is typed, without the colon.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::From => "from",
            Self::In => "in",
            Self::Tag => "tag",
            Self::Is => "is",
            Self::Before => "before",
            Self::After => "after",
        }
    }

    /// The operator of that name, in whatever case.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|operator| operator.as_str().eq_ignore_ascii_case(name))
    }
}

/// Why nothing can be found by a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum TermProblem {
    /// Nothing here is called so.
    Nothing,
    /// It is no day, month or year.
    NotADate,
    /// `is:` knows no such word.
    NotAState,
    /// There are more operators than are looked at.
    TooMany,
}

/// What `is:` asks of a chat, or of a message in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SearchState {
    /// Neither closed nor archived.
    Open,
    /// Closed.
    Closed,
    /// Exchanged on a personal number before that came into an inbox.
    Archived,
    /// With something that the member has not read.
    Unread,
    /// Not at the hub yet.
    Waiting,
}

impl SearchState {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 5] = [Self::Open, Self::Closed, Self::Archived, Self::Unread, Self::Waiting];

    /// As it is typed.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Archived => "archived",
            Self::Unread => "unread",
            Self::Waiting => "waiting",
        }
    }

    /// The state of that name, in whatever case.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str().eq_ignore_ascii_case(name))
    }
}

#[cfg(test)]
mod tests;
