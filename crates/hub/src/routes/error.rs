//! What is answered when something is not well: always an [`ApiError`], always with a sentence that says what to do.

use crate::auth::TokenError;
use crate::commit::Refused;
use crate::feed::FeedError;
use crate::hub::HubError;
use crate::store::StoreError;
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use deskbell_protocol::{ApiError, code};

/// An answer that is not 2xx.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// Status.
    pub status: StatusCode,
    /// Body.
    pub error: ApiError,
    /// Seconds to wait, where waiting helps.
    pub retry_after_s: Option<u64>,
}

impl Failure {
    /// An answer with a code and a sentence.
    pub fn new(status: StatusCode, code: &str, message: impl Into<String>) -> Self {
        let retryable = status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS;
        let error = ApiError { code: code.into(), message: message.into(), retryable, params: Default::default() };
        Self { status, error, retry_after_s: None }
    }

    /// With another sentence.
    pub fn say(mut self, message: impl Into<String>) -> Self {
        self.error.message = message.into();
        self
    }

    /// With a value for the sentence.
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.error.params.insert(name.into(), value.to_string());
        self
    }

    /// With seconds to wait, for a program (`Retry-After`) and for the sentence.
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after_s = Some(seconds);
        self.with("retry_after_s", seconds)
    }

    /// The request cannot be read.
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code::BAD_REQUEST, message)
    }

    /// No such thing, or not for who asks.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, code::NOT_FOUND, "There is no such thing, or it is not for you.")
    }

    /// Too large.
    pub fn too_large(message: impl Into<String>) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, code::TOO_LARGE, message)
    }

    /// More than a request may hold.
    pub fn body_too_large() -> Self {
        Self::too_large("The body is too large: send less at once.")
    }

    /// A fault of the hub.
    pub fn internal() -> Self {
        let message = "The hub could not do that; its log says why. Try again later.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, code::INTERNAL, message)
    }

    /// No room on the hub's disk.
    pub fn disk_full() -> Self {
        let message = "The hub's disk is full: tell whoever keeps it. What you write is kept and goes out later.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, code::HUB_DISK_FULL, message).retry_after(30)
    }

    /// Stopping or overloaded.
    pub fn unavailable() -> Self {
        let message = "The hub is stopping or busy: try again.";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, code::UNAVAILABLE, message).retry_after(1)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.error)).into_response();
        if let Some(seconds) = self.retry_after_s {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "a request failed");
        if error.is_disk_full() { Failure::disk_full() } else { Failure::internal() }
    }
}

impl From<HubError> for Failure {
    fn from(error: HubError) -> Self {
        match error {
            HubError::Refused(refused) => refused.into(),
            HubError::Store(error) => error.into(),
            other => {
                tracing::error!(error = %other, "a request failed");
                Failure::internal()
            }
        }
    }
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::RolledBack => rolled_back(),
            Refused::Resync => resync(),
            Refused::CommandReused(id) => Failure::new(
                StatusCode::CONFLICT,
                code::COMMAND_REUSED,
                "This command was sent before with another content: give the new one an identifier of its own.",
            )
            .with("command", id),
            Refused::DeviceCloned => Failure::new(
                StatusCode::CONFLICT,
                code::DEVICE_CLONED,
                "Another copy of this device has sent commands: sign in again to become a device of your own.",
            ),
            Refused::Internal => Failure::internal(),
            Refused::DiskFull => Failure::disk_full(),
            Refused::Stopping => Failure::unavailable(),
        }
    }
}

impl From<FeedError> for Failure {
    fn from(error: FeedError) -> Self {
        match error {
            FeedError::NotFound => Failure::not_found(),
            FeedError::Resync => resync(),
            FeedError::RolledBack => rolled_back(),
            FeedError::BadRequest(message) => Failure::bad_request(message),
            FeedError::Store(error) => error.into(),
        }
    }
}

impl From<TokenError> for Failure {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::Unknown => Failure::new(StatusCode::UNAUTHORIZED, code::SIGN_IN_REQUIRED, "Sign in first."),
            TokenError::Revoked => Failure::new(
                StatusCode::UNAUTHORIZED,
                code::DEVICE_REVOKED,
                "This device was signed out: sign in again.",
            ),
            TokenError::Removed => Failure::new(
                StatusCode::UNAUTHORIZED,
                code::MEMBER_REMOVED,
                "You are not a member of this organization any more. Ask an admin if that is a mistake.",
            ),
        }
    }
}

fn resync() -> Failure {
    let message = "What this device knows is not kept here any more: load everything again, in place.";
    Failure::new(StatusCode::GONE, code::RESYNC, message)
}

fn rolled_back() -> Failure {
    Failure::new(
        StatusCode::GONE,
        code::ROLLED_BACK,
        "The hub's history is another one than this device knows: it was restored from a backup.",
    )
}
