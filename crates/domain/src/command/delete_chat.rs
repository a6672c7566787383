//! `delete_chat`: a chat goes, with all that was written in it.
//!
//! A command touches at most 500 rows and a chat may have a million, so a chat is deleted by several commands, each of which
//! may be repeated: its entries and read positions first, its own row at the end. While the row is there people may go on
//! writing; once it is gone nobody can, and whatever came in between is deleted by one more command of the same kind. The
//! hub fills in what there is, as no natural key leads from a chat to it.

use super::{Rule, access};
use crate::{Actor, ChatId, Context, Decision, Effect, Kind, MemberId, MessageId, ReadPosition};
use crate::{Ref, Refusal, Rejection, Rows, Scope};
use serde::{Deserialize, Serialize};

/// Most entries and read positions in one command; a page of the feed never splits one.
pub const MAX_DELETED: usize = 400;

/// Deletes a part of a chat, or what is left of it. Its identifier and the aliases of it stay unused for ever; its natural
/// key is free, and a customer who writes again starts a conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeleteChat {
    /// Which chat.
    pub chat: ChatId,
    /// Entries of it; with `readers` at most [`MAX_DELETED`]. One that is gone, or of another chat, is passed over.
    pub entries: Vec<MessageId>,
    /// Members whose read position in it goes.
    pub readers: Vec<MemberId>,
    /// Its own row too; of a direct or team chat the grants go as well.
    pub last: bool,
}

impl Rule for DeleteChat {
    fn reads(&self, _: Actor, _: &Rows) -> Vec<Ref> {
        let entries = self.entries.iter().map(|m| Ref::message(*m));
        let readers = self.readers.iter().map(|m| Ref::Row(Kind::ReadPosition, ReadPosition::id_of(*m, self.chat)));
        entries.chain(readers).chain(access::kinds_of(self.chat)).collect()
    }

    fn decide(&self, rows: &Rows, _: &Context) -> Result<Decision, Refusal> {
        if self.entries.len() + self.readers.len() > MAX_DELETED {
            return Err(Rejection::Invalid { field: "entries".into(), problem: "too_many".into() }.into());
        }
        let entries = self.entries.iter().filter(|id| rows.message(**id).is_some_and(|m| m.chat == self.chat));
        let readers = self.readers.iter().filter(|m| rows.read_position(**m, self.chat).is_some());
        let mut effects: Vec<Effect> = entries.map(|id| Effect::Delete(Kind::Message, id.0)).collect();
        effects.extend(readers.map(|m| Effect::Delete(Kind::ReadPosition, ReadPosition::id_of(*m, self.chat))));
        if self.last && rows.conversation(self.chat).is_some() {
            effects.push(Effect::Delete(Kind::Conversation, self.chat.0));
        }
        if let Some(direct) = rows.direct_chat(self.chat).filter(|_| self.last) {
            effects.push(Effect::Delete(Kind::DirectChat, self.chat.0));
            effects.extend(direct.members.map(|m| Effect::Revoke(m, Scope::Chat(self.chat))));
        }
        if let Some(team) = rows.team_chat(self.chat).filter(|_| self.last) {
            effects.push(Effect::Delete(Kind::TeamChat, self.chat.0));
            effects.extend(team.members.iter().map(|m| Effect::Revoke(*m, Scope::Chat(self.chat))));
        }
        Ok(Decision { effects, joined: None })
    }

    fn resolve(&mut self, resolve: &dyn Fn(uuid::Uuid) -> uuid::Uuid) {
        self.chat = resolve(self.chat.0).into();
    }

    fn chat(&self) -> Option<ChatId> {
        Some(self.chat)
    }
}
