//! The rail: inboxes with their channels, the member's numbers, favorites, direct and team chats.

use super::history::latest;
use super::lists::channels;
use super::names::{Names, initials};
use super::people::{all_of, by_name};
use crate::rpc::types::{ChannelPlace, DirectPlace, FavoritePlace, InboxPlace, Places, TeamPlace};
use crate::store::listed::{ListId, Part};
use crate::store::{StoreError, Stored, knows_what_is_missing, rows, uuid_from};
use deskbell_domain::{Channel, ChatId, ContactId, Favorite, Inbox, InboxKind, Kind, MemberId, Row, Tint};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::HashMap;

/// The rail.
pub(crate) fn list_places(c: &Connection) -> Stored<Places> {
    let c = &c.unchecked_transaction()?;
    let names = Names::new(c)?;
    let Some(me) = names.me else {
        return Ok(Places { inboxes: vec![], numbers: vec![], favorites: vec![], direct: vec![], teams: vec![] });
    };
    let badges = badges(c)?;
    let channels = channels(c)?;
    let places = |keep: &dyn Fn(&Channel) -> bool| {
        let kept = channels.iter().filter(|channel| !channel.archived && keep(channel));
        let mut places: Vec<ChannelPlace> = kept
            .map(|channel| {
                let list = ListId::of_channel(c, channel.id)?.bytes();
                Ok(channel_place(channel, badges.get(&list).copied().unwrap_or(0)))
            })
            .collect::<Stored<_>>()?;
        by_name(&mut places, |p| (&p.name, p.id.0));
        Ok::<_, StoreError>(places)
    };
    let inboxes = all_of(c, Kind::Inbox, |row| match row {
        Row::Inbox(inbox) if inbox.members.contains(&me) => Some(inbox),
        _ => None,
    })?;
    let place = |inbox: Inbox| Ok(inbox_place(&inbox, places(&|channel| channel.is_of(inbox.id))?));
    let mut inboxes: Vec<InboxPlace> = inboxes.into_iter().map(place).collect::<Stored<_>>()?;
    by_name(&mut inboxes, |p| (&p.name, p.id.0));
    Ok(Places {
        inboxes,
        numbers: places(&|channel| channel.inbox.is_none() && channel.owner == Some(me))?,
        favorites: favorites(c, me)?,
        direct: direct_places(c, &names)?,
        teams: team_places(c)?,
    })
}

fn inbox_place(inbox: &Inbox, channels: Vec<ChannelPlace>) -> InboxPlace {
    InboxPlace {
        id: inbox.id,
        name: inbox.name.as_str().into(),
        kind: match inbox.kind {
            InboxKind::Shared => "shared".into(),
            InboxKind::Queue => "queue".into(),
        },
        unread: channels.iter().map(|place| place.unread).sum(),
        assignment: inbox.assignment,
        channels,
    }
}

/// A channel as it is shown.
pub(super) fn channel_place(channel: &Channel, unread: u32) -> ChannelPlace {
    ChannelPlace {
        id: channel.id,
        kind: channel.kind.as_str().into(),
        name: channel.name.as_str().into(),
        number: channel.number.as_ref().map(|number| number.formatted()),
        unread,
        no_start: channel.no_start().map(Into::into),
    }
}

/// How many chats of each list badges count.
fn badges(c: &Connection) -> Stored<HashMap<Vec<u8>, u32>> {
    let mut statement = c.prepare_cached("SELECT list, sum(badges) FROM tally GROUP BY list")?;
    let rows = statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Contacts that the member keeps at hand, by name.
fn favorites(c: &Connection, me: MemberId) -> Stored<Vec<FavoritePlace>> {
    let mut places = Vec::new();
    let all_here = knows_what_is_missing(c)?;
    for contact in favorite_contacts(c, me)? {
        let row = rows::contact(c, contact)?;
        if row.is_none() && !all_here {
            continue;
        }
        let chat = row.as_ref().map(|contact| latest(c, contact)).transpose()?.flatten();
        let name = row.as_ref().map(|contact| contact.name.as_str().to_string()).unwrap_or_default();
        places.push(FavoritePlace {
            contact,
            initials: initials(&name),
            tint: Tint::of(&contact.to_string()).as_str().into(),
            name,
            chat,
            unread: chat.map(|chat| badged(c, chat)).transpose()?.unwrap_or_default(),
            gone: row.is_none(),
        });
    }
    by_name(&mut places, |place| (&place.name, place.contact.0));
    // Those that are gone have no name to stand by.
    places.sort_by_key(|place| place.gone);
    Ok(places)
}

/// Unread messages of a chat that badges count: what a colleague has is theirs to read.
fn badged(c: &Connection, chat: ChatId) -> Stored<u32> {
    let unread = c
        .prepare_cached("SELECT unread FROM chat WHERE id = ? AND badge = 1")?
        .query_row([chat.0.into_bytes()], |r| r.get(0))
        .optional()?;
    Ok(unread.unwrap_or(0))
}

fn favorite_contacts(c: &Connection, me: MemberId) -> Stored<Vec<ContactId>> {
    all_of(c, Kind::Favorite, |row| match row {
        Row::Favorite(favorite) if favorite.member == me => Some(favorite.contact),
        _ => None,
    })
}

/// Whether a contact is among the member's favorites.
pub(super) fn is_favorite(c: &Connection, me: MemberId, contact: ContactId) -> Stored<bool> {
    Ok(rows::visible(c, Kind::Favorite, Favorite::id_of(me, contact))?.is_some())
}

fn direct_places(c: &Connection, names: &Names<'_>) -> Stored<Vec<DirectPlace>> {
    let mut places = Vec::new();
    for (chat, unread) in of_members(c, ListId::Direct)? {
        if let Some(direct) = rows::direct_chat(c, chat)? {
            places.push(DirectPlace { chat, member: names.direct(&direct)?.1, unread });
        }
    }
    Ok(places)
}

fn team_places(c: &Connection) -> Stored<Vec<TeamPlace>> {
    let mut places = Vec::new();
    for (chat, unread) in of_members(c, ListId::Team)? {
        if let Some(team) = rows::team_chat(c, chat)? {
            let members = u32::try_from(team.members.len()).unwrap_or(u32::MAX);
            places.push(TeamPlace { chat, name: team.name.into(), members, unread });
        }
    }
    Ok(places)
}

/// All direct or team chats: unread first, then by last message.
fn of_members(c: &Connection, list: ListId) -> Stored<Vec<(ChatId, u32)>> {
    // Pinned ones stand here as all others do.
    let mut found: Vec<(bool, i64, [u8; 16], u32)> = Vec::new();
    let mut statement = c.prepare_cached(
        "SELECT unread = 0, recent_message, id, unread FROM chat INDEXED BY chat_recent_message
         WHERE list = ?1 AND bucket = ?2 ORDER BY recent_message, id",
    )?;
    for pinned in [false, true] {
        let bucket = Part::Unassigned.bucket(pinned);
        let rows =
            statement.query_map(params![list.bytes(), bucket], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?)))?;
        for row in rows {
            found.push(row?);
        }
    }
    found.sort_unstable();
    Ok(found.into_iter().map(|(_, _, id, unread)| (ChatId(uuid_from(id)), unread)).collect())
}
