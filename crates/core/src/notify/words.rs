//! The sentences of notifications, and other people's text made harmless for them.

use deskbell_domain::{MemberId, preview};

use super::NameOf;

/// One line of somebody else's text: plain, short, cut between graphemes, without the control and direction characters
/// by which a message could turn the rest of a notification around.
pub fn plain_line(text: &str) -> String {
    let shown: String = text.chars().filter(|c| !is_direction(*c)).collect();
    preview(&shown)
}

fn is_direction(c: char) -> bool {
    matches!(c, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

/// Title of the digest at the start.
pub fn digest_title(chats: usize) -> String {
    match chats {
        1 => "Unread messages in 1 chat".into(),
        n => format!("Unread messages in {n} chats"),
    }
}

/// Somebody gave the conversation to the member.
pub fn assigned_to_you(by: Option<MemberId>, name_of: NameOf<'_>) -> String {
    match by {
        Some(by) => format!("{} assigned this conversation to you", name(by, name_of)),
        None => "This conversation was assigned to you".into(),
    }
}

/// Somebody took the conversation from the member.
pub fn taken_from_you(by: Option<MemberId>, to: Option<MemberId>, name_of: NameOf<'_>) -> String {
    match (by, to) {
        (Some(by), Some(to)) if by == to => format!("{} took over this conversation", name(by, name_of)),
        (Some(by), Some(to)) => format!("{} assigned this conversation to {}", name(by, name_of), name(to, name_of)),
        (Some(by), None) => format!("{} released this conversation", name(by, name_of)),
        (None, Some(to)) => format!("This conversation was assigned to {}", name(to, name_of)),
        (None, None) => "This conversation was released".into(),
    }
}

fn name(id: MemberId, name_of: NameOf<'_>) -> String {
    name_of(id).map_or_else(|| "A colleague".into(), |name| plain_line(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_others_becomes_one_harmless_line() {
        assert_eq!(plain_line("a\u{202E}b\u{0}\r\n\tc  d"), "ab c d");
        assert_eq!(plain_line("R&D <b>now</b> 1<2"), "R&D <b>now</b> 1<2");
        assert_eq!(plain_line("\u{2066}\u{202E}"), "");
    }

    #[test]
    fn a_cut_line_never_breaks_an_emoji() {
        for letters in 20..=250 {
            for emoji in ["🎉", "👨\u{200D}👩\u{200D}👧\u{200D}👦"] {
                let line = plain_line(&("x".repeat(letters) + emoji + " and more words"));
                assert!(!line.contains('\u{FFFD}'), "{letters}");
                assert!(!line.contains('👨') || line.contains("👨\u{200D}👩\u{200D}👧\u{200D}👦"), "{letters} {line}");
            }
        }
    }
}
