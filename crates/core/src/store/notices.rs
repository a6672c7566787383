//! Notifications: judged within the transaction that brings the rows, and recorded before they are shown.
//!
//! Judged per touched chat, by a mark that only rises, not per row of a page: so it does not matter whether a row came by
//! the feed or by a snapshot, once or again, and what was there when the device signed in is never news.

use super::{Identity, LOCAL_POS, Store, StoreError, Stored, Write, meta, project, query, rev_of, rows, uuid_from};
use crate::notify::{
    Language, NO_CHAT, Notice, NoticeEvent, Reader, View,
    quiet::WallTime,
    rule::{self, ChatFacts, Needs, Reason, Whose},
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

/// What a transaction decided.
#[derive(Debug, Default)]
pub(crate) struct Decided {
    /// To show, by position.
    shows: Vec<(u64, Notice)>,
    /// Chats of which nothing is to be shown any more.
    retracts: Vec<ChatId>,
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
    pub(super) fn decide_notices(&mut self, chats: &BTreeSet<Uuid>, reader: &Reader) -> Stored<Decided> {
        let mut decided = Decided::default();
        let (Some(identity), Some(from)) = (self.identity, meta::get::<u64>(&self.tx, FROM)?) else {
            return Ok(decided);
        };
        let needy = std::mem::take(&mut self.touched.attention);
        let silent = !(chats.is_empty() && needy.is_empty()) && is_silent(&self.tx, identity.me, reader)?;
        for chat in chats {
            self.look_up()?;
            self.decide_chat(ChatId(*chat), identity, from, (reader, silent), &mut decided)?;
        }
        for chat in needy {
            let facts =
                if chat == NO_CHAT { Some(nowhere(&self.tx, reader)?) } else { facts(&self.tx, identity.me, chat)? };
            let Some((facts, needs)) = facts.and_then(|facts| facts.needs.map(|needs| (facts, needs))) else {
                continue;
            };
            if silent || reader.view.shows(chat) {
                continue;
            }
            let before = record(&self.tx, chat)?;
            // Above all that was told of this chat, so that it is not taken for one of them.
            let pos = before.decided.max(before.pos) + 1;
            let notice = attention(&self.tx, &facts, needs, pos, reader);
            self.keep(chat, Record { pos, reason: Some(Reason::Attention), ..before })?;
            decided.shows.push((pos, notice));
        }
        if !decided.retracts.contains(&NO_CHAT) && self.is_nowhere_over(reader)? {
            decided.retracts.push(NO_CHAT);
        }
        Ok(decided)
    }

    fn decide_chat(
        &mut self,
        chat: ChatId,
        identity: Identity,
        from: u64,
        (reader, silent): (&Reader, bool),
        decided: &mut Decided,
    ) -> Stored<()> {
        let before = record(&self.tx, chat)?;
        let newest = newest_pos(&self.tx, identity.generation, chat)?;
        let news = newest > before.decided.max(from);
        if !news && before.pos == 0 {
            return Ok(());
        }
        let upto = before.decided.max(newest);
        let Some(facts) = facts(&self.tx, identity.me, chat)? else {
            // Revoked, or deleted: it is not for this member's eyes any more.
            self.keep(chat, Record { decided: upto, ..Record::default() })?;
            decided.retracts.extend((before.pos > 0).then_some(chat));
            return Ok(());
        };
        let mut now = Record { decided: upto, ..before };
        let mut over = before.reason.is_some_and(|reason| rule::is_over(identity.me, &facts, before.pos, reason));
        if over {
            now = Record { decided: upto, ..Record::default() };
        }
        if news && !silent {
            let entries = entries(&self.tx, identity.generation, chat, before.decided.max(from).max(facts.read))?;
            if let Some((entry, reason)) = rule::newest(identity.me, &reader.view, &facts, &entries) {
                let notice = notice(&self.tx, identity.me, &facts, entry, reason, reader);
                now = Record { pos: entry.pos.unwrap_or_default(), reason: Some(reason), ..now };
                decided.shows.push((now.pos, notice));
                over = false;
            }
        }
        self.keep(chat, now)?;
        decided.retracts.extend((over && before.pos > 0).then_some(chat));
        Ok(())
    }

    /// What was told of something that is in no chat has been decided.
    fn is_nowhere_over(&mut self, reader: &Reader) -> Stored<bool> {
        // Decisions are made in the outbox, and it says so.
        if !self.touched.tags.contains("outbox") || record(&self.tx, NO_CHAT)?.pos == 0 {
            return Ok(false);
        }
        let over = nowhere(&self.tx, reader)?.needs.is_none();
        if over {
            let decided = record(&self.tx, NO_CHAT)?.pos;
            self.keep(NO_CHAT, Record { decided, ..Record::default() })?;
        }
        Ok(over)
    }

    /// What of these chats is still to be told, the newest last. The others are forgotten.
    fn still_to_tell(&mut self, chats: &BTreeSet<ChatId>, reader: &Reader) -> Stored<Vec<(u64, Notice)>> {
        let Some(identity) = self.identity else { return Ok(Vec::new()) };
        let silent = is_silent(&self.tx, identity.me, reader)?;
        let mut shows = Vec::new();
        for chat in chats {
            let before = record(&self.tx, *chat)?;
            let Some(reason) = before.reason.filter(|_| before.pos > 0) else { continue };
            let facts =
                if *chat == NO_CHAT { Some(nowhere(&self.tx, reader)?) } else { facts(&self.tx, identity.me, *chat)? };
            let live = facts.filter(|facts| {
                !silent && !reader.view.shows(*chat) && !rule::is_over(identity.me, facts, before.pos, reason)
            });
            let notice = match live {
                Some(facts) => again(&self.tx, identity.me, &facts, before.pos, reason, reader)?,
                None => None,
            };
            match notice {
                Some(notice) => shows.push((before.pos, notice)),
                None => self.keep(*chat, Record { decided: before.decided, ..Record::default() })?,
            }
        }
        shows.sort_by_key(|(pos, _)| *pos);
        Ok(shows)
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
        std::mem::replace(&mut self.reader.view, view)
    }

    /// The time from now on, and the language in which notifications are said.
    pub fn set_reader(&mut self, time: Option<WallTime>, language: Language) {
        (self.reader.time, self.reader.language) = (time, language);
    }

    /// Notifications that the transactions since the last call decided. They are recorded.
    pub fn take_notices(&mut self) -> Vec<NoticeEvent> {
        std::mem::take(&mut self.notices)
    }

    /// Much may come now: what deserves a notification is told once all of it is here.
    pub fn catch_up(&mut self) {
        self.catching_up.get_or_insert_default();
    }

    /// All of it is here, or no more can be had now. After sleep and at the start everything is one notification.
    pub fn caught_up(&mut self, as_one: bool) -> Stored<()> {
        let chats = self.catching_up.take().unwrap_or_default();
        if chats.is_empty() {
            return Ok(());
        }
        let reader = self.reader;
        let shows = self.write(|w| w.still_to_tell(&chats, &reader))?;
        let most = if as_one { 1 } else { rule::MOST_AT_ONCE };
        self.notices.extend(together(shows, most, reader.language).into_iter().map(NoticeEvent::Show));
        Ok(())
    }

    /// What a transaction decided is told, or kept until all is here.
    pub(super) fn tell(&mut self, decided: Decided) {
        let Decided { shows, retracts } = decided;
        if let Some(later) = &mut self.catching_up {
            for chat in &retracts {
                later.remove(chat);
            }
            later.extend(shows.into_iter().map(|(_, notice)| notice.chat));
        } else {
            let shown = together(shows, rule::MOST_AT_ONCE, self.reader.language);
            self.notices.extend(shown.into_iter().map(NoticeEvent::Show));
        }
        self.notices.extend(retracts.into_iter().map(|chat| NoticeEvent::Retract { chat }));
    }

    /// At the start: what the last run decided and no desktop confirmed is told together with what has come since, once
    /// that is here ([`Store::caught_up`]). What was confirmed was of the last run's process and cannot be taken back.
    pub fn notices_at_start(&mut self) -> Stored<()> {
        let pending: Vec<ChatId> = self.write(|w| {
            w.tx.execute("UPDATE notice SET pos = 0, reason = '' WHERE pos > 0 AND shown = 1", [])?;
            let mut statement = w.tx.prepare("SELECT chat FROM notice WHERE pos > 0")?;
            let found = statement.query_map([], |r| Ok(ChatId(uuid_from(r.get(0)?))))?;
            Ok::<_, StoreError>(found.collect::<Result<_, _>>()?)
        })?;
        self.catching_up.get_or_insert_default().extend(pending);
        Ok(())
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
fn together(mut shows: Vec<(u64, Notice)>, most: usize, language: Language) -> Vec<Notice> {
    shows.sort_by_key(|(pos, _)| *pos);
    let mut notices: Vec<Notice> = shows.into_iter().map(|(_, notice)| notice).collect();
    if notices.len() > most {
        notices.reverse();
        notices = rule::digest(&notices, language).into_iter().collect();
    }
    notices
}

/// Whether the member is not to be disturbed now.
fn is_silent(c: &Connection, me: MemberId, reader: &Reader) -> Stored<bool> {
    let (Some(time), Some(quiet)) = (reader.time, query::quiet(c, me)?) else { return Ok(false) };
    let hub_ms = time.local_ms.saturating_add(meta::skew_ms(c)?);
    Ok(crate::notify::quiet::is_silent(&quiet, hub_ms, time.minute))
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
        .prepare_cached(
            "SELECT pos FROM live_message WHERE chat = ? AND pos < ? AND rev >= ? ORDER BY pos DESC LIMIT 1",
        )?
        .query_row(params![chat.0.into_bytes(), LOCAL_POS, rev_of(generation, 0)], |r| r.get(0))
        .optional()?;
    Ok(pos.unwrap_or(0) as u64)
}

/// The newest entries after a position, in the order of the hub.
fn entries(c: &Connection, generation: i64, chat: ChatId, after: u64) -> Stored<Vec<Message>> {
    let mut statement = c.prepare_cached(
        "SELECT json FROM live_message WHERE chat = ? AND pos > ? AND pos < ? AND rev >= ? ORDER BY pos DESC LIMIT ?",
    )?;
    let jsons = statement
        .query_map(params![chat.0.into_bytes(), after as i64, LOCAL_POS, rev_of(generation, 0), MOST_ENTRIES], |r| {
            r.get::<_, String>(0)
        })?;
    let mut entries = Vec::new();
    for json in jsons {
        if let Row::Message(entry) = Row::from_text(Kind::Message, &json?)? {
            entries.push(entry);
        }
    }
    entries.reverse();
    Ok(entries)
}

fn entry_at(c: &Connection, pos: u64) -> Stored<Option<Message>> {
    let json: Option<String> = c
        .prepare_cached("SELECT json FROM live_message WHERE pos = ?")?
        .query_row([pos as i64], |r| r.get(0))
        .optional()?;
    let Some(json) = json else { return Ok(None) };
    Ok(match Row::from_text(Kind::Message, &json)? {
        Row::Message(entry) => Some(entry),
        _ => None,
    })
}

fn facts(c: &Connection, me: MemberId, chat: ChatId) -> Stored<Option<ChatFacts>> {
    let needs = query::needs(c, Some(chat))?;
    if let Some(conversation) = rows::conversation(c, chat)? {
        let channel = rows::channel(c, conversation.channel)?;
        let inbox = rows::inbox_of(c, channel.as_ref())?;
        let archived = channel.as_ref().is_some_and(|channel| channel.archived);
        let whose = match (&inbox, channel) {
            _ if archived || !conversation.is_open() => Whose::Closed,
            (Some(inbox), _) if !inbox.assignment => Whose::Everybodys,
            (Some(inbox), _) => Whose::Assigned(project::assignee_in(c, &conversation, inbox)?),
            // Nobody else has a member's own number.
            (None, Some(channel)) if channel.is_personal() => Whose::Everybodys,
            (None, _) => Whose::Assigned(conversation.assignee.as_ref().map(|assignee| assignee.member)),
        };
        let read = project::reading(c, me, chat, Scope::Channel(conversation.channel))?.pos;
        let title = query::conversation_title(c, &conversation)?;
        return Ok(Some(ChatFacts { chat, title, whose, read, needs }));
    }
    let title = match (rows::direct_chat(c, chat)?, rows::team_chat(c, chat)?) {
        (Some(direct), _) => query::direct_title(c, me, &direct)?,
        (None, Some(team)) => team.name.to_string(),
        (None, None) => return Ok(None),
    };
    let read = project::reading(c, me, chat, Scope::Chat(chat))?.pos;
    Ok(Some(ChatFacts { chat, title, whose: Whose::Direct, read, needs }))
}

/// The same of what is in no chat.
fn nowhere(c: &Connection, reader: &Reader) -> Stored<ChatFacts> {
    let title = reader.language.needs_attention().to_owned();
    Ok(ChatFacts { chat: NO_CHAT, title, whose: Whose::Direct, read: 0, needs: query::needs(c, None)? })
}

fn notice(c: &Connection, me: MemberId, facts: &ChatFacts, entry: &Message, reason: Reason, reader: &Reader) -> Notice {
    rule::notice(me, facts, entry, reason, reader.language, &|id| name_of(c, id))
}

fn attention(c: &Connection, facts: &ChatFacts, needs: Needs, pos: u64, reader: &Reader) -> Notice {
    rule::attention(facts, needs, pos, reader.language, &|id| name_of(c, id))
}

/// The notification that was recorded.
fn again(
    c: &Connection,
    me: MemberId,
    facts: &ChatFacts,
    pos: u64,
    reason: Reason,
    reader: &Reader,
) -> Stored<Option<Notice>> {
    if reason == Reason::Attention {
        return Ok(facts.needs.map(|needs| attention(c, facts, needs, pos, reader)));
    }
    Ok(entry_at(c, pos)?.map(|entry| notice(c, me, facts, &entry, reason, reader)))
}

fn name_of(c: &Connection, id: MemberId) -> Option<String> {
    rows::member(c, id).ok().flatten().map(|member| member.name.to_string())
}

#[cfg(test)]
mod tests;
