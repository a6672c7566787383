//! `POST /widget/{public_id}/messages`: the visitor writes. `GET`: what was written before.

use super::session::visitor;
use super::{Problem, SharedLimits, VisitorMessage, origin, thread};
use crate::routes::{ApiJson, ApiPath, ApiQuery, AppState, ClientAddress};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::{Extension, Json};
use deskbell_domain::{Actor, ChatId, Kind, MessageId, MessageText, Outcome, Row, command::ReceiveMessage, derived_id};
use deskbell_protocol::ApiError;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// Messages of one page.
const PAGE: usize = 100;

/// `POST /widget/{public_id}/messages`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct NewVisitorMessage {
    /// Made by the browser, once for each message: sent again with the same one, the message is still one.
    pub id: Uuid,
    /// Plain text.
    pub text: String,
}

/// The message as the hub has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SentVisitorMessage {
    /// Its identifier.
    pub id: Uuid,
    /// Place in hub order.
    pub pos: u64,
    /// When the hub got it (UTC milliseconds).
    pub at_ms: i64,
}

/// Takes a visitor's message: durable when answered.
#[utoipa::path(
    post, path = "/widget/{public_id}/messages", tag = "web chat",
    params(("public_id" = String, Path, description = "Public id of the channel")),
    request_body = NewVisitorMessage,
    responses(
        (status = 200, body = SentVisitorMessage),
        (status = 401, description = "No session", body = ApiError),
        (status = 403, description = "The page is not on the channel's list", body = ApiError),
        (status = 413, description = "Longer than any message", body = ApiError),
        (status = 422, description = "Nothing but white space", body = ApiError),
        (status = 429, body = ApiError),
    )
)]
pub(super) async fn send(
    State(app): State<AppState>,
    Extension(limits): Extension<SharedLimits>,
    client: ClientAddress,
    ApiPath(public_id): ApiPath<String>,
    headers: HeaderMap,
    ApiJson(new): ApiJson<NewVisitorMessage>,
) -> Result<Json<SentVisitorMessage>, Problem> {
    if !origin::is_own(&app.addresses, &headers) {
        return Err(Problem::NotHere);
    }
    let visitor = visitor(&app.hub, public_id, &headers).await?;
    limits.message(visitor.session, client.0)?;
    let text = MessageText::parse(&new.text).map_err(Problem::Text)?;
    let message = MessageId(derived_id("webchat", &[visitor.id.as_bytes(), new.id.as_bytes()]));
    let command = ReceiveMessage {
        channel: visitor.channel.id,
        address: visitor.address(),
        profile_name: visitor.name.clone(),
        message,
        text,
        new_chat: ChatId(derived_id("webchat conversation", &[message.0.as_bytes()])),
    };
    let hub = &app.hub;
    match hub.execute(Actor::System, command).await?.outcome {
        Outcome::Applied | Outcome::Joined { .. } => {}
        Outcome::Held { .. } | Outcome::Rejected { .. } => return Err(Problem::NoChannel),
    }
    match hub.row(Kind::Message, message.0).await?.map(|r| r.row) {
        Some(Row::Message(m)) => {
            Ok(Json(SentVisitorMessage { id: m.id.0, pos: m.pos.ok_or(Problem::Internal)?, at_ms: m.at_ms }))
        }
        _ => Err(Problem::Internal),
    }
}

/// Which page.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Before {
    /// Messages before this position.
    before: u64,
}

/// A page of the thread.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct VisitorMessages {
    /// In ascending order.
    pub messages: Vec<VisitorMessage>,
    /// There are older ones.
    pub more: bool,
}

/// The messages before a position.
#[utoipa::path(
    get, path = "/widget/{public_id}/messages", tag = "web chat",
    params(("public_id" = String, Path, description = "Public id of the channel"), Before),
    responses((status = 200, body = VisitorMessages), (status = 401, description = "No session", body = ApiError))
)]
pub(super) async fn list(
    State(app): State<AppState>,
    Extension(limits): Extension<SharedLimits>,
    ApiPath(public_id): ApiPath<String>,
    ApiQuery(Before { before }): ApiQuery<Before>,
    headers: HeaderMap,
) -> Result<Json<VisitorMessages>, Problem> {
    if !origin::is_own_or_absent(&app.addresses, &headers) {
        return Err(Problem::NotHere);
    }
    let visitor = visitor(&app.hub, public_id, &headers).await?;
    limits.read(visitor.session)?;
    let (messages, more) = app.hub.read(move |c| thread::before(c, &visitor, before, PAGE)).await?;
    Ok(Json(VisitorMessages { messages, more }))
}
