//! Why something is held or refused, in one sentence, with names.

use super::Names;
use crate::rpc::types::{OtherReply, RpcError};
use crate::store::{OutboxItem, Reason, Stored, rows};
use deskbell_domain::{Content, Hold, MAX_ADDRESSES, MAX_MESSAGE_CHARS, MAX_NAME_CHARS, Rejection};
use rusqlite::Connection;

fn error(code: &str, message: String, params: &[(&str, String)]) -> RpcError {
    let params = params.iter().map(|(k, v)| ((*k).to_string(), v.clone())).collect();
    RpcError { code: code.into(), message, retryable: false, params }
}

/// Why a reply is held.
pub(crate) fn held(names: &Names<'_>, hold: &Hold) -> Stored<RpcError> {
    Ok(match hold {
        Hold::Answered { by, at_ms, .. } => {
            let name = names.name(*by)?;
            error(
                "answered",
                format!("{name} answered before this arrived. Send it anyway, edit it or discard it."),
                &[("name", name), ("at_ms", at_ms.to_string())],
            )
        }
        Hold::Stale => {
            error("stale", "This waited for more than twelve hours. Send it anyway, edit it or discard it.".into(), &[])
        }
    })
}

/// Why a command is refused.
pub(crate) fn refused(names: &Names<'_>, rejection: &Rejection) -> Stored<RpcError> {
    let plain = |message: &str| error(rejection.code(), message.into(), &[]);
    Ok(match rejection {
        Rejection::NotFound => plain("It does not exist, or you may not see it any more."),
        Rejection::Forbidden => plain("You may not do this. Ask a manager or an admin."),
        Rejection::TakenBy { by: Some(by), at_ms } => {
            let name = names.name(*by)?;
            let params = [("name", name.clone()), ("at_ms", at_ms.to_string())];
            error("taken_by", format!("{name} has taken it meanwhile."), &params)
        }
        Rejection::TakenBy { by: None, at_ms } => {
            error("taken_by", "It was released meanwhile: look at it again.".into(), &[("at_ms", at_ms.to_string())])
        }
        Rejection::NotInInbox { member } => {
            let name = names.name(*member)?;
            error(
                "not_in_inbox",
                format!("{name} is not in this inbox any more. Choose somebody else."),
                &[("name", name)],
            )
        }
        Rejection::AssignmentOff => plain("Assigning is switched off in this inbox."),
        Rejection::NewMessage => plain("The customer wrote again, so it stays open. Read the message, then close it."),
        Rejection::AnotherOpen { chat } => error(
            "another_open",
            "This customer has another open conversation. Go on there.".into(),
            &[("chat", chat.to_string())],
        ),
        Rejection::AlreadySent => plain("This message was sent already."),
        Rejection::DependsOn { command } => error(
            "depends_on",
            "It waited behind something that was not done, so it was not done either.".into(),
            &[("command", command.to_string())],
        ),
        Rejection::Invalid { field, problem } => invalid(field, problem),
        Rejection::UnknownCommand => plain("The hub does not know this yet: it is older than this program."),
        Rejection::WrongKind => plain("This cannot be done in this kind of chat."),
        Rejection::Exists => plain("It exists already with other content."),
        Rejection::ActedSince => plain("Somebody has done something since, so it was not undone."),
        Rejection::Archived => {
            plain("This is archived: the number is a shared inbox's now. Start a conversation there.")
        }
    })
}

fn invalid(field: &str, problem: &str) -> RpcError {
    match problem {
        "too_long" => {
            let most = if field == "text" { MAX_MESSAGE_CHARS } else { MAX_NAME_CHARS };
            error("too_long", format!("It is too long: at most {most} characters."), &[("most", most.to_string())])
        }
        "empty" => error("empty", "It is empty: write something.".into(), &[]),
        "control_characters" => error(
            "control_characters",
            "There are characters in it that cannot be shown: type it again without them.".into(),
            &[],
        ),
        _ => {
            let message = match (field, problem) {
                ("with", "yourself") => "You cannot start a chat with yourself: choose a colleague.".into(),
                ("rows", "too_many") => "This changes too much at once: do it in smaller parts.".into(),
                ("members", "not_empty") => "A new inbox has nobody in it yet: add the members afterwards.".into(),
                ("addresses", "too_many") => {
                    format!("A contact has at most {MAX_ADDRESSES} addresses: leave some out.")
                }
                ("addresses", "repeated") => "An address is there twice: leave one out.".into(),
                ("addresses", "not_in_form") => {
                    "An address is not complete: write a number with + and the country, as +1 650 555 0101.".into()
                }
                (_, "not_an_address") => "It is not an e-mail address: write it as name@example.com.".into(),
                // Two programs that do not mean the same: nothing that was written is at fault.
                ("args", problem) => {
                    format!("The hub does not understand this ({problem}): update Deskbell, then retry.")
                }
                (field, problem) => format!("The hub did not take the {field} ({problem}): change it and try again."),
            };
            error("invalid", message, &[("field", field.into()), ("problem", problem.into())])
        }
    }
}

/// Why a row of the outbox is held or refused.
pub(super) fn reason(names: &Names<'_>, item: &OutboxItem) -> Stored<Option<RpcError>> {
    Ok(match &item.reason {
        None => None,
        Some(Reason::Held { hold }) => Some(held(names, hold)?),
        Some(Reason::Refused { rejection }) => Some(refused(names, rejection)?),
        Some(Reason::Request { error }) => Some(error.clone()),
        Some(Reason::Restored) => Some(error(
            "restored",
            "The hub was restored from a backup without this message. Send it again or discard it.".into(),
            &[],
        )),
        Some(Reason::Rescued) => Some(error(
            "rescued",
            "This was rescued from a damaged file and may have been sent already. Send it again or discard it.".into(),
            &[],
        )),
    })
}

/// What the colleague wrote who was faster.
pub(super) fn other(c: &Connection, names: &Names<'_>, item: &OutboxItem) -> Stored<Option<OtherReply>> {
    let Some(Reason::Held { hold: Hold::Answered { by, message, at_ms } }) = &item.reason else { return Ok(None) };
    let text = match rows::message(c, *message)?.map(|m| m.content) {
        Some(Content::Text { text }) => text.as_str().to_string(),
        _ => String::new(),
    };
    Ok(Some(OtherReply { author: names.member(*by)?, text, at_ms: *at_ms }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_is_not_taken_is_said_with_what_to_do() {
        for (field, problem, says) in [
            ("with", "yourself", "choose a colleague"),
            ("name", "control_characters", "type it again"),
            ("text", "too_long", "at most 100000 characters"),
            ("addresses", "not_in_form", "and the country"),
            ("addresses", "too_many", "at most 20"),
            ("args", "missing field `chat`", "update Deskbell"),
            ("color", "unknown", "change it"),
        ] {
            let said = invalid(field, problem);
            assert!(said.message.contains(says), "{field} {problem}: {}", said.message);
            assert!(said.message.ends_with('.') && !said.message.contains("acceptable"), "{}", said.message);
        }
        assert_eq!(invalid("with", "yourself").params["field"], "with");
    }
}
