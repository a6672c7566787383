//! `mark_read`: a read position only ever moves forward.

use super::{Rule, access};
use crate::{Actor, ChatId, Context, Decision, Kind, ReadPosition, Ref, Refusal, Rejection, Rows};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Everything up to a position is read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MarkRead {
    /// Which chat.
    pub chat: ChatId,
    /// Up to here, inclusive.
    pub pos: u64,
}

impl Rule for MarkRead {
    fn reads(&self, actor: Actor, rows: &Rows) -> Vec<Ref> {
        let mut refs = access::chat_refs(self.chat, rows);
        if let Actor::Member(me) = actor {
            refs.push(Ref::Row(Kind::ReadPosition, ReadPosition::id_of(me, self.chat)));
        }
        refs
    }

    fn decide(&self, rows: &Rows, context: &Context) -> Result<Decision, Refusal> {
        let me = context.actor.member().ok_or(Rejection::Forbidden)?;
        access::chat(self.chat, rows, context)?;
        let before = rows.read_position(me, self.chat).map_or(0, |r| r.pos);
        // Nobody has read what is not there yet: a wild position must not hide the messages to come.
        let pos = context.seq.map_or(self.pos, |seq| self.pos.min(crate::pos_of(seq, 0)));
        if pos <= before {
            return Ok(Decision::nothing());
        }
        Ok(Decision::put([ReadPosition { member: me, chat: self.chat, pos }.into()]))
    }

    fn resolve(&mut self, resolve: &dyn Fn(Uuid) -> Uuid) {
        self.chat = resolve(self.chat.0).into();
    }

    fn chat(&self) -> Option<ChatId> {
        Some(self.chat)
    }
}
