//! The rail, the people, the tags, and who is signed in.

use super::chats::tags_of;
use super::names::{Names, initials};
use crate::rpc::types::{ChannelPlace, DirectPlace, InboxPlace, MemberInfo, Members, Places, SignedIn, TagInfo, Tags};
use crate::store::{OutboxState, Stored, meta, outbox, rows, uuid_from};
use deskbell_domain::{ChannelId, ChatId, InboxKind, Kind, MemberId, Product, Row, capabilities};
use rusqlite::Connection;
use std::collections::{BTreeSet, HashMap};

/// The rail.
pub(crate) fn list_places(c: &Connection) -> Stored<Places> {
    let names = Names::new(c)?;
    let unread = unread_by_channel(c)?;
    let channels: Vec<_> = all_of(c, Kind::Channel, |row| match row {
        Row::Channel(channel) => Some(channel),
        _ => None,
    })?;
    let mut inboxes: Vec<InboxPlace> = Vec::new();
    for row in rows::all(c, Kind::Inbox)? {
        let Row::Inbox(inbox) = row else { continue };
        if names.me.is_none_or(|me| !inbox.members.contains(&me)) {
            continue;
        }
        let mut places: Vec<ChannelPlace> = channels
            .iter()
            .filter(|channel| channel.is_of(inbox.id) && !channel.archived)
            .map(|channel| ChannelPlace {
                id: channel.id,
                kind: channel.kind.as_str().into(),
                name: channel.name.as_str().into(),
                number: channel.number.as_ref().map(|number| number.as_str().into()),
                no_start: None,
                unread: unread.get(&channel.id).copied().unwrap_or(0),
            })
            .collect();
        by_name(&mut places, |p| (&p.name, p.id.0));
        inboxes.push(InboxPlace {
            id: inbox.id,
            name: inbox.name.as_str().into(),
            kind: match inbox.kind {
                InboxKind::Shared => "shared".into(),
                InboxKind::Queue => "queue".into(),
            },
            unread: places.iter().map(|p| p.unread).sum(),
            assignment: inbox.assignment,
            channels: places,
        });
    }
    by_name(&mut inboxes, |p| (&p.name, p.id.0));
    Ok(Places {
        inboxes,
        numbers: Vec::new(),
        favorites: Vec::new(),
        direct: direct_places(c, &names)?,
        teams: Vec::new(),
    })
}

fn direct_places(c: &Connection, names: &Names<'_>) -> Stored<Vec<DirectPlace>> {
    let found: Vec<(ChatId, u32)> = {
        let mut statement = c.prepare_cached(
            "SELECT id, unread FROM chat WHERE kind = 'direct' ORDER BY unread > 0 DESC, sort DESC, id",
        )?;
        let rows = statement.query_map([], |r| Ok((ChatId(r.get(0).map(uuid_from)?), r.get(1)?)))?;
        rows.collect::<Result<_, _>>()?
    };
    let mut places = Vec::with_capacity(found.len());
    for (chat, unread) in found {
        if let Some(direct) = rows::direct_chat(c, chat)? {
            places.push(DirectPlace { chat, member: names.direct(&direct)?.1, unread });
        }
    }
    Ok(places)
}

fn unread_by_channel(c: &Connection) -> Stored<HashMap<ChannelId, u32>> {
    let mut statement = c.prepare_cached(
        "SELECT channel, count(*) FROM chat INDEXED BY chat_unread
         WHERE unread > 0 AND badge = 1 AND channel IS NOT NULL GROUP BY channel",
    )?;
    let rows = statement.query_map([], |r| Ok((ChannelId(r.get(0).map(uuid_from)?), r.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn all_of<T>(c: &Connection, kind: Kind, pick: impl Fn(Row) -> Option<T>) -> Stored<Vec<T>> {
    Ok(rows::all(c, kind)?.into_iter().filter_map(pick).collect())
}

fn by_name<T, K: Ord>(list: &mut [T], key: impl Fn(&T) -> (&String, K)) {
    list.sort_by(|a, b| {
        let ((a, a_id), (b, b_id)) = (key(a), key(b));
        a.to_lowercase().cmp(&b.to_lowercase()).then(a_id.cmp(&b_id))
    });
}

/// Active members of the organization, the member first.
pub(crate) fn list_members(c: &Connection) -> Stored<Members> {
    members(c, |_| true)
}

/// Active members that `keep` accepts, the member first, then by name.
pub(super) fn members(c: &Connection, keep: impl Fn(MemberId) -> bool) -> Stored<Members> {
    let names = Names::new(c)?;
    let active = all_of(c, Kind::Member, |row| match row {
        Row::Member(m) if m.active && keep(m.id) => Some(m.id),
        _ => None,
    })?;
    let mut members: Vec<MemberInfo> = active.into_iter().map(|id| names.member(id)).collect::<Stored<_>>()?;
    by_name(&mut members, |m| (&m.name, m.id.0));
    members.sort_by_key(|m| !m.me);
    Ok(Members { members })
}

/// All tags of the organization by name.
pub(crate) fn list_tags(c: &Connection) -> Stored<Tags> {
    let all: BTreeSet<_> = all_of(c, Kind::Tag, |row| match row {
        Row::Tag(tag) => Some(tag.id),
        _ => None,
    })?
    .into_iter()
    .collect();
    let waiting: Vec<_> = outbox::pending(c)?
        .iter()
        .filter(|item| item.state == OutboxState::Waiting)
        .filter_map(|item| match item.command()? {
            deskbell_domain::Command::CreateTag(create) => Some(create.tag),
            _ => None,
        })
        .collect();
    let tags: Vec<TagInfo> = tags_of(c, &all, &waiting)?;
    Ok(Tags { tags })
}

/// Who is signed in; `None` = nobody.
pub(crate) fn signed_in(c: &Connection) -> Stored<Option<SignedIn>> {
    let names = Names::new(c)?;
    let (Some(me), Some(session)) = (names.me, meta::session(c)?) else { return Ok(None) };
    let organization = rows::organization(c, session.organization)?;
    let product = organization.as_ref().map_or(Product::CustomerEngagement, |o| o.product);
    // The hub's word at sign-in, until the rows are here that it follows from.
    let row = rows::member(c, me)?;
    let named = row.is_some();
    let may = match (&organization, row) {
        (Some(organization), Some(member)) => capabilities(organization.product, member.role)
            .into_iter()
            .map(|capability| capability.as_str().to_string())
            .collect(),
        _ => session.capabilities,
    };
    let mut me = names.member(me)?;
    if !named {
        // The row has not come yet, or has gone with the membership: the address is what they know themselves by.
        me.name.clone_from(&session.email);
        me.initials = initials(&me.name);
    }
    Ok(Some(SignedIn {
        me,
        organization: organization.map(|o| o.name.as_str().to_string()).unwrap_or_default(),
        product: product.as_str().into(),
        hub: session.hub,
        capabilities: may,
        signed_out_by_hub: None,
    }))
}

/// Whether the rows are here that name the member and the organization.
pub(crate) fn is_named(c: &Connection) -> Stored<bool> {
    let (Some(identity), Some(session)) = (meta::identity(c)?, meta::session(c)?) else { return Ok(false) };
    Ok(rows::organization(c, session.organization)?.is_some() && rows::member(c, identity.me)?.is_some())
}
