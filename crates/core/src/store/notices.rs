//! Notifications: judged within the transaction that brings the rows, and recorded before they are shown.
//!
//! Judged per touched chat, by a mark that only rises, not per row of a page: so it does not matter whether a row came by
//! the feed or by a snapshot, once or again, and what was there when the device signed in is never news.

use super::{LOCAL_POS, Store, Stored, Write, meta, project, query, rev_of, rows, uuid_from};
use crate::notify::{
    Notice, NoticeEvent, View,
    rule::{self, ChatFacts, Reason, Whose},
};
use deskbell_domain::{ChatId, ENTRIES_PER_COMMAND, Kind, MemberId, Message, Row, Scope, pos_of};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Entries up to this position were there when the device signed in.
const FROM: &str = "notices_from";
/// Of more new entries than this only the newest are looked at: one notification stands for all of a chat anyway.
const MOST_ENTRIES: i64 = 50;

/// What is recorded of a chat.
#[derive(Debug, Clone, Copy, Default)]
struct Record {
    decided: u64,
    pos: u64,
    reason: Option<Reason>,
}

impl Write<'_> {
    /// Only what comes after `seq` is news. The first sign-in counts; a later one of the same member changes nothing.
    pub(crate) fn notices_begin(&mut self, seq: u64) -> Stored<()> {
        if meta::get::<u64>(&self.tx, FROM)?.is_some() {
            return Ok(());
        }
        self.set(FROM, &last_pos(seq))
    }

    /// The hub went back to `seq`: what it orders from now on is news again, at positions that may have been used.
    pub(crate) fn notices_went_back(&mut self, seq: u64) -> Stored<()> {
        let back = last_pos(seq);
        if let Some(from) = meta::get::<u64>(&self.tx, FROM)?.filter(|from| *from > back) {
            tracing::debug!(from, back, "notifications start earlier");
            self.set(FROM, &back)?;
        }
        self.tx.execute("UPDATE notice SET decided = min(decided, ?1), pos = 0 WHERE decided > ?1", [back as i64])?;
        Ok(())
    }

    /// Judges what is new in these chats, after their rows in lists were made.
    pub(super) fn decide_notices(&mut self, chats: &BTreeSet<Uuid>, view: &View) -> Stored<Vec<NoticeEvent>> {
        let (Some(identity), Some(from)) = (self.identity, meta::get::<u64>(&self.tx, FROM)?) else {
            return Ok(Vec::new());
        };
        let mut shows = Vec::new();
        let mut events = Vec::new();
        for chat in chats {
            let chat = ChatId(*chat);
            let before = record(&self.tx, chat)?;
            let newest = newest_pos(&self.tx, identity.generation, chat)?;
            let news = newest > before.decided.max(from);
            if !news && before.pos == 0 {
                continue;
            }
            let Some(facts) = facts(&self.tx, identity.me, chat)? else {
                // Revoked: it is not for this member's eyes any more.
                self.keep(chat, Record { decided: before.decided.max(newest), ..Record::default() })?;
                events.extend((before.pos > 0).then_some(NoticeEvent::Retract { chat }));
                continue;
            };
            let mut now = Record { decided: before.decided.max(newest), ..before };
            let mut over = before.reason.is_some_and(|reason| rule::is_over(identity.me, &facts, before.pos, reason));
            if over {
                now = Record { decided: now.decided, ..Record::default() };
            }
            if news {
                let entries = entries(&self.tx, identity.generation, chat, before.decided.max(from).max(facts.read))?;
                if let Some((entry, reason)) = rule::newest(identity.me, view, &facts, &entries) {
                    let notice = notice(&self.tx, identity.me, &facts, entry, reason)?;
                    now = Record { pos: entry.pos.unwrap_or_default(), reason: Some(reason), ..now };
                    shows.push((now.pos, notice));
                    over = false;
                }
            }
            self.keep(chat, now)?;
            if over && before.pos > 0 {
                events.push(NoticeEvent::Retract { chat });
            }
        }
        events.extend(together(shows).into_iter().map(NoticeEvent::Show));
        Ok(events)
    }

    fn keep(&mut self, chat: ChatId, record: Record) -> Stored<()> {
        self.tx
            .prepare_cached(
                "INSERT INTO notice (chat, decided, pos, reason) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (chat) DO UPDATE SET decided = ?2, shown = (shown = 1 AND pos = ?3), pos = ?3, reason = ?4",
            )?
            .execute(params![
                chat.0.into_bytes(),
                record.decided as i64,
                record.pos as i64,
                record.reason.map_or("", Reason::as_str)
            ])?;
        Ok(())
    }
}

impl Store {
    /// What is before the person's eyes from now on. Returns what was.
    pub fn set_view(&mut self, view: View) -> View {
        std::mem::replace(&mut self.view, view)
    }

    /// Notifications that the transactions since the last call decided. They are recorded.
    pub fn take_notices(&mut self) -> Vec<NoticeEvent> {
        std::mem::take(&mut self.notices)
    }

    /// At the start: what the last run decided and no desktop confirmed, as far as it is still unread, in one
    /// notification. What was confirmed was of the last run's process and cannot be taken back any more.
    pub fn notices_at_start(&mut self) -> Stored<Vec<NoticeEvent>> {
        let Some(identity) = self.identity else { return Ok(Vec::new()) };
        self.write(|w| {
            w.tx.execute("UPDATE notice SET pos = 0, reason = '' WHERE pos > 0 AND shown = 1", [])?;
            let pending: Vec<(Uuid, i64)> = {
                let mut statement = w.tx.prepare("SELECT chat, pos FROM notice WHERE pos > 0")?;
                let found = statement.query_map([], |r| Ok((uuid_from(r.get(0)?), r.get(1)?)))?;
                found.collect::<Result<_, _>>()?
            };
            let mut shows = Vec::new();
            for (chat, pos) in pending {
                let (chat, pos) = (ChatId(chat), pos as u64);
                let before = record(&w.tx, chat)?;
                let entry = entry_at(&w.tx, pos)?;
                let facts = facts(&w.tx, identity.me, chat)?;
                match (facts, entry, before.reason) {
                    (Some(facts), Some(entry), Some(reason)) if !rule::is_over(identity.me, &facts, pos, reason) => {
                        shows.push((pos, notice(&w.tx, identity.me, &facts, &entry, reason)?));
                    }
                    _ => w.keep(chat, Record { decided: before.decided, ..Record::default() })?,
                }
            }
            shows.sort_by_key(|(pos, _)| std::cmp::Reverse(*pos));
            let notices: Vec<Notice> = shows.into_iter().map(|(_, notice)| notice).collect();
            let one = if notices.len() > 1 { rule::digest(&notices) } else { notices.into_iter().next() };
            Ok(one.map(NoticeEvent::Show).into_iter().collect())
        })
    }

    /// The desktop has confirmed that it shows this notification.
    pub fn notice_shown(&mut self, id: &str) -> Stored<()> {
        let Some((chat, pos)) = crate::notify::parse_notice_id(id) else { return Ok(()) };
        let sql = if crate::notify::is_digest(id) {
            "UPDATE notice SET shown = 1 WHERE pos > 0 AND pos <= ?2 AND shown = 0 AND ?1 IS NOT NULL"
        } else {
            "UPDATE notice SET shown = 1 WHERE chat = ?1 AND pos = ?2"
        };
        self.write(|w| {
            w.tx.prepare_cached(sql)?.execute(params![chat.0.into_bytes(), pos as i64])?;
            Ok(())
        })
    }
}

/// A few are shown one by one, the newest last; more become a digest.
fn together(mut shows: Vec<(u64, Notice)>) -> Vec<Notice> {
    shows.sort_by_key(|(pos, _)| *pos);
    let mut notices: Vec<Notice> = shows.into_iter().map(|(_, notice)| notice).collect();
    if notices.len() > rule::MOST_AT_ONCE {
        notices.reverse();
        notices = rule::digest(&notices).into_iter().collect();
    }
    notices
}

/// The last position that the command of `seq` may have given.
fn last_pos(seq: u64) -> u64 {
    pos_of(seq, ENTRIES_PER_COMMAND - 1)
}

fn record(c: &Connection, chat: ChatId) -> Stored<Record> {
    let found = c
        .prepare_cached("SELECT decided, pos, reason FROM notice WHERE chat = ?")?
        .query_row([chat.0.into_bytes()], |r| {
            Ok(Record {
                decided: r.get::<_, i64>(0)? as u64,
                pos: r.get::<_, i64>(1)? as u64,
                reason: Reason::parse(&r.get::<_, String>(2)?),
            })
        })
        .optional()?;
    Ok(found.unwrap_or_default())
}

/// Position of the newest entry that the hub has. What it had before it was restored is about to go, and no news.
fn newest_pos(c: &Connection, generation: i64, chat: ChatId) -> Stored<u64> {
    let pos: Option<i64> = c
        .prepare_cached("SELECT pos FROM message WHERE chat = ? AND pos < ? AND rev >= ? ORDER BY pos DESC LIMIT 1")?
        .query_row(params![chat.0.into_bytes(), LOCAL_POS, rev_of(generation, 0)], |r| r.get(0))
        .optional()?;
    Ok(pos.unwrap_or(0) as u64)
}

/// The newest entries after a position, in the order of the hub.
fn entries(c: &Connection, generation: i64, chat: ChatId, after: u64) -> Stored<Vec<Message>> {
    let mut statement = c.prepare_cached(
        "SELECT json FROM message WHERE chat = ? AND pos > ? AND pos < ? AND rev >= ? ORDER BY pos DESC LIMIT ?",
    )?;
    let jsons = statement
        .query_map(params![chat.0.into_bytes(), after as i64, LOCAL_POS, rev_of(generation, 0), MOST_ENTRIES], |r| {
            r.get::<_, String>(0)
        })?;
    let mut entries = Vec::new();
    for json in jsons {
        if let Row::Message(entry) = Row::from_json(Kind::Message, serde_json::from_str(&json?)?)? {
            entries.push(entry);
        }
    }
    entries.reverse();
    Ok(entries)
}

fn entry_at(c: &Connection, pos: u64) -> Stored<Option<Message>> {
    let json: Option<String> =
        c.prepare_cached("SELECT json FROM message WHERE pos = ?")?.query_row([pos as i64], |r| r.get(0)).optional()?;
    let Some(json) = json else { return Ok(None) };
    Ok(match Row::from_json(Kind::Message, serde_json::from_str(&json)?)? {
        Row::Message(entry) => Some(entry),
        _ => None,
    })
}

fn facts(c: &Connection, me: MemberId, chat: ChatId) -> Stored<Option<ChatFacts>> {
    if let Some(conversation) = rows::conversation(c, chat)? {
        let channel = rows::channel(c, conversation.channel)?;
        let inbox = rows::inbox_of(c, channel.as_ref())?;
        let whose = match &inbox {
            _ if !conversation.is_open() => Whose::Closed,
            Some(inbox) if !inbox.assignment => Whose::Everybodys,
            Some(inbox) => Whose::Assigned(project::assignee_in(c, &conversation, inbox)?),
            None => Whose::Assigned(conversation.assignee.as_ref().map(|assignee| assignee.member)),
        };
        let read = project::reading(c, me, chat, Scope::Channel(conversation.channel))?.pos;
        let title = query::conversation_title(c, &conversation)?;
        return Ok(Some(ChatFacts { chat, title, whose, read }));
    }
    let title = match (rows::direct_chat(c, chat)?, rows::team_chat(c, chat)?) {
        (Some(direct), _) => query::direct_title(c, me, &direct)?,
        (None, Some(team)) => team.name.to_string(),
        (None, None) => return Ok(None),
    };
    let read = project::reading(c, me, chat, Scope::Chat(chat))?.pos;
    Ok(Some(ChatFacts { chat, title, whose: Whose::Direct, read }))
}

fn notice(c: &Connection, me: MemberId, facts: &ChatFacts, entry: &Message, reason: Reason) -> Stored<Notice> {
    let name_of = |id| rows::member(c, id).ok().flatten().map(|member| member.name.to_string());
    Ok(rule::notice(me, facts, entry, reason, &name_of))
}

#[cfg(test)]
mod tests;
