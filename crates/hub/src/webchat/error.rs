//! What a visitor's browser is answered when something cannot be done.

use crate::routes::Failure;
use crate::store::StoreError;
use crate::{HubError, Refused};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use deskbell_domain::TextError;
use deskbell_protocol::code;

/// Why a call of the chat box is refused.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// No channel of that public id.
    #[error("There is no chat here: check data-channel in the page.")]
    NoChannel,
    /// No file of that name.
    #[error("There is no such file.")]
    NoFile,
    /// No token, or one that the hub does not know.
    #[error("This chat is not known any more: it begins anew with the next message.")]
    NoSession,
    /// The page is not on the channel's list, or the call does not come from the frame.
    #[error("This chat may not be used on this page: add the origin of the page to the channel.")]
    NotHere,
    /// The message is not acceptable.
    #[error("The message cannot be sent, {0}.")]
    Text(TextError),
    /// Over a limit; may be tried after so many seconds.
    #[error("That was much at once: try again in {0} s.")]
    TooMany(u64),
    /// The hub is stopping.
    #[error("The hub is stopping: try again in a moment.")]
    Stopping,
    /// No room on the hub's disk.
    #[error("The chat cannot take messages now: try again in a moment.")]
    DiskFull,
    /// A fault; it is logged.
    #[error("The hub could not do it: try again in a moment.")]
    Internal,
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        let (status, code) = match &problem {
            Problem::NoChannel | Problem::NoFile => (StatusCode::NOT_FOUND, code::NOT_FOUND),
            Problem::NoSession => (StatusCode::UNAUTHORIZED, code::SIGN_IN_REQUIRED),
            Problem::NotHere => (StatusCode::FORBIDDEN, code::WRONG_HOST),
            Problem::Text(TextError::TooLong) => (StatusCode::PAYLOAD_TOO_LARGE, code::TOO_LARGE),
            Problem::Text(_) => (StatusCode::UNPROCESSABLE_ENTITY, code::BAD_REQUEST),
            Problem::TooMany(_) => (StatusCode::TOO_MANY_REQUESTS, code::TOO_MANY_TRIES),
            Problem::Stopping => return Failure::unavailable(),
            Problem::DiskFull => return Failure::disk_full().say(problem.to_string()),
            Problem::Internal => return Failure::internal(),
        };
        let failure = Failure::new(status, code, problem.to_string());
        match problem {
            Problem::Text(text) => failure.with("problem", text.code()),
            Problem::TooMany(seconds) => failure.retry_after(seconds),
            _ => failure,
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        Failure::from(self).into_response()
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "web chat: the store failed");
        if error.is_disk_full() { Problem::DiskFull } else { Problem::Internal }
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Stopping => Problem::Stopping,
            Refused::DiskFull => Problem::DiskFull,
            refused => {
                tracing::error!(%refused, "web chat: a command could not be stored");
                Problem::Internal
            }
        }
    }
}

impl From<HubError> for Problem {
    fn from(error: HubError) -> Self {
        match error {
            HubError::Refused(refused) => refused.into(),
            HubError::Store(error) => error.into(),
            error => {
                tracing::error!(%error, "web chat: a write failed");
                Problem::Internal
            }
        }
    }
}
