//! `mark_read`: a read position only ever moves forward.
//!
//! A mark of *Mark unread from here* goes only where the reader had seen it: what another computer read before it heard of
//! the mark, and sent late, must not undo it.

use super::{Rule, access};
use crate::plant::{Plant, planted};
use crate::{Actor, ChatId, Context, Decision, ReadPosition, Ref, Refusal, Rejection, Rows, UnreadMarkId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Everything up to a position is read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MarkRead {
    /// Which chat.
    pub chat: ChatId,
    /// Up to here, inclusive.
    pub pos: u64,
    /// The unread mark that the reader saw on the chat. Bytes without it are of a reader who saw none, or of a program that
    /// knew of no marks: they clear none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<UnreadMarkId>,
}

impl Rule for MarkRead {
    fn reads(&self, actor: Actor, rows: &Rows) -> Vec<Ref> {
        access::reading_refs(self.chat, actor, rows)
    }

    fn decide(&self, rows: &Rows, context: &Context) -> Result<Decision, Refusal> {
        let me = context.actor.member().ok_or(Rejection::Forbidden)?;
        access::chat(self.chat, rows, context)?;
        let (before, marked) = rows.read_position(me, self.chat).map_or((0, None), |r| (r.pos, r.marked));
        // Nobody has read what is not there yet: a wild position must not hide the messages to come.
        let read = context.seq.map_or(self.pos, |seq| self.pos.min(crate::pos_of(seq, 0)));
        let left = marked.filter(|mark| self.seen != Some(mark.id) || read < mark.from);
        if planted(Plant::ReadBack) {
            return Ok(Decision::put([ReadPosition { member: me, chat: self.chat, pos: read, marked: left }.into()]));
        }
        if read <= before && left == marked {
            return Ok(Decision::nothing());
        }
        Ok(Decision::put([ReadPosition { member: me, chat: self.chat, pos: read.max(before), marked: left }.into()]))
    }

    fn resolve(&mut self, resolve: &dyn Fn(Uuid) -> Uuid) {
        self.chat = resolve(self.chat.0).into();
    }

    fn chat(&self) -> Option<ChatId> {
        Some(self.chat)
    }
}
