//! From the text to words and operators.

use super::{SearchOperator, SearchState};
use crate::fold::{fold_text, is_dense};
use std::ops::Range;

/// What stands behind this many characters is not read: nobody types it.
const MOST_CHARS: usize = 10_000;

/// Most phrases of a question; more say nothing that these do not.
const MOST_PHRASES: usize = 32;

/// Most words of a phrase, as a paste without spaces has thousands: each of them costs a look at every message that has it.
const LONGEST_PHRASE: usize = 128;

/// Most operators that are looked at.
pub const MOST_TERMS: usize = 16;

/// What a text asks for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Question {
    /// All of them must occur.
    pub phrases: Vec<Phrase>,
    /// The operators, in their order.
    pub terms: Vec<Term>,
}

/// Words that must stand next to each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phrase {
    /// In the form of [`fold_text`].
    pub words: Vec<String>,
    /// The last word may be the beginning of one.
    pub open: bool,
}

/// An operator with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// Where it stands in the text, in bytes.
    pub at: Range<usize>,
    /// By what it narrows.
    pub operator: SearchOperator,
    /// Without quotation marks and without white space around it. Empty while it is typed.
    pub value: String,
}

impl Term {
    /// The state that `is:` asks for.
    pub fn state(&self) -> Option<SearchState> {
        SearchState::parse(&self.value)
    }

    /// The words of a name, each of which may be the beginning of one.
    pub fn phrases(&self) -> Vec<Phrase> {
        Phrase::beginnings(&self.value)
    }
}

impl Phrase {
    /// The words of a text; `None` where it has none.
    fn of(text: &str, open: bool) -> Option<Self> {
        let folded = fold_text(text);
        let mut words: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).take(LONGEST_PHRASE).collect();
        drop_single_ends(&mut words);
        (!words.is_empty()).then(|| Self { words: words.into_iter().map(String::from).collect(), open })
    }

    /// What is written together in a text, each of which may be the beginning of a word.
    pub fn beginnings(text: &str) -> Vec<Self> {
        text.split_whitespace().filter_map(|piece| Self::of(piece, true)).take(MOST_PHRASES).collect()
    }
}

/// `東 東京 京` occurs where `東京` does; single characters are the longest lists of an index.
fn drop_single_ends(words: &mut Vec<&str>) {
    let is_pair = |word: &str| word.chars().count() == 2 && word.chars().all(is_dense);
    if words.get(1).is_some_and(|second| is_pair(second) && second.starts_with(words[0])) {
        words.remove(0);
    }
    if let [.., before, last] = words.as_slice()
        && is_pair(before)
        && before.ends_with(last)
    {
        words.pop();
    }
}

/// Reads a text as a question. The last word outside of quotation marks may be the beginning of one.
pub fn parse_search(text: &str) -> Question {
    let text = text.char_indices().nth(MOST_CHARS).map_or(text, |(at, _)| &text[..at]);
    let mut question = Question::default();
    let mut at = 0;
    while let Some(start) = text[at..].find(|c: char| !c.is_whitespace()).map(|skipped| at + skipped) {
        let (end, phrase) = if let Some((inner, end)) = quotation(text, start) {
            (end, Phrase::of(inner, false))
        } else if let Some(term) = term(text, start) {
            (term.at.end, question.take(term))
        } else {
            let end = end_of_word(text, start);
            (end, Phrase::of(&text[start..end], true))
        };
        question.phrases.extend(phrase.filter(|_| question.phrases.len() < MOST_PHRASES));
        at = end;
    }
    let last = question.phrases.iter().rposition(|phrase| phrase.open);
    for (number, phrase) in question.phrases.iter_mut().enumerate() {
        phrase.open = Some(number) == last;
    }
    question
}

impl Question {
    fn take(&mut self, term: Term) -> Option<Phrase> {
        self.terms.push(term);
        None
    }
}

/// The operator that begins there.
fn term(text: &str, start: usize) -> Option<Term> {
    let (name, _) = text[start..end_of_word(text, start)].split_once(':')?;
    let operator = SearchOperator::parse(name)?;
    let from = start + name.len() + 1;
    let (value, end) = quotation(text, from).unwrap_or_else(|| {
        let end = end_of_word(text, from);
        (&text[from..end], end)
    });
    Some(Term { at: start..end, operator, value: value.trim().into() })
}

/// What stands in the quotation marks that begin there and are closed, and where that ends.
fn quotation(text: &str, start: usize) -> Option<(&str, usize)> {
    let inner = text[start..].strip_prefix('"')?;
    let length = inner.find('"')?;
    Some((&inner[..length], start + length + 2))
}

fn end_of_word(text: &str, start: usize) -> usize {
    text[start..].find(char::is_whitespace).map_or(text.len(), |length| start + length)
}

/// A value as it is put behind an operator. Quotation marks cannot stand in a value and fold to nothing, so they are left out.
pub fn quoted(value: &str) -> String {
    let plain: String = value.split_whitespace().collect::<Vec<_>>().join(" ").replace('"', "");
    if plain.contains(char::is_whitespace) || plain.is_empty() { format!("\"{plain}\"") } else { plain }
}
