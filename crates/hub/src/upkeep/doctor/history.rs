//! The head, and everything that has a place in history.

use super::world::World;
use super::{Fault, Finding};
use crate::store::{StoreError, read_mark};
use deskbell_domain::{Kind, Row};
use rusqlite::Connection;

/// Greatest number that anybody can have given; positions of greater ones would not be plain numbers in JSON.
pub(super) const GREATEST: u64 = 1 << 40;

pub(super) fn examine(connection: &Connection, world: &World, findings: &mut Vec<Finding>) -> Result<(), StoreError> {
    let head = &world.head;
    let seq = head.stamp.seq;
    if !matches!(world.row(Kind::Organization, head.organization.0), Some(Row::Organization(_))) {
        let subject = format!("organization {}", head.organization);
        findings.push(Finding::new(Fault::NoOrganization, subject, "its row is not there"));
    }
    for (what, newest) in newest(connection, world)? {
        if newest > seq {
            let message = format!("the head is {seq}, and {what} says {newest}");
            let finding = Finding::new(Fault::HeadBehind, what, message);
            findings.push(if newest > GREATEST { finding.for_a_person() } else { finding });
        }
    }
    if seq > 0 && read_mark(connection, seq)?.is_none() {
        findings.push(Finding::new(Fault::NoMark, format_args!("seq {seq}"), "the newest commit has no mark"));
    }
    for (name, low) in [("low_seq", head.low_seq), ("low_mark", head.low_mark)] {
        if low > seq {
            findings.push(Finding::new(Fault::LowAboveHead, name, format!("it is {low}, and the head is {seq}")));
        }
    }
    for row in world.all() {
        if let Row::Grant(grant) = row
            && (grant.epoch > seq || grant.floor / deskbell_domain::ENTRIES_PER_COMMAND > seq)
        {
            let message = format!("it was given at {}, and the head is {seq}", grant.epoch);
            let subject = format!("grant of {} to member {}", grant.scope, grant.member);
            findings.push(Finding::new(Fault::WrongGrant, subject, message));
        }
    }
    Ok(())
}

/// The greatest number in each table.
pub(super) fn newest(connection: &Connection, world: &World) -> Result<Vec<(&'static str, u64)>, StoreError> {
    let mut newest = vec![("entity", world.newest)];
    for (what, sql) in [
        ("message", "SELECT coalesce(max(rev), 0) FROM message"),
        ("tombstone", "SELECT coalesce(max(seq), 0) FROM tombstone"),
        ("mark", "SELECT coalesce(max(seq), 0) FROM mark"),
        ("command", "SELECT coalesce(max(seq), 0) FROM command"),
    ] {
        newest.push((what, connection.query_row(sql, [], |r| r.get(0))?));
    }
    Ok(newest)
}
