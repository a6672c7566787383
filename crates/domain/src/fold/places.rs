//! Where the words of a text stand in it, so that what is found can be marked on what was written.
//!
//! A text is folded piece by piece, a piece being a character with everything after it that folding may join to it. So
//! nothing is folded otherwise than in one go, and every folded character comes from one piece.

use super::{Run, Step, folded, is_dropped};
use std::iter::once;
use std::ops::Range;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// The words of a text, in the order of [`super::fold_text`], with their places.
pub(crate) struct WordPlaces {
    signs: Vec<Sign>,
    /// Which signs each word has.
    words: Vec<Range<usize>>,
}

/// A folded character, and the bytes that it was made from.
struct Sign {
    c: char,
    from: usize,
    to: usize,
}

impl WordPlaces {
    pub fn of(text: &str) -> Self {
        let mut places = Self { signs: Vec::with_capacity(text.len()), words: Vec::new() };
        let mut run = Run::Between;
        let mut from = 0;
        while let Some(to) = end_of_piece(text, from) {
            let piece = &text[from..to];
            match piece.as_bytes() {
                [byte] => places.take(&mut run, char::from(byte.to_ascii_lowercase()), from, to),
                _ => folded(piece).for_each(|c| places.take(&mut run, c, from, to)),
            }
            from = to;
        }
        places
    }

    fn take(&mut self, run: &mut Run, c: char, from: usize, to: usize) {
        let at = self.signs.len();
        match run.step(c) {
            Step::Nothing => return,
            Step::GoesOn => {
                if let Some(word) = self.words.last_mut() {
                    word.end = at + 1;
                }
            }
            Step::Begins => self.words.push(at..at + 1),
            Step::Pairs(_) => self.words.extend([at - 1..at + 1, at..at + 1]),
        }
        self.signs.push(Sign { c, from, to });
    }

    /// How many words there are.
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// Where `wanted` begins with the word of that number and goes on with the next ones: the bytes that it was made from.
    /// With `open`, the last word of `wanted` may be the beginning of one.
    pub fn at(&self, number: usize, wanted: &[Vec<char>], open: bool) -> Option<Range<usize>> {
        let words = self.words.get(number..number + wanted.len())?;
        let (last, mut to) = (wanted.len().checked_sub(1)?, 0);
        for (at, (word, wanted)) in words.iter().zip(wanted).enumerate() {
            let signs = &self.signs[word.clone()];
            let fits = signs.len() == wanted.len() || (open && at == last && signs.len() > wanted.len());
            if !fits || !signs.iter().zip(wanted).all(|(sign, c)| sign.c == *c) {
                return None;
            }
            to = signs[..wanted.len()].last()?.to;
        }
        Some(self.signs[words.first()?.start].from..to)
    }
}

/// Where the piece ends that begins there; `None` at the end of the text.
fn end_of_piece(text: &str, from: usize) -> Option<usize> {
    let mut chars = text[from..].char_indices();
    chars.next()?;
    Some(chars.find(|(_, c)| !continues(*c)).map_or(text.len(), |(at, _)| from + at))
}

/// Whether folding may join a character to the one before: marks, the later letters of a Hangul syllable, and what is
/// dropped, which could stand between two such.
fn continues(c: char) -> bool {
    if c.is_ascii() {
        return false;
    }
    let first = once(c).nfkd().next().unwrap_or(c);
    // The vowels of Kirat Rai are joined though they are letters.
    is_dropped(c) || is_combining_mark(first) || matches!(first, '\u{1160}'..='\u{11ff}' | '\u{16d63}' | '\u{16d67}')
}

#[cfg(test)]
mod tests {
    use super::super::fold_text;
    use super::*;
    use proptest::prelude::*;

    fn folded_by_places(text: &str) -> String {
        let places = WordPlaces::of(text);
        let word = |range: &Range<usize>| places.signs[range.clone()].iter().map(|sign| sign.c).collect::<String>();
        places.words.iter().map(word).collect::<Vec<_>>().join(" ")
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn the_words_are_those_of_folding_in_one_go(text in "\\PC{0,40}") {
            prop_assert_eq!(folded_by_places(&text), fold_text(&text));
        }

        #[test]
        fn also_where_characters_are_joined(text in "[가-각ᄀ-나-ᅣᆨ-ᆪㄱ-ㄷㅏ-ㅓﾡ-ﾤￂ-ￄカガｶ\u{3099}ﾞてด็ก\u{200d}\u{640}مُأهَي\u{654}ßİﬁé\u{301}\u{327}कि\u{93c} -]{0,12}") {
            prop_assert_eq!(folded_by_places(&text), fold_text(&text));
        }
    }

    #[test]
    fn a_letter_of_a_new_script_that_is_joined_to_the_one_before_is_folded_with_it() {
        let all: Vec<char> = ('\u{80}'..=char::MAX).filter(|c| !continues(*c)).collect();
        for c in all {
            // Every pair of canonical composition has its second in one of few ranges: were one of them forgotten, it would
            // compose with some character before.
            let first = once(c).nfd().next().unwrap_or(c);
            for before in ['a', '\u{1100}', '\u{ac00}', '\u{16d63}', '\u{16d67}', '\u{9c7}', '\u{bc6}', '\u{1b05}'] {
                assert_eq!(unicode_normalization::char::compose(before, first), None, "{before:?} and {c:?}");
            }
        }
    }
}
