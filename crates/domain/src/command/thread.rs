//! Making entries of a thread.

use crate::{
    Actor, Author, ChatId, Content, Context, Decision, Delivery, LastMessage, Message, MessageId, MessageText, Row,
    Scope, derived_id, preview,
};

/// Identifier of the system line that a command of that seed makes as its entry `index`.
pub(super) fn line_id(seed: MessageId, index: u8) -> MessageId {
    MessageId(derived_id("line", &[seed.0.as_bytes(), &[index]]))
}

/// Adds entries in order: each gets the next position of the command.
pub(super) struct Thread<'a> {
    chat: ChatId,
    scope: Scope,
    context: &'a Context,
    /// What the lines' identifiers derive from: the same command makes the same lines on client and hub.
    seed: MessageId,
    entries: Vec<Message>,
}

impl<'a> Thread<'a> {
    /// `seed` = an identifier that this command has for itself alone.
    pub fn new(chat: ChatId, scope: Scope, seed: MessageId, context: &'a Context) -> Self {
        Self { chat, scope, context, seed, entries: Vec::new() }
    }

    fn author(&self) -> Author {
        match self.context.actor {
            Actor::Member(id) => Author::Member(id),
            Actor::System => Author::System,
        }
    }

    fn push(&mut self, id: MessageId, author: Author, content: Content, delivery: Delivery) -> &Message {
        let index = self.entries.len() as u64;
        self.entries.push(Message {
            id,
            chat: self.chat,
            scope: self.scope,
            pos: self.context.pos(index),
            at_ms: self.context.at_ms(),
            author,
            content,
            delivery,
        });
        &self.entries[self.entries.len() - 1]
    }

    /// A system line by the actor. Returns its identifier.
    pub fn line(&mut self, content: Content) -> MessageId {
        let id = line_id(self.seed, self.entries.len() as u8);
        self.push(id, self.author(), content, Delivery::None);
        id
    }

    /// A message. Returns what the chat's row says of it.
    pub fn message(&mut self, id: MessageId, author: Author, text: &MessageText) -> LastMessage {
        let delivery = if author == Author::Contact { Delivery::None } else { Delivery::Sent };
        let by = match author {
            Author::Member(id) => Some(id),
            Author::Contact | Author::System => None,
        };
        let entry = self.push(id, author, Content::Text { text: text.clone() }, delivery);
        LastMessage { id, pos: entry.pos, at_ms: entry.at_ms, by, preview: preview(text.as_str()) }
    }

    /// The chat's row with the entries behind it: what the command comes to.
    pub fn decision(self, chat: impl Into<Row>) -> Decision {
        Decision::put(std::iter::once(chat.into()).chain(self.entries.into_iter().map(Row::from)))
    }
}
