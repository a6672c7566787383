//! Accounts, devices, visitors' sessions: tables that no command touches.

use super::{Fault, Finding};
use crate::store::StoreError;
use rusqlite::Connection;
use uuid::Uuid;

/// Accounts of nobody.
pub(super) const NOBODYS_ACCOUNTS: &str =
    "SELECT member FROM account a WHERE NOT EXISTS (SELECT 1 FROM entity WHERE kind = 'member' AND id = a.member)";
/// Devices that are signed in, of nobody who is a member.
pub(super) const NOBODYS_DEVICES: &str = "SELECT id FROM device d WHERE revoked_ms IS NULL AND NOT EXISTS (SELECT 1 FROM entity \
     WHERE kind = 'member' AND id = d.member AND json_valid(row) AND json_extract(row, '$.active'))";
/// Sessions of visitors on channels that are not there.
pub(super) const LOST_VISITORS: &str = "SELECT visitor FROM visitor_session v WHERE NOT EXISTS \
     (SELECT 1 FROM entity WHERE kind = 'channel' AND id = v.channel)";
/// Devices that sent commands and are not known as that member's.
const UNKNOWN_DEVICES: &str = "SELECT DISTINCT c.device FROM command c LEFT JOIN device d ON d.id = c.device \
     WHERE d.id IS NULL OR d.member <> c.member";

pub(super) fn examine(connection: &Connection, findings: &mut Vec<Finding>) -> Result<(), StoreError> {
    for (sql, fault, what, message) in [
        (NOBODYS_ACCOUNTS, Fault::Stranger, "account of", "there is no such member"),
        (NOBODYS_DEVICES, Fault::Stranger, "device", "it is signed in, and its member is none of the organization"),
        (LOST_VISITORS, Fault::Orphan, "session of visitor", "its channel is not there"),
        (
            UNKNOWN_DEVICES,
            Fault::UnknownDevice,
            "device",
            "commands came from it, and it is not known as their member's",
        ),
    ] {
        let mut statement = connection.prepare(sql)?;
        for id in statement.query_map([], |r| r.get::<_, Uuid>(0))? {
            findings.push(Finding::new(fault, format_args!("{what} {}", id?), message));
        }
    }
    Ok(())
}
