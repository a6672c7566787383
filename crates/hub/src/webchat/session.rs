//! `POST /widget/{public_id}/session`: a browser becomes a visitor, with its first message.
//!
//! The token is 256 random bits, kept as a hash and sent in a header, never in an address. A session is a visitor: who clears
//! the browser is somebody new, and nobody can become an earlier visitor by a name or a cookie.

use super::{Problem, SharedLimits, origin};
use crate::Hub;
use crate::clock::secret;
use crate::routes::{ApiJson, ApiPath, AppState, ClientAddress};
use crate::store::{StoreError, read_row};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::{Extension, Json};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use deskbell_domain::{Address, AddressKind, Channel, Kind, Name, Row, plain_name};
use deskbell_protocol::ApiError;
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use uuid::Uuid;

/// Longest public id that is looked for.
const MAX_PUBLIC_ID: usize = 100;

/// `POST /widget/{public_id}/session`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct NewVisitor {
    /// Origin of the page around the frame.
    pub site: String,
    /// What the page says the visitor is called; not verified.
    #[serde(default)]
    pub name: Option<String>,
}

/// The answer.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct VisitorSession {
    /// Bearer token: 256 random bits, base64url. The hub keeps only its hash.
    pub token: String,
}

/// Makes a visitor's session.
#[utoipa::path(
    post, path = "/widget/{public_id}/session", tag = "web chat",
    params(("public_id" = String, Path, description = "Public id of the channel")),
    request_body = NewVisitor,
    responses(
        (status = 201, body = VisitorSession),
        (status = 403, description = "The page is not on the channel's list", body = ApiError),
        (status = 404, description = "No such channel", body = ApiError),
        (status = 429, body = ApiError),
    )
)]
pub(super) async fn create(
    State(app): State<AppState>,
    Extension(limits): Extension<SharedLimits>,
    client: ClientAddress,
    ApiPath(public_id): ApiPath<String>,
    headers: HeaderMap,
    ApiJson(new): ApiJson<NewVisitor>,
) -> Result<(StatusCode, Json<VisitorSession>), Problem> {
    limits.session(client.0)?;
    if !origin::is_own(&app.addresses, &headers) {
        return Err(Problem::NotHere);
    }
    let hub = &app.hub;
    let channel = hub.read(move |c| find_channel(c, &public_id)).await?.ok_or(Problem::NoChannel)?;
    let site = origin::parse_origin(&new.site).map_err(|_| Problem::NotHere)?;
    if !allows(&channel, &site) {
        return Err(Problem::NotHere);
    }
    let token = URL_SAFE_NO_PAD.encode(secret(hub.random()));
    let name = new.name.as_deref().and_then(plain_name);
    let (hash, visitor, now_ms) = (hash_of(&token), hub.new_id(), hub.now_ms());
    hub.write(move |c| {
        c.execute(
            "INSERT INTO visitor_session (token_hash, visitor, channel, site, name, created_ms) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![hash, visitor, channel.id.0, site, name.map(String::from), now_ms],
        )?;
        Ok(())
    })
    .await?;
    tracing::info!(%visitor, "a visitor begins");
    Ok((StatusCode::CREATED, Json(VisitorSession { token })))
}

/// Who calls.
#[derive(Debug, Clone)]
pub(super) struct Visitor {
    /// The channel that they are on.
    pub(super) channel: Channel,
    /// Their address's value.
    pub(super) id: Uuid,
    /// What the page said they are called.
    pub(super) name: Option<Name>,
    /// Names the session to the limits.
    pub(super) session: [u8; 32],
}

impl Visitor {
    /// The address of their conversations.
    pub(super) fn address(&self) -> Address {
        Address { kind: AddressKind::Visitor, value: self.id.to_string() }
    }
}

/// Whoever the token of the call belongs to. The page that the session was made on must still be on the channel's list.
pub(super) async fn visitor(hub: &Hub, public_id: String, headers: &HeaderMap) -> Result<Visitor, Problem> {
    let token = headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok());
    let hash = hash_of(token.and_then(|t| t.strip_prefix("Bearer ")).ok_or(Problem::NoSession)?);
    let found = hub.read(move |c| {
        let Some(channel) = find_channel(c, &public_id)? else { return Ok(Err(Problem::NoChannel)) };
        let session = c
            .prepare_cached("SELECT visitor, site, name FROM visitor_session WHERE token_hash = ?1 AND channel = ?2")?
            .query_row(params![hash, channel.id.0], |r| Ok((r.get(0)?, r.get::<_, String>(1)?, r.get(2)?)))
            .optional()?;
        let Some((id, site, name)): Option<(Uuid, String, Option<String>)> = session else {
            return Ok(Err(Problem::NoSession));
        };
        if !allows(&channel, &site) {
            return Ok(Err(Problem::NotHere));
        }
        Ok(Ok(Visitor { channel, id, name: name.as_deref().and_then(plain_name), session: hash }))
    });
    found.await?
}

/// The web chat channel of that public id.
pub(super) fn find_channel(connection: &Connection, public_id: &str) -> Result<Option<Channel>, StoreError> {
    if public_id.len() > MAX_PUBLIC_ID {
        return Ok(None);
    }
    let id: Option<Uuid> = connection
        .prepare_cached(
            "SELECT id FROM entity WHERE kind = 'channel' AND json_extract(row, '$.webchat.public_id') = ?1",
        )?
        .query_row([public_id], |r| r.get(0))
        .optional()?;
    let Some(id) = id else { return Ok(None) };
    Ok(match read_row(connection, Kind::Channel, id)?.map(|r| r.row) {
        Some(Row::Channel(channel)) => Some(channel),
        _ => None,
    })
}

fn allows(channel: &Channel, site: &str) -> bool {
    channel.webchat.as_ref().is_some_and(|w| origin::allows(&w.origins, site))
}

fn hash_of(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}
