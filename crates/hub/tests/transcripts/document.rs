//! The document's examples are parts of the transcripts, and it leaves nothing out.
//!
//! An example begins with `<!-- example: FILE STEP PART [POINTER] -->` on a line of its own, where PART is `exchange`,
//! `request`, `response`, `event` or `body` (of the answer; with a pointer, a part of it: `/rows/kind=inbox/row` is the
//! row of the first member of `rows` that has this `kind`). The block behind it is written from the transcript.

use super::json::pretty;
use super::transcript::{Step, docs, load};
use super::world::{FRONT, PRIYA};
use deskbell_domain::{Command, Grant, Hold, Kind, Scope};
use deskbell_protocol::{Commands, digest_of, payload_hash};
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::path::PathBuf;
use uuid::Uuid;

const OPENS: &str = "<!-- example: ";

/// The pages of the protocol.
fn pages() -> Vec<PathBuf> {
    let mut pages = vec![docs().join("sync.md")];
    let parts = std::fs::read_dir(docs().join("sync")).unwrap().map(|f| f.unwrap().path());
    pages.extend(parts.filter(|path| path.extension().is_some_and(|e| e == "md")));
    pages.sort();
    pages
}

fn text() -> String {
    pages().iter().map(|page| std::fs::read_to_string(page).unwrap()).collect()
}

/// Writes the examples of every page.
pub fn write_examples() {
    for page in pages() {
        let text = std::fs::read_to_string(&page).unwrap();
        std::fs::write(&page, with_examples(&text)).unwrap();
    }
}

/// The page with its examples as the transcripts have them.
fn with_examples(text: &str) -> String {
    let mut out = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        out.push_str(line);
        out.push('\n');
        let Some(which) = line.strip_prefix(OPENS).and_then(|rest| rest.strip_suffix(" -->")) else { continue };
        assert_eq!(lines.next(), Some("```"), "a block must stand behind {line}");
        assert!(lines.any(|line| line == "```"), "the block behind {line} does not end");
        out.push_str(&format!("```\n{}\n```\n", example(which)));
    }
    out
}

fn example(which: &str) -> String {
    let parts: Vec<&str> = which.split(' ').collect();
    let [file, step, part, rest @ ..] = parts.as_slice() else { panic!("{which}: FILE STEP PART") };
    let transcript = load(file);
    let step = transcript.step(step).unwrap_or_else(|| panic!("{which}: there is no such step"));
    match *part {
        "exchange" => format!("{}\n\n{}", request(step), response(step)),
        "request" => request(step),
        "response" => response(step),
        "event" => event(step),
        "body" => {
            let pointer = rest.first().copied().unwrap_or_default();
            let part = pointer.split('/').skip(1).try_fold(body_of(step), part_of);
            pretty(part.unwrap_or_else(|| panic!("{which}: there is no {pointer}")))
        }
        other => panic!("{which}: {other} is no part"),
    }
}

/// A part of a JSON text, as it stands there: the order of keys is what travelled.
fn part_of<'a>(json: &'a str, name: &str) -> Option<&'a str> {
    if !json.starts_with('[') {
        return Some(serde_json::from_str::<BTreeMap<String, &RawValue>>(json).ok()?.get(name)?.get());
    }
    let items: Vec<&RawValue> = serde_json::from_str(json).ok()?;
    let Some((name, wanted)) = name.split_once('=') else { return Some(items.get(name.parse::<usize>().ok()?)?.get()) };
    let named = |item: &&&RawValue| serde_json::from_str::<Value>(item.get()).is_ok_and(|item| item[name] == wanted);
    Some(items.iter().find(named)?.get())
}

fn body_of(step: &Step) -> &str {
    step.response.as_ref().and_then(|r| r.body.as_ref()).map_or("null", |body| body.get())
}

fn request(step: &Step) -> String {
    let request = step.request.as_ref().expect("the step is a request");
    let mut lines = vec![format!("{} {}", request.method, request.path)];
    lines.extend(request.headers.iter().map(|(name, value)| format!("{name}: {value}")));
    lines.extend(request.body.as_ref().map(|body| pretty(body.get())));
    lines.extend(request.text.clone());
    lines.join("\n")
}

fn response(step: &Step) -> String {
    let response = step.response.as_ref().expect("the step has an answer");
    let mut lines = vec![response.status.to_string()];
    lines.extend(response.headers.iter().map(|(name, value)| format!("{name}: {value}")));
    lines.extend(response.body.as_ref().map(|body| pretty(body.get())));
    lines.join("\n")
}

fn event(step: &Step) -> String {
    let event = step.event.as_ref().expect("the step is an event");
    let mut lines = vec![format!("event: {}", event.event)];
    lines.extend(event.id.iter().map(|id| format!("id: {id}")));
    lines.push(format!("data: {}", pretty(event.data.get())));
    lines.join("\n")
}

#[test]
fn the_examples_are_those_of_the_transcripts() {
    if super::recording() {
        return;
    }
    for page in pages() {
        let present = std::fs::read_to_string(&page).unwrap();
        let wanted = with_examples(&present);
        let differs = present.lines().zip(wanted.lines()).position(|(a, b)| a != b);
        assert!(present == wanted, "{}:{}: {}", page.display(), differs.unwrap_or_default() + 1, super::HOW);
    }
    assert!(text().matches(OPENS).count() >= 10);
}

/// The words of a source file that stand behind `before`, which ends with a quotation mark.
fn words(source: &str, before: &str) -> Vec<String> {
    source.split(before).skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
}

/// A hold that is added does not compile here.
fn code_of(hold: &Hold) -> &'static str {
    match hold {
        Hold::Answered { .. } => "answered",
        Hold::Stale => "stale",
    }
}

#[test]
fn the_document_leaves_nothing_out() {
    let text = text();
    let (by, message) = (Uuid::nil().into(), Uuid::nil().into());
    let holds = [Hold::Stale, Hold::Answered { by, message, at_ms: 0 }];
    let groups = [
        ("errors", words(include_str!("../../../protocol/src/error.rs"), ": &str = \""), 14),
        ("rejections", words(include_str!("../../../domain/src/decision.rs"), "=> \""), 15),
        ("holds", holds.iter().map(|hold| code_of(hold).to_owned()).collect(), 2),
        ("events", words(include_str!("../../src/routes/events.rs"), "json_event(\""), 4),
        ("commands", Command::KINDS.iter().map(|(kind, _)| (*kind).to_owned()).collect(), 33),
        ("rows", Kind::ALL.iter().map(|kind| kind.as_str().to_owned()).collect(), 15),
    ];
    for (group, words, fewest) in groups {
        assert!(words.len() >= fewest, "the {group} must be found: {words:?}");
        let missing: Vec<_> = words.iter().filter(|word| !text.contains(&format!("`{word}`"))).collect();
        assert!(missing.is_empty(), "docs/sync.md and docs/sync/ say nothing of the {group} {missing:?}");
    }
}

#[test]
fn the_worked_examples_are_right() {
    let text = text();
    let (front, priya) = (Uuid::parse_str(FRONT).unwrap(), Uuid::parse_str(PRIYA).unwrap());
    let signed_in = load("first-sign-in");
    let inbox: Value = serde_json::from_str(body_of(signed_in.step("inbox").unwrap())).unwrap();
    assert_eq!(inbox["rows"].as_array().unwrap().len(), 1);
    let rev = inbox["rows"][0]["rev"].as_u64().unwrap();
    let digest = format!("{:016x}", digest_of("inbox", front, rev));
    let grant = Grant::id_of(priya.into(), Scope::Inbox(front.into())).to_string();
    let sent = load("send").step("push").unwrap().request.clone().unwrap();
    let sent: Commands = serde_json::from_str(&super::json::compact(sent.body.unwrap().get())).unwrap();
    let [command] = sent.commands.as_slice() else { panic!("one command") };
    let hash: String = payload_hash(command).iter().map(|byte| format!("{byte:02x}")).collect();
    for said in
        [format!("rev         {rev}\n"), format!("digest      {digest}\n"), format!("`{grant}`"), format!("`{hash}`")]
    {
        assert!(text.contains(&said), "a worked example must say {said}");
    }
    assert!(text.contains(&format!("    {}\n", command.args.get())), "{}", command.args);
}
