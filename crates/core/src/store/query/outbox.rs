//! The outbox, as the places *Needs attention* and *What waits* and the command line show it.
//!
//! It may hold thousands of rows: the order is read with few columns, and only the rows that are asked for are read in
//! full.

use super::names::{Names, Title, initials};
use super::{reasons, waiting::mark};
use crate::rpc::types::{Behind, ListOutbox, Outbox, OutboxCounts, OutboxPart, OutboxRow};
use crate::store::{OutboxItem, OutboxState, Reason, Stored, outbox, rows, uuid_from};
use deskbell_domain::{ChatId, Command, CommandId, Rejection, Tint};
use rusqlite::Connection;
use std::collections::HashMap;
use uuid::Uuid;

/// What a row is about, in the order in which the parts of *Needs attention* stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Group {
    Held,
    Refused,
    Uncertain,
    Waiting,
}

/// A row, as far as the order needs it.
struct Line {
    n: i64,
    id: CommandId,
    lane: Uuid,
    chat: Option<ChatId>,
    group: Group,
    created_ms: i64,
}

/// The order of everything that waits or needs a decision. Read positions go by themselves and nobody decides about
/// them.
pub(super) struct Order {
    lines: Vec<Line>,
    /// Places among what waits, from 1.
    numbers: HashMap<CommandId, u32>,
    /// The row of the same chat that goes before.
    before: HashMap<CommandId, CommandId>,
}

impl Order {
    pub fn read(c: &Connection) -> Stored<Self> {
        let mut statement = c.prepare_cached(
            "SELECT n, id, lane, chat, state, created_ms, coalesce(json_extract(reason, '$.why') IN ('restored', 'rescued'), 0)
             FROM outbox WHERE state <> 'done' AND kind NOT IN (?, ?) ORDER BY n",
        )?;
        let lines = statement.query_map(outbox::READING, |r| {
            let state: String = r.get(4)?;
            Ok(Line {
                n: r.get(0)?,
                id: CommandId(r.get(1).map(uuid_from)?),
                lane: r.get(2).map(uuid_from)?,
                chat: r.get::<_, Option<[u8; 16]>>(3)?.map(|id| ChatId(uuid_from(id))),
                group: match (OutboxState::parse(&state), r.get(6)?) {
                    (OutboxState::Held, true) => Group::Uncertain,
                    (OutboxState::Held, false) => Group::Held,
                    (OutboxState::Refused, _) => Group::Refused,
                    (OutboxState::Waiting | OutboxState::Done, _) => Group::Waiting,
                },
                created_ms: r.get(5)?,
            })
        })?;
        let lines: Vec<Line> = lines.collect::<Result<_, _>>()?;
        let (mut numbers, mut before) = (HashMap::new(), HashMap::new());
        let mut last_of_lane = HashMap::new();
        for (at, line) in lines.iter().filter(|line| line.group == Group::Waiting).enumerate() {
            numbers.insert(line.id, at as u32 + 1);
            // What makes a chat or a tag shares a lane with nothing that a person would call its conversation.
            if line.chat.is_some()
                && let Some(earlier) = last_of_lane.insert(line.lane, line.id)
            {
                before.insert(line.id, earlier);
            }
        }
        Ok(Self { lines, numbers, before })
    }

    fn counts(&self) -> OutboxCounts {
        let count = |group| self.lines.iter().filter(|line| line.group == group).count() as u32;
        OutboxCounts {
            waiting: count(Group::Waiting),
            held: count(Group::Held),
            refused: count(Group::Refused),
            uncertain: count(Group::Uncertain),
        }
    }

    /// The rows of a part in its order.
    fn part(&self, part: OutboxPart) -> Vec<&Line> {
        let mut lines: Vec<&Line> = self
            .lines
            .iter()
            .filter(|line| match part {
                OutboxPart::All => true,
                OutboxPart::Attention => line.group != Group::Waiting,
                OutboxPart::Waiting => line.group == Group::Waiting,
            })
            .collect();
        if part == OutboxPart::Attention {
            lines.sort_by_key(|line| (line.group, line.n));
        }
        lines
    }

    /// Place of a row in its part, from 1, and how many that part has.
    pub fn place(&self, id: CommandId) -> Option<(u32, u32)> {
        let group = self.lines.iter().find(|line| line.id == id)?.group;
        let part = self.part(if group == Group::Waiting { OutboxPart::Waiting } else { OutboxPart::Attention });
        let at = part.iter().position(|line| line.id == id)?;
        Some((at as u32 + 1, part.len() as u32))
    }

    /// What goes before a row, or what it stands on.
    fn behind(&self, c: &Connection, item: &OutboxItem) -> Stored<Option<Behind>> {
        let needed = match &item.reason {
            Some(Reason::Refused { rejection: Rejection::DependsOn { command } }) => Some(*command),
            _ if item.state != OutboxState::Waiting => None,
            // The last to go is what it waits for.
            _ => item
                .depends_on
                .iter()
                .filter(|id| self.numbers.contains_key(id))
                .max_by_key(|id| self.numbers[id])
                .copied(),
        };
        let Some(id) = needed.or_else(|| self.before.get(&item.id).copied()) else { return Ok(None) };
        let Some(other) = outbox::find(c, id)?.filter(|other| other.state != OutboxState::Done) else {
            return Ok(None);
        };
        Ok(Some(Behind {
            command: id,
            kind: other.kind,
            title: other.title,
            number: self.numbers.get(&id).copied(),
            needed: needed.is_some(),
        }))
    }
}

/// A part of the outbox.
pub(crate) fn list_outbox(c: &Connection, args: &ListOutbox) -> Stored<Outbox> {
    let names = Names::new(c)?;
    let order = Order::read(c)?;
    let lines = order.part(args.part).into_iter().filter(|line| args.chat.is_none() || line.chat == args.chat);
    let limit = args.limit.map_or(usize::MAX, |limit| limit as usize);
    let mut shown = Vec::new();
    for line in lines.skip(args.from as usize).take(limit) {
        let Some(item) = outbox::numbered(c, line.n)? else { continue };
        shown.extend(row(c, &names, &order, &item)?);
    }
    let oldest_ms = order.lines.iter().filter(|line| line.group == Group::Waiting).map(|line| line.created_ms).min();
    Ok(Outbox { rows: shown, counts: order.counts(), oldest_ms })
}

/// A row of the outbox as it is shown; none where the hub has done it.
pub(super) fn row(c: &Connection, names: &Names<'_>, order: &Order, item: &OutboxItem) -> Stored<Option<OutboxRow>> {
    let Some(state) = mark(item) else { return Ok(None) };
    let face = face(c, names, item)?;
    let (tag, to) = about(c, names, item)?;
    Ok(Some(OutboxRow {
        command: item.id,
        kind: item.kind.clone(),
        chat: item.chat,
        title: item.title.clone(),
        initials: face.initials,
        tint: face.tint,
        channel: face.channel,
        direct: face.direct,
        text: item.text.clone(),
        tag,
        to,
        created_ms: item.created_ms,
        state,
        reason: reasons::reason(names, item)?,
        other: reasons::other(c, names, item)?,
        number: order.numbers.get(&item.id).copied(),
        transmitted: item.transmitted,
        behind: order.behind(c, item)?,
    }))
}

/// How the chat of a row looks in a list.
struct Face {
    initials: String,
    tint: String,
    channel: Option<String>,
    direct: bool,
}

fn face(c: &Connection, names: &Names<'_>, item: &OutboxItem) -> Stored<Face> {
    let face = |title: Title, channel, direct| Face { initials: title.initials, tint: title.tint, channel, direct };
    if let Some(chat) = item.chat {
        if let Some(conversation) = rows::conversation(c, chat)? {
            let channel = rows::channel(c, conversation.channel)?.map(|channel| channel.kind.as_str().into());
            return Ok(face(names.conversation(&conversation)?, channel, false));
        }
        if let Some(direct) = rows::direct_chat(c, chat)? {
            return Ok(face(names.direct(&direct)?.0, None, true));
        }
        if let Some(team) = rows::team_chat(c, chat)? {
            return Ok(face(names.team(&team), None, false));
        }
    }
    // It is gone, or out of sight: what was frozen is all there is.
    Ok(Face {
        initials: initials(&item.title),
        tint: Tint::Stone.as_str().into(),
        channel: None,
        direct: item.kind == "create_chat",
    })
}

type About = (Option<String>, Option<crate::rpc::types::MemberInfo>);

/// The tag or the member that a command is about.
fn about(c: &Connection, names: &Names<'_>, item: &OutboxItem) -> Stored<About> {
    let tag_name = |id| Ok::<_, crate::store::StoreError>(rows::tag(c, id)?.map(|tag| tag.name.as_str().to_string()));
    Ok(match item.command() {
        Some(Command::CreateTag(create)) => (Some(create.name.as_str().into()), None),
        Some(Command::TagChat(tag)) => (tag_name(tag.tag)?, None),
        Some(Command::UntagChat(tag)) => (tag_name(tag.tag)?, None),
        Some(Command::AssignChat(assign)) => (None, assign.to.map(|to| names.member(to)).transpose()?),
        _ => (None, None),
    })
}

#[cfg(test)]
mod tests;
