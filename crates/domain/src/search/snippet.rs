//! As much of a text as shows why it was found, in one line.

use super::{Phrase, marks, number_marks, utf16};
use crate::preview::sign;
use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation;

/// Longest snippet, in grapheme clusters.
const MOST_GRAPHEMES: usize = 160;

/// What is shown before the first mark, where the text does not fit.
const BEFORE: usize = 24;

/// A part of a text in one line, with its marks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snippet {
    /// White space is one space.
    pub text: String,
    /// In UTF-16 units of `text`, ascending.
    pub marks: Vec<(u32, u32)>,
    /// There is more before.
    pub cut_start: bool,
    /// There is more behind.
    pub cut_end: bool,
}

/// A grapheme of the text, with where it stands there.
type Grapheme<'a> = (usize, &'a str);

/// All of a text, marked.
pub fn line(text: &str, phrases: &[Phrase]) -> Snippet {
    let marks = marks(text, phrases);
    written(text.grapheme_indices(true), &marks, false, false)
}

/// All of a telephone number, marked whether or not it is looked for in its groups.
pub fn number_line(number: &str, phrases: &[Phrase]) -> Snippet {
    let mut marks = number_marks(number, phrases);
    marks.sort_unstable_by_key(|mark| mark.start);
    written(number.grapheme_indices(true), &marks, false, false)
}

/// The part of a text around what is marked first.
pub fn snippet(text: &str, phrases: &[Phrase]) -> Snippet {
    let marks = marks(text, phrases);
    let first = marks.first().map_or(0, |mark| mark.start);
    let start = start_of(text, first);
    let mut rest = text[start..].grapheme_indices(true).map(|(at, g)| (start + at, g));
    let shown: Vec<Grapheme<'_>> = rest.by_ref().take(MOST_GRAPHEMES).collect();
    let cut_end = rest.any(|(_, g)| !is_space(g));
    written(shown.into_iter(), &marks, start > 0, cut_end)
}

/// Where to begin so that the first mark is seen: at the beginning, else a little before it, where a word begins.
fn start_of(text: &str, first: usize) -> usize {
    let before: Vec<Grapheme<'_>> = text[..first].grapheme_indices(true).rev().take(2 * BEFORE + 1).collect();
    if before.len() <= 2 * BEFORE {
        return 0;
    }
    let words = before[BEFORE / 2..2 * BEFORE].iter().filter(|(_, g)| is_space(g));
    let (at, g) = words.min_by_key(|(at, _)| at.abs_diff(before[BEFORE].0)).copied().unwrap_or(before[BEFORE]);
    if is_space(g) { at + g.len() } else { at }
}

fn is_space(g: &str) -> bool {
    g.chars().all(|c| c.is_whitespace() || c.is_control())
}

/// Writes graphemes down in one line. Marks that begin or end within one are where it begins or ends.
fn written<'a>(
    graphemes: impl Iterator<Item = Grapheme<'a>>,
    marks: &[Range<usize>],
    cut_start: bool,
    cut_end: bool,
) -> Snippet {
    let mut text = String::new();
    let mut marked: Vec<Range<usize>> = Vec::new();
    let mut marks = marks.iter().peekable();
    for (at, g) in graphemes {
        let end = at + g.len();
        while marks.next_if(|mark| mark.end <= at).is_some() {}
        let from = text.len();
        if !is_space(g) {
            text.push_str(sign(g));
        } else if !text.is_empty() && !text.ends_with(' ') {
            text.push(' ');
        }
        if marks.peek().is_some_and(|mark| mark.start < end) && text.len() > from {
            match marked.last_mut().filter(|last| last.end == from) {
                Some(last) => last.end = text.len(),
                None => marked.push(from..text.len()),
            }
        }
    }
    let marks = utf16(&text, &marked);
    text.truncate(text.trim_end().len());
    Snippet { text, marks, cut_start, cut_end }
}
