//! `GET /v1/conversations/{id}/messages`: a thread, backwards.

use super::{ApiPath, ApiQuery, AppState, Bearer, Failure, page_limit};
use crate::feed;
use axum::{Json, extract::State};
use deskbell_domain::ChatId;
use deskbell_protocol::{ApiError, MessagesPage};
use serde::Deserialize;
use utoipa::IntoParams;

/// Parameters of a page.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct MessagesQuery {
    /// Entries before this position; absent = from the newest.
    before: Option<u64>,
    /// Most entries.
    limit: Option<u32>,
}

/// The entries of a chat before a position, newest first.
#[utoipa::path(
    get,
    path = "/v1/conversations/{id}/messages",
    security(("device" = [])),
    params(("id" = String, Path, description = "The chat"), MessagesQuery),
    responses(
        (status = 200, description = "A page", body = MessagesPage),
        (status = 401, body = ApiError),
        (status = 404, description = "No such chat, or not for this member", body = ApiError),
    )
)]
pub async fn get_messages(
    State(state): State<AppState>,
    bearer: Bearer,
    ApiPath(chat): ApiPath<ChatId>,
    ApiQuery(query): ApiQuery<MessagesQuery>,
) -> Result<Json<MessagesPage>, Failure> {
    let limit = page_limit(query.limit);
    let member = bearer.who.member;
    Ok(Json(state.hub.read(move |c| Ok(feed::messages(c, member, chat, query.before, limit))).await??))
}
