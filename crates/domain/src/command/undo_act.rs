//! `undo_act`: a member takes back what they did, as long as nobody has done anything to it since.
//!
//! The system line of the act is its name: it says what was done, by whom, and what was before. A conversation knows the
//! lines of its last assignment and of its closing, so this is a compare-and-set on the act itself, which neither clocks nor
//! a colleague who did and undid the same can deceive.

use super::send_message::{open_refs, refuse_second_open};
use super::{Rule, access, assign_chat, thread::Thread};
use crate::{Actor, Author, ChatId, Content, Context, Decision, MessageId, Ref, Refusal, Rejection, Rows, Scope};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Takes back an assignment or a close of the author's own: whoever had it has it again, whatever the author's role; it is
/// open again. Where the act was never done (it was refused, or nothing had to change) there is nothing to take back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UndoAct {
    /// Which conversation.
    pub chat: ChatId,
    /// The system line of the act.
    pub act: MessageId,
    /// Names the system line that this command makes.
    pub line: MessageId,
}

impl Rule for UndoAct {
    fn reads(&self, _: Actor, rows: &Rows) -> Vec<Ref> {
        let mut refs = access::chat_refs(self.chat, rows);
        refs.push(Ref::message(self.act));
        match rows.message(self.act).map(|act| &act.content) {
            Some(Content::Assigned { from, .. }) => refs.extend(from.map(Ref::member)),
            Some(Content::Closed) => refs.extend(rows.conversation(self.chat).iter().flat_map(|c| open_refs(c, rows))),
            _ => {}
        }
        refs
    }

    fn decide(&self, rows: &Rows, context: &Context) -> Result<Decision, Refusal> {
        let me = context.actor.member().ok_or(Rejection::Forbidden)?;
        let seen = access::conversation(self.chat, rows, context)?;
        let Some(act) = rows.message(self.act).filter(|act| act.chat == self.chat) else {
            return Ok(Decision::nothing());
        };
        if act.author != Author::Member(me) {
            return Err(Rejection::Forbidden.into());
        }
        let conversation = seen.conversation.clone();
        let mut thread = Thread::new(self.chat, Scope::Channel(conversation.channel), self.line, context);
        match act.content {
            Content::Assigned { from, .. } => {
                if conversation.assigned != Some(self.act) {
                    return Err(Rejection::ActedSince.into());
                }
                assign_chat::check_assignee(from, seen.inbox, rows)?;
                let conversation = assign_chat::hand_over(conversation, from, &mut thread, context);
                Ok(thread.decision(conversation))
            }
            // Open again, by the customer or a colleague: what was wanted.
            Content::Closed if conversation.is_open() => Ok(Decision::nothing()),
            Content::Closed => {
                if conversation.closed.as_ref().and_then(|closed| closed.line) != Some(self.act) {
                    return Err(Rejection::ActedSince.into());
                }
                refuse_second_open(&conversation, rows)?;
                let mut conversation = conversation;
                conversation.closed = None;
                thread.line(Content::Reopened);
                Ok(thread.decision(conversation))
            }
            _ => Err(Rejection::WrongKind.into()),
        }
    }

    fn resolve(&mut self, resolve: &dyn Fn(Uuid) -> Uuid) {
        self.chat = resolve(self.chat.0).into();
    }

    fn chat(&self) -> Option<ChatId> {
        Some(self.chat)
    }
}
