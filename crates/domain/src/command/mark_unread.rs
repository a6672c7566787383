//! `mark_unread`: *Mark unread from here*. The read position stays where it is; the mark is a register of its own, the last
//! one in hub order stands, and only a `mark_read` by somebody who had seen it takes it away.

use super::{Rule, access};
use crate::{Actor, ChatId, Context, Decision, ReadPosition, Ref, Refusal, Rejection, Rows, UnreadMark, UnreadMarkId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A chat is unread from a position on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MarkUnread {
    /// Which chat.
    pub chat: ChatId,
    /// The entry at this position and all after it.
    pub from: u64,
    /// Names this act, made by whoever marks: with no network too, reading on must be able to say what it saw.
    pub mark: UnreadMarkId,
}

impl Rule for MarkUnread {
    fn reads(&self, actor: Actor, rows: &Rows) -> Vec<Ref> {
        access::reading_refs(self.chat, actor, rows)
    }

    fn decide(&self, rows: &Rows, context: &Context) -> Result<Decision, Refusal> {
        let me = context.actor.member().ok_or(Rejection::Forbidden)?;
        access::chat(self.chat, rows, context)?;
        let before = rows.read_position(me, self.chat);
        // What is not there yet is unread anyway.
        let from = context.seq.map_or(self.from, |seq| self.from.min(crate::pos_of(seq, 0)));
        let mark = UnreadMark { id: self.mark, from };
        if before.is_some_and(|r| r.marked == Some(mark)) {
            return Ok(Decision::nothing());
        }
        let pos = before.map_or(0, |r| r.pos);
        Ok(Decision::put([ReadPosition { member: me, chat: self.chat, pos, marked: Some(mark) }.into()]))
    }

    fn resolve(&mut self, resolve: &dyn Fn(Uuid) -> Uuid) {
        self.chat = resolve(self.chat.0).into();
    }

    fn chat(&self) -> Option<ChatId> {
        Some(self.chat)
    }
}
