//! What a chat command finds behind its identifier, and whether the actor may see it.

use crate::{
    Actor, Channel, ChatId, Context, Conversation, DirectChat, Inbox, Kind, Member, MemberId, ReadPosition, Ref,
    Rejection, Role, Rows, TeamChat,
};

/// A conversation with what it hangs on.
pub(super) struct Seen<'a> {
    pub conversation: &'a Conversation,
    pub channel: &'a Channel,
    /// The inbox whose settings hold; `None` on a member's own number and on what became of one.
    pub inbox: Option<&'a Inbox>,
}

/// A chat that the actor may see.
pub(super) enum Chat<'a> {
    Conversation(Seen<'a>),
    Direct(&'a DirectChat),
    Team(&'a TeamChat),
}

/// References behind a chat: the chat, its channel, its inbox.
pub(super) fn chat_refs(chat: ChatId, rows: &Rows) -> Vec<Ref> {
    let mut refs = kinds_of(chat).to_vec();
    if let Some(conversation) = rows.conversation(chat) {
        refs.push(Ref::channel(conversation.channel));
        refs.extend(rows.channel(conversation.channel).and_then(|channel| channel.inbox).map(Ref::inbox));
    }
    refs
}

/// The chat of that identifier, of whatever kind.
pub(super) fn kinds_of(chat: ChatId) -> [Ref; 3] {
    [Ref::conversation(chat), Ref::direct_chat(chat), Ref::team_chat(chat)]
}

/// Whether an identifier is a chat's already, of whatever kind.
pub(super) fn is_chat(chat: ChatId, rows: &Rows) -> bool {
    rows.conversation(chat).is_some() || rows.direct_chat(chat).is_some() || rows.team_chat(chat).is_some()
}

/// References behind what a member has read of a chat.
pub(super) fn reading_refs(chat: ChatId, actor: Actor, rows: &Rows) -> Vec<Ref> {
    let mut refs = chat_refs(chat, rows);
    refs.extend(actor.member().map(|me| Ref::Row(Kind::ReadPosition, ReadPosition::id_of(me, chat))));
    refs
}

/// The chat, where the actor may see it. What exists out of sight has the same answer as what does not exist.
pub(super) fn chat<'a>(id: ChatId, rows: &'a Rows, context: &Context) -> Result<Chat<'a>, Rejection> {
    let me = context.actor.member();
    let (chat, inside) = if let Some(direct) = rows.direct_chat(id) {
        (Chat::Direct(direct), me.is_none_or(|m| direct.members.contains(&m)))
    } else if let Some(team) = rows.team_chat(id) {
        (Chat::Team(team), me.is_none_or(|m| team.members.contains(&m)))
    } else {
        let conversation = rows.conversation(id).ok_or(Rejection::NotFound)?;
        let channel = rows.channel(conversation.channel).ok_or(Rejection::NotFound)?;
        let of = channel.inbox.and_then(|inbox| rows.inbox(inbox));
        let inside = me.is_none_or(|m| sees_channel(channel, of, m));
        let inbox = of.filter(|_| !channel.archived);
        (Chat::Conversation(Seen { conversation, channel, inbox }), inside)
    };
    if inside { Ok(chat) } else { Err(Rejection::NotFound) }
}

/// Whether a member may see what goes over a channel: its owner alone where it has one, else who is in its inbox.
fn sees_channel(channel: &Channel, inbox: Option<&Inbox>, member: MemberId) -> bool {
    match channel.owner {
        Some(owner) => owner == member,
        None => inbox.is_some_and(|inbox| inbox.members.contains(&member)),
    }
}

/// The conversation, to change it: a direct or team chat is of the wrong kind, an archived one is read-only.
pub(super) fn conversation<'a>(id: ChatId, rows: &'a Rows, context: &Context) -> Result<Seen<'a>, Rejection> {
    match chat(id, rows, context)? {
        Chat::Conversation(seen) if seen.channel.archived => Err(Rejection::Archived),
        Chat::Conversation(seen) => Ok(seen),
        Chat::Direct(_) | Chat::Team(_) => Err(Rejection::WrongKind),
    }
}

/// The team chat; any other is of the wrong kind.
pub(super) fn team<'a>(id: ChatId, rows: &'a Rows, context: &Context) -> Result<&'a TeamChat, Rejection> {
    match chat(id, rows, context)? {
        Chat::Team(team) => Ok(team),
        Chat::Direct(_) | Chat::Conversation(_) => Err(Rejection::WrongKind),
    }
}

/// Whether the actor may give conversations of this inbox to others.
pub(super) fn may_assign_others(inbox: &Inbox, rows: &Rows, actor: Actor) -> bool {
    let member: Option<&Member> = actor.member().and_then(|id| rows.member(id));
    inbox.agents_assign || member.is_none_or(|m| m.role >= Role::Manager)
}
