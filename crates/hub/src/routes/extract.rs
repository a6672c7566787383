//! What handlers take from a request; whatever cannot be read is answered as an [`Failure`].

use super::{AppState, Failure};
use crate::auth::{SignedIn, TokenError};
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use serde::de::DeserializeOwned;
use std::net::IpAddr;

/// A JSON body.
pub struct ApiJson<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for ApiJson<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        // A form of another site can only send what needs no permission; this type does.
        let essence = kind.split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case("application/json") {
            return Err(Failure::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                deskbell_protocol::code::BAD_REQUEST,
                "Send JSON, with `Content-Type: application/json`.",
            ));
        }
        let body = Bytes::from_request(request, state).await.map_err(unreadable)?;
        serde_json::from_slice(&body).map(ApiJson).map_err(|error| {
            // Only where and what kind: the parser's sentence may quote the body.
            Failure::bad_request("The body is not the JSON that this address takes.")
                .with("line", error.line())
                .with("column", error.column())
        })
    }
}

fn unreadable(rejection: BytesRejection) -> Failure {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        Failure::body_too_large()
    } else {
        Failure::bad_request("The body could not be read to its end.")
    }
}

/// Parameters behind the `?`.
pub struct ApiQuery<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for ApiQuery<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        match Query::<T>::from_request_parts(parts, state).await {
            Ok(Query(value)) => Ok(Self(value)),
            Err(_) => Err(Failure::bad_request("The parameters behind the ? are not those that this address takes.")),
        }
    }
}

/// What stands in the path. What is not even an identifier has the answer of one that does not exist.
pub struct ApiPath<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for ApiPath<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        match Path::<T>::from_request_parts(parts, state).await {
            Ok(Path(value)) => Ok(Self(value)),
            Err(_) => Err(Failure::not_found()),
        }
    }
}

/// Whoever the bearer token is of.
pub struct Bearer {
    /// Who.
    pub who: SignedIn,
    /// The token.
    pub token: String,
}

impl FromRequestParts<AppState> for Bearer {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Failure> {
        let value = parts.headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok());
        let token = value.and_then(|v| v.strip_prefix("Bearer ")).ok_or(TokenError::Unknown)?.trim();
        let who = state.hub.accounts().authenticate(token, state.hub.now_ms())?;
        state.hub.accounts().heard_of(&state.hub, token).await;
        Ok(Self { who, token: token.into() })
    }
}

/// The address of the network that a request comes from: the peer, or who a trusted proxy says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

impl<S: Send + Sync> FromRequestParts<S> for ClientAddress {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        // Set by the guard in front of every route.
        parts.extensions.get::<ClientAddress>().copied().ok_or_else(Failure::internal)
    }
}
