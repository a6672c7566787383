//! The messages of a few chats, newest first: the newest of each is known, and only of the one whose turn it was is the next
//! read.

use crate::store::{Stored, uuid_from};
use deskbell_domain::{ChatId, MemberId};
use rusqlite::{Connection, params};
use std::collections::{BTreeSet, BinaryHeap, VecDeque};

/// The newest messages of a chat before a position.
pub(super) const OF_CHAT: &str = "SELECT m.pos, m.author FROM live_message m
     WHERE m.chat = ?1 AND m.pos < ?2 AND m.pos >= ?3 AND m.said = 1 ORDER BY m.pos DESC LIMIT ?4";

/// How many of a chat are read at once.
const AT_ONCE: usize = 8;

/// Where a message is and which member wrote it; `None`: somebody outside.
type At = (i64, Option<MemberId>);

/// Reads them.
pub(super) struct Merged<'a> {
    c: &'a Connection,
    first: i64,
    chats: Vec<(ChatId, VecDeque<At>)>,
    /// The newest of each chat that has some left, with the chat's number.
    heads: BinaryHeap<(i64, usize)>,
}

impl<'a> Merged<'a> {
    /// Those of these chats before `below`, down to `first`.
    pub fn new(c: &'a Connection, chats: &BTreeSet<ChatId>, below: i64, first: i64) -> Stored<Self> {
        let chats: Vec<_> = chats.iter().map(|chat| (*chat, VecDeque::new())).collect();
        let mut merged = Self { c, first, heads: BinaryHeap::with_capacity(chats.len()), chats };
        for number in 0..merged.chats.len() {
            // Of most nothing but the newest is wanted.
            merged.read(number, below, 1)?;
        }
        Ok(merged)
    }

    fn read(&mut self, number: usize, below: i64, most: usize) -> Stored<()> {
        let (chat, left) = &mut self.chats[number];
        let mut statement = self.c.prepare_cached(OF_CHAT)?;
        let mut rows = statement.query(params![chat.0.into_bytes(), below, self.first, most as i64])?;
        while let Some(r) = rows.next()? {
            left.push_back((r.get(0)?, r.get::<_, Option<[u8; 16]>>(1)?.map(|id| MemberId(uuid_from(id)))));
        }
        self.heads.extend(left.front().map(|(pos, _)| (*pos, number)));
        Ok(())
    }

    /// The newest that was not given yet.
    pub fn next(&mut self) -> Stored<Option<At>> {
        let Some((pos, number)) = self.heads.pop() else { return Ok(None) };
        let left = &mut self.chats[number].1;
        let at = left.pop_front();
        match left.front() {
            Some((next, _)) => self.heads.push((*next, number)),
            None => self.read(number, pos, AT_ONCE)?,
        }
        Ok(at)
    }
}
