//! Telling a story to a hub, and writing down what was said.

use super::transcript::{HubAct, Request, Step, Transcript};
use super::world::{PASSWORD, World};
use serde_json::{Value, json};

/// A story that is being told.
pub struct Scene {
    world: World,
    transcript: Transcript,
}

impl Scene {
    pub async fn begin(title: &str, about: &str) -> Self {
        let transcript = Transcript { title: title.into(), about: about.into(), steps: Vec::new() };
        Self { world: World::open().await, transcript }
    }

    async fn play(&mut self, step: Step) -> &Step {
        let played = self.world.play(&step).await;
        let named = |s: &Step| s.name.is_some() && s.name == played.name;
        assert!(!self.transcript.steps.iter().any(named), "two steps are called {:?}", played.name);
        self.transcript.steps.push(played);
        self.transcript.steps.last().unwrap()
    }

    /// Something happens at the hub.
    pub async fn hub(&mut self, note: &str, act: HubAct) {
        self.play(Step { note: note.into(), hub: Some(act), ..Step::default() }).await;
    }

    /// A command by the system.
    pub async fn system(&mut self, note: &str, kind: &str, args: Value) {
        self.hub(note, HubAct::Command { kind: kind.into(), version: 1, args }).await;
    }

    /// A visitor writes; where it starts a conversation, it gets that identifier.
    pub async fn visitor(
        &mut self,
        note: &str,
        channel: &str,
        visitor: &str,
        text: &str,
        message: u64,
        new_chat: &str,
    ) {
        let address = json!({ "kind": "visitor", "value": visitor });
        let args = json!({
            "channel": channel, "address": address, "message": uid('e', message), "text": text, "new_chat": new_chat
        });
        self.system(note, "receive_message", args).await;
    }

    /// A request. An empty name names nothing.
    pub async fn ask(&mut self, name: &str, note: &str, request: Request) -> Value {
        let name = (!name.is_empty()).then(|| name.to_owned());
        let step = Step { name, note: note.into(), request: Some(request), ..Step::default() };
        self.play(step).await.said()["response"]["body"].clone()
    }

    /// Opens a stream.
    pub async fn open(&mut self, name: &str, note: &str, request: Request, stream: &str) {
        let name = (!name.is_empty()).then(|| name.to_owned());
        let stream = Some(stream.to_owned());
        self.play(Step { name, note: note.into(), request: Some(request), stream, ..Step::default() }).await;
    }

    /// What comes on a stream.
    pub async fn hear(&mut self, name: &str, note: &str, stream: &str) -> Value {
        let name = (!name.is_empty()).then(|| name.to_owned());
        let step = Step { name, note: note.into(), stream: Some(stream.into()), ..Step::default() };
        self.play(step).await.said()["event"]["data"].clone()
    }

    pub async fn sign_in(&mut self, name: &str, note: &str, email: &str) -> Desk {
        let session = self.ask(name, note, sign_in(email, PASSWORD, None)).await;
        Desk::of(&session)
    }

    pub async fn end(self) -> Transcript {
        self.world.close().await;
        self.transcript
    }
}

/// A readable identifier.
pub fn uid(letter: char, number: u64) -> String {
    format!("01a0c4bf-0000-7000-8000-{letter}{number:011x}")
}

/// `POST /v1/session`.
pub fn sign_in(email: &str, password: &str, device: Option<&str>) -> Request {
    let device = device.map(|id| format!(r#","device":"{id}""#)).unwrap_or_default();
    let body = format!(r#"{{"email":"{email}","password":"{password}","device_name":"Front desk computer"{device}}}"#);
    Request::new("POST", "/v1/session").json(&body)
}

/// A signed-in device and what it has seen.
#[derive(Clone)]
pub struct Desk {
    pub token: String,
    pub device: String,
    pub generation: String,
    pub seen: String,
    pub cursor: u64,
}

impl Desk {
    pub fn of(session: &Value) -> Self {
        let text = |name: &str| session[name].as_str().unwrap_or_else(|| panic!("{session}")).to_owned();
        let seen = text("head");
        let cursor = seen.split_once('.').unwrap().0.parse().unwrap();
        Self { token: text("token"), device: text("device"), generation: text("gen"), seen, cursor }
    }

    /// What was read up to now.
    pub fn read(&mut self, page: &Value) {
        self.seen = page["head"].as_str().unwrap_or_else(|| panic!("{page}")).into();
        self.cursor = page["to"].as_u64().unwrap();
    }

    pub fn request(&self, method: &str, path: impl Into<String>) -> Request {
        Request::new(method, path).header("authorization", format!("Bearer {}", self.token))
    }

    pub fn get(&self, path: impl Into<String>) -> Request {
        self.request("GET", path)
    }

    pub fn history(&self) -> String {
        format!("gen={}&seen={}", self.generation, self.seen)
    }

    pub fn changes(&self, limit: Option<u32>) -> Request {
        let limit = limit.map(|n| format!("&limit={n}")).unwrap_or_default();
        self.get(format!("/v1/changes?since={}&{}{limit}", self.cursor, self.history()))
    }

    pub fn snapshot(&self, scope: &str, boot: &str, more: &str) -> Request {
        self.get(format!("/v1/snapshot/{scope}?boot={boot}&{}{more}", self.history()))
    }

    pub fn events(&self) -> Request {
        self.get(format!("/v1/events?{}", self.history())).header("last-event-id", self.cursor)
    }

    pub fn push(&self, commands: &[String]) -> Request {
        let body = format!(
            r#"{{"device":"{}","gen":"{}","seen":"{}","commands":[{}]}}"#,
            self.device,
            self.generation,
            self.seen,
            commands.join(",")
        );
        self.request("POST", "/v1/commands").json(&body)
    }
}

/// A command with the number `n`, by which it is also called.
pub fn command(n: u64, kind: &str, args: &str) -> String {
    command_of(n, &uid('c', n), kind, 1, args, &[], 0)
}

/// A command in all its parts.
pub fn command_of(
    n: u64,
    id: &str,
    kind: &str,
    version: u32,
    args: &str,
    depends_on: &[String],
    age_ms: u64,
) -> String {
    let depends_on = match depends_on {
        [] => String::new(),
        ids => format!(r#","depends_on":["{}"]"#, ids.join(r#"",""#)),
    };
    format!(
        r#"{{"n":{n},"id":"{id}","kind":"{kind}","version":{version},"args":{args}{depends_on},"age_ms":{age_ms}}}"#
    )
}

/// Arguments of `send_message`.
pub fn send(chat: &str, message: u64, text: &str, seen: u64) -> String {
    format!(r#"{{"chat":"{chat}","message":"{}","text":"{text}","seen":{seen}}}"#, uid('e', message))
}
