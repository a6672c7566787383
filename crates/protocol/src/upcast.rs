//! Reading commands of every version that was ever shipped (S17).
//!
//! An outbox holds the exact bytes of what somebody did, for as long as they are without a network, and the hub compares
//! those bytes when they come again: an update must read them and never rewrite them. So a command's arguments are upcast
//! when they are read, here and nowhere else; client and hub both read through [`parse_command`].
//!
//! # Changing the arguments of a command
//!
//! A field that may be missing (`#[serde(default)]`) and then means what it always meant needs no new version. For any other
//! change:
//!
//! 1. raise the version of the kind in the list of `deskbell_domain::command`;
//! 2. add a line to the table below: the kind, the version before, and a function that turns arguments of that version into
//!    the next one's, in terms of JSON alone: the type of the old shape is gone by then;
//! 3. add a test with bytes as they were written, taken from a program of that version.
//!
//! A line is never removed or changed: somebody's outbox may hold such bytes for years. What cannot be upcast without knowing
//! more than the arguments must be a command of another name instead.

use deskbell_domain::{Command, CommandError};
use serde_json::{Map, Value};

/// Turns arguments of one version into those of the next; `Err` says what is missing.
type Step = fn(Map<String, Value>) -> Result<Map<String, Value>, String>;

/// One version of one kind, and how it becomes the next.
struct Upcast {
    kind: &'static str,
    from: u32,
    step: Step,
}

/// Every version ever shipped but the newest of each kind. All kinds are at their first version today.
#[cfg(not(any(test, feature = "simulation")))]
const UPCASTS: &[Upcast] = &[];

/// Versions that were never shipped, so that the way of old bytes through outbox, hub and replay is walked before the
/// first real one.
#[cfg(any(test, feature = "simulation"))]
const UPCASTS: &[Upcast] = &[
    Upcast { kind: "send_message", from: 0, step: |args| renamed(args, "body", "text") },
    Upcast { kind: "create_tag", from: 0, step: |args| renamed(args, "label", "name") },
];

/// Reads a command of any version ever shipped, upcast to the newest.
pub fn parse_command(kind: &str, version: u32, args: &str) -> Result<Command, CommandError> {
    let mut version = version;
    let Some(mut upcast) = find(kind, version) else { return Command::parse(kind, version, args) };
    let invalid = |problem: String| CommandError::Invalid { kind: kind.into(), problem };
    let mut args: Map<String, Value> = serde_json::from_str(args).map_err(|e| invalid(e.to_string()))?;
    loop {
        args = (upcast.step)(args).map_err(invalid)?;
        version += 1;
        match find(kind, version) {
            Some(next) => upcast = next,
            None => return Command::parse(kind, version, &Value::Object(args).to_string()),
        }
    }
}

fn find(kind: &str, version: u32) -> Option<&'static Upcast> {
    UPCASTS.iter().find(|upcast| upcast.kind == kind && upcast.from == version)
}

/// A field has another name.
#[cfg(any(test, feature = "simulation"))]
fn renamed(mut args: Map<String, Value>, from: &str, to: &str) -> Result<Map<String, Value>, String> {
    let value = args.remove(from).ok_or_else(|| format!("missing field `{from}`"))?;
    args.insert(to.into(), value);
    Ok(args)
}

#[cfg(test)]
mod tests {
    use super::*;
    use deskbell_domain::command::{CreateTag, SendMessage};
    use deskbell_domain::{MessageText, TagName, Tint};
    use uuid::Uuid;

    const ID: &str = "00000000-0000-0000-0000-000000000007";

    #[test]
    fn bytes_of_an_older_version_are_read_as_what_they_meant() {
        let id = Uuid::from_u128(7);
        let sent = format!(r#"{{"chat":"{ID}","message":"{ID}","body":"Hello","seen":9}}"#);
        let text = MessageText::parse("Hello").unwrap();
        let expected = SendMessage { chat: id.into(), message: id.into(), text, seen: 9 };
        assert_eq!(parse_command("send_message", 0, &sent), Ok(expected.into()));
        let made = format!(r#"{{"tag":"{ID}","label":"Rush","color":"moss"}}"#);
        let name = TagName::parse("Rush").unwrap();
        assert_eq!(
            parse_command("create_tag", 0, &made),
            Ok(CreateTag { tag: id.into(), name, color: Tint::Moss }.into())
        );
    }

    #[test]
    fn an_older_shape_is_not_taken_for_the_newest_and_the_other_way_round() {
        let old = format!(r#"{{"chat":"{ID}","message":"{ID}","body":"Hello","seen":9}}"#);
        let new = old.replace("body", "text");
        assert!(matches!(parse_command("send_message", 1, &old), Err(CommandError::Invalid { .. })));
        assert!(matches!(parse_command("send_message", 0, &new), Err(CommandError::Invalid { .. })));
        assert!(parse_command("send_message", 1, &new).is_ok());
    }

    #[test]
    fn a_version_that_was_never_made_is_refused_and_so_is_what_is_no_json() {
        for kind in ["close_chat", "mark_read"] {
            assert!(matches!(parse_command(kind, 0, "{}"), Err(CommandError::Older { .. })), "{kind}");
        }
        assert!(matches!(parse_command("send_message", 99, "{}"), Err(CommandError::Newer { .. })));
        for args in ["", "[]", "{", "null"] {
            assert!(matches!(parse_command("send_message", 0, args), Err(CommandError::Invalid { .. })), "{args:?}");
        }
    }

    #[test]
    fn every_line_of_the_table_leads_to_the_newest_version() {
        for upcast in UPCASTS {
            let mut version = upcast.from;
            while find(upcast.kind, version).is_some() {
                version += 1;
            }
            let read = Command::parse(upcast.kind, version, "{}");
            assert!(matches!(read, Ok(_) | Err(CommandError::Invalid { .. })), "{} {version}: {read:?}", upcast.kind);
        }
    }
}
