//! Threads: hub order, then what this device has not brought to the hub.

use super::names::Names;
use super::{reasons, waiting};
use crate::rpc::types::{
    Delivery, Entry, EntryAuthor, EntryContent, EventLine, ListMessages, PendingMark, PendingSend, TextPart, ThreadPage,
};
use crate::store::{OutboxItem, Stored, outbox, rows};
use deskbell_domain::{Author, ChatId, Content, Message, MessageId, Row};
use linkify::{LinkFinder, LinkKind};
use rusqlite::{Connection, params};
use std::collections::{HashMap, HashSet};

/// Most entries of a page.
const MOST_ENTRIES: u32 = 500;

/// A page of a thread, oldest first.
pub(crate) fn list_messages(c: &Connection, args: &ListMessages) -> Stored<ThreadPage> {
    let names = Names::new(c)?;
    let limit = args.limit.clamp(1, MOST_ENTRIES);
    let before = args.before.map_or(i64::MAX, |pos| i64::try_from(pos).unwrap_or(i64::MAX));
    let mut messages: Vec<Message> = {
        let mut statement =
            c.prepare_cached("SELECT json FROM message WHERE chat = ? AND pos < ? ORDER BY pos DESC LIMIT ?")?;
        let jsons =
            statement.query_map(params![args.chat.0.into_bytes(), before, limit + 1], |r| r.get::<_, String>(0))?;
        let mut found = Vec::new();
        for json in jsons {
            if let Row::Message(message) =
                Row::from_json(deskbell_domain::Kind::Message, serde_json::from_str(&json?)?)?
            {
                found.push(message);
            }
        }
        found
    };
    let more = messages.len() > limit as usize;
    messages.truncate(limit as usize);
    messages.reverse();

    let sends: HashMap<MessageId, OutboxItem> =
        outbox::of_chat(c, args.chat)?.into_iter().filter_map(|item| Some((item.message?, item))).collect();
    let visitor = contact_name(c, &names, args.chat)?;
    let mut entries = Vec::with_capacity(messages.len());
    let mut shown = HashSet::new();
    for message in messages {
        shown.insert(message.id);
        entries.push(entry(c, &names, &visitor, &message, sends.get(&message.id))?);
    }
    if args.before.is_none() {
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
    Ok(ThreadPage { entries, more, more_after: false })
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
        leaves_ms: None,
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

/// Text without addresses of the web; `tel:` stands out by its scheme.
fn push_text(parts: &mut Vec<TextPart>, text: &str) {
    let mut rest = text;
    while let Some(at) = find_tel(rest) {
        let end = at + 4 + rest[at + 4..].find(|c: char| !is_tel(c)).unwrap_or(rest.len() - at - 4);
        let number = rest[at..end].trim_end_matches(['.', '-', '(', ')']);
        push_plain(parts, &rest[..at]);
        parts.push(TextPart { text: number.into(), href: Some(number.to_lowercase()) });
        rest = &rest[at + number.len()..];
    }
    push_plain(parts, rest);
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

/// Where `tel:` with at least three digits begins a word.
fn find_tel(text: &str) -> Option<usize> {
    let lower = text.to_ascii_lowercase();
    lower.match_indices("tel:").map(|(at, _)| at).find(|at| {
        let alone = !text[..*at].ends_with(char::is_alphanumeric);
        let digits = text[at + 4..].chars().take_while(|c| is_tel(*c)).filter(char::is_ascii_digit).count();
        alone && digits >= 3
    })
}

/// Whether a link may leave the program: http, https, mailto and tel, and nothing hidden in it.
pub(crate) fn is_allowed_link(href: &str) -> bool {
    let scheme = href.split_once(':').map(|(scheme, rest)| (scheme.to_ascii_lowercase(), rest));
    let known = match scheme {
        Some((scheme, rest)) if scheme == "http" || scheme == "https" => rest.starts_with("//") && rest.len() > 2,
        Some((scheme, rest)) if scheme == "mailto" || scheme == "tel" => !rest.is_empty(),
        _ => false,
    };
    known && href.len() <= 8192 && !href.contains(|c: char| c.is_control() || c.is_whitespace())
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
    fn a_link_with_something_hidden_in_it_is_not_opened() {
        for bad in ["https:", "https://", "http:example", "https://a b", "https://a\nb", "JaVaScRiPt:x", "", "tel:"] {
            assert!(!is_allowed_link(bad), "{bad:?}");
        }
        assert!(is_allowed_link("HTTPS://Example.com/ü"));
    }
}
