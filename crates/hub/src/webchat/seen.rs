//! `POST /widget/{public_id}/seen`: the visitor's browser has members' messages, or the visitor has read them.

use super::session::visitor;
use super::{Problem, SharedLimits, origin, thread};
use crate::routes::{ApiJson, ApiPath, AppState};
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use deskbell_domain::command::ApplyStatus;
use deskbell_domain::{Actor, ChatId, Delivery, MessageId};
use deskbell_protocol::ApiError;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Most messages that one report can concern, per conversation; older ones were reported long ago.
const MOST: usize = 400;

/// `POST /widget/{public_id}/seen`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Seen {
    /// Members' messages up to this position...
    pub upto: u64,
    /// ...are this.
    pub status: SeenStatus,
}

/// What became of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SeenStatus {
    /// The browser has them.
    Delivered,
    /// They were before the visitor's eyes.
    Read,
}

/// Takes the report.
#[utoipa::path(
    post, path = "/widget/{public_id}/seen", tag = "web chat",
    params(("public_id" = String, Path, description = "Public id of the channel")),
    request_body = Seen,
    responses(
        (status = 204, description = "Taken"),
        (status = 401, description = "No session", body = ApiError),
        (status = 429, body = ApiError),
    )
)]
pub(super) async fn report(
    State(app): State<AppState>,
    Extension(limits): Extension<SharedLimits>,
    ApiPath(public_id): ApiPath<String>,
    headers: HeaderMap,
    ApiJson(seen): ApiJson<Seen>,
) -> Result<StatusCode, Problem> {
    if !origin::is_own(&app.addresses, &headers) {
        return Err(Problem::NotHere);
    }
    let visitor = visitor(&app.hub, public_id, &headers).await?;
    limits.read(visitor.session)?;
    let status = match seen.status {
        SeenStatus::Delivered => Delivery::Delivered,
        SeenStatus::Read => Delivery::Read,
    };
    let hub = &app.hub;
    let messages = hub.read(move |c| thread::unreported(c, &visitor, seen.upto, status, MOST)).await?;
    let mut of_chat: BTreeMap<ChatId, Vec<MessageId>> = BTreeMap::new();
    for message in messages {
        of_chat.entry(message.chat).or_default().push(message.id);
    }
    for (chat, messages) in of_chat {
        hub.execute(Actor::System, ApplyStatus { chat, messages, status }).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}
