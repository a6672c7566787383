//! The sentences of notifications, and other people's text made harmless for them.
//!
//! They are said by this program and not by its page, which may not run: so they stand here, in each language that the
//! page has.

use super::NameOf;
use Language::{Arabic, English};
use deskbell_domain::{MemberId, preview};

/// What the person reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// English, also where a language has no data.
    #[default]
    English,
    /// Arabic.
    Arabic,
}

impl Language {
    /// The language of the settings' word. `system` is what the computer speaks, as in `LANGUAGE`: of several the first that
    /// there is, as on the page.
    pub fn of(word: &str, system: &str) -> Self {
        let words = if word == "system" { system } else { word };
        words.split(':').find_map(Self::called).unwrap_or_default()
    }

    /// The language that is called so, as in `ar`, `ar-EG` or `ar_EG.UTF-8`, if there is one.
    pub fn called(word: &str) -> Option<Self> {
        let language = word.split(['_', '-', '.', '@']).next().unwrap_or_default();
        let known = [("en", English), ("ar", Arabic)];
        known.into_iter().find(|(name, _)| language.eq_ignore_ascii_case(name)).map(|(_, language)| language)
    }
}

/// One line of somebody else's text: plain, short, cut between graphemes, without the control and direction characters
/// by which a message could turn the rest of a notification around.
pub fn plain_line(text: &str) -> String {
    let shown: String = text.chars().filter(|c| !is_direction(*c)).collect();
    preview(&shown)
}

fn is_direction(c: char) -> bool {
    matches!(c, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

impl Language {
    /// Title of a digest: so many chats have unread messages.
    pub fn unread_in(self, chats: usize) -> String {
        match (self, chats) {
            (English, 1) => "Unread messages in 1 chat".into(),
            (English, n) => format!("Unread messages in {n} chats"),
            (Arabic, n) => format!("رسائل غير مقروءة في {}", arabic_chats(n)),
        }
    }

    /// Title of a digest in which there is more than messages.
    pub fn news_in(self, chats: usize) -> String {
        match (self, chats) {
            (English, 1) => "News in 1 chat".into(),
            (English, n) => format!("News in {n} chats"),
            (Arabic, n) => format!("مستجدات في {}", arabic_chats(n)),
        }
    }

    /// Somebody wrote; nobody but the member is to read what.
    pub fn new_message(self) -> &'static str {
        match self {
            English => "New message",
            Arabic => "رسالة جديدة",
        }
    }

    /// Somebody gave the conversation to the member.
    pub fn assigned_to_you(self, by: Option<&str>) -> String {
        match (self, by) {
            (English, Some(by)) => format!("{by} assigned this conversation to you"),
            (English, None) => "This conversation was assigned to you".into(),
            (Arabic, Some(by)) => format!("أسند {by} هذه المحادثة إليك"),
            (Arabic, None) => "أُسندت هذه المحادثة إليك".into(),
        }
    }

    /// Somebody took the conversation from the member.
    pub fn taken_from_you(self, by: Option<&str>, to: Option<&str>, by_is_to: bool) -> String {
        match (self, by, to) {
            (English, Some(by), Some(_)) if by_is_to => format!("{by} took over this conversation"),
            (English, Some(by), Some(to)) => format!("{by} assigned this conversation to {to}"),
            (English, Some(by), None) => format!("{by} released this conversation"),
            (English, None, Some(to)) => format!("This conversation was assigned to {to}"),
            (English, None, None) => "This conversation was released".into(),
            (Arabic, Some(by), Some(_)) if by_is_to => format!("تولى {by} هذه المحادثة"),
            (Arabic, Some(by), Some(to)) => format!("أسند {by} هذه المحادثة إلى {to}"),
            (Arabic, Some(by), None) => format!("ألغى {by} إسناد هذه المحادثة"),
            (Arabic, None, Some(to)) => format!("أُسندت هذه المحادثة إلى {to}"),
            (Arabic, None, None) => "أُلغي إسناد هذه المحادثة".into(),
        }
    }

    /// Somebody has what was the member's; nobody but the member is to read who.
    pub fn taken(self) -> &'static str {
        match self {
            English => "A conversation is not yours any more",
            Arabic => "لم تعد إحدى المحادثات مسندة إليك",
        }
    }

    /// A message of the member was not sent, because a colleague had answered.
    pub fn answered_first(self, by: &str) -> String {
        match self {
            English => format!("{by} answered first: your message was not sent"),
            Arabic => format!("أجاب {by} أولًا: لم تُرسل رسالتك"),
        }
    }

    /// A message of the member was not sent, or nobody knows whether it was.
    pub fn message_needs_you(self) -> &'static str {
        match self {
            English => "Your message needs your attention",
            Arabic => "رسالتك تحتاج إلى انتباهك",
        }
    }

    /// Something else that the member did came to nothing.
    pub fn change_needs_you(self) -> &'static str {
        match self {
            English => "A change of yours was refused",
            Arabic => "رُفض تغيير أجريته",
        }
    }

    /// Something that is in no chat.
    pub fn needs_attention(self) -> &'static str {
        match self {
            English => "Needs attention",
            Arabic => "يحتاج إلى انتباه",
        }
    }

    /// Somebody of whom nothing is known.
    fn colleague(self) -> &'static str {
        match self {
            English => "A colleague",
            Arabic => "أحد الزملاء",
        }
    }

    /// Name of a member, for a sentence.
    pub(super) fn name(self, id: MemberId, name_of: NameOf<'_>) -> String {
        name_of(id).map_or_else(|| self.colleague().into(), |name| plain_line(&name))
    }
}

/// A number of chats behind a preposition.
fn arabic_chats(n: usize) -> String {
    match n {
        1 => "محادثة واحدة".into(),
        2 => "محادثتين".into(),
        n if (3..=10).contains(&(n % 100)) => format!("{n} محادثات"),
        n => format!("{n} محادثة"),
    }
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

    #[test]
    fn a_language_without_data_is_english() {
        for (word, system, language) in [
            ("en", "ar_EG.UTF-8", English),
            ("ar", "C", Arabic),
            ("system", "ar_EG.UTF-8", Arabic),
            ("system", "ar", Arabic),
            ("system", "de_DE.UTF-8", English),
            ("system", "arn_CL", English),
            ("system", "", English),
            ("system", "de:ar-EG:en", Arabic),
            ("system", "de-DE:en:ar", English),
            ("system", ":::💥", English),
            ("tlh", "ar", English),
        ] {
            assert_eq!(Language::of(word, system), language, "{word} {system}");
        }
    }

    #[test]
    fn numbers_are_said_as_each_language_says_them() {
        assert_eq!(English.unread_in(1), "Unread messages in 1 chat");
        for (n, says) in [
            (1, "محادثة واحدة"),
            (2, "محادثتين"),
            (3, "3 محادثات"),
            (10, "10 محادثات"),
            (11, "11 محادثة"),
            (103, "103 محادثات"),
        ] {
            assert!(Arabic.unread_in(n).ends_with(says), "{n}");
        }
    }
}
