//! `GET /v1/snapshot/{scope}`: all rows of a scope.

use super::{ApiPath, ApiQuery, AppState, Bearer, Failure, page_limit};
use crate::commit::Seen;
use crate::feed::{self, SnapshotRequest};
use axum::{Json, extract::State};
use deskbell_domain::Scope;
use deskbell_protocol::{ApiError, Generation, Phase, Snapshot, Stamp};
use serde::Deserialize;
use utoipa::IntoParams;

/// Longest nonce.
const MAX_BOOT_BYTES: usize = 100;

/// Parameters of a page.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SnapshotQuery {
    /// Nonce of the boot, given back in the page.
    boot: String,
    /// Generation that the client knows.
    r#gen: Generation,
    /// Newest point of history that the client has seen.
    seen: Stamp,
    /// `hint` for what lists show first; without it, all rows.
    #[serde(default)]
    #[param(inline)]
    phase: Phase,
    /// `next` of the page before.
    after: Option<String>,
    /// Most rows.
    limit: Option<u32>,
}

/// A page of the rows of a scope as they are now.
#[utoipa::path(
    get,
    path = "/v1/snapshot/{scope}",
    security(("device" = [])),
    params(("scope" = String, Path, description = "`org`, `inbox:ID`, `channel:ID`, `chat:ID`, `member:ID`"), SnapshotQuery),
    responses(
        (status = 200, description = "A page", body = Snapshot),
        (status = 401, body = ApiError),
        (status = 404, description = "No such scope, or not for this member", body = ApiError),
        (status = 410, description = "`rolled_back`, `resync`", body = ApiError),
    )
)]
pub async fn get_snapshot(
    State(state): State<AppState>,
    bearer: Bearer,
    ApiPath(scope): ApiPath<Scope>,
    ApiQuery(query): ApiQuery<SnapshotQuery>,
) -> Result<Json<Snapshot>, Failure> {
    if query.boot.len() > MAX_BOOT_BYTES {
        return Err(Failure::bad_request("`boot` is too long."));
    }
    let seen = Seen { r#gen: query.r#gen, stamp: query.seen };
    let limit = page_limit(query.limit);
    let request = SnapshotRequest { scope, boot: query.boot, phase: query.phase, after: query.after, limit };
    let member = bearer.who.member;
    Ok(Json(state.hub.read(move |c| Ok(feed::snapshot(c, member, &seen, request))).await??))
}
