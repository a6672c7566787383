//! Facts of which there is one each.

use super::{Store, StoreError, Stored, Write};
use deskbell_domain::plant::{Plant, planted};
use deskbell_domain::{DeviceId, MemberId, OrganizationId};
use deskbell_protocol::{Generation, Stamp};
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

pub(crate) const SESSION: &str = "session";
pub(crate) const IDENTITY: &str = "identity";
pub(crate) const CURSOR: &str = "cursor";
pub(crate) const STAMP: &str = "stamp";
const WHOLE: &str = "whole";
pub(crate) const SKEW: &str = "skew_ms";
const COMPLETE: &str = "up_to_date_ms";
const CLONED: &str = "cloned_device";
const ROW_KNOWLEDGE: &str = "row_version";

/// What the store itself needs to know of the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The member.
    pub me: MemberId,
    /// The device whose outbox this is.
    pub device: DeviceId,
    /// Ordinal of the hub's generation: 1 for the first, one more after each restore of the hub.
    pub generation: i64,
}

/// The session, kept in the encrypted cache and nowhere else.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredSession {
    /// Address of the hub.
    pub hub: String,
    /// Bearer token.
    pub token: String,
    /// E-mail address that signed in.
    pub email: String,
    /// The organization.
    pub organization: OrganizationId,
    /// Generation of the hub's data.
    pub r#gen: Generation,
    /// Capabilities of the member.
    pub capabilities: Vec<String>,
}

pub(super) fn identity(c: &Connection) -> Stored<Option<Identity>> {
    get(c, IDENTITY)
}

/// The value of that name.
pub(crate) fn get<T: DeserializeOwned>(c: &Connection, key: &str) -> Stored<Option<T>> {
    let text: Option<String> =
        c.prepare_cached("SELECT value FROM meta WHERE key = ?")?.query_row([key], |r| r.get(0)).optional()?;
    Ok(text.map(|t| serde_json::from_str(&t)).transpose()?)
}

/// Cursor of the feed.
pub(crate) fn cursor(c: &Connection) -> Stored<u64> {
    Ok(get(c, CURSOR)?.unwrap_or(0))
}

/// Up to here every row is here, as new as it was then. Behind the cursor of a page that is not the last, a row may be
/// missing that has changed since: it is in a later page.
pub(crate) fn whole(c: &Connection) -> Stored<u64> {
    Ok(get(c, WHOLE)?.unwrap_or(0))
}

/// Newest point of the hub's history that was seen.
pub(crate) fn stamp(c: &Connection) -> Stored<Stamp> {
    Ok(get(c, STAMP)?.unwrap_or_default())
}

/// What is to be added to this computer's clock to get the hub's.
pub(crate) fn skew_ms(c: &Connection) -> Stored<i64> {
    Ok(get(c, SKEW)?.unwrap_or(0))
}

/// When the cache was last complete, by this computer's clock.
pub(crate) fn up_to_date_ms(c: &Connection) -> Stored<Option<i64>> {
    get(c, COMPLETE)
}

/// Whether a first sync has been through: only then is what is missing gone. After a rescue that is to be seen anew.
pub(crate) fn knows_what_is_missing(c: &Connection) -> Stored<bool> {
    Ok(up_to_date_ms(c)?.is_some())
}

/// The device of which the hub has said that another copy of it sends commands, if it ever did.
pub(crate) fn cloned_device(c: &Connection) -> Stored<Option<DeviceId>> {
    get(c, CLONED)
}

/// The stored session.
pub(crate) fn session(c: &Connection) -> Stored<Option<StoredSession>> {
    get(c, SESSION)
}

impl Write<'_> {
    pub(crate) fn set<T: Serialize>(&mut self, key: &str, value: &T) -> Stored<()> {
        let text = serde_json::to_string(value)?;
        self.tx
            .prepare_cached(
                "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            )?
            .execute(params![key, text])?;
        Ok(())
    }

    pub(crate) fn set_cursor(&mut self, cursor: u64) -> Stored<()> {
        self.set(CURSOR, &cursor)
    }

    pub(crate) fn set_whole(&mut self, seq: u64) -> Stored<()> {
        self.set(WHOLE, &seq)
    }

    /// Remembers the newest point of history. An older one (an answer that was overtaken) changes nothing.
    pub(crate) fn see(&mut self, head: Stamp) -> Stored<()> {
        if head.seq > stamp(&self.tx)?.seq { self.set(STAMP, &head) } else { Ok(()) }
    }

    pub(crate) fn set_stamp(&mut self, head: Stamp) -> Stored<()> {
        self.set(STAMP, &head)
    }

    pub(crate) fn set_session(&mut self, session: &StoredSession, identity: Identity) -> Stored<()> {
        self.set(SESSION, session)?;
        self.set(IDENTITY, &identity)?;
        self.identity = Some(identity);
        self.tag("session");
        Ok(())
    }
}

impl Store {
    /// Who is signed in, with the token.
    pub fn session(&self) -> Stored<Option<StoredSession>> {
        session(&self.connection)
    }

    /// Remembers by how much this computer's clock differs from the hub's.
    pub fn set_skew_ms(&mut self, skew_ms: i64) -> Stored<()> {
        // Half a second is the noise of a request: not worth a write.
        if (self.skew_ms()? - skew_ms).abs() < 500 {
            return Ok(());
        }
        self.write(|w| w.set(SKEW, &skew_ms))
    }

    /// What is to be added to this computer's clock to get the hub's.
    pub fn skew_ms(&self) -> Stored<i64> {
        skew_ms(&self.connection)
    }

    /// Remembers that this device is another copy's too: the next sign-in is as a new one, also after a restart (S12).
    pub fn device_was_cloned(&mut self) -> Stored<()> {
        let Some(identity) = self.identity else { return Ok(()) };
        self.write(|w| w.set(CLONED, &identity.device))
    }

    /// Remembers that the cache is complete now.
    pub fn set_up_to_date(&mut self, now_ms: i64) -> Stored<()> {
        let before = up_to_date_ms(&self.connection)?;
        // To the minute: it is shown to the minute, and an idle program must not write.
        let minute = |ms: i64| ms.div_euclid(60_000);
        if before.is_some_and(|before| minute(before) == minute(now_ms)) {
            return Ok(());
        }
        self.write_unhurried(|w| {
            w.tag("status");
            w.set(COMPLETE, &now_ms)
        })
    }

    /// A newer program may have new kinds of rows, or more in them: every scope is booted again in place (S17).
    pub(super) fn boot_again_for_newer_rows(&mut self) -> Stored<()> {
        let stored: Option<u64> = get(&self.connection, ROW_KNOWLEDGE)?;
        if stored == Some(deskbell_domain::ROW_KNOWLEDGE) {
            return Ok(());
        }
        self.write(|w| {
            if stored.is_some() {
                w.boot_all_in_place()?;
                if planted(Plant::S17Bytes) {
                    w.write_outbox_anew()?;
                }
            }
            w.set(ROW_KNOWLEDGE, &deskbell_domain::ROW_KNOWLEDGE)
        })
    }

    /// Forgets everything of everybody: another member signs in, or the cache is thrown away.
    pub fn clear(&mut self) -> Stored<()> {
        self.write(|w| {
            for table in [
                "meta",
                "scope",
                "dead",
                "lookup",
                "chat",
                "entity",
                "message",
                "shadow",
                "tombstone",
                "alias",
                "outbox",
                "draft",
                "tally",
                "reading",
                "list_view",
                "notice",
                "unknown",
            ] {
                w.tx.execute(&format!("DELETE FROM {table}"), [])?;
            }
            w.identity = None;
            w.set(ROW_KNOWLEDGE, &deskbell_domain::ROW_KNOWLEDGE)?;
            w.begin_index()?;
            w.tag("session");
            Ok::<_, StoreError>(())
        })
    }
}
