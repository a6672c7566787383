//! `/v1/session`: signing in and out.

use super::{ApiJson, ApiQuery, AppState, Bearer, ClientAddress, Failure};
use crate::auth::{SignInError, session_after, session_of, sign_in};
use crate::commit::Seen;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse};
use deskbell_protocol::{ApiError, Generation, NewSession, Session, Stamp, code};
use serde::Deserialize;
use utoipa::IntoParams;

impl From<SignInError> for Failure {
    fn from(error: SignInError) -> Self {
        match error {
            SignInError::Refused { tries_left } => Failure::new(
                StatusCode::UNAUTHORIZED,
                code::SIGN_IN_REFUSED,
                "The e-mail address or the password is wrong.",
            )
            .with("tries_left", tries_left),
            SignInError::TooMany { retry_after_s } => {
                let message = "Too many tries: wait before the next one.";
                Failure::new(StatusCode::TOO_MANY_REQUESTS, code::TOO_MANY_TRIES, message).retry_after(retry_after_s)
            }
            SignInError::Hub(error) => error.into(),
        }
    }
}

/// Secrets must not stay in a cache on the way.
fn never_stored(session: Session) -> impl IntoResponse {
    (AppendHeaders([(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))]), Json(session))
}

/// Signs a device in. One that signs in again under its `device` keeps its identity and the wrap of its cache; the old
/// token ends.
#[utoipa::path(
    post,
    path = "/v1/session",
    request_body = NewSession,
    responses(
        (status = 200, description = "Signed in", body = Session),
        (status = 401, description = "`sign_in_refused`; `tries_left`", body = ApiError),
        (status = 429, description = "`too_many_tries`; `retry_after_s`", body = ApiError),
    )
)]
pub async fn create_session(
    State(state): State<AppState>,
    ClientAddress(address): ClientAddress,
    ApiJson(new): ApiJson<NewSession>,
) -> Result<impl IntoResponse, Failure> {
    Ok(never_stored(sign_in(&state.hub, new, address).await?))
}

/// Parameters of a session: both or neither.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct SessionQuery {
    /// Generation that the client knows.
    r#gen: Option<Generation>,
    /// Newest point of history that the client has seen.
    seen: Option<Stamp>,
}

/// The session as it is now: grants and capabilities may have changed since signing in. A client that goes on from it says
/// what it has seen, and hears where the hub's history is another one.
#[utoipa::path(
    get,
    path = "/v1/session",
    security(("device" = [])),
    params(SessionQuery),
    responses(
        (status = 200, description = "Signed in", body = Session),
        (status = 401, body = ApiError),
        (status = 410, description = "`rolled_back`", body = ApiError),
    )
)]
pub async fn get_session(
    State(state): State<AppState>,
    bearer: Bearer,
    ApiQuery(query): ApiQuery<SessionQuery>,
) -> Result<impl IntoResponse, Failure> {
    let (hub, Bearer { who, token }) = (state.hub, bearer);
    let Some((r#gen, stamp)) = query.r#gen.zip(query.seen) else {
        return Ok(never_stored(session_of(&hub, who, token).await?));
    };
    let (seen, now_ms) = (Seen { r#gen, stamp }, hub.now_ms());
    Ok(never_stored(hub.read(move |c| Ok(session_after(c, who, token, now_ms, &seen))).await??))
}

/// Signs the device out: its token ends, the wrap of its cache is destroyed.
#[utoipa::path(
    delete,
    path = "/v1/session",
    security(("device" = [])),
    responses((status = 204, description = "Signed out"), (status = 401, body = ApiError))
)]
pub async fn delete_session(State(state): State<AppState>, bearer: Bearer) -> Result<StatusCode, Failure> {
    state.hub.accounts().revoke(&state.hub, bearer.who.device, Some(bearer.who.member)).await?;
    Ok(StatusCode::NO_CONTENT)
}
