//! Accounts and devices as they are stored, and the devices' tokens in memory.
//!
//! Every request asks for its token, so the (few) devices are kept in memory; the tables are written first.

use super::Password;
use crate::clock::secret;
use crate::hub::{Hub, HubError};
use crate::store::{StoreError, read_all};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use deskbell_domain::{DeviceId, EmailAddress, Kind, MemberId, Row};
use deskbell_protocol::Device;
use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet};
use std::sync::{PoisonError, RwLock};
use tokio::sync::watch;

/// A device that was not used for so long must sign in again.
const UNUSED_MS: i64 = 90 * 24 * 60 * 60 * 1000;
/// How exactly the last use is kept.
const SEEN_STEP_MS: i64 = 60 * 1000;

type Hash = [u8; 32];

/// Who a token is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignedIn {
    /// The member.
    pub member: MemberId,
    /// The device.
    pub device: DeviceId,
}

/// Why a token opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// None, or one that the hub does not know.
    #[error("sign in")]
    Unknown,
    /// Its device was revoked, or not used for 90 days.
    #[error("this device was signed out: sign in again")]
    Revoked,
    /// Its member was removed from the organization.
    #[error("you are not a member of this organization any more")]
    Removed,
}

#[derive(Debug, Clone, Copy)]
struct Known {
    who: SignedIn,
    seen_ms: i64,
    revoked: bool,
}

/// Accounts and devices.
#[derive(Debug)]
pub struct Accounts {
    devices: RwLock<HashMap<Hash, Known>>,
    /// Members who left: what their devices are told is not that they were signed out.
    removed: RwLock<HashSet<MemberId>>,
    changed: watch::Sender<u64>,
}

/// A device that signs in.
#[derive(Debug, Clone)]
pub struct NewDevice {
    /// Whose.
    pub member: MemberId,
    /// The device, where it was here before.
    pub device: Option<DeviceId>,
    /// Its name.
    pub name: String,
}

/// What a device gets.
pub(super) struct Credentials {
    pub who: SignedIn,
    pub token: String,
    pub wrap_key: String,
}

impl Accounts {
    /// Reads the devices.
    pub(crate) fn load(connection: &Connection) -> Result<Self, StoreError> {
        let mut statement =
            connection.prepare("SELECT token_hash, member, id, seen_ms, revoked_ms IS NOT NULL FROM device")?;
        let devices = statement.query_map([], |r| {
            let who = SignedIn { member: MemberId(r.get(1)?), device: DeviceId(r.get(2)?) };
            Ok((r.get::<_, Hash>(0)?, Known { who, seen_ms: r.get(3)?, revoked: r.get(4)? }))
        })?;
        let devices = RwLock::new(devices.collect::<Result<_, _>>()?);
        let left = read_all(connection, Kind::Member)?.into_iter().filter_map(|stored| match stored.row {
            Row::Member(member) if !member.active => Some(member.id),
            _ => None,
        });
        Ok(Self { devices, removed: RwLock::new(left.collect()), changed: watch::Sender::new(0) })
    }

    /// Notes that a member left the organization, or is in it again; the rows say so already.
    pub(crate) fn set_removed(&self, member: MemberId, removed: bool) {
        let mut members = self.removed.write().unwrap_or_else(PoisonError::into_inner);
        if removed {
            members.insert(member)
        } else {
            members.remove(&member)
        };
        drop(members);
        self.changed.send_modify(|n| *n += 1);
    }

    /// Word of every device that signs in or is revoked.
    pub fn changed(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// Whose token that is.
    pub fn authenticate(&self, token: &str, now_ms: i64) -> Result<SignedIn, TokenError> {
        let devices = self.devices.read().unwrap_or_else(PoisonError::into_inner);
        let known = devices.get(&hash_of(token)).ok_or(TokenError::Unknown)?;
        if self.removed.read().unwrap_or_else(PoisonError::into_inner).contains(&known.who.member) {
            return Err(TokenError::Removed);
        }
        if known.revoked || now_ms - known.seen_ms > UNUSED_MS { Err(TokenError::Revoked) } else { Ok(known.who) }
    }

    /// Notes that the device was heard of; stored to the minute.
    pub(crate) async fn heard_of(&self, hub: &Hub, token: &str) {
        let now_ms = hub.now_ms();
        let hash = hash_of(token);
        let device = {
            let mut devices = self.devices.write().unwrap_or_else(PoisonError::into_inner);
            match devices.get_mut(&hash) {
                Some(known) if now_ms - known.seen_ms >= SEEN_STEP_MS => {
                    known.seen_ms = now_ms;
                    known.who.device
                }
                _ => return,
            }
        };
        let written = hub
            .write(move |c| Ok(c.execute("UPDATE device SET seen_ms = ?2 WHERE id = ?1", params![device.0, now_ms])?))
            .await;
        if let Err(error) = written {
            tracing::warn!(%error, %device, "the last use of a device could not be noted");
        }
    }

    /// Signs a device in and reads more in the same transaction.
    pub(super) async fn sign_in<T: Send + 'static>(
        &self,
        hub: &Hub,
        new: NewDevice,
        read: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<(Credentials, T), HubError> {
        let token = URL_SAFE_NO_PAD.encode(secret(hub.random()));
        let fresh_wrap = secret(hub.random());
        let (now_ms, fresh_id, hash) = (hub.now_ms(), DeviceId(hub.new_id()), hash_of(&token));
        let member = new.member;
        let (device, wrap, old, more) = hub
            .write(move |connection| {
                let transaction = connection.transaction()?;
                let before = match new.device {
                    Some(id) => own_device(&transaction, id, member)?,
                    None => None,
                };
                let (device, wrap, old) = match before {
                    Some((id, wrap, old)) => {
                        transaction.execute(
                            "UPDATE device SET token_hash = ?2, seen_ms = ?3, name = ?4 WHERE id = ?1",
                            params![id.0, hash, now_ms, new.name],
                        )?;
                        (id, wrap, Some(old))
                    }
                    None => {
                        transaction.execute(
                            "INSERT INTO device (id, member, name, token_hash, wrap_key, created_ms, seen_ms) \
                             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)",
                            params![fresh_id.0, member.0, new.name, hash, fresh_wrap, now_ms],
                        )?;
                        (fresh_id, fresh_wrap, None)
                    }
                };
                let more = read(&transaction)?;
                transaction.commit()?;
                Ok((device, wrap, old, more))
            })
            .await?;
        let who = SignedIn { member, device };
        let mut devices = self.devices.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(old) = old {
            devices.remove(&old);
        }
        devices.insert(hash, Known { who, seen_ms: now_ms, revoked: false });
        drop(devices);
        self.changed.send_modify(|n| *n += 1);
        Ok((Credentials { who, token, wrap_key: URL_SAFE_NO_PAD.encode(wrap) }, more))
    }

    /// Revokes a device of the member (of anybody where `None`). `false` = there is none.
    pub async fn revoke(&self, hub: &Hub, device: DeviceId, of: Option<MemberId>) -> Result<bool, HubError> {
        self.revoke_where(hub, move |c, now_ms| {
            Ok(c.execute(
                "UPDATE device SET revoked_ms = ?2, wrap_key = x'' \
                 WHERE id = ?1 AND revoked_ms IS NULL AND (?3 IS NULL OR member = ?3)",
                params![device.0, now_ms, of.map(|m| m.0)],
            )?)
        })
        .await?;
        let devices = self.devices.read().unwrap_or_else(PoisonError::into_inner);
        Ok(devices.values().any(|k| k.who.device == device && of.is_none_or(|m| k.who.member == m)))
    }

    /// Revokes all devices of a member.
    pub async fn revoke_all(&self, hub: &Hub, member: MemberId) -> Result<(), HubError> {
        self.revoke_where(hub, move |c, now_ms| {
            Ok(c.execute(
                "UPDATE device SET revoked_ms = ?2, wrap_key = x'' WHERE member = ?1 AND revoked_ms IS NULL",
                params![member.0, now_ms],
            )?)
        })
        .await
    }

    async fn revoke_where(
        &self,
        hub: &Hub,
        update: impl FnOnce(&Connection, i64) -> Result<usize, StoreError> + Send + 'static,
    ) -> Result<(), HubError> {
        let now_ms = hub.now_ms();
        let revoked: Vec<Hash> = hub
            .write(move |connection| {
                update(connection, now_ms)?;
                let mut statement = connection.prepare("SELECT token_hash FROM device WHERE revoked_ms IS NOT NULL")?;
                let hashes = statement.query_map([], |r| r.get(0))?;
                Ok(hashes.collect::<Result<_, _>>()?)
            })
            .await?;
        let mut devices = self.devices.write().unwrap_or_else(PoisonError::into_inner);
        for hash in revoked {
            if let Some(known) = devices.get_mut(&hash) {
                known.revoked = true;
            }
        }
        drop(devices);
        self.changed.send_modify(|n| *n += 1);
        Ok(())
    }
}

/// The device, its wrap and its token's hash, where it is that member's and was not revoked.
fn own_device(
    connection: &Connection,
    id: DeviceId,
    member: MemberId,
) -> Result<Option<(DeviceId, [u8; 32], Hash)>, StoreError> {
    Ok(connection
        .query_row(
            "SELECT wrap_key, token_hash FROM device WHERE id = ?1 AND member = ?2 AND revoked_ms IS NULL",
            params![id.0, member.0],
            |r| Ok((id, r.get(0)?, r.get(1)?)),
        )
        .optional()?)
}

/// The devices of a member (of all where `None`), newest first.
pub fn list_devices(
    connection: &Connection,
    of: Option<MemberId>,
    asking: Option<DeviceId>,
) -> Result<Vec<(MemberId, Device)>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT id, name, created_ms, seen_ms, revoked_ms IS NOT NULL, member FROM device \
         WHERE ?1 IS NULL OR member = ?1 ORDER BY created_ms DESC, id DESC",
    )?;
    let devices = statement.query_map([of.map(|m| m.0)], |r| {
        let id = DeviceId(r.get(0)?);
        let device = Device {
            id,
            name: r.get(1)?,
            created_ms: r.get(2)?,
            seen_ms: r.get(3)?,
            this: asking == Some(id),
            revoked: r.get(4)?,
        };
        Ok((MemberId(r.get(5)?), device))
    })?;
    Ok(devices.collect::<Result<_, _>>()?)
}

/// The second wrap of a device's cache key.
pub(super) fn wrap_key_of(connection: &Connection, device: DeviceId) -> Result<String, StoreError> {
    let wrap: Option<Vec<u8>> =
        connection.query_row("SELECT wrap_key FROM device WHERE id = ?1", [device.0], |r| r.get(0)).optional()?;
    Ok(URL_SAFE_NO_PAD.encode(wrap.unwrap_or_default()))
}

/// The member of an address, and the hash of their password.
pub fn account_of(connection: &Connection, email: &EmailAddress) -> Result<Option<(MemberId, String)>, StoreError> {
    Ok(connection
        .query_row("SELECT member, password_hash FROM account WHERE email = ?1", [email.as_str()], |r| {
            Ok((MemberId(r.get(0)?), r.get(1)?))
        })
        .optional()?)
}

/// Makes or changes an account. `false` = the address is somebody else's.
pub async fn set_account(
    hub: &Hub,
    member: MemberId,
    email: EmailAddress,
    password: Password,
) -> Result<bool, HubError> {
    let random = hub.shared_random();
    let hashed = tokio::task::spawn_blocking(move || password.hash(&*random));
    let hash = hashed.await.map_err(|_| StoreError::Panicked)?;
    hub.write(move |c| {
        if account_of(c, &email)?.is_some_and(|(owner, _)| owner != member) {
            return Ok(false);
        }
        c.execute(
            "INSERT INTO account (member, email, password_hash) VALUES (?1, ?2, ?3) ON CONFLICT (member) \
             DO UPDATE SET email = excluded.email, password_hash = excluded.password_hash",
            params![member.0, email.as_str(), hash],
        )?;
        Ok(true)
    })
    .await
}

fn hash_of(token: &str) -> Hash {
    Sha256::digest(token.as_bytes()).into()
}
