//! Errors as they leave the core: a code, and one sentence that says what to do.

use super::types::{LockReason, RpcError};
use crate::settings::BadSetting;
use crate::store::query::{self, Names};
use crate::store::{Rescue, Store, StoreError, SubmitError};
use deskbell_domain::{MAX_MESSAGE_CHARS, MAX_NAME_CHARS, Refusal, TextError};

fn error(code: &str, message: impl Into<String>, retryable: bool) -> RpcError {
    RpcError { code: code.into(), message: message.into(), retryable, params: Default::default() }
}

/// A code with the sentence of an error type.
pub(crate) fn plain(code: &str, message: impl ToString) -> RpcError {
    error(code, sentence(&message.to_string()), false)
}

/// As a sentence: first letter large, full stop.
fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first: String = chars.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
    let end = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{end}", chars.as_str())
}

pub(crate) fn unknown_call(name: &str) -> RpcError {
    let name: String = name.chars().take(60).collect();
    error("unknown_call", format!("There is no call {name}."), false)
}

pub(crate) fn bad_arguments(problem: serde_json::Error) -> RpcError {
    error("bad_arguments", format!("The arguments do not fit: {problem}."), false)
}

pub(crate) fn internal(problem: impl std::fmt::Display) -> RpcError {
    tracing::error!(%problem, "a call failed");
    error("internal", "Something went wrong inside Deskbell. Try again; if it happens again, restart it.", true)
}

/// Says what helps: no password opens what is damaged or has lost its key.
pub(crate) fn locked(why: LockReason) -> RpcError {
    let message = match why {
        LockReason::Damaged => {
            "What is kept on this computer is damaged: sign in again, which rescues what can be read."
        }
        LockReason::KeyLost => "The key of what is kept on this computer is lost: sign in again.",
        LockReason::DiskFull => "There is no room on the disk to open what is kept on this computer: make room first.",
        LockReason::Newer => NEWER,
        LockReason::Password | LockReason::KeyringLocked | LockReason::KeyringMissing => {
            "What is kept on this computer is locked: unlock it first."
        }
    };
    error("locked", message, false)
}

pub(crate) fn signed_out() -> RpcError {
    error("signed_out", "Nobody is signed in: sign in first.", false)
}

pub(crate) fn closed() -> RpcError {
    error("closed", "The profile was closed: start Deskbell again.", false)
}

/// A page was to go on where another list stopped.
pub(crate) fn other_list() -> RpcError {
    error("other_list", "This is where another list stopped: begin this one from its start.", false)
}

pub(crate) fn not_found() -> RpcError {
    error("not_found", "It does not exist, or you may not see it.", false)
}

/// It may be one of those that a first sync has not brought.
pub(crate) fn not_here_yet() -> RpcError {
    error("not_here_yet", "It is not on this computer yet and comes from the hub.", true)
}

/// The cache is of a newer program.
const NEWER: &str = "A newer Deskbell has worked with what is kept on this computer: update this one.";

/// A part of the cache cannot be read.
pub(crate) const CACHE_DAMAGED: &str = "cache_damaged";

/// The cache failed.
pub(crate) fn store(problem: &StoreError) -> RpcError {
    if problem.is_disk_full() {
        error("disk_full", "The disk of this computer is full: make room, then try again.", true)
    } else if problem.is_newer() {
        error("cache_newer", NEWER, false)
    } else if problem.is_damaged() {
        damaged()
    } else {
        internal(problem)
    }
}

/// What a call hears that came upon damage.
pub(crate) fn damaged() -> RpcError {
    tracing::error!("a part of the cache cannot be read");
    let says = "The messages on this computer are damaged. What was not sent is rescued as far as it can be read: try again in a moment.";
    error(CACHE_DAMAGED, says, true)
}

/// What was rescued of a damaged cache, for a person.
pub(crate) fn rescued(rescue: &Rescue) -> RpcError {
    let messages = match rescue.messages {
        0 if rescue.drafts > 0 => "Drafts were rescued".to_string(),
        0 => "No unsent message was found in it".to_string(),
        1 => "One unsent message was rescued".to_string(),
        many => format!("{many} unsent messages were rescued"),
    };
    let mut said = error(
        "cache_rescued",
        format!(
            "The messages on this computer were damaged. {messages}; others may be lost. The rest comes from the hub."
        ),
        false,
    );
    said.params.insert("count".into(), rescue.messages.to_string());
    said.params.insert("others".into(), rescue.others.to_string());
    said.params.insert("drafts".into(), rescue.drafts.to_string());
    said.params.insert("file".into(), rescue.file.clone());
    said
}

/// A command that was not taken.
pub(crate) fn submit(store_of: &Store, problem: &SubmitError) -> RpcError {
    let refusal = match problem {
        SubmitError::Store(problem) => return store(problem),
        SubmitError::Refused(refusal) => refusal,
    };
    let named = Names::new(store_of.connection()).and_then(|names| match refusal {
        Refusal::Held(hold) => query::held(&names, hold),
        Refusal::Rejected(rejection) => query::refused(&names, rejection),
    });
    named.unwrap_or_else(|problem| store(&problem))
}

/// A setting that cannot be.
pub(crate) fn setting(problem: &BadSetting) -> RpcError {
    let mut said = plain("invalid", problem);
    said.params.insert("field".into(), problem.field().into());
    said
}

/// A text that is not acceptable.
pub(crate) fn text(problem: TextError) -> RpcError {
    within(problem, MAX_MESSAGE_CHARS)
}

/// A name that is not acceptable.
pub(crate) fn name(problem: TextError) -> RpcError {
    within(problem, MAX_NAME_CHARS)
}

fn within(problem: TextError, most: usize) -> RpcError {
    let mut said = plain(problem.code(), problem);
    if problem == TextError::TooLong {
        said.params.insert("most".into(), most.to_string());
    }
    said
}
