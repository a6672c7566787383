//! One row of the outbox with all that is needed to decide about it: what was said around it, and what can be done.

use super::names::Names;
use super::outbox::{self as lists, Order};
use super::{chat_head, title_of};
use crate::rpc::types::{EntryAuthor, OutboxCase, RpcError, Said};
use crate::store::{LOCAL_POS, OutboxItem, OutboxState, Reason, Stored, outbox};
use deskbell_domain::{Author, ChatId, Command, CommandId, Content, Kind, Message, Rejection, Row};
use rusqlite::{Connection, params};

/// Most messages that are told of those that were written since.
const MOST_SINCE: usize = 5;

/// Why nothing can be done in a chat that is not in the cache.
pub(crate) fn chat_gone() -> RpcError {
    RpcError {
        code: "chat_gone".into(),
        message: "The chat is gone, or not for you any more. The text is kept: copy it where it is needed.".into(),
        retryable: false,
        params: Default::default(),
    }
}

fn read_only() -> RpcError {
    RpcError {
        code: "read_only".into(),
        message: "You can read this conversation, but not write in it. Ask a manager, or copy the text.".into(),
        retryable: false,
        params: Default::default(),
    }
}

/// One row; `None` where it is not in the outbox any more, or the hub has done it.
pub(crate) fn outbox_case(c: &Connection, id: CommandId) -> Stored<Option<OutboxCase>> {
    let names = Names::new(c)?;
    let order = Order::read(c)?;
    let (Some(item), Some((at, of))) = (outbox::find(c, id)?, order.place(id)) else { return Ok(None) };
    let Some(row) = lists::row(c, &names, &order, &item)? else { return Ok(None) };
    let head = item.chat.map(|chat| chat_head(c, chat)).transpose()?.flatten();
    let blocked = match &head {
        // What makes a chat or a tag needs none.
        _ if item.chat.is_none() || item.kind == "create_chat" => None,
        None => Some(chat_gone()),
        Some(head) if !head.can.iter().any(|can| can == "send") => Some(read_only()),
        Some(_) => None,
    };
    let can = what_can_be_done(c, &item, head.is_some(), blocked.is_some())?;
    let (before, since, since_count) = around(c, &names, &item)?;
    Ok(Some(OutboxCase { row, at, of, head, can, blocked, before, since, since_count }))
}

fn what_can_be_done(c: &Connection, item: &OutboxItem, here: bool, blocked: bool) -> Stored<Vec<String>> {
    let message = item.message.is_some() && item.text.is_some();
    let mut can = Vec::new();
    if here {
        can.push("open");
    }
    match item.state {
        OutboxState::Held if !blocked => can.push("send_anyway"),
        OutboxState::Refused if !blocked && may_come_right(c, item)? => can.push("retry"),
        _ => {}
    }
    match item.state {
        OutboxState::Waiting if item.transmitted => {}
        // A text whose chat is out of sight would be in a draft that nobody finds.
        OutboxState::Waiting if here || !message => can.push("take_back"),
        OutboxState::Held | OutboxState::Refused => {
            if message && here && !blocked {
                can.push("edit");
            }
            can.push("discard");
        }
        OutboxState::Waiting => can.push("discard"),
        OutboxState::Done => {}
    }
    if message {
        can.push("copy");
    }
    Ok(can.into_iter().map(Into::into).collect())
}

/// Whether the same thing may be taken another time: what nobody has changed is refused again.
fn may_come_right(c: &Connection, item: &OutboxItem) -> Stored<bool> {
    Ok(match &item.reason {
        Some(Reason::Refused { rejection }) => match rejection {
            Rejection::Forbidden | Rejection::NewMessage | Rejection::UnknownCommand => true,
            // Settle that first: else a close would bury a reply that nobody has sent.
            Rejection::DependsOn { command } => outbox::find(c, *command)?.is_none(),
            Rejection::Invalid { field, .. } => field == "args",
            _ => false,
        },
        Some(Reason::Request { error }) => error.code != "too_large",
        Some(Reason::Held { .. } | Reason::Restored | Reason::Rescued) | None => true,
    })
}

type Around = (Option<Said>, Vec<Said>, u32);

/// What the author of a message had before their eyes, and what others wrote since.
fn around(c: &Connection, names: &Names<'_>, item: &OutboxItem) -> Stored<Around> {
    let Some(Command::SendMessage(send)) = item.command() else { return Ok((None, Vec::new(), 0)) };
    // A message that was taken out of a restored hub's rows does not know what its author had seen.
    if item.reason == Some(Reason::Restored) && send.seen == 0 {
        return Ok((None, Vec::new(), 0));
    }
    let seen = i64::try_from(send.seen).unwrap_or(i64::MAX).min(LOCAL_POS - 1);
    let contact = title_of(c, send.chat)?.unwrap_or_else(|| item.title.clone());
    let theirs = |message: &Message| message.author != Author::System && !is_by(message, names);
    let said = |message: Message| said(names, &contact, message);

    let upto = messages(c, send.chat, "pos <= ?2 AND pos < ?3 ORDER BY pos DESC LIMIT 50", seen)?;
    let before = upto.into_iter().find(|m| m.author == Author::Contact && is_text(m)).map(said).transpose()?.flatten();
    let after = messages(c, send.chat, "pos > ?2 AND pos < ?3 ORDER BY pos LIMIT 500", seen)?;
    let after: Vec<Message> = after.into_iter().filter(|m| theirs(m) && is_text(m)).collect();
    let count = after.len() as u32;
    let since = after.into_iter().take(MOST_SINCE).map(said).collect::<Stored<Vec<_>>>()?;
    Ok((before, since.into_iter().flatten().collect(), count))
}

fn is_text(message: &Message) -> bool {
    matches!(message.content, Content::Text { .. })
}

fn is_by(message: &Message, names: &Names<'_>) -> bool {
    matches!(message.author, Author::Member(id) if Some(id) == names.me)
}

fn messages(c: &Connection, chat: ChatId, filter: &str, pos: i64) -> Stored<Vec<Message>> {
    let mut statement = c.prepare_cached(&format!("SELECT json FROM live_message WHERE chat = ?1 AND {filter}"))?;
    let jsons = statement.query_map(params![chat.0.into_bytes(), pos, LOCAL_POS], |r| r.get::<_, String>(0))?;
    let mut found = Vec::new();
    for json in jsons {
        if let Row::Message(message) = Row::from_text(Kind::Message, &json?)? {
            found.push(message);
        }
    }
    Ok(found)
}

fn said(names: &Names<'_>, contact: &str, message: Message) -> Stored<Option<Said>> {
    let Content::Text { text } = message.content else { return Ok(None) };
    let author = match message.author {
        Author::Contact => EntryAuthor::Contact { name: contact.into() },
        Author::Member(id) => EntryAuthor::Member(names.member(id)?),
        Author::System => EntryAuthor::System,
    };
    Ok(Some(Said { author, text: text.as_str().into(), at_ms: message.at_ms }))
}
