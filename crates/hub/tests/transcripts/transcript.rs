//! A transcript: what was said to a hub and what it answered, step by step, in a file that anybody can read and replay.

use super::json;
use deskbell_hub::admin;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Headers of an answer that a client decides by; the others are not part of the protocol.
pub const HEADERS: [&str; 4] = ["cache-control", "content-type", "retry-after", "www-authenticate"];

/// One story.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transcript {
    pub title: String,
    pub about: String,
    pub steps: Vec<Step>,
}

/// One step: something that happens at the hub, a request with its answer, or an event of a stream.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Names the step for the examples in the documents.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    pub note: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hub: Option<HubAct>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<Request>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response: Option<Response>,
    /// The stream that the request opens, or that the event comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<Event>,
    /// The stream ends here.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub end: bool,
}

/// What happens at the hub without a client.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HubAct {
    /// A command by the system: a customer writes, a status comes in.
    Command { kind: String, version: u32, args: Value },
    /// Something that its administrator does.
    Admin(admin::Request),
    /// Time passes (milliseconds).
    PassMs(i64),
    /// It is stopped and started again.
    Restart,
    /// A backup is made.
    Backup,
    /// It is stopped, the backup is put back, it is started again.
    Restore,
    /// It is stopped, and a copy of its files is put aside.
    KeepCopy,
    /// It is stopped, the copy takes the place of its data, it is started again; it does not know.
    ComeBackAsCopy,
    /// What is old goes, as it does every day.
    Compact,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    pub method: String,
    pub path: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// JSON; it travels without the white space.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Box<RawValue>>,
    /// A body that is no JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Response {
    pub status: u16,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Box<RawValue>>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    pub event: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    pub data: Box<RawValue>,
}

/// JSON that keeps its text.
pub fn raw(json: &str) -> Box<RawValue> {
    RawValue::from_string(json.to_owned()).unwrap_or_else(|error| panic!("{error}: {json}"))
}

impl Request {
    pub fn new(method: &str, path: impl Into<String>) -> Self {
        Self { method: method.into(), path: path.into(), headers: BTreeMap::new(), body: None, text: None }
    }

    pub fn header(mut self, name: &str, value: impl ToString) -> Self {
        self.headers.insert(name.into(), value.to_string());
        self
    }

    pub fn json(mut self, body: &str) -> Self {
        self.body = Some(raw(body));
        self
    }
}

impl Step {
    /// What the hub said in this step, to be compared: keys in any order.
    pub fn said(&self) -> Value {
        let body = |raw: &RawValue| serde_json::from_str::<Value>(raw.get()).expect("it was read as JSON");
        json!({
            "response": self.response.as_ref().map(|r| {
                json!({ "status": r.status, "headers": r.headers, "body": r.body.as_deref().map(body) })
            }),
            "event": self.event.as_ref().map(|e| json!({ "event": e.event, "id": e.id, "data": body(&e.data) })),
            "end": self.end,
        })
    }
}

impl Transcript {
    /// As it stands in its file.
    pub fn to_text(&self) -> String {
        format!("{}\n", json::pretty(&serde_json::to_string(self).unwrap()))
    }

    pub fn step(&self, name: &str) -> Option<&Step> {
        self.steps.iter().find(|s| s.name.as_deref() == Some(name))
    }
}

/// `docs/`.
pub fn docs() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs"))
}

/// The file of a transcript.
pub fn file(name: &str) -> PathBuf {
    docs().join("sync/transcripts").join(format!("{name}.json"))
}

/// The transcripts that there are, by name.
pub fn names() -> Vec<String> {
    let files = std::fs::read_dir(docs().join("sync/transcripts")).unwrap();
    let names = files.filter_map(|f| Some(f.unwrap().file_name().to_str()?.strip_suffix(".json")?.to_owned()));
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

/// Reads one.
pub fn load(name: &str) -> Transcript {
    let text = std::fs::read_to_string(file(name)).unwrap_or_else(|e| panic!("{name}: {e}"));
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{name}: {e}"))
}

/// Whether what was recorded is to be written instead of compared.
pub fn recording() -> bool {
    std::env::var_os("DESKBELL_RECORD").is_some_and(|v| v == "1")
}
