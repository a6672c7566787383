//! A second client, written from docs/sync.md and docs/sync/ alone and as simply as can be: maps in memory, JSON as it comes,
//! nothing of ours. That it ends with what the hub has proves that the document is enough.

use reqwest::{Method, Response};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Kind and identifier.
type Key = (String, String);
/// Generation and `rev`.
type Rev = (u64, u64);

pub struct Row {
    scope: String,
    rev: Rev,
    pub row: Value,
    boot: u64,
}

#[derive(Default)]
struct Scope {
    epoch: u64,
    boot: u64,
    /// A hint comes before the full pass.
    hint: bool,
    /// The nonce and `after`, while it boots.
    loading: Option<(String, Option<String>)>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum State {
    Waiting,
    Done(u64),
    Held(String),
    Refused(String),
}

pub struct Waiting {
    n: u64,
    pub id: String,
    kind: String,
    args: String,
    depends_on: Vec<String>,
    sent: bool,
    pub state: State,
}

/// An answer that is not the one that was wanted: a status and a code, or 0 where none came.
pub type Refused = (u16, Value);

#[derive(Default)]
pub struct Client {
    url: String,
    email: String,
    http: reqwest::Client,
    pub session: Value,
    cursor: u64,
    whole: u64,
    stamp: (u64, String),
    generation: u64,
    went_back: bool,
    scopes: BTreeMap<String, Scope>,
    pub rows: BTreeMap<Key, Row>,
    tombstones: BTreeMap<Key, Rev>,
    pub outbox: Vec<Waiting>,
    next_n: u64,
    boots: u64,
    pub aliases: BTreeMap<String, String>,
    /// Scopes that were found to differ; loading them again must have healed them.
    pub differed: Vec<String>,
    /// Scopes that agreed when they were compared last.
    pub agreed: Vec<String>,
    /// Rows of a page.
    pub page: u32,
    /// Of so many answers to commands, and to everything else, the client never hears.
    pub lose: (u32, u32),
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("{value} is no number"))
}

impl Client {
    pub async fn sign_in(url: &str, email: &str, password: &str) -> Self {
        let http = reqwest::Client::builder().pool_max_idle_per_host(0).no_proxy().build().unwrap();
        let mut client = Self { url: url.into(), email: email.into(), http, next_n: 1, page: 2, ..Self::default() };
        let hub = client.ask(Method::GET, "/v1/hub", None).await.unwrap();
        assert!(hub["service"] == "deskbell" && number(&hub["oldest_protocol"]) <= 1 && number(&hub["protocol"]) >= 1);
        let body = json!({ "email": client.email, "password": password, "device_name": "Another client" });
        client.session = client.ask(Method::POST, "/v1/session", Some(body.to_string())).await.unwrap();
        client.begin_from_session();
        client
    }

    fn begin_from_session(&mut self) {
        self.stamp = (0, String::new());
        self.see(&self.session["head"].clone());
        self.cursor = self.stamp.0;
        self.whole = self.stamp.0;
        let grants = self.session["grants"].as_array().unwrap().clone();
        let names: Vec<String> = grants.iter().map(|g| text(&g["scope"])).collect();
        for gone in self.scopes.keys().filter(|name| !names.contains(name)).cloned().collect::<Vec<_>>() {
            self.revoked(&gone);
        }
        for grant in grants {
            let (name, epoch) = (text(&grant["scope"]), number(&grant["epoch"]));
            if self.scopes.get(&name).is_none_or(|scope| scope.epoch != epoch) {
                self.revoked(&name);
                self.granted(&name, epoch);
            } else {
                self.boot(&name);
            }
        }
    }

    async fn ask(&mut self, method: Method, path: &str, body: Option<String>) -> Result<Value, Refused> {
        let lose = if path == "/v1/commands" { &mut self.lose.0 } else { &mut self.lose.1 };
        let lost = *lose > 0;
        *lose = lose.saturating_sub(1);
        let mut request = self.http.request(method, format!("{}{path}", self.url));
        if let Some(token) = self.session["token"].as_str() {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body);
        }
        let response = request.send().await.map_err(|_| (0, Value::Null))?;
        let status = response.status().as_u16();
        let body: Value = response.json().await.map_err(|_| (0, Value::Null))?;
        match status {
            _ if lost => Err((0, Value::Null)),
            200 => Ok(body),
            _ => Err((status, body)),
        }
    }

    fn history(&self) -> String {
        format!("gen={}&seen={}", text(&self.session["gen"]), self.stamp.1)
    }

    /// One round: pull to the head, boot what boots, push what waits. `true` = nothing is left to do.
    pub async fn round(&mut self) -> Result<bool, Refused> {
        loop {
            let path = format!("/v1/changes?since={}&{}&limit={}", self.cursor, self.history(), self.page);
            let page = self.ask(Method::GET, &path, None).await?;
            self.apply_changes(&page);
            // Given twice it must do nothing.
            self.apply_changes(&page);
            if page["more"] == false {
                break;
            }
        }
        if let Some((name, scope)) = self.scopes.iter().find(|(_, scope)| scope.loading.is_some()) {
            let (nonce, after) = scope.loading.clone().unwrap();
            let mut after = after.map(|after| format!("&after={after}")).unwrap_or_default();
            if scope.hint {
                after.push_str("&phase=hint");
            }
            let path = format!("/v1/snapshot/{name}?boot={nonce}&{}&limit={}{after}", self.history(), self.page);
            match self.ask(Method::GET, &path, None).await {
                Ok(page) => self.apply_snapshot(&page),
                Err((404, _)) => {}
                Err(error) => return Err(error),
            }
            return Ok(false);
        }
        self.push().await?;
        Ok(self.cursor == self.stamp.0
            && !self.outbox.iter().any(|c| matches!(c.state, State::Waiting | State::Done(_))))
    }

    /// Until nothing is left to do. Lost answers are asked for again.
    pub async fn sync(&mut self) {
        for _ in 0..1000 {
            match self.round().await {
                Ok(true) => return,
                Ok(false) | Err((0 | 500.., _)) => {}
                Err((410, error)) => self.load_again(error["code"] == "rolled_back").await,
                Err(error) => panic!("{error:?}"),
            }
        }
        panic!("{} does not come to rest", self.email);
    }

    fn see(&mut self, head: &Value) {
        let head = text(head);
        let seq = head.split_once('.').unwrap().0.parse().unwrap();
        if self.stamp.1.is_empty() || seq > self.stamp.0 {
            self.stamp = (seq, head);
        }
    }

    pub fn apply_changes(&mut self, page: &Value) {
        if page["gen"] != self.session["gen"] || number(&page["from"]) != self.cursor {
            return;
        }
        let changes = page["changes"].as_array().unwrap();
        for change in changes.iter().filter(|c| c["kind"] == "grant") {
            if change["op"] == "put" && change["row"]["member"] == self.session["member"] {
                self.granted(&text(&change["row"]["scope"]), number(&change["row"]["epoch"]));
            } else if change["op"] == "del" {
                let of = self.scopes.iter().find(|(name, _)| self.grant_id(name) == text(&change["id"]));
                if let Some((name, scope)) = of.map(|(name, scope)| (name.clone(), scope.epoch))
                    && scope <= number(&change["rev"])
                {
                    self.revoked(&name);
                }
            }
        }
        for change in changes {
            let key = (text(&change["kind"]), text(&change["id"]));
            let (scope, rev) = (text(&change["scope"]), (self.generation, number(&change["rev"])));
            let mine = self.rows.get(&key).map(|row| (row.scope == scope, row.rev));
            if change["op"] == "put" {
                if self.scopes.contains_key(&scope) {
                    let boot = self.scopes[&scope].boot;
                    self.take(key, &scope, rev, &change["row"], boot);
                } else if mine.is_some_and(|(_, mine)| mine <= rev) {
                    self.rows.remove(&key);
                }
                continue;
            }
            if self.is_booting() {
                let tombstone = self.tombstones.entry(key.clone()).or_insert(rev);
                *tombstone = rev.max(*tombstone);
            }
            if mine.is_some_and(|(here, mine)| here && mine <= rev) {
                self.rows.remove(&key);
            }
        }
        self.cursor = number(&page["to"]);
        if page["more"] != true {
            self.whole = self.cursor;
        }
        self.see(&page["head"]);
        self.drop_settled();
        if let Some(digests) = page["digests"].as_object().filter(|_| self.stamp.0 == self.cursor) {
            self.compare(digests);
        }
    }

    fn compare(&mut self, digests: &serde_json::Map<String, Value>) {
        self.agreed.clear();
        for (name, digest) in digests {
            if self.scopes.get(name).is_some_and(|scope| scope.loading.is_none()) {
                if self.digest(name) == text(digest) {
                    self.agreed.push(name.clone());
                } else {
                    self.differed.push(name.clone());
                    self.boot(name);
                }
            }
        }
    }

    fn digest(&self, scope: &str) -> String {
        let rows = self.rows.iter().filter(|(_, row)| row.scope == scope);
        let sum = rows.fold(0u64, |sum, ((kind, id), row)| {
            let id = Uuid::parse_str(id).unwrap();
            let hash = Sha256::new().chain_update(kind).chain_update([0]).chain_update(id.as_bytes());
            let hash = hash.chain_update(row.rev.1.to_be_bytes()).finalize();
            sum.wrapping_add(u64::from_be_bytes(hash[..8].try_into().unwrap()))
        });
        format!("{sum:016x}")
    }

    fn grant_id(&self, scope: &str) -> String {
        let namespace = Uuid::parse_str("6465736b-6265-6c6c-8000-006465726976").unwrap();
        let member = Uuid::parse_str(&text(&self.session["member"])).unwrap();
        let mut name = b"grant".to_vec();
        for part in [&member.as_bytes()[..], scope.as_bytes()] {
            name.extend((part.len() as u64).to_be_bytes());
            name.extend(part);
        }
        Uuid::new_v5(&namespace, &name).to_string()
    }

    fn is_booting(&self) -> bool {
        self.scopes.values().any(|scope| scope.loading.is_some())
    }

    fn granted(&mut self, name: &str, epoch: u64) {
        if self.scopes.get(name).is_some_and(|scope| scope.epoch >= epoch) {
            return;
        }
        self.revoked(name);
        self.scopes.insert(name.into(), Scope { epoch, hint: name.starts_with("channel:"), ..Scope::default() });
        self.boot(name);
    }

    fn revoked(&mut self, name: &str) {
        self.rows.retain(|_, row| row.scope != name);
        self.scopes.remove(name);
    }

    fn boot(&mut self, name: &str) {
        self.boots += 1;
        let scope = self.scopes.get_mut(name).unwrap();
        scope.boot = self.boots;
        scope.loading = Some((format!("boot-{}", self.boots), None));
    }

    fn take(&mut self, key: Key, scope: &str, rev: Rev, row: &Value, boot: u64) {
        if self.tombstones.get(&key).is_some_and(|tombstone| *tombstone > rev) {
            return;
        }
        match self.rows.get_mut(&key) {
            Some(mine) if mine.rev > rev => mine.boot = mine.boot.max(boot),
            _ => drop(self.rows.insert(key, Row { scope: scope.into(), rev, row: row.clone(), boot })),
        }
    }

    fn apply_snapshot(&mut self, page: &Value) {
        let name = text(&page["scope"]);
        let Some(scope) = self.scopes.get(&name) else { return };
        let (boot, after) = (scope.boot, page["after"].as_str().map(str::to_owned));
        if scope.loading != Some((text(&page["boot"]), after))
            || scope.epoch != number(&page["epoch"])
            || page["gen"] != self.session["gen"]
            || scope.hint != (page["phase"] == "hint")
        {
            return;
        }
        let hint = scope.hint;
        let (rows, me) = (page["rows"].as_array().unwrap(), self.session["member"].clone());
        for grant in rows.iter().filter(|r| r["kind"] == "grant" && r["row"]["member"] == me) {
            let tombstone = self.tombstones.get(&("grant".into(), text(&grant["id"])));
            if tombstone.is_none_or(|tombstone| *tombstone <= (self.generation, number(&grant["rev"]))) {
                self.granted(&text(&grant["row"]["scope"]), number(&grant["row"]["epoch"]));
            }
        }
        if self.scopes.get(&name).is_none_or(|scope| scope.boot != boot) {
            return;
        }
        for row in rows {
            let key = (text(&row["kind"]), text(&row["id"]));
            let seen_in = if hint { boot - 1 } else { boot };
            self.take(key, &name, (self.generation, number(&row["rev"])), &row["row"], seen_in);
        }
        self.see(&page["head"]);
        let next = page["next"].as_str().map(str::to_owned);
        if hint || next.is_some() {
            let scope = self.scopes.get_mut(&name).unwrap();
            scope.hint = hint && next.is_some();
            scope.loading = Some((text(&page["boot"]), next));
            return;
        }
        self.end_boot(&name, boot);
    }

    fn end_boot(&mut self, name: &str, boot: u64) {
        let unseen = self.rows.extract_if(.., |_, row| row.scope == name && row.boot < boot);
        for ((kind, id), row) in unseen.collect::<Vec<_>>() {
            let row = row.row;
            if kind == "grant" && row["member"] == self.session["member"] {
                self.revoked(&text(&row["scope"]));
            }
            let is_mine = kind == "message" && row["author"]["id"] == self.session["member"];
            if self.went_back && is_mine && row["content"]["kind"] == "text" && !self.knows_message(&id) {
                let args = json!({ "chat": row["chat"], "message": id, "text": row["content"]["text"], "seen": 0 });
                self.put_aside("send_message", args, State::Held("restored".into()));
            }
        }
        if let Some(scope) = self.scopes.get_mut(name) {
            scope.loading = None;
        }
        if !self.is_booting() {
            self.tombstones.clear();
            if std::mem::take(&mut self.went_back) {
                let rows = &self.rows;
                let is_there = |c: &Waiting| rows.contains_key(&("message".into(), message_of(c)));
                self.outbox.retain(|c| c.state != State::Held("restored".into()) || !is_there(c));
            }
            self.drop_settled();
        }
    }

    fn knows_message(&self, id: &str) -> bool {
        self.outbox.iter().any(|c| message_of(c) == id)
    }

    fn drop_settled(&mut self) {
        if !self.is_booting() {
            let whole = self.whole;
            self.outbox.retain(|c| !matches!(c.state, State::Done(seq) if seq <= whole));
        }
    }

    fn put_aside(&mut self, kind: &str, args: Value, state: State) -> String {
        let (n, id) = (self.next_n, Uuid::now_v7().to_string());
        self.next_n += 1;
        let (kind, args, depends_on) = (kind.into(), args.to_string(), Vec::new());
        self.outbox.push(Waiting { n, id: id.clone(), kind, args, depends_on, sent: false, state });
        id
    }

    /// The member does something. What it stands on is said by the caller.
    pub fn act(&mut self, kind: &str, args: Value, depends_on: &[String]) -> String {
        let id = self.put_aside(kind, args, State::Waiting);
        self.outbox.last_mut().unwrap().depends_on = depends_on.to_vec();
        id
    }

    /// A new command for the same message.
    pub fn send_anyway(&mut self, index: usize, seen: u64) -> String {
        let mut args: Value = serde_json::from_str(&self.outbox.remove(index).args).unwrap();
        args["seen"] = seen.into();
        self.act("send_message", args, &[])
    }

    async fn push(&mut self) -> Result<(), Refused> {
        let batch = self.outbox.iter_mut().filter(|c| c.state == State::Waiting).take(64);
        let mut commands = Vec::new();
        for c in batch {
            c.sent = true;
            let (Waiting { n, id, kind, args, .. }, depends_on) = (&*c, json!(c.depends_on));
            // The text as it was stored, not parsed and written anew.
            commands.push(format!(
                r#"{{"n":{n},"id":"{id}","kind":"{kind}","version":1,"args":{args},"depends_on":{depends_on},"age_ms":0}}"#
            ));
        }
        if commands.is_empty() {
            return Ok(());
        }
        let (device, generation) = (text(&self.session["device"]), text(&self.session["gen"]));
        let body = format!(
            r#"{{"device":"{device}","gen":"{generation}","seen":"{}","commands":[{}]}}"#,
            self.stamp.1,
            commands.join(",")
        );
        let answer = self.ask(Method::POST, "/v1/commands", Some(body)).await?;
        for result in answer["results"].as_array().unwrap() {
            let Some(command) = self.outbox.iter_mut().find(|c| c.id == text(&result["id"])) else { continue };
            let (seq, code) = (number(&result["seq"]), result["reason"]["code"].as_str().unwrap_or_default());
            command.state = match (result["outcome"].as_str().unwrap(), code) {
                ("applied" | "joined", _) | (_, "already_sent") => State::Done(seq),
                ("held", code) => State::Held(code.into()),
                (_, code) => State::Refused(code.into()),
            };
            if let Some(to) = result["to"].as_str() {
                let args: Value = serde_json::from_str(&command.args).unwrap();
                let made = if command.kind == "create_chat" { &args["chat"] } else { &args["tag"] };
                self.aliases.insert(text(made), to.into());
            }
        }
        self.see(&answer["head"]);
        self.drop_settled();
        Ok(())
    }

    /// After 410.
    async fn load_again(&mut self, rolled_back: bool) {
        let Ok(session) = self.ask(Method::GET, "/v1/session", None).await else { return };
        if rolled_back || session["gen"] != self.session["gen"] {
            self.generation += 1;
            self.tombstones.clear();
            self.went_back = true;
            for c in self.outbox.iter_mut().filter(|c| c.sent && matches!(c.state, State::Waiting | State::Done(_))) {
                c.state = match c.kind.as_str() {
                    "send_message" => State::Held("restored".into()),
                    _ => State::Waiting,
                };
            }
        }
        self.session = session;
        self.begin_from_session();
    }

    /// The event stream from the cursor on.
    pub async fn listen(&self) -> Response {
        let request = self.http.get(format!("{}/v1/events?{}", self.url, self.history()));
        let token = text(&self.session["token"]);
        request.bearer_auth(token).header("last-event-id", self.cursor).send().await.unwrap()
    }

    /// The texts of a chat, in order.
    pub fn thread(&self, chat: &str) -> Vec<String> {
        let messages = self.rows.iter().filter(|((kind, _), row)| kind == "message" && row.row["chat"] == chat);
        let mut texts: Vec<(u64, String)> = messages
            .filter_map(|(_, row)| Some((number(&row.row["pos"]), row.row["content"]["text"].as_str()?.to_owned())))
            .collect();
        texts.sort();
        texts.into_iter().map(|(_, text)| text).collect()
    }
}

/// The message that a command sends.
fn message_of(command: &Waiting) -> String {
    let args: Value = serde_json::from_str(&command.args).unwrap();
    args["message"].as_str().unwrap_or_default().to_owned()
}
