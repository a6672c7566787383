//! The people, the tags, and who is signed in.

use super::chats::tags_of;
use super::names::{Names, initials};
use crate::rpc::types::{MemberInfo, Members, SignedIn, TagInfo, Tags};
use crate::store::{OutboxState, Stored, meta, outbox, rows};
use deskbell_domain::{Kind, MemberId, Product, Row, capabilities};
use rusqlite::Connection;
use std::collections::BTreeSet;

pub(super) fn all_of<T>(c: &Connection, kind: Kind, pick: impl Fn(Row) -> Option<T>) -> Stored<Vec<T>> {
    Ok(rows::all(c, kind)?.into_iter().filter_map(pick).collect())
}

pub(super) fn by_name<T, K: Ord>(list: &mut [T], key: impl Fn(&T) -> (&String, K)) {
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
    let tags: Vec<TagInfo> = tags_of(&Names::new(c)?, &all, &waiting)?;
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
