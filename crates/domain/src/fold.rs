//! Folding: what is equal to a person becomes equal text.
//!
//! [`fold_name`] is for names that must be unique and keeps accents. [`fold_text`] is for searching and gives much away,
//! because whoever searches types without accents and finds more rather than less. It also decides what a word is, so that
//! an index splits at spaces and needs no Unicode tables of its own: two tables of different age disagree, and then a text
//! is in the index and is not found.

mod places;

pub(crate) use places::WordPlaces;

use std::iter::once;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Longer words are cut: nobody types them, and an encoded file in a message would fill an index.
const LONGEST_WORD: usize = 64;

/// NFKC, lower case, inner white space to one space, trimmed. Two names that fold alike are the same name.
/// Accents are kept: `Rose` and `Rosé` are different tags.
pub fn fold_name(name: &str) -> String {
    let lower: String = name.nfkc().flat_map(char::to_lowercase).nfkc().collect();
    lower.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The words of a text, as they are searched for: NFKC, lower case, without accents, Arabic and Hebrew marks and tatweel,
/// alef and yeh in one form each, one space between two words. Where a script has no spaces (Han, Kana, Thai, Lao, Khmer,
/// Myanmar) or puts what is searched for into longer words (Hangul), every character is a word and so is every pair:
/// `東京都` is `東 東京 京 京都 都`. Words end at 64 characters.
pub fn fold_text(text: &str) -> String {
    let mut words = String::with_capacity(text.len());
    if text.is_ascii() {
        fold_ascii(text, &mut words)
    } else {
        fold_into(text, &mut words)
    }
    words
}

/// The kind of text that a character continues.
#[derive(Clone, Copy, PartialEq)]
enum Run {
    /// None: a word begins.
    Between,
    /// A word of so many characters.
    Word(usize),
    /// A run of a script without spaces, with its last character.
    Dense(char),
}

/// What a folded character does.
#[derive(Clone, Copy, PartialEq)]
enum Step {
    /// It is in no word.
    Nothing,
    /// The word before goes on with it.
    GoesOn,
    /// A word begins with it.
    Begins,
    /// It is a word with the character before it, and then one by itself.
    Pairs(char),
}

impl Run {
    fn step(&mut self, c: char) -> Step {
        if !is_of_words(c) {
            *self = Run::Between;
            return Step::Nothing;
        }
        let (next, step) = match (*self, is_dense(c)) {
            (Run::Word(LONGEST_WORD..), false) => (*self, Step::Nothing),
            (Run::Word(length), false) => (Run::Word(length + 1), Step::GoesOn),
            (_, false) => (Run::Word(1), Step::Begins),
            (Run::Dense(before), true) => (Run::Dense(c), Step::Pairs(before)),
            (_, true) => (Run::Dense(c), Step::Begins),
        };
        *self = next;
        step
    }
}

/// The folding of plain letters and digits, which most texts are made of: without the tables it is twenty times as fast.
fn fold_ascii(text: &str, words: &mut String) {
    for word in text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(&word[..word.len().min(LONGEST_WORD)]);
    }
    words.make_ascii_lowercase();
}

fn fold_into(text: &str, words: &mut String) {
    let mut run = Run::Between;
    for c in folded(text) {
        match run.step(c) {
            Step::Nothing => continue,
            Step::GoesOn => {}
            Step::Pairs(before) => words.extend([' ', before, c, ' ']),
            Step::Begins if words.is_empty() => {}
            Step::Begins => words.push(' '),
        }
        words.push(c);
    }
}

/// The characters of a text without what is given away, words not yet told apart.
fn folded(text: &str) -> impl Iterator<Item = char> + '_ {
    text.nfkc().flat_map(char::to_lowercase).nfd().filter(|c| !is_dropped(*c)).flat_map(unified).nfc()
}

/// Letters, digits, marks that were not dropped, and characters that only a private font knows.
fn is_of_words(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c) || matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10fffd}')
}

/// Marks that people leave out when they type, and what is not seen at all. The marks of other scripts are vowels there.
fn is_dropped(c: char) -> bool {
    matches!(c,
        // Accents of Latin, Greek and Cyrillic.
        '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}'
        | '\u{fe20}'..='\u{fe2f}'
        // Points of Hebrew.
        | '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}' | '\u{5c2}' | '\u{5c4}' | '\u{5c5}' | '\u{5c7}'
        // Marks of Arabic, and tatweel.
        | '\u{610}'..='\u{61a}' | '\u{640}' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{6d6}'..='\u{6dc}'
        | '\u{6df}'..='\u{6e4}' | '\u{6e7}' | '\u{6e8}' | '\u{6ea}'..='\u{6ed}' | '\u{898}'..='\u{89f}'
        | '\u{8ca}'..='\u{8e1}' | '\u{8e3}'..='\u{8ff}'
        // Soft hyphens, joiners, directions, variants of signs.
        | '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}'
        | '\u{feff}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

/// Letters that are typed in place of each other, and letters with a stroke, which no decomposition takes off.
fn unified(c: char) -> impl Iterator<Item = char> {
    let (first, second) = match c {
        'أ' | 'إ' | 'آ' | '\u{671}' | '\u{672}' | '\u{673}' | '\u{675}' => ('ا', None),
        '\u{649}' | '\u{6cc}' => ('\u{64a}', None),
        'ς' => ('σ', None),
        'ı' => ('i', None),
        'ø' => ('o', None),
        'ł' => ('l', None),
        'đ' => ('d', None),
        'ħ' => ('h', None),
        'ŧ' => ('t', None),
        'ß' => ('s', Some('s')),
        'æ' => ('a', Some('e')),
        'œ' => ('o', Some('e')),
        other => (other, None),
    };
    once(first).chain(second)
}

/// Of a script whose words are not told apart by spaces, or are searched for by their parts.
pub(crate) fn is_dense(c: char) -> bool {
    matches!(c,
        // Thai and Lao, Myanmar, Khmer; their digits are written as numbers and stay together.
        '\u{e01}'..='\u{e4e}' | '\u{e81}'..='\u{ece}' | '\u{edc}'..='\u{edf}'
        | '\u{1000}'..='\u{103f}' | '\u{1050}'..='\u{108f}' | '\u{109a}'..='\u{109f}' | '\u{a9e0}'..='\u{a9ef}'
        | '\u{a9fa}'..='\u{a9fe}' | '\u{aa60}'..='\u{aa7f}' | '\u{1780}'..='\u{17dd}'
        // Hangul.
        | '\u{1100}'..='\u{11ff}' | '\u{3130}'..='\u{318f}' | '\u{a960}'..='\u{a97f}' | '\u{ac00}'..='\u{d7ff}'
        // Kana.
        | '\u{3040}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{1aff0}'..='\u{1b16f}'
        // Han.
        | '\u{2e80}'..='\u{2fdf}' | '\u{3005}'..='\u{3007}' | '\u{3021}'..='\u{3029}' | '\u{3038}'..='\u{303b}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

#[cfg(test)]
mod tests;
