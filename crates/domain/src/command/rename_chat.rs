//! `rename_chat`: a team chat gets another name. The last one in hub order stands.

use super::{Rule, access, thread::Thread};
use crate::{Actor, ChatId, Content, Context, Decision, MessageId, Name, Ref, Refusal, Rows, Scope};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Renames. Everybody in it may.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RenameChat {
    /// Which team chat.
    pub chat: ChatId,
    /// What it is called from now on.
    pub name: Name,
    /// Names the system line that the command makes.
    pub line: MessageId,
}

impl Rule for RenameChat {
    fn reads(&self, _: Actor, rows: &Rows) -> Vec<Ref> {
        access::chat_refs(self.chat, rows)
    }

    fn decide(&self, rows: &Rows, context: &Context) -> Result<Decision, Refusal> {
        let mut team = access::team(self.chat, rows, context)?.clone();
        if team.name == self.name {
            return Ok(Decision::nothing());
        }
        team.name.clone_from(&self.name);
        let mut thread = Thread::new(self.chat, Scope::Chat(self.chat), self.line, context);
        thread.line(Content::Renamed { name: self.name.clone() });
        Ok(thread.decision(team))
    }

    fn resolve(&mut self, resolve: &dyn Fn(Uuid) -> Uuid) {
        self.chat = resolve(self.chat.0).into();
    }

    fn chat(&self) -> Option<ChatId> {
        Some(self.chat)
    }
}
