//! The rule. Pure: what is known of a chat goes in, a notification or none comes out.

use super::words::plain_line;
use super::{Discreet, Language, Notice, NoticeAction, View, attention_id, digest_id, notice_id, parse_notice_id};
use deskbell_domain::{Author, ChatId, Content, MemberId, Message};

/// More chats than this at once become one digest: whoever comes back after a week wants to work, not to click.
pub const MOST_AT_ONCE: usize = 5;

/// Whose a chat is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// A direct or team chat of the member.
    Direct,
    /// A conversation with assignment mode on.
    Assigned(Option<MemberId>),
    /// A conversation with assignment mode off: everybody's; or a text of the member, which nobody else has.
    Everybodys,
    /// A closed conversation: a colleague has seen all of it. Or an archived one.
    Closed,
}

/// What is known of a chat when new entries have come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatFacts {
    /// Which.
    pub chat: ChatId,
    /// As the list shows it.
    pub title: String,
    /// Whose it is now, after the entries.
    pub whose: Whose,
    /// Everything up to here is read: the read position, or the grant's floor where that is later.
    pub read: u64,
    /// Something of the member waits here for their decision.
    pub needs: Option<Needs>,
}

/// What waits for the member's decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// A message: a colleague had answered.
    Answered {
        /// Who.
        by: MemberId,
    },
    /// A message, for another reason.
    Message,
    /// Something else.
    Change,
}

/// Why something was notified. Stored, so a word never changes its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// A new message.
    Message,
    /// Given to the member by another.
    Assigned,
    /// Taken from the member by another.
    Taken,
    /// Something of the member waits for their decision.
    Attention,
}

impl Reason {
    const ALL: [Reason; 4] = [Reason::Message, Reason::Assigned, Reason::Taken, Reason::Attention];

    /// The word that is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Reason::Message => "message",
            Reason::Assigned => "assigned",
            Reason::Taken => "taken",
            Reason::Attention => "attention",
        }
    }

    /// The reason of that word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == word)
    }
}

/// Whether an entry that is new here deserves a notification, and why.
pub fn reason(me: MemberId, view: &View, chat: &ChatFacts, entry: &Message) -> Option<Reason> {
    let pos = entry.pos?;
    if pos <= chat.read || entry.author == Author::Member(me) || view.shows(chat.chat) {
        return None;
    }
    match (&entry.content, chat.whose) {
        (Content::Text { .. }, Whose::Direct) => Some(Reason::Message),
        // What a colleague answers is not news to act upon; what the customer writes is.
        (Content::Text { .. }, Whose::Assigned(to)) => {
            (entry.author == Author::Contact && to.is_none_or(|to| to == me)).then_some(Reason::Message)
        }
        (Content::Text { .. }, Whose::Everybodys) => (entry.author == Author::Contact).then_some(Reason::Message),
        // Judged by whose it is now: of several hand-overs at once only the last one counts.
        (Content::Assigned { to, .. }, Whose::Assigned(now)) if *to == Some(me) => {
            (now == Some(me)).then_some(Reason::Assigned)
        }
        (Content::Assigned { from, .. }, Whose::Assigned(now)) if *from == Some(me) => {
            (now != Some(me)).then_some(Reason::Taken)
        }
        // Whose it is not, and all other system lines.
        _ => None,
    }
}

/// Of the entries that are new in a chat, in the order of the hub, the newest that deserves a notification.
pub fn newest<'a>(
    me: MemberId,
    view: &View,
    chat: &ChatFacts,
    entries: &'a [Message],
) -> Option<(&'a Message, Reason)> {
    entries.iter().rev().find_map(|entry| Some((entry, reason(me, view, chat, entry)?)))
}

/// The notification for an entry.
pub fn notice(
    me: MemberId,
    chat: &ChatFacts,
    entry: &Message,
    reason: Reason,
    language: Language,
    name_of: super::NameOf<'_>,
) -> Notice {
    let name = |id: MemberId| language.name(id, name_of);
    let by = match entry.author {
        Author::Member(by) => Some(by),
        Author::Contact | Author::System => None,
    };
    let (body, discreet) = match &entry.content {
        Content::Text { text } => (plain_line(text.as_str()), language.new_message().to_owned()),
        Content::Assigned { to, .. } if reason == Reason::Taken => {
            let (by_name, to_name) = (by.map(name), to.map(name));
            let same = by.is_some() && by == *to;
            (language.taken_from_you(by_name.as_deref(), to_name.as_deref(), same), language.taken().to_owned())
        }
        _ => (language.assigned_to_you(by.map(name).as_deref()), language.assigned_to_you(None)),
    };
    let mut actions = Vec::new();
    if chat.whose == Whose::Assigned(None) && reason == Reason::Message {
        actions.push(NoticeAction::AssignToMe);
    }
    if reason != Reason::Taken {
        actions.extend([NoticeAction::MarkRead, NoticeAction::Reply]);
    }
    debug_assert_ne!(entry.author, Author::Member(me), "nobody is told of their own acts");
    let id = notice_id(chat.chat, entry.pos.unwrap_or_default());
    one(id, chat.chat, &chat.title, body, actions, reason, discreet)
}

/// The notification for what waits for a decision; `pos` tells it from an earlier one of the same chat.
pub fn attention(chat: &ChatFacts, needs: Needs, pos: u64, language: Language, name_of: super::NameOf<'_>) -> Notice {
    let body = match needs {
        Needs::Answered { by } => language.answered_first(&language.name(by, name_of)),
        Needs::Message => language.message_needs_you().into(),
        Needs::Change => language.change_needs_you().into(),
    };
    let discreet = match needs {
        Needs::Answered { .. } | Needs::Message => language.message_needs_you(),
        Needs::Change => language.change_needs_you(),
    };
    let id = attention_id(chat.chat, pos);
    one(id, chat.chat, &chat.title, body, Vec::new(), Reason::Attention, discreet.into())
}

fn one(
    id: String,
    chat: ChatId,
    title: &str,
    body: String,
    actions: Vec<NoticeAction>,
    reason: Reason,
    discreet: String,
) -> Notice {
    let discreet = Discreet { title: None, body: discreet };
    let title = plain_line(title);
    Notice { id, chat, title, body, actions, reason: Some(reason), chats: vec![chat], discreet, sound: true }
}

/// Whether a notification that may be on the screen has become idle: read, or taken by a colleague.
pub fn is_over(me: MemberId, chat: &ChatFacts, pos: u64, reason: Reason) -> bool {
    if reason == Reason::Attention {
        return chat.needs.is_none();
    }
    if pos <= chat.read {
        return true;
    }
    match (reason, chat.whose) {
        (Reason::Message | Reason::Assigned, Whose::Assigned(Some(now))) => now != me,
        (Reason::Assigned, Whose::Assigned(None)) | (_, Whose::Closed) => true,
        (Reason::Taken, Whose::Assigned(now)) => now == Some(me),
        _ => false,
    }
}

/// One notification for many chats, the newest first.
pub fn digest(notices: &[Notice], language: Language) -> Option<Notice> {
    let newest = notices.first()?;
    let titles: Vec<&str> = notices.iter().map(|notice| notice.title.as_str()).collect();
    let chats: Vec<ChatId> = notices.iter().map(|notice| notice.chat).collect();
    let only_messages = notices.iter().all(|notice| notice.reason == Some(Reason::Message));
    let title = if only_messages { language.unread_in(chats.len()) } else { language.news_in(chats.len()) };
    Some(Notice {
        id: digest_id(newest.chat, parse_notice_id(&newest.id).map_or(0, |(_, pos)| pos)),
        chat: newest.chat,
        body: plain_line(&titles.join(", ")),
        actions: Vec::new(),
        reason: None,
        chats,
        discreet: Discreet { title: Some(title.clone()), body: String::new() },
        title,
        sound: true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use deskbell_domain::{ChannelId, Delivery, MessageId, MessageText, Scope};
    use uuid::Uuid;

    const ME: MemberId = MemberId(Uuid::from_u128(1));
    const BOB: MemberId = MemberId(Uuid::from_u128(2));
    const CAROL: MemberId = MemberId(Uuid::from_u128(3));
    const CHAT: ChatId = ChatId(Uuid::from_u128(10));
    const ELSEWHERE: View = View { chat: None, focused: true };

    fn chat(whose: Whose) -> ChatFacts {
        ChatFacts { chat: CHAT, title: "Ada".into(), whose, read: 100, needs: None }
    }

    fn entry(pos: u64, author: Author, content: Content) -> Message {
        Message {
            id: MessageId(Uuid::from_u128(u128::from(pos))),
            chat: CHAT,
            scope: Scope::Channel(ChannelId(Uuid::from_u128(20))),
            pos: Some(pos),
            at_ms: 0,
            author,
            content,
            delivery: Delivery::None,
        }
    }

    fn text(pos: u64, author: Author) -> Message {
        entry(pos, author, Content::Text { text: MessageText::parse("hello").unwrap() })
    }

    fn handed(by: MemberId, from: Option<MemberId>, to: Option<MemberId>) -> Message {
        entry(200, Author::Member(by), Content::Assigned { to, from })
    }

    fn why(whose: Whose, entry: &Message) -> Option<Reason> {
        reason(ME, &ELSEWHERE, &chat(whose), entry)
    }

    #[test]
    fn a_customers_message_is_news_to_its_assignee_and_to_all_where_there_is_none() {
        let message = text(200, Author::Contact);
        assert_eq!(why(Whose::Assigned(None), &message), Some(Reason::Message));
        assert_eq!(why(Whose::Assigned(Some(ME)), &message), Some(Reason::Message));
        assert_eq!(why(Whose::Everybodys, &message), Some(Reason::Message));
        assert_eq!(why(Whose::Assigned(Some(BOB)), &message), None);
        assert_eq!(why(Whose::Closed, &message), None);
    }

    #[test]
    fn a_colleagues_reply_to_a_customer_is_not_but_a_direct_message_is() {
        let message = text(200, Author::Member(BOB));
        for whose in [Whose::Assigned(None), Whose::Assigned(Some(ME)), Whose::Everybodys] {
            assert_eq!(why(whose, &message), None);
        }
        assert_eq!(why(Whose::Direct, &message), Some(Reason::Message));
    }

    #[test]
    fn nobody_is_told_of_their_own_acts() {
        assert_eq!(why(Whose::Direct, &text(200, Author::Member(ME))), None);
        assert_eq!(why(Whose::Assigned(Some(ME)), &handed(ME, None, Some(ME))), None);
        assert_eq!(why(Whose::Assigned(None), &handed(ME, Some(ME), None)), None);
    }

    #[test]
    fn nothing_that_is_read_or_before_the_eyes_is_notified() {
        let facts = chat(Whose::Direct);
        assert_eq!(reason(ME, &ELSEWHERE, &facts, &text(100, Author::Member(BOB))), None);
        assert_eq!(reason(ME, &ELSEWHERE, &facts, &text(101, Author::Member(BOB))), Some(Reason::Message));
        let looking = View { chat: Some(CHAT), focused: true };
        assert_eq!(reason(ME, &looking, &facts, &text(101, Author::Member(BOB))), None);
        let behind = View { chat: Some(CHAT), focused: false };
        assert_eq!(reason(ME, &behind, &facts, &text(101, Author::Member(BOB))), Some(Reason::Message));
    }

    #[test]
    fn hand_overs_are_told_as_they_stand_now() {
        assert_eq!(why(Whose::Assigned(Some(ME)), &handed(BOB, None, Some(ME))), Some(Reason::Assigned));
        assert_eq!(why(Whose::Assigned(Some(CAROL)), &handed(BOB, Some(ME), Some(CAROL))), Some(Reason::Taken));
        assert_eq!(why(Whose::Assigned(None), &handed(BOB, Some(ME), None)), Some(Reason::Taken));
        // Given and taken away again before this device heard of it.
        assert_eq!(why(Whose::Assigned(Some(BOB)), &handed(BOB, None, Some(ME))), None);
        assert_eq!(why(Whose::Assigned(Some(BOB)), &handed(CAROL, None, Some(BOB))), None);
    }

    #[test]
    fn the_newest_of_a_burst_stands_for_all() {
        let facts = chat(Whose::Assigned(None));
        let entries = [text(200, Author::Contact), text(201, Author::Contact), text(202, Author::Member(BOB))];
        let (entry, reason) = newest(ME, &ELSEWHERE, &facts, &entries).unwrap();
        assert_eq!((entry.pos, reason), (Some(201), Reason::Message));
    }

    #[test]
    fn a_notice_offers_what_can_be_done() {
        let names = |id| (id == BOB).then(|| "Bob".to_owned());
        let of = |whose, entry: &Message, reason| notice(ME, &chat(whose), entry, reason, Language::English, &names);
        let unassigned = of(Whose::Assigned(None), &text(200, Author::Contact), Reason::Message);
        use NoticeAction::{AssignToMe, MarkRead, Reply};
        assert_eq!(unassigned.actions, [AssignToMe, MarkRead, Reply]);
        assert_eq!((unassigned.title.as_str(), unassigned.body.as_str()), ("Ada", "hello"));
        let mine = of(Whose::Assigned(Some(ME)), &text(200, Author::Contact), Reason::Message);
        assert_eq!(mine.actions, [MarkRead, Reply]);
        let given = of(Whose::Assigned(Some(ME)), &handed(BOB, None, Some(ME)), Reason::Assigned);
        assert_eq!(given.body, "Bob assigned this conversation to you");
        let taken = of(Whose::Assigned(Some(BOB)), &handed(BOB, Some(ME), Some(BOB)), Reason::Taken);
        assert_eq!((taken.body.as_str(), taken.actions.len()), ("Bob took over this conversation", 0));
    }

    #[test]
    fn a_notice_goes_when_it_is_read_or_taken() {
        let over = |whose, read, reason| is_over(ME, &ChatFacts { read, ..chat(whose) }, 200, reason);
        assert!(over(Whose::Direct, 200, Reason::Message));
        assert!(!over(Whose::Direct, 199, Reason::Message));
        assert!(over(Whose::Assigned(Some(BOB)), 0, Reason::Message));
        assert!(!over(Whose::Assigned(Some(ME)), 0, Reason::Message));
        assert!(over(Whose::Assigned(None), 0, Reason::Assigned));
        assert!(over(Whose::Closed, 0, Reason::Message));
        assert!(!over(Whose::Assigned(Some(BOB)), 0, Reason::Taken));
        assert!(over(Whose::Assigned(Some(ME)), 0, Reason::Taken));
    }

    #[test]
    fn many_chats_become_one_digest() {
        let names = |_| None;
        let notices: Vec<_> = (0..7)
            .map(|n| {
                let entry = text(200 + n, Author::Contact);
                notice(ME, &chat(Whose::Everybodys), &entry, Reason::Message, Language::English, &names)
            })
            .collect();
        let digest = digest(&notices, Language::English).unwrap();
        assert_eq!(digest.title, "Unread messages in 7 chats");
        assert_eq!(parse_notice_id(&digest.id), parse_notice_id(&notices[0].id));
        assert!(super::digest(&[], Language::English).is_none());
        assert_eq!((digest.without_content("Deskbell").body.as_str(), notices[0].body.as_str()), ("", "hello"));
    }

    #[test]
    fn what_waits_for_a_decision_is_told_until_it_is_decided() {
        let names = |id| (id == BOB).then(|| "Bob".to_owned());
        let facts = ChatFacts { needs: Some(Needs::Answered { by: BOB }), ..chat(Whose::Assigned(Some(BOB))) };
        let notice = attention(&facts, Needs::Answered { by: BOB }, 7, Language::English, &names);
        assert_eq!(notice.body, "Bob answered first: your message was not sent");
        assert_eq!(parse_notice_id(&notice.id), Some((CHAT, 7)));
        assert!(!is_over(ME, &facts, 7, Reason::Attention), "reading the chat decides nothing");
        assert!(is_over(ME, &ChatFacts { needs: None, ..facts }, 7, Reason::Attention));
        let several = digest(&[notice.clone(), notice.clone()], Language::English).unwrap();
        assert_eq!(several.title, "News in 2 chats");
        let discreet = notice.without_content("Deskbell");
        assert_eq!(
            (discreet.title.as_str(), discreet.body.as_str()),
            ("Deskbell", "Your message needs your attention")
        );
    }
}
