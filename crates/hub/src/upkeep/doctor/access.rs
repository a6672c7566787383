//! Who may see what, worked out from members, inboxes and chats; and what belongs to nothing.

use super::world::World;
use super::{Fault, Finding};
use deskbell_domain::{Kind, MemberId, Row, Scope};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Who is to see what. A member sees the organization and what is their own, the inboxes that they are on with their
/// channels, their own numbers and what became of them, and the direct and team chats that they are in; who left sees
/// nothing.
pub(super) fn grants(world: &World) -> BTreeSet<(MemberId, Scope)> {
    let active: BTreeSet<MemberId> =
        world.all().filter_map(|row| if let Row::Member(m) = row { m.active.then_some(m.id) } else { None }).collect();
    let mut channels: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for row in world.all() {
        if let Row::Channel(channel) = row
            && let (Some(inbox), None) = (channel.inbox, channel.owner)
        {
            channels.entry(inbox).or_default().push(channel.id);
        }
    }
    let mut grants = BTreeSet::new();
    for member in &active {
        grants.extend([(*member, Scope::Org), (*member, Scope::Member(*member))]);
    }
    for row in world.all() {
        match row {
            Row::Inbox(inbox) => {
                for member in inbox.members.intersection(&active) {
                    grants.insert((*member, Scope::Inbox(inbox.id)));
                    let of_inbox = channels.get(&inbox.id).into_iter().flatten();
                    grants.extend(of_inbox.map(|channel| (*member, Scope::Channel(*channel))));
                }
            }
            Row::DirectChat(chat) => {
                let inside = chat.members.iter().filter(|m| active.contains(m));
                grants.extend(inside.map(|m| (*m, Scope::Chat(chat.id))));
            }
            Row::TeamChat(chat) => {
                grants.extend(chat.members.intersection(&active).map(|m| (*m, Scope::Chat(chat.id))));
            }
            Row::Channel(channel) => {
                grants.extend(channel.owner.filter(|m| active.contains(m)).map(|m| (m, Scope::Channel(channel.id))));
            }
            _ => {}
        }
    }
    grants
}

pub(super) fn examine(world: &World, findings: &mut Vec<Finding>) {
    let mut expected = grants(world);
    for row in world.all() {
        if let Row::Grant(grant) = row
            && !expected.remove(&(grant.member, grant.scope))
        {
            let subject = format!("grant of {} to member {}", grant.scope, grant.member);
            findings.push(Finding::new(Fault::ExtraGrant, subject, "nothing says that they may see it"));
        }
    }
    for (member, scope) in expected {
        let subject = format!("grant of {scope} to member {member}");
        findings.push(Finding::new(Fault::MissingGrant, subject, "they are to see it, and do not"));
    }
    orphans(world, findings);
}

fn orphans(world: &World, findings: &mut Vec<Finding>) {
    for ((kind, id), held) in &world.rows {
        let mut belongs_to = |what: Kind, to: Uuid| {
            if !world.has(what, to) {
                let subject = format!("{} {id}", kind.as_str());
                let message = format!("it belongs to {} {to}, which is not there", what.as_str());
                let finding = Finding::new(Fault::Orphan, subject, message);
                // What somebody kept for themselves is nothing that anybody wrote.
                let is_kept = matches!(kind, Kind::ReadPosition | Kind::Favorite | Kind::Pin | Kind::Quiet);
                findings.push(if is_kept { finding } else { finding.for_a_person() });
            }
        };
        match &held.row {
            Row::Channel(r) => {
                r.inbox.iter().for_each(|inbox| belongs_to(Kind::Inbox, inbox.0));
                r.owner.iter().for_each(|owner| belongs_to(Kind::Member, owner.0));
            }
            Row::Conversation(r) => {
                belongs_to(Kind::Channel, r.channel.0);
                r.assignee.iter().for_each(|a| belongs_to(Kind::Member, a.member.0));
            }
            Row::Inbox(r) => r.members.iter().for_each(|m| belongs_to(Kind::Member, m.0)),
            Row::DirectChat(r) => r.members.iter().for_each(|m| belongs_to(Kind::Member, m.0)),
            Row::TeamChat(r) => r.members.iter().for_each(|m| belongs_to(Kind::Member, m.0)),
            Row::ReadPosition(r) => belongs_to(Kind::Member, r.member.0),
            Row::Favorite(r) => belongs_to(Kind::Member, r.member.0),
            Row::Pin(r) => belongs_to(Kind::Member, r.member.0),
            Row::Quiet(r) => belongs_to(Kind::Member, r.member.0),
            Row::Contact(r) => r.private_to.iter().for_each(|m| belongs_to(Kind::Member, m.0)),
            _ => {}
        }
    }
}
