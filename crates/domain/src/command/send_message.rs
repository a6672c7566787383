//! `send_message`: a member writes in a chat.

use super::{Rule, access, thread::Thread};
use crate::{
    Actor, Assignee, Author, ChatId, Content, Context, Conversation, Decision, Hold, MemberId, MessageId, MessageText,
    NaturalKey, Ref, Refusal, Rejection, Reply, Rows, Scope,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A reply that waited longer is held: the world it answered may be gone.
pub const STALE_AFTER_MS: u64 = 12 * 60 * 60 * 1000;

/// Sends a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SendMessage {
    /// Where.
    pub chat: ChatId,
    /// The message's identifier; never the command's (S18): *Send anyway* is a new command for the same message.
    pub message: MessageId,
    /// What.
    pub text: MessageText,
    /// Position of the newest entry of the chat in the author's cache when they wrote.
    pub seen: u64,
}

impl Rule for SendMessage {
    fn reads(&self, _: Actor, rows: &Rows) -> Vec<Ref> {
        let mut refs = access::chat_refs(self.chat, rows);
        refs.push(Ref::message(self.message));
        if let Some(c) = rows.conversation(self.chat)
            && !c.is_open()
        {
            refs.extend(open_refs(c, rows));
        }
        refs
    }

    fn decide(&self, rows: &Rows, context: &Context) -> Result<Decision, Refusal> {
        let me = context.actor.member().ok_or(Rejection::Forbidden)?;
        let chat = access::chat(self.chat, rows, context)?;
        if rows.message(self.message).is_some() {
            return Err(Rejection::AlreadySent.into());
        }
        match chat {
            access::Chat::Direct(direct) => {
                let mut direct = direct.clone();
                let mut thread = Thread::new(self.chat, Scope::Chat(self.chat), self.message, context);
                direct.last_message = Some(thread.message(self.message, Author::Member(me), &self.text));
                Ok(thread.decision(direct))
            }
            access::Chat::Team(team) => {
                let mut team = team.clone();
                let mut thread = Thread::new(self.chat, Scope::Chat(self.chat), self.message, context);
                team.last_message = Some(thread.message(self.message, Author::Member(me), &self.text));
                Ok(thread.decision(team))
            }
            access::Chat::Conversation(seen) if seen.channel.archived => Err(Rejection::Archived.into()),
            access::Chat::Conversation(seen) => {
                if context.age_ms > STALE_AFTER_MS {
                    return Err(Refusal::Held(Hold::Stale));
                }
                if let Some(hold) = unseen_reply(seen.conversation, me, self.seen) {
                    return Err(Refusal::Held(hold));
                }
                self.send_in_conversation(seen, me, rows, context)
            }
        }
    }

    fn resolve(&mut self, resolve: &dyn Fn(Uuid) -> Uuid) {
        self.chat = resolve(self.chat.0).into();
    }

    fn chat(&self) -> Option<ChatId> {
        Some(self.chat)
    }
}

impl SendMessage {
    fn send_in_conversation(
        &self,
        seen: access::Seen<'_>,
        me: MemberId,
        rows: &Rows,
        context: &Context,
    ) -> Result<Decision, Refusal> {
        let mut conversation = seen.conversation.clone();
        let mut thread = Thread::new(self.chat, Scope::Channel(conversation.channel), self.message, context);
        let reopened = !conversation.is_open();
        if reopened {
            refuse_second_open(&conversation, rows)?;
            conversation.closed = None;
            thread.line(Content::Reopened);
        }
        // A reply in what nobody has claims it; sending in a closed one takes it over. Who is not in the inbox any more (the
        // channel has moved, say) has nothing, and is shown nowhere as having it.
        let had = conversation.assignee.as_ref().map(|a| a.member);
        if let Some(inbox) = seen.inbox.filter(|inbox| inbox.assignment)
            && had != Some(me)
            && (reopened || had.is_none_or(|member| !inbox.members.contains(&member)))
        {
            conversation.assignee = Some(Assignee { member: me, by: Some(me), at_ms: context.at_ms() });
            conversation.assigned = Some(thread.line(Content::Assigned { to: Some(me), from: had }));
        }
        let last = thread.message(self.message, Author::Member(me), &self.text);
        conversation.participants.insert(me, Some(Reply { message: last.id, pos: last.pos, at_ms: last.at_ms }));
        conversation.last_message = Some(last);
        conversation.unanswered = None;
        Ok(thread.decision(conversation))
    }
}

/// The newest reply of a colleague that the author had not seen.
fn unseen_reply(conversation: &Conversation, me: MemberId, seen: u64) -> Option<Hold> {
    conversation
        .participants
        .iter()
        .filter(|(member, _)| **member != me)
        .filter_map(|(member, reply)| {
            let reply = reply.as_ref()?;
            let pos = reply.pos.filter(|pos| *pos > seen)?;
            Some((pos, Hold::Answered { by: *member, message: reply.message, at_ms: reply.at_ms }))
        })
        .max_by_key(|(pos, _)| *pos)
        .map(|(_, hold)| hold)
}

/// What says whether the address has another open conversation.
pub(super) fn open_refs(conversation: &Conversation, rows: &Rows) -> Vec<Ref> {
    let key = NaturalKey::Conversation(conversation.channel, conversation.address.clone());
    let newest = rows.key(&key).map(|id| Ref::conversation(id.into()));
    std::iter::once(Ref::Key(key)).chain(newest).collect()
}

/// An address has at most one open conversation on a channel.
pub(super) fn refuse_second_open(conversation: &Conversation, rows: &Rows) -> Result<(), Rejection> {
    let key = NaturalKey::Conversation(conversation.channel, conversation.address.clone());
    match rows.key(&key).and_then(|id| rows.conversation(id.into())) {
        Some(newest) if newest.id != conversation.id && newest.is_open() => {
            Err(Rejection::AnotherOpen { chat: newest.id })
        }
        _ => Ok(()),
    }
}
