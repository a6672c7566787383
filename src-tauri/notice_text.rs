//! Makes somebody else's text safe to hand to a notification daemon: plain, short, one line.
//!
//! Daemons differ. Some read the body as markup, so `1<2` would cut it and `<a>` would become a link; those that say
//! so get it escaped. Control and direction characters are removed: a right-to-left override would turn the rest of
//! the notification around.

use unicode_segmentation::UnicodeSegmentation;

/// Title of a notification, in graphemes.
pub const TITLE: usize = 80;
/// Body of a notification, in graphemes.
pub const BODY: usize = 250;

/// One line of at most `max` graphemes: never cut inside an emoji.
pub fn plain(text: &str, max: usize) -> String {
    let clean: String =
        text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).filter(|c| !is_hidden(*c)).collect();
    let clean = clean.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    match clean.grapheme_indices(true).nth(max) {
        None => clean,
        Some(_) => {
            let cut = clean.grapheme_indices(true).nth(max.saturating_sub(1)).map_or(0, |(at, _)| at);
            format!("{}…", clean[..cut].trim_end())
        }
    }
}

/// The same text for a daemon that reads markup.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            c => out.push(c),
        }
    }
    out
}

/// Control characters and those that change the direction of what follows.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_escaped_and_nothing_else_changes() {
        assert_eq!(escaped("R&D <b>now</b> 1<2"), "R&amp;D &lt;b&gt;now&lt;/b&gt; 1&lt;2");
        assert_eq!(escaped("Grüße, 你好"), "Grüße, 你好");
    }

    #[test]
    fn what_turns_or_breaks_the_line_is_removed() {
        assert_eq!(plain("a\u{202E}b\u{0}c\u{1b}[31m\r\n\td", BODY), "abc[31m d");
    }

    #[test]
    fn an_emoji_is_never_cut() {
        for letters in 20..=260 {
            for emoji in ["🎉", "👨‍👩‍👧‍👦"] {
                let text = "x".repeat(letters) + emoji;
                let short = plain(&text, BODY);
                assert!(!short.contains('\u{FFFD}'));
                assert!(short == text || short.ends_with("x…"), "{letters} {short}");
                assert!(short.graphemes(true).count() <= BODY);
            }
        }
    }
}
