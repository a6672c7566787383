//! The hub that transcripts are played against: a real one on a real port, with a clock that stands still and chance
//! that is counted, so that it says the same every time.

use super::json::compact;
use super::transcript::{Event, HEADERS, HubAct, Request, Response, Step, raw};
use deskbell_domain::command::{AddChannel, AddInbox, AddMember, AssignInbox};
use deskbell_domain::*;
use deskbell_hub::admin::perform;
use deskbell_hub::auth::{Password, set_account};
use deskbell_hub::clock::{Clock, Random};
use deskbell_hub::upkeep::{self, backup, restore};
use deskbell_hub::{Hub, HubOptions, NewOrganization, RouterOptions, Server};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use uuid::Uuid;

pub const PASSWORD: &str = "correct horse battery";
/// Longer than anything here takes on a busy machine.
const SOON: Duration = Duration::from_secs(30);

pub const DANA: &str = "01a0c4bf-0000-7000-8000-a00000000001";
pub const PRIYA: &str = "01a0c4bf-0000-7000-8000-a00000000002";
pub const KWAME: &str = "01a0c4bf-0000-7000-8000-a00000000003";
pub const FRONT: &str = "01a0c4bf-0000-7000-8000-b00000000001";
pub const BACK: &str = "01a0c4bf-0000-7000-8000-b00000000002";
pub const FRONT_CHAT: &str = "01a0c4bf-0000-7000-8000-f00000000001";
pub const BACK_CHAT: &str = "01a0c4bf-0000-7000-8000-f00000000002";

/// A clock that only a step moves.
struct StillClock(AtomicI64);

impl Clock for StillClock {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// Counts for each length that is asked for: an identifier does not change because one more mark was drawn before it.
#[derive(Default)]
struct CountedRandom(Mutex<HashMap<usize, u64>>);

impl Random for CountedRandom {
    fn fill(&self, bytes: &mut [u8]) {
        let count = {
            let mut counts = self.0.lock().unwrap();
            let count = counts.entry(bytes.len()).or_default();
            *count += 1;
            *count
        };
        // An identifier shows its number.
        if bytes.len() == 10 {
            bytes[2..].copy_from_slice(&count.to_be_bytes());
            return;
        }
        let hash = Sha256::new()
            .chain_update("transcripts")
            .chain_update(bytes.len().to_be_bytes())
            .chain_update(count.to_be_bytes())
            .finalize();
        let length = bytes.len();
        bytes.copy_from_slice(&hash[..length]);
    }
}

pub struct World {
    dir: tempfile::TempDir,
    copy: tempfile::TempDir,
    clock: Arc<StillClock>,
    random: Arc<CountedRandom>,
    pub hub: Hub,
    server: Option<Server>,
    url: String,
    http: reqwest::Client,
    streams: HashMap<String, Stream>,
}

struct Stream {
    response: reqwest::Response,
    buffer: String,
}

fn data_dir() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory).unwrap() } else { tempfile::tempdir().unwrap() }
}

fn id<T: From<Uuid>>(text: &str) -> T {
    Uuid::parse_str(text).unwrap().into()
}

impl World {
    /// Kestrel Cycles: Dana (admin) and Priya (agent) at the front desk, Kwame (agent) in the back office.
    pub async fn open() -> Self {
        let (dir, copy) = (data_dir(), data_dir());
        let clock = Arc::new(StillClock(AtomicI64::new(1_790_000_000_000)));
        let random = Arc::new(CountedRandom::default());
        let options = HubOptions { clock: clock.clone(), random: random.clone() };
        let name = Name::parse("Kestrel Cycles").unwrap();
        let new = NewOrganization { name, product: Product::CustomerEngagement };
        let hub = Hub::create(dir.path(), new, options).unwrap();
        for (member, name, email, role) in [
            (DANA, "Dana Whitcombe", "dana@example.com", Role::Admin),
            (PRIYA, "Priya Raman", "priya@example.com", Role::Agent),
            (KWAME, "Kwame Mensah", "kwame@example.com", Role::Agent),
        ] {
            let email = EmailAddress::parse(email).unwrap();
            let password = Password::parse(PASSWORD).unwrap();
            assert!(set_account(&hub, id(member), email.clone(), password).await.unwrap());
            let member = Member { id: id(member), name: Name::parse(name).unwrap(), email, role, active: true };
            hub.carry_out(Actor::System, AddMember { member }).await.unwrap();
        }
        for (inbox, channel, name, members) in
            [(FRONT, FRONT_CHAT, "Front desk", &[DANA, PRIYA][..]), (BACK, BACK_CHAT, "Back office", &[KWAME])]
        {
            let name = Name::parse(name).unwrap();
            let (inbox, channel) = (id(inbox), id(channel));
            let new = AddInbox { inbox: Inbox::new(inbox, name.clone(), InboxKind::Shared) };
            hub.carry_out(Actor::System, new).await.unwrap();
            let channel = Channel::of_inbox(channel, inbox, ChannelKind::Webchat, name);
            hub.carry_out(Actor::System, AddChannel { channel: channel.clone() }).await.unwrap();
            for member in members {
                let assign = AssignInbox { inbox, member: id(member), assigned: true, channels: vec![channel.id] };
                hub.carry_out(Actor::System, assign).await.unwrap();
            }
        }
        let (server, url) = serve(&hub, SocketAddr::from(([127, 0, 0, 1], 0))).await;
        let http = reqwest::Client::builder().pool_max_idle_per_host(0).no_proxy().build().unwrap();
        let server = Some(server);
        Self { dir, copy, clock, random, hub, server, url, http, streams: HashMap::new() }
    }

    /// Does what the step says and gives back the step with what the hub says now.
    pub async fn play(&mut self, step: &Step) -> Step {
        let mut played = Step { response: None, event: None, end: false, ..step.clone() };
        if let Some(act) = &step.hub {
            self.act(act).await;
        }
        if let Some(request) = &step.request {
            let response = self.ask(request).await;
            let kept = HEADERS.iter().filter_map(|name| {
                let value = response.headers().get(*name)?.to_str().unwrap().to_owned();
                (value != "application/json").then(|| ((*name).to_owned(), value))
            });
            let (status, headers) = (response.status().as_u16(), kept.collect::<BTreeMap<_, _>>());
            let body = match &step.stream {
                Some(name) if status == 200 => {
                    self.streams.insert(name.clone(), Stream { response, buffer: String::new() });
                    None
                }
                _ => Some(response.text().await.unwrap()).filter(|text| !text.is_empty()),
            };
            played.response = Some(Response { status, headers, body: body.as_deref().map(raw) });
        } else if let Some(name) = &step.stream {
            let stream = self.streams.get_mut(name).unwrap_or_else(|| panic!("no stream {name} is open"));
            let next = tokio::time::timeout(SOON, stream.next()).await;
            played.event = next.unwrap_or_else(|_| panic!("nothing comes on {name}: {}", step.note));
            played.end = played.event.is_none();
        }
        played
    }

    async fn ask(&self, request: &Request) -> reqwest::Response {
        let method = request.method.parse().unwrap();
        let mut asked = self.http.request(method, format!("{}{}", self.url, request.path));
        for (name, value) in &request.headers {
            asked = asked.header(name, value);
        }
        if let Some(body) = &request.body {
            if !request.headers.contains_key("content-type") {
                asked = asked.header("content-type", "application/json");
            }
            asked = asked.body(compact(body.get()));
        } else if let Some(text) = &request.text {
            asked = asked.body(text.clone());
        }
        asked.send().await.unwrap()
    }

    async fn act(&mut self, act: &HubAct) {
        match act {
            HubAct::Command { kind, version, args } => {
                let command = Command::parse(kind, *version, &args.to_string()).unwrap();
                self.hub.carry_out(Actor::System, command).await.unwrap();
            }
            HubAct::Admin(request) => drop(perform(&self.hub, request.clone()).await.unwrap()),
            HubAct::PassMs(ms) => drop(self.clock.0.fetch_add(*ms, Ordering::SeqCst)),
            HubAct::Restart => self.restart(|_| {}).await,
            HubAct::Backup => drop(backup(self.dir.path(), &self.copy.path().join("backup.db"), true).unwrap()),
            HubAct::Restore => {
                let (from, random) = (self.copy.path().join("backup.db"), self.random.clone());
                let now_ms = self.hub.now_ms();
                self.restart(|data| drop(restore(data, &from, &*random, now_ms).unwrap())).await;
            }
            HubAct::KeepCopy => {
                let to = self.copy.path().to_owned();
                self.restart(|data| copy_files(data, &to)).await;
            }
            HubAct::ComeBackAsCopy => {
                let from = self.copy.path().to_owned();
                self.restart(|data| copy_files(&from, data)).await;
            }
            HubAct::Compact => {
                let now_ms = self.hub.now_ms();
                self.hub.write(move |c| upkeep::compact(c, now_ms)).await.unwrap();
            }
        }
    }

    /// Stops the hub, does something to its files, and starts it on the same port.
    async fn restart(&mut self, meanwhile: impl FnOnce(&Path)) {
        self.streams.clear();
        let server = self.server.take().unwrap();
        let address = server.address();
        server.stop().await;
        meanwhile(self.dir.path());
        let options = HubOptions { clock: self.clock.clone(), random: self.random.clone() };
        self.hub = Hub::open(self.dir.path(), options).unwrap();
        let (server, url) = serve(&self.hub, address).await;
        (self.server, self.url) = (Some(server), url);
    }

    pub async fn close(mut self) {
        self.streams.clear();
        self.server.take().unwrap().stop().await;
    }
}

async fn serve(hub: &Hub, listen: SocketAddr) -> (Server, String) {
    let server = Server::start(hub.clone(), RouterOptions { listen, ..RouterOptions::default() }).await.unwrap();
    let url = server.public_url().to_owned();
    (server, url)
}

/// A hub that was stopped has everything in one file; who still reads the old one keeps it.
fn copy_files(from: &Path, to: &Path) {
    assert!(std::fs::metadata(from.join("hub.db-wal")).map_or(0, |log| log.len()) == 0, "something is in the log");
    std::fs::copy(from.join("hub.db"), to.join("new")).unwrap();
    for left in ["hub.db-wal", "hub.db-shm"] {
        let _ = std::fs::remove_file(to.join(left));
    }
    std::fs::rename(to.join("new"), to.join("hub.db")).unwrap();
}

impl Stream {
    /// The next event; `None` at the end.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some((text, rest)) = self.buffer.split_once("\n\n") {
                let (mut name, mut id, mut data) = (String::new(), None, None);
                for line in text.lines() {
                    match line.split_once(": ").unwrap_or((line, "")) {
                        ("event", value) => name = value.into(),
                        ("id", value) => id = Some(value.to_owned()),
                        ("data", value) => data = Some(raw(value)),
                        _ => {}
                    }
                }
                self.buffer = rest.to_owned();
                // A comment is a sign of life and no event.
                if let Some(data) = data {
                    return Some(Event { event: name, id, data });
                }
                continue;
            }
            let chunk = self.response.chunk().await.ok()??;
            self.buffer.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }
}
