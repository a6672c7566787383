//! `GET /v1/changes`: what is new.

use super::{ApiQuery, AppState, Bearer, Failure, page_limit};
use crate::commit::Seen;
use crate::feed;
use axum::{Json, extract::State};
use deskbell_protocol::{ApiError, Changes, Generation, Stamp};
use serde::Deserialize;
use utoipa::IntoParams;

/// Parameters of a pull.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ChangesQuery {
    /// The cursor.
    since: u64,
    /// Generation that the client knows.
    r#gen: Generation,
    /// Newest point of history that the client has seen.
    seen: Stamp,
    /// Changes in a page, about; a command is never split.
    limit: Option<u32>,
}

/// The changes after a cursor in the scopes of the member's grants.
#[utoipa::path(
    get,
    path = "/v1/changes",
    security(("device" = [])),
    params(ChangesQuery),
    responses(
        (status = 200, description = "A page", body = Changes),
        (status = 401, body = ApiError),
        (status = 410, description = "`resync`, `rolled_back`", body = ApiError),
    )
)]
pub async fn get_changes(
    State(state): State<AppState>,
    bearer: Bearer,
    ApiQuery(query): ApiQuery<ChangesQuery>,
) -> Result<Json<Changes>, Failure> {
    let seen = Seen { r#gen: query.r#gen, stamp: query.seen };
    let limit = page_limit(query.limit);
    let member = bearer.who.member;
    let page = state.hub.read(move |c| Ok(feed::changes(c, member, query.since, &seen, limit))).await??;
    Ok(Json(page))
}
