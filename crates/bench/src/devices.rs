//! Devices that speak the protocol and keep nothing: hundreds of them cost less than one client.

use crate::http::Connection;
use crate::organization::{BUSY, SMALL};
use anyhow::{Context, Result, bail};
use deskbell_domain::{ChatId, CommandId, DeviceId, MemberId, MessageId, Outcome};
use deskbell_protocol::{Commands, PushedCommand, Results, Session};
use rusqlite::params;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use uuid::Uuid;

/// Numbers of commands. They have gaps for each device, which is allowed, and none is given twice however often a device
/// comes back.
static NUMBERS: AtomicU64 = AtomicU64::new(1);
/// Whoever writes has seen everything.
const ALL_SEEN: u64 = 1 << 52;

/// A device that is signed in.
#[derive(Debug, Clone)]
pub struct Device {
    /// Whose.
    pub member: MemberId,
    /// The device.
    pub id: DeviceId,
    /// Its token.
    pub token: String,
}

/// Signs so many devices in, a member after the other, in the file of a hub that does not run: over the network each would
/// cost the time that a password's hash is made to take.
pub fn sign_in(data: &Path, whose: &[MemberId], count: usize, now_ms: i64) -> Result<Vec<Device>> {
    let mut connection = deskbell_sqlite::open_writer(&data.join("hub.db"))?;
    let transaction = connection.transaction()?;
    let mut devices = Vec::new();
    for n in 0..count {
        let member = whose.get(n % whose.len().max(1)).copied().context("there is nobody")?;
        let token = format!("{:032x}{:032x}", rand::random::<u128>(), rand::random::<u128>());
        let device = Device { member, id: DeviceId(Uuid::now_v7()), token };
        let hash: [u8; 32] = Sha256::digest(device.token.as_bytes()).into();
        transaction.execute(
            "INSERT INTO device (id, member, name, token_hash, wrap_key, created_ms, seen_ms) \
             VALUES (?1, ?2, 'bench', ?3, zeroblob(32), ?4, ?4)",
            params![device.id.0.as_bytes(), device.member.0.as_bytes(), hash, now_ms],
        )?;
        devices.push(device);
    }
    transaction.commit()?;
    Ok(devices)
}

/// Makes the commands of a device.
#[derive(Clone)]
pub struct Outbox {
    device: DeviceId,
    session: Session,
}

impl Outbox {
    /// Of a device that has this session.
    pub fn new(device: &Device, session: Session) -> Self {
        Self { device: device.id, session }
    }

    /// The same message in these chats, as it travels.
    pub fn messages(&self, chats: &[ChatId], text: &str) -> Result<Commands> {
        let commands = chats.iter().map(|chat| self.message(*chat, text)).collect::<Result<_>>()?;
        let (generation, seen) = (self.session.r#gen.clone(), self.session.head);
        Ok(Commands { device: self.device, r#gen: generation, seen, commands })
    }

    fn message(&self, chat: ChatId, text: &str) -> Result<PushedCommand> {
        let message = MessageId(Uuid::now_v7());
        let args = json!({ "chat": chat, "message": message, "text": text, "seen": ALL_SEEN });
        Ok(PushedCommand {
            n: NUMBERS.fetch_add(1, Ordering::Relaxed),
            id: CommandId(Uuid::now_v7()),
            kind: "send_message".into(),
            version: 1,
            args: serde_json::value::to_raw_value(&args)?,
            depends_on: Vec::new(),
            age_ms: 0,
        })
    }
}

/// A device at a hub.
pub struct Online {
    connection: Connection,
    outbox: Outbox,
}

impl Online {
    /// Connects and asks how things stand.
    pub async fn connect(address: SocketAddr, device: &Device) -> Result<Self> {
        let mut connection = Connection::open(address, &device.token).await?;
        let session = session(&mut connection).await?;
        Ok(Self { connection, outbox: Outbox::new(device, session) })
    }

    /// Sends a message in each of these chats, in one request, and waits until all are durable at the hub.
    pub async fn send(&mut self, chats: &[ChatId], text: &str) -> Result<()> {
        let commands = self.outbox.messages(chats, text)?;
        let answer = self.connection.post("/v1/commands", &serde_json::to_vec(&commands)?).await?;
        if answer.status != 200 {
            bail!("the hub answered {}: {}", answer.status, String::from_utf8_lossy(&answer.body));
        }
        let results: Results = serde_json::from_slice(&answer.body)?;
        done(&results)
    }
}

/// The session of a device.
pub async fn session(connection: &mut Connection) -> Result<Session> {
    let answer = connection.get("/v1/session", false).await?;
    if answer.status != 200 {
        bail!("the hub answered {}: {}", answer.status, String::from_utf8_lossy(&answer.body));
    }
    Ok(serde_json::from_slice(&answer.body)?)
}

/// Whether everything was carried out.
pub fn done(results: &Results) -> Result<()> {
    match results.results.iter().find(|result| !result.outcome.is_done()) {
        None => Ok(()),
        Some(refused) => {
            let outcome: &Outcome = &refused.outcome;
            bail!("a command was refused: {outcome:?}")
        }
    }
}

/// Where devices can write.
pub struct OpenChats {
    /// Open conversations of one inbox, in whatever order.
    pub chats: Vec<ChatId>,
    /// Who sees them, but for those who see everything.
    pub members: Vec<MemberId>,
}

/// Looks for open conversations in the file of a hub: in a large inbox, or where that has none (a small organization) in
/// the small one.
pub fn open_chats(data: &Path) -> Result<OpenChats> {
    let connection = deskbell_sqlite::open_reader(&data.join("hub.db"))?;
    let ids = |sql: &str, inbox: &str| -> Result<Vec<Uuid>> {
        let mut statement = connection.prepare(sql)?;
        let ids = statement.query_map([inbox], |r| r.get::<_, String>(0))?;
        ids.map(|id| Ok(id?.parse()?)).collect()
    };
    let open = "SELECT json_extract(c.row, '$.id') FROM entity i \
                JOIN entity ch ON ch.kind = 'channel' AND json_extract(ch.row, '$.inbox') = json_extract(i.row, '$.id') \
                JOIN entity c ON c.kind = 'conversation' AND c.scope = 'channel:' || json_extract(ch.row, '$.id') \
                WHERE i.kind = 'inbox' AND json_extract(i.row, '$.name') = ?1 \
                AND json_extract(c.row, '$.closed') IS NULL LIMIT 2000";
    let members = "SELECT m.value FROM entity i, json_each(i.row, '$.members') m \
                   JOIN entity p ON p.kind = 'member' AND json_extract(p.row, '$.id') = m.value \
                   WHERE i.kind = 'inbox' AND json_extract(i.row, '$.name') = ?1 AND json_extract(p.row, '$.role') = 'agent'";
    for inbox in [BUSY, SMALL] {
        let chats: Vec<ChatId> = ids(open, inbox)?.into_iter().map(ChatId).collect();
        if !chats.is_empty() {
            return Ok(OpenChats { chats, members: ids(members, inbox)?.into_iter().map(MemberId).collect() });
        }
    }
    bail!("no conversation is open")
}
