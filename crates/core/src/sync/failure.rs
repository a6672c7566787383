//! How a request can fail.

use crate::rpc::types::RpcError;
use deskbell_protocol::{ApiError, code};

/// A request without the answer that it wanted.
#[derive(Debug, Clone, PartialEq)]
pub enum Failure {
    /// No answer: no network, a refused connection, a timeout, a broken one.
    Network,
    /// An answer, not by a Deskbell hub: a router's sign-in page, another server.
    NotDeskbell,
    /// What answers cannot prove that it is the hub: its certificate is not one that this computer trusts.
    Untrusted,
    /// An answer that is longer than any that this program asks for.
    TooLarge,
    /// A snapshot that does not end.
    Endless,
    /// The hub speaks only newer protocols than this program.
    Newer,
    /// The hub cannot now: stopping, overloaded, a fault, too many tries.
    Busy {
        /// What it said.
        error: ApiError,
        /// When to ask again, in milliseconds.
        retry_after_ms: Option<u64>,
    },
    /// The hub says no.
    Refused {
        /// Status of the answer.
        status: u16,
        /// What it said.
        error: ApiError,
    },
}

impl Failure {
    /// Whether the hub knows the token no more.
    pub fn ends_session(&self) -> bool {
        matches!(self, Failure::Refused { status: 401, .. })
    }

    /// Whether the member was removed from the organization.
    pub fn is_removed(&self) -> bool {
        matches!(self, Failure::Refused { status: 401, error } if error.code == code::MEMBER_REMOVED)
    }

    /// Whether the cursor leads nowhere any more.
    pub fn wants_resync(&self) -> bool {
        matches!(self, Failure::Refused { error, .. } if error.code == code::RESYNC || error.code == code::ROLLED_BACK)
    }

    /// Whether the hub's history is another one than the cache knows.
    pub fn is_rolled_back(&self) -> bool {
        matches!(self, Failure::Refused { error, .. } if error.code == code::ROLLED_BACK)
    }

    /// For a person.
    pub fn to_error(&self, hub: &str) -> RpcError {
        let own = |code: &str, message: String, retryable| RpcError {
            code: code.into(),
            message,
            retryable,
            params: [("address".to_string(), hub.to_string())].into(),
        };
        match self {
            Failure::Network => {
                own("hub_unreachable", format!("{hub} does not answer. Check the network, then try again."), true)
            }
            Failure::NotDeskbell => {
                own("hub_not_deskbell", format!("There is no hub at {hub}. Check the address with your admin."), false)
            }
            Failure::Untrusted => own(
                "hub_untrusted",
                format!(
                    "{hub} cannot prove that it is the hub, so nothing is sent to it. Check the address and the date of \
                     this computer, or ask your admin."
                ),
                false,
            ),
            Failure::TooLarge => own(
                "hub_answer_too_large",
                format!("The hub at {hub} answers with more than this program takes: tell your admin."),
                false,
            ),
            Failure::Endless => own(
                "hub_endless",
                format!("The hub at {hub} does not stop sending a part of the conversations: tell your admin."),
                false,
            ),
            Failure::Newer => {
                own("hub_newer", format!("The hub at {hub} is newer than this program: update Deskbell."), false)
            }
            Failure::Busy { error, .. } | Failure::Refused { error, .. } => RpcError {
                code: error.code.clone(),
                message: error.message.clone(),
                retryable: error.retryable,
                params: error.params.clone(),
            },
        }
    }
}
