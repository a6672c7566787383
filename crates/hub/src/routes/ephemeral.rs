//! `POST /v1/ephemeral`: a member looks at a chat or types in it; colleagues who may see it are told, and it is forgotten.

use super::{ApiJson, AppState, Bearer, Failure};
use crate::feed;
use axum::extract::State;
use axum::http::StatusCode;
use deskbell_protocol::{ApiError, Ephemeral, EventEphemeral};

/// Tells colleagues what the member does in a chat. It holds for ten seconds unless said again.
#[utoipa::path(
    post,
    path = "/v1/ephemeral",
    security(("device" = [])),
    request_body = Ephemeral,
    responses(
        (status = 204, description = "Told"),
        (status = 401, body = ApiError),
        (status = 404, description = "No such chat, or not for this member", body = ApiError),
    )
)]
pub async fn post_ephemeral(
    State(state): State<AppState>,
    bearer: Bearer,
    ApiJson(Ephemeral { chat, sign }): ApiJson<Ephemeral>,
) -> Result<StatusCode, Failure> {
    let member = bearer.who.member;
    state.hub.read(move |c| Ok(feed::scope_of_chat(c, member, chat))).await??;
    state.hub.tell(EventEphemeral { chat, member, sign });
    Ok(StatusCode::NO_CONTENT)
}
