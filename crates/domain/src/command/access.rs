//! What a chat command finds behind its identifier, and whether the actor may see it.

use crate::{
    Actor, Channel, ChatId, Context, Conversation, DirectChat, Inbox, Kind, Member, ReadPosition, Ref, Rejection, Role,
    Rows,
};

/// A conversation with what it hangs on.
pub(super) struct Seen<'a> {
    pub conversation: &'a Conversation,
    pub inbox: &'a Inbox,
}

/// A chat that the actor may see.
pub(super) enum Chat<'a> {
    Conversation(Seen<'a>),
    Direct(&'a DirectChat),
}

/// References behind a chat: the chat, its channel, its inbox.
pub(super) fn chat_refs(chat: ChatId, rows: &Rows) -> Vec<Ref> {
    let mut refs = vec![Ref::conversation(chat), Ref::direct_chat(chat)];
    if let Some(conversation) = rows.conversation(chat) {
        refs.push(Ref::channel(conversation.channel));
        if let Some(channel) = rows.channel(conversation.channel) {
            refs.push(Ref::inbox(channel.inbox));
        }
    }
    refs
}

/// References behind what a member has read of a chat.
pub(super) fn reading_refs(chat: ChatId, actor: Actor, rows: &Rows) -> Vec<Ref> {
    let mut refs = chat_refs(chat, rows);
    refs.extend(actor.member().map(|me| Ref::Row(Kind::ReadPosition, ReadPosition::id_of(me, chat))));
    refs
}

/// The chat, where the actor may see it. What exists out of sight has the same answer as what does not exist.
pub(super) fn chat<'a>(id: ChatId, rows: &'a Rows, context: &Context) -> Result<Chat<'a>, Rejection> {
    if let Some(direct) = rows.direct_chat(id) {
        let inside = context.actor.member().is_none_or(|m| direct.members.contains(&m));
        return if inside { Ok(Chat::Direct(direct)) } else { Err(Rejection::NotFound) };
    }
    let conversation = rows.conversation(id).ok_or(Rejection::NotFound)?;
    let channel: &Channel = rows.channel(conversation.channel).ok_or(Rejection::NotFound)?;
    let inbox = rows.inbox(channel.inbox).ok_or(Rejection::NotFound)?;
    let inside = context.actor.member().is_none_or(|m| inbox.members.contains(&m));
    if inside { Ok(Chat::Conversation(Seen { conversation, inbox })) } else { Err(Rejection::NotFound) }
}

/// The conversation; a direct chat is of the wrong kind.
pub(super) fn conversation<'a>(id: ChatId, rows: &'a Rows, context: &Context) -> Result<Seen<'a>, Rejection> {
    match chat(id, rows, context)? {
        Chat::Conversation(seen) => Ok(seen),
        Chat::Direct(_) => Err(Rejection::WrongKind),
    }
}

/// Whether the actor may give conversations of this inbox to others.
pub(super) fn may_assign_others(inbox: &Inbox, rows: &Rows, actor: Actor) -> bool {
    let member: Option<&Member> = actor.member().and_then(|id| rows.member(id));
    inbox.agents_assign || member.is_none_or(|m| m.role >= Role::Manager)
}
