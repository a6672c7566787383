//! The header of one chat, and whom it can be given to.

use super::chats::{assignee_shown, kind_of, tags_of};
use super::names::Names;
use super::{last_pos, places, waiting::chat_waiting};
use crate::rpc::types::{ChannelPlace, ChatHead, ClosedInfo, Members};
use crate::store::{Stored, project, rows};
use deskbell_domain::{ChatId, Conversation, DirectChat, Inbox, MemberId, Role, Scope, TeamChat};
use rusqlite::{Connection, OptionalExtension};

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

fn unread(c: &Connection, chat: ChatId) -> Stored<u32> {
    let unread = c
        .prepare_cached("SELECT unread FROM chat WHERE id = ?")?
        .query_row([chat.0.into_bytes()], |r| r.get(0))
        .optional()?;
    Ok(unread.unwrap_or(0))
}

fn direct_head(c: &Connection, names: &Names<'_>, me: MemberId, direct: &DirectChat) -> Stored<ChatHead> {
    let (title, member) = names.direct(direct)?;
    Ok(ChatHead {
        chat: direct.id,
        kind: "direct".into(),
        title: title.text,
        initials: title.initials,
        tint: title.tint,
        member: Some(member),
        members: vec![],
        contact: None,
        favorite: false,
        pinned: false,
        archived: false,
        direction: None,
        address: None,
        channel: None,
        inbox: None,
        inbox_id: None,
        closed: None,
        assignee: None,
        created_ms: direct.created_ms,
        tags: vec![],
        can: vec!["send".into()],
        read_pos: project::reading(c, me, direct.id, Scope::Chat(direct.id))?.upto(),
        last_pos: last_pos(c, direct.id)?,
        unread: unread(c, direct.id)?,
    })
}

fn team_head(c: &Connection, names: &Names<'_>, me: MemberId, team: &TeamChat) -> Stored<ChatHead> {
    let title = names.team(team);
    let members = places::members(c, |id| team.members.contains(&id))?.members;
    Ok(ChatHead {
        chat: team.id,
        kind: "team".into(),
        title: title.text,
        initials: title.initials,
        tint: title.tint,
        member: None,
        members,
        contact: None,
        favorite: false,
        pinned: false,
        archived: false,
        direction: None,
        address: None,
        channel: None,
        inbox: None,
        inbox_id: None,
        closed: None,
        assignee: None,
        created_ms: team.created_ms,
        tags: vec![],
        can: ["send", "rename", "add_members", "leave"].map(Into::into).to_vec(),
        read_pos: project::reading(c, me, team.id, Scope::Chat(team.id))?.upto(),
        last_pos: last_pos(c, team.id)?,
        unread: unread(c, team.id)?,
    })
}

fn conversation_head(c: &Connection, names: &Names<'_>, me: MemberId, conversation: &Conversation) -> Stored<ChatHead> {
    let title = names.conversation(conversation)?;
    let channel = rows::channel(c, conversation.channel)?;
    let inbox = rows::inbox_of(c, channel.as_ref())?;
    let archived = channel.as_ref().is_some_and(|channel| channel.archived);
    let text = channel.as_ref().is_some_and(|channel| channel.is_personal());
    let assignee = assignee_shown(c, conversation, inbox.as_ref())?;
    let closed = match &conversation.closed {
        Some(closed) => Some(ClosedInfo {
            by: closed.by.map_or(Ok("Deskbell".to_string()), |by| names.name(by))?,
            at_ms: closed.at_ms,
        }),
        None => None,
    };
    let waiting = chat_waiting(c, conversation.id)?;
    Ok(ChatHead {
        chat: conversation.id,
        kind: kind_of(channel.as_ref()).into(),
        title: title.text,
        initials: title.initials,
        tint: title.tint,
        member: None,
        members: vec![],
        contact: None,
        favorite: false,
        pinned: false,
        archived,
        direction: Some(if conversation.inbound { "inbound" } else { "outbound" }.into()),
        address: None,
        channel: channel.map(|channel| ChannelPlace {
            id: channel.id,
            kind: channel.kind.as_str().into(),
            name: channel.name.as_str().into(),
            number: channel.number.as_ref().map(|number| number.as_str().into()),
            unread: 0,
            no_start: None,
        }),
        inbox: inbox.as_ref().map(|i| i.name.as_str().into()),
        inbox_id: inbox.as_ref().map(|i| i.id),
        closed,
        assignee: assignee.map(|id| names.member(id)).transpose()?,
        created_ms: conversation.created_ms,
        tags: tags_of(c, &conversation.tags, &waiting.tags)?,
        can: match inbox.as_ref() {
            _ if archived => vec![],
            None if text => of_everybody(conversation).map(Into::into).to_vec(),
            inbox => can(c, me, conversation, inbox, assignee)?,
        },
        read_pos: project::reading(c, me, conversation.id, Scope::Channel(conversation.channel))?.upto(),
        last_pos: last_pos(c, conversation.id)?,
        unread: unread(c, conversation.id)?,
    })
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
) -> Stored<Vec<String>> {
    let Some(inbox) = inbox.filter(|i| i.members.contains(&me)) else { return Ok(vec![]) };
    let mut can = of_everybody(conversation).to_vec();
    if inbox.assignment {
        can.push(if assignee == Some(me) { "unassign" } else { "assign_to_me" });
        let role = rows::member(c, me)?.map_or(Role::Agent, |m| m.role);
        if inbox.agents_assign || role >= Role::Manager {
            can.push("assign_others");
        }
    }
    Ok(can.into_iter().map(Into::into).collect())
}

/// Members of the conversation's inbox, the member first.
pub(crate) fn list_assignees(c: &Connection, chat: ChatId) -> Stored<Members> {
    let conversation = rows::conversation(c, chat)?;
    let channel = conversation.map(|conv| rows::channel(c, conv.channel)).transpose()?.flatten();
    let inbox = rows::inbox_of(c, channel.as_ref())?;
    match inbox {
        Some(inbox) => places::members(c, |id| inbox.members.contains(&id)),
        None => Ok(Members { members: vec![] }),
    }
}
