//! One line of a message for lists and notifications.

use unicode_segmentation::UnicodeSegmentation;

/// Longest preview, in grapheme clusters (Unicode Annex 29): a sign is never cut in two.
pub const PREVIEW_GRAPHEMES: usize = 160;

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
        if taken == PREVIEW_GRAPHEMES {
            line.push('…');
            return line;
        }
        if space {
            line.push(' ');
            taken += 1;
            space = false;
        }
        line.push_str(g);
        taken += 1;
    }
    line
}
