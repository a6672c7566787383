//! `assign_chat`: a conversation gets an assignee, or none.

use super::{Rule, access, thread::Thread};
use crate::{
    Actor, Assignee, ChatId, Content, Context, Conversation, Decision, Inbox, MemberId, MessageId, Ref, Refusal,
    Rejection, Rows, Scope,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Assigns. With `seen` it is a claim or a release: it succeeds only while the assignee is still the one that the member
/// saw. Without, it is the act of somebody who may assign others: the last one in hub order stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AssignChat {
    /// Which conversation.
    pub chat: ChatId,
    /// To whom; `None` = nobody.
    pub to: Option<MemberId>,
    /// The assignee that the member saw.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<SeenAssignee>,
    /// Names the system line that the command makes.
    pub line: MessageId,
}

/// Whom the member saw as assignee.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenAssignee {
    /// `None` = nobody.
    pub member: Option<MemberId>,
}

impl Rule for AssignChat {
    fn reads(&self, _: Actor, rows: &Rows) -> Vec<Ref> {
        let mut refs = access::chat_refs(self.chat, rows);
        refs.extend(self.to.map(Ref::member));
        refs
    }

    fn decide(&self, rows: &Rows, context: &Context) -> Result<Decision, Refusal> {
        let seen = access::conversation(self.chat, rows, context)?;
        let inbox = check_mode(seen.inbox)?;
        let current = seen.conversation.assignee.as_ref();
        let has = current.map(|a| a.member);
        match self.seen {
            Some(saw) => {
                // A claim is for oneself, a release of what is one's own.
                let me = context.actor.member();
                if self.to.is_some() && self.to != me {
                    return Err(Rejection::Forbidden.into());
                }
                if self.to.is_some() && has == self.to {
                    return Ok(Decision::nothing());
                }
                if self.to.is_none() && saw.member != me {
                    return Err(Rejection::Forbidden.into());
                }
                if has != saw.member {
                    let at_ms = current.map_or(context.now_ms, |a| a.at_ms);
                    return Err(Rejection::TakenBy { by: has, at_ms }.into());
                }
            }
            None if !access::may_assign_others(inbox, rows, context.actor) => {
                return Err(Rejection::Forbidden.into());
            }
            None => {}
        }
        check_assignee(self.to, seen.inbox, rows)?;
        if has == self.to {
            return Ok(Decision::nothing());
        }
        let conversation = seen.conversation.clone();
        let mut thread = Thread::new(self.chat, Scope::Channel(conversation.channel), self.line, context);
        let conversation = hand_over(conversation, self.to, &mut thread, context);
        Ok(thread.decision(conversation))
    }

    fn resolve(&mut self, resolve: &dyn Fn(Uuid) -> Uuid) {
        self.chat = resolve(self.chat.0).into();
    }

    fn chat(&self) -> Option<ChatId> {
        Some(self.chat)
    }
}

/// The inbox, where conversations have assignees. A text is its owner's: there is nobody to give it to.
fn check_mode(inbox: Option<&Inbox>) -> Result<&Inbox, Rejection> {
    let inbox = inbox.ok_or(Rejection::WrongKind)?;
    if inbox.assignment { Ok(inbox) } else { Err(Rejection::AssignmentOff) }
}

/// Whether conversations of the inbox can be given to `to`.
pub(super) fn check_assignee(to: Option<MemberId>, inbox: Option<&Inbox>, rows: &Rows) -> Result<(), Rejection> {
    let inbox = check_mode(inbox)?;
    let Some(to) = to else { return Ok(()) };
    let can = inbox.members.contains(&to) && rows.member(to).is_some_and(|m| m.active);
    if can { Ok(()) } else { Err(Rejection::NotInInbox { member: to }) }
}

/// The conversation as it is when `to` has it, with its line.
pub(super) fn hand_over(
    mut conversation: Conversation,
    to: Option<MemberId>,
    thread: &mut Thread<'_>,
    context: &Context,
) -> Conversation {
    let from = conversation.assignee.as_ref().map(|a| a.member);
    conversation.assignee = to.map(|member| Assignee { member, by: context.actor.member(), at_ms: context.at_ms() });
    if let Some(to) = to {
        conversation.participants.entry(to).or_default();
    }
    conversation.assigned = Some(thread.line(Content::Assigned { to, from }));
    conversation
}
