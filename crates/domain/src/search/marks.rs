//! What of a text is to be marked.

use super::Phrase;
use crate::fold::WordPlaces;
use std::ops::Range;

/// Most marks of a text: where a letter is looked for in a book, that it is everywhere is seen sooner.
const MOST_MARKS: usize = 1000;

/// Where the phrases stand in a text, in bytes, ascending; those that touch are one. A mark begins and ends where a character
/// does, with the marks on it, and folds to no more than what was looked for needs.
pub fn marks(text: &str, phrases: &[Phrase]) -> Vec<Range<usize>> {
    if phrases.is_empty() {
        return Vec::new();
    }
    let places = WordPlaces::of(text);
    let mut found: Vec<Range<usize>> = Vec::new();
    for phrase in phrases {
        let wanted = letters(phrase);
        let all = (0..places.len()).filter_map(|number| places.at(number, &wanted, phrase.open));
        found.extend(all.take(MOST_MARKS));
    }
    found.sort_unstable_by_key(|range| (range.start, range.end));
    let mut marks: Vec<Range<usize>> = Vec::with_capacity(found.len().min(MOST_MARKS));
    for range in found {
        match marks.last_mut().filter(|last| range.start <= last.end) {
            Some(last) => last.end = last.end.max(range.end),
            None => marks.push(range),
        }
    }
    marks.truncate(MOST_MARKS);
    marks
}

/// Whether all phrases stand in a text.
pub fn matches(text: &str, phrases: &[Phrase]) -> bool {
    let places = WordPlaces::of(text);
    phrases.iter().all(|phrase| {
        let wanted = letters(phrase);
        (0..places.len()).any(|number| places.at(number, &wanted, phrase.open).is_some())
    })
}

fn letters(phrase: &Phrase) -> Vec<Vec<char>> {
    phrase.words.iter().map(|word| word.chars().collect()).collect()
}

/// Where digits stand in a telephone number that is written in groups, whether or not they are looked for in groups: from the
/// beginning of a group on.
pub fn number_marks(number: &str, phrases: &[Phrase]) -> Vec<Range<usize>> {
    let places: Vec<usize> = number.match_indices(|c: char| c.is_ascii_digit()).map(|(at, _)| at).collect();
    let digits: String = places.iter().map(|at| &number[*at..=*at]).collect();
    let begins = |n: usize| n == 0 || places[n - 1] + 1 < places[n];
    let wanted = phrases.iter().map(|phrase| phrase.words.concat());
    let wanted = wanted.filter(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit()));
    let found = wanted.flat_map(|word| {
        let at = (0..digits.len()).filter(|n| begins(*n)).find(|n| digits[*n..].starts_with(&word));
        at.map(|n| places[n]..places[n + word.len() - 1] + 1)
    });
    found.collect()
}

/// Ascending places of a text in UTF-16 units, in which the window counts.
pub fn utf16(text: &str, ranges: &[Range<usize>]) -> Vec<(u32, u32)> {
    let (mut at, mut units) = (0, 0);
    let mut count = |to: usize| {
        units += u32::try_from(text[at..to].encode_utf16().count()).unwrap_or(u32::MAX);
        at = to;
        units
    };
    ranges.iter().map(|range| (count(range.start), count(range.end))).collect()
}
