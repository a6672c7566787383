//! The header of one chat, and whom it can be given to.

use super::chats::{kind_of, listed, tags_of};
use super::names::{Names, Title, handle};
use super::places::channel_place;
use super::{last_pos, people, places, waiting::chat_waiting};
use crate::rpc::types::{ChatHead, ClosedInfo, Members};
use crate::store::{Stored, project, rows};
use deskbell_domain::{ChatId, Conversation, DirectChat, Inbox, MemberId, Role, Scope, TeamChat};
use rusqlite::Connection;

/// The header; `None` where the chat is not in the cache.
pub(crate) fn chat_head(c: &Connection, chat: ChatId) -> Stored<Option<ChatHead>> {
    let names = Names::new(c)?;
    let Some(me) = names.me else { return Ok(None) };
    if let Some(direct) = rows::direct_chat(c, chat)? {
        return direct_head(c, &names, me, &direct).map(Some);
    }
    if let Some(team) = rows::team_chat(c, chat)?.filter(|team| team.members.contains(&me)) {
        return team_head(c, &names, me, &team).map(Some);
    }
    let Some(conversation) = rows::conversation(c, chat)? else { return Ok(None) };
    conversation_head(c, &names, me, &conversation).map(Some)
}

/// What all heads have, as it is without anybody outside.
fn head(c: &Connection, me: MemberId, chat: ChatId, scope: Scope, title: Title) -> Stored<ChatHead> {
    let (unread, pinned) = listed(c, chat)?;
    Ok(ChatHead {
        chat,
        kind: String::new(),
        title: title.text,
        initials: title.initials,
        tint: title.tint,
        member: None,
        members: vec![],
        contact: None,
        favorite: false,
        pinned,
        archived: false,
        direction: None,
        address: None,
        channel: None,
        inbox: None,
        inbox_id: None,
        closed: None,
        assignee: None,
        created_ms: 0,
        tags: vec![],
        can: vec![],
        read_pos: project::reading(c, me, chat, scope)?.upto(),
        last_pos: last_pos(c, chat)?,
        unread,
    })
}

fn words(can: &[&str]) -> Vec<String> {
    can.iter().map(|word| (*word).to_string()).collect()
}

fn direct_head(c: &Connection, names: &Names<'_>, me: MemberId, direct: &DirectChat) -> Stored<ChatHead> {
    let (title, member) = names.direct(direct)?;
    Ok(ChatHead {
        kind: "direct".into(),
        member: Some(member),
        created_ms: direct.created_ms,
        can: words(&["send"]),
        ..head(c, me, direct.id, Scope::Chat(direct.id), title)?
    })
}

fn team_head(c: &Connection, names: &Names<'_>, me: MemberId, team: &TeamChat) -> Stored<ChatHead> {
    let members = people::members(c, |id| team.members.contains(&id))?.members;
    Ok(ChatHead {
        kind: "team".into(),
        members,
        created_ms: team.created_ms,
        can: words(&["send", "rename", "add_members", "leave"]),
        ..head(c, me, team.id, Scope::Chat(team.id), names.team(team))?
    })
}

fn conversation_head(c: &Connection, names: &Names<'_>, me: MemberId, conversation: &Conversation) -> Stored<ChatHead> {
    let stands = names.stands(conversation.channel)?;
    let (channel, inbox) = (stands.channel.as_ref(), stands.inbox.as_ref());
    let assignee = names.assignee(conversation, inbox)?;
    let waiting = chat_waiting(c, conversation.id)?;
    let contact = names.contact(&conversation.address)?.map(|contact| contact.id);
    let favorite = match contact {
        Some(contact) => places::is_favorite(c, me, contact)?,
        None => false,
    };
    let archived = channel.is_some_and(|channel| channel.archived);
    let mut can = match channel {
        Some(channel) if channel.archived => vec![],
        Some(channel) if channel.is_personal() => of_everybody(conversation).to_vec(),
        _ => can(c, me, conversation, inbox, assignee)?,
    };
    if contact.is_some() && !archived {
        can.push("favorite");
    }
    let (scope, title) = (Scope::Channel(conversation.channel), names.conversation(conversation)?);
    Ok(ChatHead {
        kind: kind_of(channel).into(),
        contact,
        favorite,
        archived,
        direction: Some(direction(conversation)),
        address: Some(handle(&conversation.address)),
        channel: channel.map(|channel| channel_place(channel, 0)),
        inbox: inbox.map(|i| i.name.as_str().into()),
        inbox_id: inbox.map(|i| i.id),
        closed: closed_info(names, conversation)?,
        assignee: assignee.map(|id| names.member(id)).transpose()?,
        created_ms: conversation.created_ms,
        tags: tags_of(names, &conversation.tags, &waiting.tags)?,
        can: words(&can),
        ..head(c, me, conversation.id, scope, title)?
    })
}

/// Who closed a conversation.
pub(super) fn closed_info(names: &Names<'_>, conversation: &Conversation) -> Stored<Option<ClosedInfo>> {
    let Some(closed) = &conversation.closed else { return Ok(None) };
    let by = closed.by.map_or(Ok("Deskbell".to_string()), |by| names.name(by))?;
    Ok(Some(ClosedInfo { by, at_ms: closed.at_ms }))
}

/// Who wrote first.
pub(super) fn direction(conversation: &Conversation) -> String {
    if conversation.inbound { "inbound".into() } else { "outbound".into() }
}

/// What can be done in every conversation that is not archived.
fn of_everybody(conversation: &Conversation) -> [&'static str; 3] {
    ["send", "tag", if conversation.is_open() { "close" } else { "reopen" }]
}

/// What can be done now.
fn can(
    c: &Connection,
    me: MemberId,
    conversation: &Conversation,
    inbox: Option<&Inbox>,
    assignee: Option<MemberId>,
) -> Stored<Vec<&'static str>> {
    let Some(inbox) = inbox.filter(|i| i.members.contains(&me)) else { return Ok(vec![]) };
    let mut can = of_everybody(conversation).to_vec();
    if inbox.assignment {
        can.push(if assignee == Some(me) { "unassign" } else { "assign_to_me" });
        let role = rows::member(c, me)?.map_or(Role::Agent, |m| m.role);
        if inbox.agents_assign || role >= Role::Manager {
            can.push("assign_others");
        }
    }
    Ok(can)
}

/// Members of the conversation's inbox, the member first.
pub(crate) fn list_assignees(c: &Connection, chat: ChatId) -> Stored<Members> {
    let conversation = rows::conversation(c, chat)?;
    let channel = conversation.map(|conv| rows::channel(c, conv.channel)).transpose()?.flatten();
    let inbox = rows::inbox_of(c, channel.as_ref())?;
    match inbox {
        Some(inbox) => people::members(c, |id| inbox.members.contains(&id)),
        None => Ok(Members { members: vec![] }),
    }
}
