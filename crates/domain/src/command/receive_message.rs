//! `receive_message`: somebody outside wrote. Never lost, never doubled.

use super::{Rule, thread::Thread};
use crate::{
    Actor, Address, Assignee, Author, Channel, ChannelId, ChatId, Content, Context, Conversation, Decision, Inbox,
    MessageId, MessageText, Name, NaturalKey, Ref, Refusal, Rejection, Rows, Scope,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// An inbound message. It goes to the open conversation of the address, reopens what was closed less than the inbox's
/// number of days ago, or starts a conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReceiveMessage {
    /// Where it came in.
    pub channel: ChannelId,
    /// Who wrote.
    pub address: Address,
    /// What they call themselves.
    #[serde(default)]
    pub profile_name: Option<Name>,
    /// Derived from what the other side calls the message, so that a repeated delivery is the same message.
    pub message: MessageId,
    /// What.
    pub text: MessageText,
    /// Identifier for a new conversation, if one starts.
    pub new_chat: ChatId,
}

impl ReceiveMessage {
    /// The channel that takes it. What is sent to a number that became a channel of an inbox meanwhile goes there.
    fn taken_by<'a>(&self, rows: &'a Rows) -> Option<&'a Channel> {
        let named = rows.channel(self.channel)?;
        match &named.number {
            Some(number) if named.archived => rows.channel(rows.key(&NaturalKey::Number(number.clone()))?.into()),
            _ => Some(named),
        }
    }

    fn key(&self, channel: &Channel) -> NaturalKey {
        NaturalKey::Conversation(channel.id, self.address.clone())
    }

    fn start(&self, channel: &Channel, context: &Context) -> Conversation {
        Conversation {
            id: self.new_chat,
            channel: channel.id,
            address: self.address.clone(),
            profile_name: self.profile_name.clone(),
            created_ms: context.at_ms(),
            closed: None,
            assignee: None,
            assigned: None,
            tags: BTreeSet::new(),
            last_message: None,
            last_inbound: 0,
            unanswered: None,
            participants: BTreeMap::new(),
            inbound: true,
        }
    }
}

impl Rule for ReceiveMessage {
    fn reads(&self, _: Actor, rows: &Rows) -> Vec<Ref> {
        let mut refs = vec![Ref::channel(self.channel), Ref::message(self.message)];
        if let Some(Channel { archived: true, number: Some(number), .. }) = rows.channel(self.channel) {
            let key = NaturalKey::Number(number.clone());
            refs.extend(rows.key(&key).map(|id| Ref::channel(id.into())));
            refs.push(Ref::Key(key));
        }
        if let Some(channel) = self.taken_by(rows) {
            let key = self.key(channel);
            refs.extend(channel.inbox.map(Ref::inbox));
            refs.extend(rows.key(&key).map(|newest| Ref::conversation(newest.into())));
            refs.push(Ref::Key(key));
        }
        refs
    }

    fn decide(&self, rows: &Rows, context: &Context) -> Result<Decision, Refusal> {
        let channel = self.taken_by(rows).ok_or(Rejection::NotFound)?;
        // A member's own number has no settings: what is new there is as in a new inbox.
        let inbox = channel.inbox.map(|id| rows.inbox(id).ok_or(Rejection::NotFound)).transpose()?;
        let reopen_days = inbox.map_or(Inbox::REOPEN_DAYS, |inbox| inbox.reopen_days);
        if rows.message(self.message).is_some() {
            return Ok(Decision::nothing());
        }
        let newest = rows.key(&self.key(channel)).and_then(|id| rows.conversation(id.into()));
        let reopen_after = context.at_ms() - i64::from(reopen_days) * DAY_MS;
        let (mut conversation, reopened) = match newest {
            Some(open) if open.is_open() => (open.clone(), false),
            Some(closed) if closed.closed.as_ref().is_some_and(|c| c.at_ms > reopen_after) => (closed.clone(), true),
            _ => (self.start(channel, context), false),
        };
        let mut thread = Thread::new(conversation.id, Scope::Channel(channel.id), self.message, context);
        if reopened {
            conversation.closed = None;
            thread.line(Content::Reopened);
            let had: Option<Assignee> = conversation.assignee.take();
            if inbox.is_some_and(|inbox| inbox.keep_assignee) {
                conversation.assignee = had;
            } else if let Some(had) = had {
                conversation.assigned = Some(thread.line(Content::Assigned { to: None, from: Some(had.member) }));
            }
        }
        if self.profile_name.is_some() {
            conversation.profile_name.clone_from(&self.profile_name);
        }
        let last = thread.message(self.message, Author::Contact, &self.text);
        if let Some(pos) = last.pos {
            conversation.last_inbound = pos;
            conversation.unanswered.get_or_insert(pos);
        }
        conversation.last_message = Some(last);
        Ok(thread.decision(conversation))
    }
}
