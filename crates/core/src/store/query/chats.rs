//! Lists of chats: keyset pages over the columns that they sort by.

use super::names::Names;
use super::waiting::chat_waiting;
use crate::rpc::types::{ChatCounts, ChatPage, ChatRow, ListChats, Place, Preview, Segment, Tab, TagInfo};
use crate::store::{Stored, drafts, outbox, rows, uuid_from};
use deskbell_domain::{ChatId, LastMessage, MemberId, TagId, preview};
use rusqlite::{Connection, ToSql, params_from_iter};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Most rows of a page.
const MOST_ROWS: u32 = 200;

type Params = Vec<Box<dyn ToSql>>;

/// The condition of a place.
fn place_filter(place: &Place) -> (&'static str, Params) {
    match place {
        Place::Inbox(id) => ("inbox = ?", vec![Box::new(id.0.into_bytes())]),
        Place::Channel(id) => ("channel = ?", vec![Box::new(id.0.into_bytes())]),
        Place::Direct => ("kind = 'direct'", vec![]),
        Place::Team => ("kind = 'team'", vec![]),
    }
}

/// Whether the place's inbox shows assignees.
fn shows_assignees(c: &Connection, place: &Place) -> Stored<bool> {
    let inbox = match place {
        Place::Inbox(id) => Some(*id),
        Place::Channel(id) => rows::channel(c, *id)?.and_then(|channel| channel.inbox),
        Place::Direct | Place::Team => None,
    };
    Ok(inbox.map(|id| rows::inbox(c, id)).transpose()?.flatten().is_some_and(|i| i.assignment))
}

/// A page of a list.
pub(crate) fn list_chats(c: &Connection, args: &ListChats) -> Stored<ChatPage> {
    let names = Names::new(c)?;
    let Some(me) = names.me else { return Ok(ChatPage { pinned: vec![], rows: vec![], next: None }) };
    let (place, mut params) = place_filter(&args.place);
    let mut sql = format!("SELECT id, sort, unread FROM chat WHERE {place}");
    if !matches!(args.place, Place::Direct | Place::Team) {
        sql.push_str(if args.tab == Tab::Open { " AND open = 1" } else { " AND open = 0" });
    }
    if args.tab == Tab::Open && shows_assignees(c, &args.place)? {
        match args.segment {
            Segment::All => {}
            Segment::Me => {
                sql.push_str(" AND assignee = ?");
                params.push(Box::new(me.0.into_bytes()));
            }
            Segment::Others => {
                sql.push_str(" AND assignee <> ?");
                params.push(Box::new(me.0.into_bytes()));
            }
            Segment::Unassigned => sql.push_str(" AND assignee IS NULL"),
        }
    }
    if let Some((sort, id)) = args.after.as_deref().and_then(parse_key) {
        sql.push_str(" AND sort <= ? AND (sort < ? OR id > ?)");
        params.extend([Box::new(sort) as Box<dyn ToSql>, Box::new(sort), Box::new(id.into_bytes())]);
    }
    let limit = args.limit.clamp(1, MOST_ROWS);
    sql.push_str(" ORDER BY sort DESC, id LIMIT ?");
    params.push(Box::new(limit + 1));
    let mut found: Vec<(Uuid, i64, u32)> = {
        let mut statement = c.prepare_cached(&sql)?;
        let rows =
            statement.query_map(params_from_iter(params), |r| Ok((r.get(0).map(uuid_from)?, r.get(1)?, r.get(2)?)))?;
        rows.collect::<Result<_, _>>()?
    };
    let more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let next = found.last().filter(|_| more).map(|(id, sort, _)| format!("{sort}.{id}"));
    let mut page = Vec::with_capacity(found.len());
    for (id, _, unread) in found {
        page.extend(chat_row(c, &names, ChatId(id), unread)?);
    }
    Ok(ChatPage { pinned: vec![], rows: page, next })
}

fn parse_key(key: &str) -> Option<(i64, Uuid)> {
    let (sort, id) = key.split_once('.')?;
    Some((sort.parse().ok()?, id.parse().ok()?))
}

fn chat_row(c: &Connection, names: &Names<'_>, chat: ChatId, unread: u32) -> Stored<Option<ChatRow>> {
    let waiting = chat_waiting(c, chat)?;
    let draft = preview(&drafts::get(c, chat)?);
    let draft = (!draft.is_empty()).then_some(draft);
    let members = match (rows::direct_chat(c, chat)?, rows::team_chat(c, chat)?) {
        (Some(direct), _) => Some(("direct", names.direct(&direct)?.0, direct.last_message)),
        (None, Some(team)) => Some(("team", names.team(&team), team.last_message)),
        (None, None) => None,
    };
    if let Some((kind, title, last_message)) = members {
        return Ok(Some(ChatRow {
            chat,
            kind: kind.into(),
            title: title.text,
            initials: title.initials,
            tint: title.tint,
            channel: None,
            closed: false,
            archived: false,
            pinned: false,
            assignee: None,
            preview: preview_of(names, last_message.as_ref())?,
            draft,
            unread,
            tags: vec![],
            pending: waiting.mark,
        }));
    }
    let Some(conversation) = rows::conversation(c, chat)? else { return Ok(None) };
    let title = names.conversation(&conversation)?;
    let channel = rows::channel(c, conversation.channel)?;
    let inbox = rows::inbox_of(c, channel.as_ref())?;
    let assignee = assignee_shown(c, &conversation, inbox.as_ref())?;
    Ok(Some(ChatRow {
        chat,
        kind: kind_of(channel.as_ref()).into(),
        title: title.text,
        initials: title.initials,
        tint: title.tint,
        archived: channel.as_ref().is_some_and(|channel| channel.archived),
        pinned: false,
        channel: channel.map(|c| c.kind.as_str().into()),
        closed: !conversation.is_open(),
        assignee: assignee.map(|id| names.member(id)).transpose()?,
        preview: preview_of(names, conversation.last_message.as_ref())?,
        draft,
        unread,
        tags: tags_of(c, &conversation.tags, &waiting.tags)?,
        pending: waiting.mark,
    }))
}

/// A conversation on a member's own number is a text.
pub(super) fn kind_of(channel: Option<&deskbell_domain::Channel>) -> &'static str {
    if channel.is_some_and(|channel| channel.inbox.is_none()) { "text" } else { "conversation" }
}

/// The assignee, where assignment mode shows one.
pub(super) fn assignee_shown(
    c: &Connection,
    conversation: &deskbell_domain::Conversation,
    inbox: Option<&deskbell_domain::Inbox>,
) -> Stored<Option<MemberId>> {
    match inbox.filter(|i| i.assignment) {
        Some(inbox) => crate::store::project::assignee_in(c, conversation, inbox),
        None => Ok(None),
    }
}

fn preview_of(names: &Names<'_>, last: Option<&LastMessage>) -> Stored<Option<Preview>> {
    let Some(last) = last else { return Ok(None) };
    Ok(Some(Preview {
        text: last.preview.clone(),
        at_ms: last.at_ms,
        author: last.by.map(|id| names.name(id)).transpose()?,
        mine: last.by.is_some() && last.by == names.me,
    }))
}

/// Tags of a chat by name.
pub(super) fn tags_of(c: &Connection, tags: &BTreeSet<TagId>, waiting: &[TagId]) -> Stored<Vec<TagInfo>> {
    let mut found = Vec::with_capacity(tags.len());
    for id in tags {
        let id = TagId(outbox::alias_of(c, id.0)?);
        if let Some(tag) = rows::tag(c, id)? {
            found.push(TagInfo {
                id,
                name: tag.name.as_str().into(),
                color: tag.color.as_str().into(),
                waiting: waiting.contains(&id),
            });
        }
    }
    found.sort_by(|a, b| a.name.to_lowercase().cmp(&b.name.to_lowercase()).then(a.id.cmp(&b.id)));
    Ok(found)
}

/// How many chats a place has, by tab and segment.
pub(crate) fn count_chats(c: &Connection, place: &Place) -> Stored<ChatCounts> {
    let me = Names::new(c)?.me;
    let (filter, mut params) = place_filter(place);
    let mut all_params: Params = vec![Box::new(me.map(|m| m.0.into_bytes()))];
    all_params.append(&mut params);
    let sql = format!(
        "SELECT open, CASE WHEN assignee IS NULL THEN 0 WHEN assignee = ? THEN 1 ELSE 2 END AS who, count(*)
         FROM chat WHERE {filter} GROUP BY open, who"
    );
    let mut counts = ChatCounts { all: 0, me: 0, others: 0, unassigned: 0, closed: 0, archived: 0 };
    let mut statement = c.prepare_cached(&sql)?;
    let rows = statement.query_map(params_from_iter(all_params), |r| {
        Ok((r.get::<_, bool>(0)?, r.get::<_, i64>(1)?, r.get::<_, u32>(2)?))
    })?;
    for row in rows {
        match row? {
            (false, _, n) => counts.closed += n,
            (true, who, n) => {
                counts.all += n;
                match who {
                    0 => counts.unassigned += n,
                    1 => counts.me += n,
                    _ => counts.others += n,
                }
            }
        }
    }
    Ok(counts)
}
