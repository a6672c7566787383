//! Errors as they travel.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Codes that the hub answers with; a client decides by these, never by the sentence.
pub mod code {
    /// 401: no token, or one that the hub does not know.
    pub const SIGN_IN_REQUIRED: &str = "sign_in_required";
    /// 401: the device was revoked.
    pub const DEVICE_REVOKED: &str = "device_revoked";
    /// 401: the member was removed from the organization. What the cache has of it is to go; what they wrote and did not
    /// send stays.
    pub const MEMBER_REMOVED: &str = "member_removed";
    /// 401: e-mail address and password do not belong together. Never says which.
    pub const SIGN_IN_REFUSED: &str = "sign_in_refused";
    /// 429: too many tries; `retry_after_s`.
    pub const TOO_MANY_TRIES: &str = "too_many_tries";
    /// 404: no such thing, or not for this member.
    pub const NOT_FOUND: &str = "not_found";
    /// 400: the request cannot be read.
    pub const BAD_REQUEST: &str = "bad_request";
    /// 409: the command id was used for other bytes (S9).
    pub const COMMAND_REUSED: &str = "command_reused";
    /// 409: the device's number was used for another command: the disk was cloned (S12).
    pub const DEVICE_CLONED: &str = "device_cloned";
    /// 410: the cursor is older than what is kept, or from the future: boot again in place.
    pub const RESYNC: &str = "resync";
    /// 410: another generation, or a hub that went back in time (S13).
    pub const ROLLED_BACK: &str = "rolled_back";
    /// 413: too large.
    pub const TOO_LARGE: &str = "too_large";
    /// 421: this host or origin is not served.
    pub const WRONG_HOST: &str = "wrong_host";
    /// 503: stopping or overloaded; try again.
    pub const UNAVAILABLE: &str = "unavailable";
    /// 503: no room on the hub's disk; nothing was carried out.
    pub const HUB_DISK_FULL: &str = "hub_disk_full";
    /// 500: a fault of the hub; it is logged there.
    pub const INTERNAL: &str = "internal";
}

/// What every answer that is not 2xx holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ApiError {
    /// One of [`code`].
    pub code: String,
    /// One sentence that says what to do.
    pub message: String,
    /// Whether the same request may succeed later.
    pub retryable: bool,
    /// Values for the sentence.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub params: BTreeMap<String, String>,
}
