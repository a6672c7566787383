//! One line of a message for lists and notifications.

use unicode_segmentation::UnicodeSegmentation;

/// Longest preview, in grapheme clusters (Unicode Annex 29): a sign is never cut in two.
pub const PREVIEW_GRAPHEMES: usize = 160;

/// What of a sign is seen, in characters. The longest that mean something (a family of four, each with a colour) have
/// fifteen; marks and joiners make one of any length, and a line of them would be as long as the message.
const SIGN_CHARS: usize = 32;

/// A sign (grapheme cluster) as it stands in one line: without the marks that nobody sees under so many others.
pub(crate) fn sign(g: &str) -> &str {
    g.char_indices().nth(SIGN_CHARS).map_or(g, |(end, _)| &g[..end])
}

/// White space runs become one space; cut at a grapheme boundary with an ellipsis.
pub fn preview(text: &str) -> String {
    let mut line = String::new();
    let mut taken = 0;
    let mut space = false;
    for g in text.graphemes(true) {
        if g.chars().all(|c| c.is_whitespace() || c.is_control()) {
            space = !line.is_empty();
            continue;
        }
        // A space and the sign behind it count as two: just asking for the last one would miss it.
        if taken + usize::from(space) >= PREVIEW_GRAPHEMES {
            line.push('…');
            return line;
        }
        if space {
            line.push(' ');
            taken += 1;
            space = false;
        }
        line.push_str(sign(g));
        taken += 1;
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_signs_without_end_has_one() {
        let bound = 4 * SIGN_CHARS * (PREVIEW_GRAPHEMES + 1);
        for endless in ["\u{300}", "\u{200D}👩", "\u{94d}क", "\u{1F3FF}"] {
            let text = endless.repeat(30_000);
            assert!(preview(&text).len() <= bound, "{endless:?}");
            assert!(preview(&format!("Hello 👩{text} bye")).len() <= bound, "{endless:?}");
        }
        assert_eq!(preview(&format!("a{} b", "\u{300}".repeat(99))), format!("a{} b", "\u{300}".repeat(31)));
    }

    #[test]
    fn a_long_text_is_cut_wherever_its_spaces_stand() {
        for word in 1..=9 {
            for before in 0..=9 {
                let text = format!("{}{}", "y".repeat(before), format!("{} ", "x".repeat(word)).repeat(500));
                let line = preview(&text);
                let signs = line.graphemes(true).count();
                assert!(
                    line.ends_with('…') && (159..=PREVIEW_GRAPHEMES + 1).contains(&signs),
                    "{word} {before}: {signs}"
                );
            }
        }
        let fits = "x".repeat(PREVIEW_GRAPHEMES);
        assert_eq!((preview(&fits), preview(&format!("{fits} "))), (fits.clone(), fits.clone()));
        assert_eq!(preview(&format!("{fits}x")), format!("{fits}…"));
    }

    #[test]
    fn every_sign_that_means_something_is_whole() {
        let family = "👨🏿\u{200D}👩🏿\u{200D}👧🏿\u{200D}👦🏿";
        let wales = "\u{1F3F4}\u{E0067}\u{E0062}\u{E0077}\u{E006C}\u{E0073}\u{E007F}";
        for whole in [family, wales, "กี่", "e\u{301}\u{323}", "क्ष्म्य"] {
            assert_eq!(preview(whole), whole);
        }
    }
}
