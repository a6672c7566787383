//! Threads: hub order, then what this device has not brought to the hub.

use super::names::Names;
use super::{reasons, waiting};
use crate::rpc::types::{
    Delivery, Entry, EntryAuthor, EntryContent, EventLine, FindDate, ListMessages, PendingMark, PendingSend, TextPart,
    ThreadPage, ThreadPoint,
};
use crate::store::{LOCAL_POS, OutboxItem, Stored, outbox, rows};
use deskbell_domain::{Author, ChatId, Content, Kind, Message, MessageId, Row, is_deceptive};
use linkify::{LinkFinder, LinkKind};
use rusqlite::{Connection, params};
use std::collections::{HashMap, HashSet};

/// Most entries of a page.
const MOST_ENTRIES: u32 = 500;

/// A page of a thread, oldest first. What only this device has follows the last entry of the hub, all of it: it has no
/// position that a next page could begin at.
pub(crate) fn list_messages(c: &Connection, args: &ListMessages) -> Stored<ThreadPage> {
    let c = &c.unchecked_transaction()?;
    let names = Names::new(c)?;
    let mut messages = messages_of(c, args)?;
    let bounds = messages.first().zip(messages.last()).map(|((first, _), (last, _))| (*first, *last));
    // Beside a page without entries lies what its question left out.
    let (first, last) = bounds.unwrap_or_else(|| match (args.around, args.before, args.after) {
        (None, Some(before), _) => (place(before), place(before) - 1),
        (None, None, Some(after)) => (place(after) + 1, place(after)),
        _ => (0, LOCAL_POS),
    });
    let (more, more_after) = (exists(c, args.chat, 0, first)?, exists(c, args.chat, last + 1, LOCAL_POS)?);
    if !more_after {
        messages.extend(read(c, args.chat, (LOCAL_POS, i64::MAX), Direction::Down, u32::MAX)?);
    }

    let sends: HashMap<MessageId, OutboxItem> =
        outbox::of_chat(c, args.chat)?.into_iter().filter_map(|item| Some((item.message?, item))).collect();
    let visitor = contact_name(c, &names, args.chat)?;
    let mut entries = Vec::with_capacity(messages.len());
    let mut shown = HashSet::new();
    for (_, message) in messages {
        shown.insert(message.id);
        entries.push(entry(c, &names, &visitor, &message, sends.get(&message.id))?);
    }
    if !more_after {
        // What the rules refuse now shows no row, and must not vanish from its author's sight (S15).
        let mut unseen: Vec<&OutboxItem> =
            sends.values().filter(|i| i.message.is_some_and(|m| !shown.contains(&m))).collect();
        unseen.sort_by_key(|item| item.n);
        for item in unseen {
            if item.message.is_some_and(|m| rows::message(c, m).is_ok_and(|row| row.is_none())) {
                entries.extend(entry_of_send(c, &names, item)?);
            }
        }
    }
    Ok(ThreadPage { entries, more, more_after })
}

/// A position as it is kept: those of the hub are below those of this device.
fn place(pos: u64) -> i64 {
    i64::try_from(pos).unwrap_or(i64::MAX).min(LOCAL_POS)
}

/// Which way a thread is read.
#[derive(Clone, Copy)]
enum Direction {
    Up,
    Down,
}

/// The hub's entries of a page with their places, oldest first.
fn messages_of(c: &Connection, args: &ListMessages) -> Stored<Vec<(i64, Message)>> {
    let limit = args.limit.clamp(1, MOST_ENTRIES);
    let up_to = |end: i64, limit: u32| read(c, args.chat, (0, end), Direction::Up, limit);
    let from = |start: i64, limit: u32| read(c, args.chat, (start, LOCAL_POS), Direction::Down, limit);
    match (args.around, args.before, args.after) {
        (Some(around), ..) => {
            let ahead = from(place(around), limit - limit / 3)?;
            // Where little follows, the more of what is before.
            let room = limit - u32::try_from(ahead.len()).unwrap_or(limit);
            Ok(if room == 0 { ahead } else { [up_to(place(around), room)?, ahead].concat() })
        }
        (None, Some(before), _) => up_to(place(before), limit),
        (None, None, Some(after)) => from(place(after) + 1, limit),
        (None, None, None) => up_to(LOCAL_POS, limit),
    }
}

/// The first or last entries between two places, the second of them not included; oldest first.
fn read(c: &Connection, chat: ChatId, span: (i64, i64), way: Direction, most: u32) -> Stored<Vec<(i64, Message)>> {
    let mut statement = c.prepare_cached(match way {
        Direction::Up => {
            "SELECT pos, json FROM live_message WHERE chat = ? AND pos >= ? AND pos < ? ORDER BY pos DESC LIMIT ?"
        }
        Direction::Down => {
            "SELECT pos, json FROM live_message WHERE chat = ? AND pos >= ? AND pos < ? ORDER BY pos LIMIT ?"
        }
    })?;
    let rows = statement.query_map(params![chat.0.into_bytes(), span.0, span.1, most], |r| {
        Ok((r.get::<_, i64>(0)?, r.get::<_, String>(1)?))
    })?;
    let mut found = Vec::new();
    for row in rows {
        let (pos, json) = row?;
        if let Row::Message(message) = Row::from_text(Kind::Message, &json)? {
            found.push((pos, message));
        }
    }
    if matches!(way, Direction::Up) {
        found.reverse();
    }
    Ok(found)
}

/// Whether there is an entry between two places, the second of them not included.
fn exists(c: &Connection, chat: ChatId, from: i64, to: i64) -> Stored<bool> {
    Ok(c.prepare_cached("SELECT EXISTS (SELECT 1 FROM live_message WHERE chat = ? AND pos >= ? AND pos < ?)")?
        .query_row(params![chat.0.into_bytes(), from, to], |r| r.get(0))?)
}

/// The first entry, in the order of the hub, that was written at or after a moment; the end, where there is none that the
/// hub has.
pub(crate) fn find_date(c: &Connection, args: &FindDate) -> Stored<ThreadPoint> {
    let pos: Option<i64> = c
        .prepare_cached("SELECT min(pos) FROM live_message WHERE chat = ? AND at_ms >= ? AND pos < ?")?
        .query_row(params![args.chat.0.into_bytes(), args.at_ms, LOCAL_POS], |r| r.get(0))?;
    Ok(ThreadPoint { pos: pos.map(i64::unsigned_abs), offset: 0 })
}

fn contact_name(c: &Connection, names: &Names<'_>, chat: ChatId) -> Stored<String> {
    match rows::conversation(c, chat)? {
        Some(conversation) => Ok(names.conversation(&conversation)?.text),
        None => Ok(String::new()),
    }
}

fn entry(
    c: &Connection,
    names: &Names<'_>,
    visitor: &str,
    message: &Message,
    send: Option<&OutboxItem>,
) -> Stored<Entry> {
    let by = match message.author {
        Author::Member(id) => Some(names.member(id)?),
        Author::Contact | Author::System => None,
    };
    let content = match &message.content {
        Content::Text { text } => EntryContent::Text { parts: parts_of(text.as_str()) },
        Content::Assigned { to, from } => EntryContent::Event(EventLine::Assigned {
            by: by.clone(),
            to: to.map(|id| names.member(id)).transpose()?,
            from: from.map(|id| names.member(id)).transpose()?,
        }),
        Content::Closed => EntryContent::Event(EventLine::Closed { by: by.clone() }),
        Content::Reopened => EntryContent::Event(EventLine::Reopened { by: by.clone() }),
        Content::Renamed { name } => {
            EntryContent::Event(EventLine::Renamed { by: by.clone(), name: name.as_str().into() })
        }
        Content::Added { members } => EntryContent::Event(EventLine::Added {
            by: by.clone(),
            members: members.iter().map(|id| names.member(*id)).collect::<Stored<_>>()?,
        }),
        Content::Left => EntryContent::Event(EventLine::Left { by: by.clone() }),
    };
    let author = match (message.author, by) {
        (Author::Contact, _) => EntryAuthor::Contact { name: visitor.into() },
        (_, Some(member)) => EntryAuthor::Member(member),
        (_, None) => EntryAuthor::System,
    };
    let pending = send.map(|item| pending_send(c, names, item)).transpose()?.flatten();
    let delivery = match (&pending, message.delivery) {
        (Some(pending), _) => delivery_of(pending.state),
        (None, deskbell_domain::Delivery::None) => Delivery::None,
        (None, deskbell_domain::Delivery::Sent) => Delivery::Sent,
        (None, deskbell_domain::Delivery::Delivered) => Delivery::Delivered,
        (None, deskbell_domain::Delivery::Read) => Delivery::Read,
        (None, deskbell_domain::Delivery::Failed) => Delivery::Failed,
    };
    Ok(Entry { id: message.id, pos: message.pos, at_ms: message.at_ms, author, content, delivery, pending })
}

fn delivery_of(mark: PendingMark) -> Delivery {
    match mark {
        PendingMark::Waiting | PendingMark::Held => Delivery::Waiting,
        PendingMark::Failed => Delivery::Failed,
    }
}

fn pending_send(c: &Connection, names: &Names<'_>, item: &OutboxItem) -> Stored<Option<PendingSend>> {
    let Some(state) = waiting::mark(item) else { return Ok(None) };
    Ok(Some(PendingSend {
        command: item.id,
        state,
        reason: reasons::reason(names, item)?,
        other: reasons::other(c, names, item)?,
        leaves_ms: crate::store::held_until(c, item.id)?,
    }))
}

fn entry_of_send(c: &Connection, names: &Names<'_>, item: &OutboxItem) -> Stored<Option<Entry>> {
    let (Some(id), Some(text), Some(me)) = (item.message, &item.text, names.me) else { return Ok(None) };
    let pending = pending_send(c, names, item)?;
    Ok(Some(Entry {
        id,
        pos: None,
        at_ms: item.created_ms,
        author: EntryAuthor::Member(names.member(me)?),
        content: EntryContent::Text { parts: parts_of(text) },
        delivery: pending.as_ref().map_or(Delivery::Sent, |p| delivery_of(p.state)),
        pending,
    }))
}

/// Cuts a text where its links begin and end.
fn parts_of(text: &str) -> Vec<TextPart> {
    let mut parts: Vec<TextPart> = Vec::new();
    for span in LinkFinder::new().spans(text) {
        let href = match span.kind() {
            Some(LinkKind::Email) => Some(format!("mailto:{}", span.as_str())),
            Some(LinkKind::Url) => Some(span.as_str().to_string()),
            _ => None,
        };
        match href.filter(|href| is_allowed_link(href)) {
            Some(href) => parts.push(TextPart { text: span.as_str().into(), href: Some(href) }),
            None => push_text(&mut parts, span.as_str()),
        }
    }
    parts
}

/// Text without addresses of the web; `tel:` stands out by its scheme. Read once, however many numbers there are: a customer
/// may send twelve thousand of them.
fn push_text(parts: &mut Vec<TextPart>, text: &str) {
    let mut from = 0;
    for (at, _) in text.to_ascii_lowercase().match_indices("tel:") {
        if let Some(number) = tel_at(text, at) {
            push_plain(parts, &text[from..at]);
            parts.push(TextPart { text: number.into(), href: Some(number.to_lowercase()) });
            from = at + number.len();
        }
    }
    push_plain(parts, &text[from..]);
}

fn push_plain(parts: &mut Vec<TextPart>, text: &str) {
    if text.is_empty() {
        return;
    }
    match parts.last_mut().filter(|part| part.href.is_none()) {
        Some(last) => last.text.push_str(text),
        None => parts.push(TextPart { text: text.into(), href: None }),
    }
}

fn is_tel(c: char) -> bool {
    c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | '(' | ')')
}

/// The number behind the `tel:` that stands there, where that begins a word and has at least three digits behind it.
fn tel_at(text: &str, at: usize) -> Option<&str> {
    let digits = &text[at + 4..];
    let length = digits.find(|c: char| !is_tel(c)).unwrap_or(digits.len());
    let number = text[at..at + 4 + length].trim_end_matches(['.', '-', '(', ')']);
    let alone = !text[..at].ends_with(char::is_alphanumeric);
    (alone && number.bytes().filter(u8::is_ascii_digit).count() >= 3).then_some(number)
}

/// Whether a link may leave the program: http, https, mailto and tel, and nothing hidden in it.
pub(crate) fn is_allowed_link(href: &str) -> bool {
    let scheme = href.split_once(':').map(|(scheme, rest)| (scheme.to_ascii_lowercase(), rest));
    let known = match scheme {
        Some((scheme, rest)) if scheme == "http" || scheme == "https" => rest.starts_with("//") && rest.len() > 2,
        Some((scheme, rest)) if scheme == "mailto" || scheme == "tel" => !rest.is_empty(),
        _ => false,
    };
    known && href.len() <= 8192 && !href.contains(|c: char| is_deceptive(c) || c.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hrefs(text: &str) -> Vec<String> {
        let parts = parts_of(text);
        assert_eq!(parts.iter().map(|p| p.text.as_str()).collect::<String>(), text, "the parts joined are the text");
        parts.into_iter().filter_map(|p| p.href).collect()
    }

    #[test]
    fn only_harmless_schemes_become_links() {
        assert_eq!(hrefs("see https://example.com/a?b=c."), ["https://example.com/a?b=c"]);
        assert_eq!(
            hrefs("mail ann@example.com or call tel:+1-650-555-0101."),
            ["mailto:ann@example.com", "tel:+1-650-555-0101"]
        );
        assert!(hrefs("javascript:alert(1) file:///etc/passwd data:text/html,x ftp://h/x hotel:123").is_empty());
        assert!(hrefs("javascript://example.com/%0Aalert(1)").is_empty());
    }

    #[test]
    fn numbers_are_links_each_for_itself() {
        assert_eq!(hrefs("tel:123,TEL:456. tel:12 xtel:789 tel:..12-3"), ["tel:123", "tel:456", "tel:..12-3"]);
        assert!(hrefs("tel:").is_empty() && hrefs("İtel:1").is_empty());
    }

    #[test]
    fn a_link_with_something_hidden_in_it_is_not_opened() {
        for bad in ["https:", "https://", "http:example", "https://a b", "https://a\nb", "JaVaScRiPt:x", "", "tel:"] {
            assert!(!is_allowed_link(bad), "{bad:?}");
        }
        // Turned around it looks like another address.
        for turned in ["https://a.example/\u{202E}moc.knab", "https://a\u{2066}b", "mailto:a\u{202B}@b"] {
            assert!(!is_allowed_link(turned) && hrefs(turned).iter().all(|href| href.is_ascii()), "{turned:?}");
        }
        assert!(is_allowed_link("HTTPS://Example.com/ü"));
    }
}
