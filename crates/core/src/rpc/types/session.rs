//! Who is signed in, and how that comes to be.

use super::RpcError;
use deskbell_domain::MemberId;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Who is signed in on this profile, or why nobody is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Session {
    /// Nobody. `hub` and `email` prefill the form; `reason` says why a sign-in ended (`device_revoked`, ...).
    SignedOut { hub: Option<String>, email: Option<String>, reason: Option<RpcError> },
    /// There is a cache and its key cannot be had now.
    Locked { why: LockReason, hub: Option<String>, email: Option<String> },
    /// Signed in; works with no network.
    SignedIn(SignedIn),
}

/// Why the cache is locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LockReason {
    /// The cache is protected by a password (there was no keyring when it was made).
    Password,
    /// The system keyring is there and locked.
    KeyringLocked,
    /// The key was in a keyring that does not answer now.
    KeyringMissing,
    /// The keyring answers and has no key for this cache; signing in again restores it.
    KeyLost,
    /// The cache is damaged, and who was signed in could not be read in it: signing in again rescues what was not sent.
    Damaged,
    /// There is no room on the disk to open it.
    DiskFull,
    /// A newer program has brought its tables to a shape that this one does not know: only an update helps.
    Newer,
}

/// The signed-in member.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SignedIn {
    pub me: MemberInfo,
    pub organization: String,
    /// `customer_engagement` or `contact_center`.
    pub product: String,
    pub hub: String,
    /// What this member may do; the UI looks only here (`assign_others`, `create_direct_chat`, ...).
    pub capabilities: Vec<String>,
    /// The hub refuses this device (revoked, expired): reading works, nothing is sent until signed in again.
    pub signed_out_by_hub: Option<RpcError>,
}

/// A member, as others see them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct MemberInfo {
    pub id: MemberId,
    pub name: String,
    pub initials: String,
    /// `agent`, `manager` or `admin`.
    pub role: String,
    pub me: bool,
}

/// `lookup_hub`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct LookupHub {
    pub address: String,
}

/// What a hub says of itself before anybody signs in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct HubInfo {
    /// The address as it will be used (scheme added).
    pub address: String,
    pub organization: String,
}

/// `sign_in`. `cache_password` protects the cache where there is no keyring.
#[derive(Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SignIn {
    pub hub: String,
    pub email: String,
    pub password: String,
    #[serde(default)]
    #[ts(optional)]
    pub cache_password: Option<String>,
}

/// `unlock`: with the cache's password, or with `None` to ask the keyring again.
#[derive(Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Unlock {
    pub password: Option<String>,
}

/// `sign_out`. Without `discard_unsent` it is refused with `unsent` while something waits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SignOut {
    pub discard_unsent: bool,
}

/// What the strip says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Status {
    pub network: Network,
    /// When the cache was last known to be complete; `None` before the first time.
    pub up_to_date_ms: Option<i64>,
    /// The first sync is running: lists may still grow.
    pub first_sync: bool,
    /// While it runs: how much of it is here, in percent, as soon as that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub first_sync_percent: Option<u8>,
    /// Commands that have not reached the hub.
    pub waiting: u32,
    /// Refused: *Retry*, *Edit*, *Discard*.
    pub failed: u32,
    /// Held: *Send anyway*, *Edit*, *Discard*.
    pub held: u32,
    /// Why the hub cannot be used, where it is more than the network (`hub_newer`, `device_revoked`, `hub_not_deskbell`).
    pub problem: Option<RpcError>,
    /// The cache was damaged: what was rescued of it, until `forget_rescue`.
    pub rescued: Option<RpcError>,
}

/// `check_cache`: what is wrong with the file in which everything is kept; nothing, where it is sound.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct CacheCheck {
    pub problems: Vec<String>,
}

/// Reachability of the hub.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Network {
    Online,
    Connecting,
    Offline,
}
