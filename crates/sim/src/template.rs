//! The office in which every history begins, made once and copied for each of them.
//!
//! Ada and Ben are agents, Mia is the manager. *Support* has the channels Shop and Chat, *Sales* has Fair. Ada is in both
//! inboxes, Ben in *Support* only, Mia in both. Ada has two computers.

use crate::chance::Chance;
use crate::client::SimClient;
use crate::hub::SimHub;
use anyhow::{Result, ensure};
use deskbell_domain::command::{AddChannel, AddInbox, AddMember, AssignInbox, CreateContact, ReceiveMessage};
use deskbell_domain::*;
use deskbell_hub::auth::SignedIn;
use deskbell_hub::store::SqliteStore;
use deskbell_protocol::Generation;
use rusqlite::{Connection, params};
use std::collections::BTreeSet;
use uuid::Uuid;

/// When every history begins (UTC milliseconds).
pub const BEGIN_MS: i64 = 1_790_000_000_000;

const fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

/// Ada, agent.
pub const ADA: MemberId = MemberId(id(1));
/// Ben, agent.
pub const BEN: MemberId = MemberId(id(2));
/// Mia, manager.
pub const MIA: MemberId = MemberId(id(3));
/// All members.
pub const MEMBERS: [MemberId; 3] = [ADA, BEN, MIA];
/// The inboxes.
pub const INBOXES: [InboxId; 2] = [InboxId(id(10)), InboxId(id(11))];
/// The channels.
pub const CHANNELS: [ChannelId; 3] = [ChannelId(id(20)), ChannelId(id(21)), ChannelId(id(22))];
/// People outside.
pub const PHONES: [&str; 4] = ["+16505550101", "+16505550102", "+16505550103", "+16505550104"];

/// Whose each client is.
pub const WHO: [(&str, SignedIn); 4] = [
    ("Ada's first", SignedIn { member: ADA, device: DeviceId(id(101)) }),
    ("Ada's second", SignedIn { member: ADA, device: DeviceId(id(102)) }),
    ("Ben's", SignedIn { member: BEN, device: DeviceId(id(103)) }),
    ("Mia's", SignedIn { member: MIA, device: DeviceId(id(104)) }),
];

/// What a member is called in stories.
pub fn name_of(member: MemberId) -> &'static str {
    match member {
        ADA => "Ada",
        BEN => "Ben",
        MIA => "Mia",
        _ => "somebody",
    }
}

/// Copies a database in memory.
pub fn copy(from: &Connection) -> Result<Connection> {
    let mut to = deskbell_sqlite::open_memory()?;
    rusqlite::backup::Backup::new(from, &mut to)?.run_to_completion(i32::MAX, std::time::Duration::ZERO, None)?;
    Ok(to)
}

/// What histories begin with.
pub struct Template {
    /// The hub.
    pub hub: Connection,
    /// Clients that are complete.
    pub complete: Vec<Connection>,
    /// Clients that have just signed in.
    pub fresh: Vec<Connection>,
    /// Clients that have read all that is hinted at, and nothing else.
    pub hinted: Vec<Connection>,
}

impl Template {
    /// Makes it.
    pub fn make() -> Result<Self> {
        let hub = office()?;
        let mut sim = SimHub::new(&hub)?;
        let (mut complete, mut fresh, mut hinted) = (Vec::new(), Vec::new(), Vec::new());
        for (name, who) in WHO {
            let mut client = SimClient::sign_in(name, who, &mut sim)?;
            fresh.push(copy(client.connection()?)?);
            let mut chance = Chance::new(1);
            while client.reads_hints()? {
                client.heal(&mut sim, BEGIN_MS, &mut chance)?;
            }
            hinted.push(copy(client.connection()?)?);
            for _ in 0..200 {
                client.heal(&mut sim, BEGIN_MS, &mut chance)?;
            }
            ensure!(client.is_quiet(&mut sim)?, "{name} computer does not become complete in the beginning");
            complete.push(copy(client.connection()?)?);
        }
        Ok(Self { hub, complete, fresh, hinted })
    }
}

fn office() -> Result<Connection> {
    let mut store = SqliteStore::in_memory()?;
    let organization = Organization {
        id: OrganizationId(id(9)),
        name: Name::parse("Kestrel Cycles")?,
        product: Product::CustomerEngagement,
    };
    store.found(organization, &Generation("first".into()), 7, BEGIN_MS)?;
    for (_, who) in WHO {
        add_device(store.connection(), who.device, who.member)?;
    }
    let empty = copy(store.connection())?;
    let mut hub = SimHub::new(&empty)?;
    let mut chance = Chance::new(0);
    let mut now_ms = BEGIN_MS - 3_600_000;
    let mut done = |command: Command| -> Result<()> {
        now_ms += 10_000;
        let outcome = hub.system(command, now_ms, &mut chance)?;
        ensure!(outcome.as_ref().is_some_and(Outcome::is_done), "the office: {outcome:?}");
        Ok(())
    };
    for (member, name, role) in [(ADA, "Ada", Role::Agent), (BEN, "Ben", Role::Agent), (MIA, "Mia", Role::Manager)] {
        let email = EmailAddress::parse(&format!("{}@example.org", name.to_lowercase()))?;
        done(AddMember { member: Member { id: member, name: Name::parse(name)?, email, role, active: true } }.into())?;
    }
    for (inbox, name) in INBOXES.into_iter().zip(["Support", "Sales"]) {
        done(AddInbox { inbox: Inbox::new(inbox, Name::parse(name)?, InboxKind::Shared) }.into())?;
    }
    let kinds = [ChannelKind::Sms, ChannelKind::Webchat, ChannelKind::Whatsapp];
    for (at, name) in ["Shop", "Chat", "Fair"].into_iter().enumerate() {
        let channel = Channel::of_inbox(CHANNELS[at], INBOXES[at / 2], kinds[at], Name::parse(name)?);
        done(AddChannel { channel }.into())?;
    }
    for (inbox, member) in [(0, ADA), (0, BEN), (0, MIA), (1, ADA), (1, MIA)] {
        let channels = if inbox == 0 { CHANNELS[..2].to_vec() } else { CHANNELS[2..].to_vec() };
        done(AssignInbox { inbox: INBOXES[inbox], member, assigned: true, channels }.into())?;
    }
    let layla = Contact {
        id: ContactId(id(50)),
        name: Name::parse("Layla Haddad")?,
        company: None,
        addresses: vec![phone(0)],
        private_to: None,
    };
    done(CreateContact { contact: layla }.into())?;
    for (n, (channel, who)) in [(0, 0), (0, 1), (1, 2), (2, 0)].into_iter().enumerate() {
        for m in 0..2 {
            let n = n as u128;
            done(received(CHANNELS[channel], who, id(200 + n), id(300 + n * 10 + m), &format!("beginning {n} {m}"))?)?;
        }
    }
    copy(hub.connection())
}

/// A device, as signing in makes it.
pub fn add_device(connection: &Connection, device: DeviceId, member: MemberId) -> Result<()> {
    connection.execute(
        "INSERT INTO device (id, member, name, token_hash, wrap_key, created_ms, seen_ms) VALUES (?1, ?2, '', ?3, ?4, 0, 0)",
        params![device.0, member.0, device.0.as_bytes(), [0u8; 32]],
    )?;
    Ok(())
}

/// An address of the world outside.
pub fn phone(at: usize) -> Address {
    Address { kind: AddressKind::Phone, value: PHONES[at % PHONES.len()].into() }
}

/// A message of the world outside.
pub fn received(channel: ChannelId, who: usize, chat: Uuid, message: Uuid, text: &str) -> Result<Command> {
    Ok(ReceiveMessage {
        channel,
        address: phone(who),
        profile_name: None,
        message: MessageId(message),
        text: MessageText::parse(text)?,
        new_chat: ChatId(chat),
    }
    .into())
}

/// What a restore does: the data have another generation, and a mark that nobody has seen.
pub fn renew(connection: &Connection, generation: &Generation, mark: u64) -> Result<()> {
    connection.execute("UPDATE organization SET gen = ?1", [&generation.0])?;
    connection.execute("UPDATE mark SET mark = ?1 WHERE seq = (SELECT seq FROM organization)", [mark.cast_signed()])?;
    Ok(())
}

/// The commands whose outcome a hub remembers.
pub fn known_outcomes(connection: &Connection) -> Result<BTreeSet<CommandId>> {
    let mut statement = connection.prepare("SELECT id FROM command")?;
    let ids = statement.query_map([], |r| r.get::<_, Uuid>(0))?;
    Ok(ids.map(|id| id.map(CommandId)).collect::<Result<_, _>>()?)
}
