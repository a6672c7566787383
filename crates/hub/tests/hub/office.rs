//! An office to test in: two inboxes, and Priya, Dana and Kwame at their desks.

use deskbell_domain::command::{AddChannel, AddInbox, AssignInbox, ReceiveMessage, SendMessage};
use deskbell_domain::*;
use deskbell_hub::admin::{NewHub, Request, init, perform};
use deskbell_hub::auth::Password;
use deskbell_hub::clock::{Clock, SystemRandom};
use deskbell_hub::{Hub, HubOptions, RouterOptions, Server};
use deskbell_protocol::*;
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use uuid::Uuid;

pub const PASSWORD: &str = "correct horse battery";

/// A clock that only the test moves.
pub struct TestClock(AtomicI64);

impl TestClock {
    pub fn advance_ms(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

pub struct Office {
    pub dir: tempfile::TempDir,
    pub clock: Arc<TestClock>,
    pub hub: Hub,
    server: Option<Server>,
    pub url: String,
    /// Priya (agent) and Dana (admin) see it.
    pub front: InboxId,
    pub front_channel: ChannelId,
    /// Kwame (agent) alone sees it.
    pub back_channel: ChannelId,
    pub priya: MemberId,
    pub dana: MemberId,
    pub kwame: MemberId,
}

/// A directory in memory where the system has one: that every commit reaches a disk is not what these tests are about, and
/// a slow disk makes them minutes long.
pub fn data_dir() -> tempfile::TempDir {
    let memory = std::path::Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory).unwrap() } else { tempfile::tempdir().unwrap() }
}

pub fn new_id() -> Uuid {
    Uuid::now_v7()
}

impl Office {
    pub async fn open() -> Self {
        let dir = data_dir();
        let clock = Arc::new(TestClock(AtomicI64::new(1_790_000_000_000)));
        let new = NewHub {
            organization: Name::parse("Kestrel Cycles").unwrap(),
            product: Product::CustomerEngagement,
            admin: EmailAddress::parse("dana@example.com").unwrap(),
            admin_name: Name::parse("Dana Whitcombe").unwrap(),
            password: Password::parse(PASSWORD).unwrap(),
        };
        let (hub, dana) = init(dir.path(), new, options(&clock)).await.unwrap();
        let priya = add(&hub, "Priya Raman", "priya@example.com").await;
        let kwame = add(&hub, "Kwame Mensah", "kwame@example.com").await;
        let (front, front_channel) = inbox(&hub, "Front desk", &[priya, dana]).await;
        let (_, back_channel) = inbox(&hub, "Back office", &[kwame]).await;
        let (server, url) = serve(&hub, SocketAddr::from(([127, 0, 0, 1], 0))).await;
        let server = Some(server);
        Self { dir, clock, hub, server, url, front, front_channel, back_channel, priya, dana, kwame }
    }

    /// Stops and starts the hub on the same data and port.
    pub async fn restart(&mut self) {
        self.restart_after(|_| {}).await;
    }

    /// Stops the hub, does something to its data directory, and starts it again on the same port.
    pub async fn restart_after(&mut self, meanwhile: impl FnOnce(&std::path::Path)) {
        let server = self.server.take().unwrap();
        let address = server.address();
        server.stop().await;
        meanwhile(self.dir.path());
        self.hub = reopen(&self.dir, &self.clock).await;
        let (server, url) = serve(&self.hub, address).await;
        (self.server, self.url) = (Some(server), url);
    }

    /// Serves the same data again after a stop, elsewhere.
    pub async fn open_again(&mut self) {
        self.hub = reopen(&self.dir, &self.clock).await;
        let (server, url) = serve(&self.hub, SocketAddr::from(([127, 0, 0, 1], 0))).await;
        (self.server, self.url) = (Some(server), url);
    }

    pub async fn stop(&mut self) {
        self.server.take().unwrap().stop().await;
    }

    /// A customer writes; the answer is their conversation.
    pub async fn customer_writes(&self, channel: ChannelId, visitor: &str, text: &str) -> ChatId {
        let address = Address { kind: AddressKind::Visitor, value: visitor.into() };
        let new_chat = ChatId(new_id());
        let command = ReceiveMessage {
            channel,
            address: address.clone(),
            profile_name: None,
            message: MessageId(new_id()),
            text: MessageText::parse(text).unwrap(),
            new_chat,
        };
        self.hub.carry_out(Actor::System, command).await.unwrap();
        let key = NaturalKey::Conversation(channel, address).to_string();
        let read = move |c: &rusqlite::Connection| {
            Ok(c.query_row("SELECT id FROM lookup WHERE key = ?1", [key], |r| r.get::<_, Uuid>(0))?)
        };
        ChatId(self.hub.read(read).await.unwrap())
    }

    pub async fn conversation(&self, chat: ChatId) -> Conversation {
        match self.hub.row(Kind::Conversation, chat.0).await.unwrap().unwrap().row {
            Row::Conversation(conversation) => conversation,
            other => panic!("{other:?}"),
        }
    }

    pub async fn sign_in(&self, email: &str) -> Desk {
        let response = self.try_sign_in(email, PASSWORD, None).await;
        assert_eq!(response.status(), StatusCode::OK);
        Desk::new(&self.url, response.json().await.unwrap())
    }

    pub async fn try_sign_in(&self, email: &str, password: &str, device: Option<DeviceId>) -> Response {
        let body = json!({ "email": email, "password": password, "device_name": "Test desk", "device": device });
        reqwest::Client::new().post(format!("{}/v1/session", self.url)).json(&body).send().await.unwrap()
    }

    pub async fn admin(&self, request: Request) -> Value {
        perform(&self.hub, request).await.unwrap().json
    }
}

/// Whatever a test did to it: everything that always holds does hold in the end.
impl Drop for Office {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        let mut connection = rusqlite::Connection::open(self.dir.path().join("hub.db")).unwrap();
        let findings = deskbell_hub::upkeep::doctor::examine(&connection.transaction().unwrap()).unwrap();
        assert_eq!(findings, []);
    }
}

fn options(clock: &Arc<TestClock>) -> HubOptions {
    HubOptions { clock: clock.clone(), random: Arc::new(SystemRandom) }
}

async fn reopen(dir: &tempfile::TempDir, clock: &Arc<TestClock>) -> Hub {
    Hub::open(dir.path(), options(clock)).unwrap()
}

async fn serve(hub: &Hub, listen: SocketAddr) -> (Server, String) {
    let server = Server::start(hub.clone(), RouterOptions { listen, ..RouterOptions::default() }).await.unwrap();
    let url = server.public_url().to_owned();
    (server, url)
}

async fn add(hub: &Hub, name: &str, email: &str) -> MemberId {
    let request = Request::AddMember {
        name: name.into(),
        email: email.into(),
        role: Role::Agent,
        password: PASSWORD.into(),
        inboxes: vec![],
    };
    let answer = perform(hub, request).await.unwrap();
    serde_json::from_value(answer.json["id"].clone()).unwrap()
}

async fn inbox(hub: &Hub, name: &str, members: &[MemberId]) -> (InboxId, ChannelId) {
    let (inbox, channel) = (InboxId(new_id()), ChannelId(new_id()));
    let name = Name::parse(name).unwrap();
    let new = AddInbox { inbox: Inbox::new(inbox, name.clone(), InboxKind::Shared) };
    hub.carry_out(Actor::System, new).await.unwrap();
    let new = Channel::of_inbox(channel, inbox, ChannelKind::Webchat, name);
    hub.carry_out(Actor::System, AddChannel { channel: new }).await.unwrap();
    for member in members {
        let assign = AssignInbox { inbox, member: *member, assigned: true, channels: vec![channel] };
        hub.carry_out(Actor::System, assign).await.unwrap();
    }
    (inbox, channel)
}

/// A signed-in device.
pub struct Desk {
    pub url: String,
    pub session: Session,
    pub http: reqwest::Client,
    n: AtomicU64,
}

impl Desk {
    pub fn new(url: &str, session: Session) -> Self {
        // A connection of its own for each request: a hub that was killed and started again is not the old one.
        let http = reqwest::Client::builder().pool_max_idle_per_host(0).build().unwrap();
        Self { url: url.into(), session, http, n: AtomicU64::new(1) }
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url)).bearer_auth(&self.session.token)
    }

    pub async fn get(&self, path: &str) -> Response {
        self.request(Method::GET, path).send().await.unwrap()
    }

    /// `gen` and `seen` as they were at signing in.
    pub fn history(&self) -> String {
        format!("gen={}&seen={}", self.session.r#gen.0, self.session.head)
    }

    pub async fn changes(&self, since: u64, limit: u32) -> Changes {
        let response = self.get(&format!("/v1/changes?since={since}&limit={limit}&{}", self.history())).await;
        assert_eq!(response.status(), StatusCode::OK);
        response.json().await.unwrap()
    }

    pub async fn snapshot(&self, scope: Scope, after: Option<String>, limit: u32) -> Snapshot {
        self.snapshot_of(Phase::Full, scope, after, limit).await
    }

    pub async fn snapshot_of(&self, phase: Phase, scope: Scope, after: Option<String>, limit: u32) -> Snapshot {
        let after = after.map(|a| format!("&after={a}")).unwrap_or_default();
        let phase = if phase == Phase::Hint { "&phase=hint" } else { "" };
        let path = format!("/v1/snapshot/{scope}?boot=b1&limit={limit}&{}{after}{phase}", self.history());
        let response = self.get(&path).await;
        assert_eq!(response.status(), StatusCode::OK);
        response.json().await.unwrap()
    }

    pub fn command(&self, command: impl Into<Command>) -> PushedCommand {
        let command = command.into();
        PushedCommand {
            n: self.n.fetch_add(1, Ordering::SeqCst),
            id: CommandId(new_id()),
            kind: command.kind().into(),
            version: command.version(),
            args: serde_json::value::to_raw_value(&command.args()).unwrap(),
            depends_on: vec![],
            age_ms: 0,
        }
    }

    pub fn batch(&self, commands: Vec<PushedCommand>) -> Commands {
        let Session { device, r#gen, head, .. } = &self.session;
        Commands { device: *device, r#gen: r#gen.clone(), seen: *head, commands }
    }

    pub async fn try_push(&self, batch: &impl serde::Serialize) -> Response {
        self.request(Method::POST, "/v1/commands").json(batch).send().await.unwrap()
    }

    pub async fn push(&self, commands: Vec<PushedCommand>) -> Results {
        let response = self.try_push(&self.batch(commands)).await;
        assert_eq!(response.status(), StatusCode::OK);
        response.json().await.unwrap()
    }

    /// One command; what became of it.
    pub async fn act(&self, command: impl Into<Command>) -> CommandResult {
        self.push(vec![self.command(command)]).await.results.remove(0)
    }
}

pub fn send(chat: ChatId, text: &str, seen: u64) -> SendMessage {
    SendMessage { chat, message: MessageId(new_id()), text: MessageText::parse(text).unwrap(), seen }
}

/// The error of an answer that is not 2xx.
pub async fn error(response: Response) -> (StatusCode, ApiError) {
    let status = response.status();
    (status, response.json().await.unwrap())
}
