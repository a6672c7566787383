//! Signing in, devices, and what the hub says of itself.

use crate::{Generation, Stamp};
use deskbell_domain::{DeviceId, MemberId, OrganizationId, Scope};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `GET /v1/hub`: what anybody may know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct HubInfo {
    /// Always `deskbell`, so that a client knows that it talks to a hub.
    pub service: String,
    /// Newest protocol spoken.
    pub protocol: u32,
    /// Oldest protocol spoken.
    pub oldest_protocol: u32,
    /// Name of the organization.
    pub organization: String,
}

/// `POST /v1/session`.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct NewSession {
    /// E-mail address.
    pub email: String,
    /// Password.
    pub password: String,
    /// What the member will recognise in the list of devices.
    pub device_name: String,
    /// The device that signs in again, to keep its outbox and the wrap of its cache.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub device: Option<DeviceId>,
}

/// What a client knows after signing in; all of it from one transaction.
#[derive(Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Session {
    /// Bearer token of the device: 256 random bits, base64url. The hub keeps only its hash.
    pub token: String,
    /// The device.
    pub device: DeviceId,
    /// Who signed in.
    pub member: MemberId,
    /// The organization.
    pub organization: OrganizationId,
    /// Generation of the hub's data.
    pub r#gen: Generation,
    /// Newest `seq`, with its mark.
    pub head: Stamp,
    /// What the member may see. A scope that only a newer hub knows is left out when it is read.
    #[serde(deserialize_with = "crate::feed::understood")]
    pub grants: Vec<GrantedScope>,
    /// Capabilities of the member.
    pub capabilities: Vec<String>,
    /// Limits to keep to.
    pub limits: Limits,
    /// The hub's clock (UTC milliseconds).
    pub server_time_ms: i64,
    /// Wraps the key of this device's cache a second time, so that a lost keyring costs nothing: 256 random bits, base64url.
    /// Destroyed when the device is revoked.
    pub wrap_key: String,
}

/// A scope that the member may see.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct GrantedScope {
    /// The scope.
    #[schema(value_type = String)]
    pub scope: Scope,
    /// When it was given (`seq`); another epoch = boot it anew.
    pub epoch: u64,
    /// Positions up to here count as read.
    pub floor: u64,
}

/// Limits of the hub.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Limits {
    /// Most characters in a message.
    pub message_chars: usize,
    /// Most bytes in a message.
    pub message_bytes: usize,
    /// Most commands in a batch.
    pub commands: usize,
}

/// `GET /v1/devices`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Devices {
    /// The member's devices, newest first.
    pub devices: Vec<Device>,
}

/// A device of the member.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Device {
    /// Identifier; `DELETE /v1/devices/{id}` revokes it.
    pub id: DeviceId,
    /// Its name.
    pub name: String,
    /// When it signed in first (UTC milliseconds).
    pub created_ms: i64,
    /// When it was last heard of (UTC milliseconds, to the minute).
    pub seen_ms: i64,
    /// Whether it is the one that asks.
    pub this: bool,
    /// Whether it was revoked.
    pub revoked: bool,
}
