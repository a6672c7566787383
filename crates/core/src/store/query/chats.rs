//! Pages of chats and how many there are.

use super::lists::{START, Selection, Shape, Spot, next_of, parse_next};
use super::names::{Names, Title};
use super::waiting::chat_waiting;
use crate::rpc::types::{ChatCounts, ChatPage, ChatRow, ListChats, Place, Preview, TagInfo};
use crate::store::listed::{ListId, Part};
use crate::store::{Stored, drafts, knows_what_is_missing, rows};
use deskbell_domain::{Channel, ChatId, LastMessage, Row, TagId, preview};
use rusqlite::{Connection, OptionalExtension};
use std::collections::BTreeSet;

/// Most rows of a page.
pub(super) const MOST_ROWS: u32 = 200;

/// Why there is no page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoPage {
    /// It was to go on where another list stopped.
    OtherList,
    /// The chat that it is about is not here.
    NotFound,
    /// It is not here, and may be one of those that a first sync has not brought.
    NotYet,
}

/// The answer about a chat that is not here.
pub(crate) fn absent<T>(c: &Connection) -> Stored<Result<T, NoPage>> {
    Ok(Err(if knows_what_is_missing(c)? { NoPage::NotFound } else { NoPage::NotYet }))
}

/// A page of a list.
pub(crate) fn list_chats(c: &Connection, args: &ListChats) -> Stored<Result<ChatPage, NoPage>> {
    let list = serde_json::to_string(&ListChats { after: None, limit: 0, ..args.clone() })?;
    let after = match &args.after {
        None => START,
        Some(next) => match parse_next(&list, next) {
            Some(key) => key,
            None => return Ok(Err(NoPage::OtherList)),
        },
    };
    // All of a page is of one moment: what is pinned meanwhile stands in one of the two, not in both.
    let c = &c.unchecked_transaction()?;
    let names = Names::new(c)?;
    let selection = Selection::of(&Spot::of(c, &args.place)?, args);
    let limit = args.limit.clamp(1, MOST_ROWS) as usize;
    let mut found = selection.page(c, args.sort, after, limit + 1)?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|at| next_of(&list, at.key));
    let pinned = if args.after.is_none() { selection.pinned(c)? } else { Vec::new() };
    let pinned = rows_of(c, &names, pinned)?;
    let rows = rows_of(c, &names, found.into_iter().map(|at| at.n).collect())?;
    Ok(Ok(ChatPage { pinned, rows, next }))
}

fn rows_of(c: &Connection, names: &Names<'_>, numbers: Vec<i64>) -> Stored<Vec<ChatRow>> {
    let rows = numbers.into_iter().map(|n| chat_row(c, names, n)).collect::<Stored<Vec<_>>>()?;
    Ok(rows.into_iter().flatten().collect())
}

/// How many of a chat's messages are unread, and whether it is pinned.
pub(super) fn listed(c: &Connection, chat: ChatId) -> Stored<(u32, bool)> {
    let found = c
        .prepare_cached("SELECT unread, pin IS NOT NULL FROM chat WHERE id = ?")?
        .query_row([chat.0.into_bytes()], |r| Ok((r.get(0)?, r.get(1)?)))
        .optional()?;
    Ok(found.unwrap_or_default())
}

/// The chat of that number.
fn chat_row(c: &Connection, names: &Names<'_>, n: i64) -> Stored<Option<ChatRow>> {
    let Some(row) = rows::numbered(c, n)? else { return Ok(None) };
    let (unread, pinned) = c
        .prepare_cached("SELECT unread, pin IS NOT NULL FROM chat WHERE n = ?")?
        .query_row([n], |r| Ok((r.get(0)?, r.get(1)?)))?;
    let chat = ChatId(row.id());
    let waiting = chat_waiting(c, chat)?;
    let draft = preview(&drafts::get(c, chat)?);
    let draft = (!draft.is_empty()).then_some(draft);
    let shown = ChatRow {
        chat,
        kind: String::new(),
        title: String::new(),
        initials: String::new(),
        tint: String::new(),
        channel: None,
        closed: false,
        archived: false,
        pinned,
        assignee: None,
        preview: None,
        draft,
        unread,
        tags: vec![],
        pending: waiting.mark,
    };
    let of_members = |kind: &str, title: Title, last: Option<&LastMessage>| {
        Ok(Some(ChatRow {
            kind: kind.into(),
            title: title.text,
            initials: title.initials,
            tint: title.tint,
            preview: preview_of(names, last)?,
            ..shown.clone()
        }))
    };
    let conversation = match row {
        Row::Conversation(conversation) => conversation,
        Row::DirectChat(direct) => {
            return of_members("direct", names.direct(&direct)?.0, direct.last_message.as_ref());
        }
        Row::TeamChat(team) => return of_members("team", names.team(&team), team.last_message.as_ref()),
        _ => return Ok(None),
    };
    let title = names.conversation(&conversation)?;
    let stands = names.stands(conversation.channel)?;
    let channel = stands.channel.as_ref();
    let assignee = names.assignee(&conversation, stands.inbox.as_ref())?;
    Ok(Some(ChatRow {
        kind: kind_of(channel).into(),
        title: title.text,
        initials: title.initials,
        tint: title.tint,
        archived: channel.is_some_and(|channel| channel.archived),
        channel: channel.map(|c| c.kind.as_str().into()),
        closed: !conversation.is_open(),
        assignee: assignee.map(|id| names.member(id)).transpose()?,
        preview: preview_of(names, conversation.last_message.as_ref())?,
        tags: tags_of(names, &conversation.tags, &waiting.tags)?,
        ..shown
    }))
}

/// A conversation on a member's own number is a text.
pub(super) fn kind_of(channel: Option<&Channel>) -> &'static str {
    if channel.is_some_and(Channel::is_personal) { "text" } else { "conversation" }
}

pub(super) fn preview_of(names: &Names<'_>, last: Option<&LastMessage>) -> Stored<Option<Preview>> {
    let Some(last) = last else { return Ok(None) };
    Ok(Some(Preview {
        text: last.preview.clone(),
        at_ms: last.at_ms,
        author: last.by.map(|id| names.name(id)).transpose()?,
        mine: last.by.is_some() && last.by == names.me,
    }))
}

/// Tags of a chat by name.
pub(super) fn tags_of(names: &Names<'_>, tags: &BTreeSet<TagId>, waiting: &[TagId]) -> Stored<Vec<TagInfo>> {
    let mut found = Vec::with_capacity(tags.len());
    for id in tags {
        if let Some(tag) = names.tag(*id)? {
            found.push(TagInfo {
                id: tag.id,
                name: tag.name.as_str().into(),
                color: tag.color.as_str().into(),
                waiting: waiting.contains(&tag.id),
            });
        }
    }
    found.sort_by(|a, b| a.name.to_lowercase().cmp(&b.name.to_lowercase()).then(a.id.cmp(&b.id)));
    Ok(found)
}

/// How many chats a place has, by tab and segment; where it has no segments, none in them.
pub(crate) fn count_chats(c: &Connection, place: &Place) -> Stored<ChatCounts> {
    let spot = Spot::of(c, place)?;
    let mut counts = ChatCounts { all: 0, me: 0, others: 0, unassigned: 0, closed: 0, archived: 0 };
    for list in spot.live.iter().chain(&spot.archives) {
        for (part, n) in tally(c, *list)? {
            let segment = match part {
                Part::Unassigned => &mut counts.unassigned,
                Part::Mine => &mut counts.me,
                Part::Others => &mut counts.others,
                Part::Closed => &mut counts.closed,
                Part::Archived => &mut counts.archived,
            };
            *segment += n;
        }
    }
    counts.all = counts.unassigned + counts.me + counts.others;
    if spot.shape != Shape::Assigned {
        (counts.unassigned, counts.me, counts.others) = (0, 0, 0);
    }
    Ok(counts)
}

fn tally(c: &Connection, list: ListId) -> Stored<Vec<(Part, u32)>> {
    let mut statement = c.prepare_cached("SELECT bucket, chats FROM tally WHERE list = ?")?;
    let rows = statement.query_map([list.bytes()], |r| Ok((r.get(0)?, r.get(1)?)))?;
    let mut parts = Vec::new();
    for row in rows {
        let (bucket, n) = row?;
        parts.extend(Part::of_bucket(bucket).map(|(part, _)| (part, n)));
    }
    Ok(parts)
}
