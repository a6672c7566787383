//! The organization that is measured: seeded, made once for each size, and kept.
//!
//! It is made of commands, by the hub's own writer, at past times: whatever a rule writes beside a message (system lines,
//! assignees, read positions, digests) is there as it would be, and the hub's doctor finds nothing. Only what makes a
//! commit durable is left out while it is made, and batches are large.

mod plan;
mod settle;
mod tongues;

pub use settle::{ARI, BUSY, DANA, PASSWORD, SMALL};

use anyhow::{Context, Result, bail};
use deskbell_domain::command::{CloseChat, CreateContact, MarkRead, ReceiveMessage, SendMessage, TagChat};
use deskbell_domain::{
    Actor, Address, AddressKind, ChatId, Command, CommandId, Contact, ContactId, MessageId, MessageText, Name,
};
use deskbell_hub::commit::{Item, Submission, Writer};
use deskbell_hub::store::SqliteStore;
use plan::{Event, Plan, Step};
use rand::rngs::StdRng;
use rand::{Rng, RngCore, SeedableRng};
use settle::Settled;
use std::path::Path;
use tongues::Tongues;
use uuid::Uuid;

/// Changes whenever what is made changes: what was kept of before is made anew.
const VERSION: u32 = 2;
/// Messages of a conversation, on average.
const EACH: usize = 20;
/// Commands of one transaction while it is made.
const BATCH: usize = 4_000;
/// Whoever acts has seen everything.
const ALL_SEEN: u64 = 1 << 52;
/// In this many messages, whatever the size: what a search for a rare word finds.
pub const RARE_TIMES: usize = 7;
/// The rare word.
pub const RARE: &str = "quincunx";

/// What is made.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    /// Messages, exactly.
    pub messages: usize,
    /// The same seed makes the same organization.
    pub seed: u64,
    /// Everything has happened before this moment (UTC milliseconds).
    pub now_ms: i64,
}

impl Shape {
    /// Conversations with customers.
    pub fn conversations(&self) -> usize {
        (self.messages / EACH).max(1)
    }

    fn stamp(&self) -> String {
        format!("{VERSION} {} {}", self.messages, self.seed)
    }
}

/// Makes the organization in `data`, unless it is there already; whether it had to. Says what it did to `say`.
pub async fn make(data: &Path, shape: &Shape, say: &mut dyn FnMut(String)) -> Result<bool> {
    let stamp = data.join("bench.stamp");
    if std::fs::read_to_string(&stamp).is_ok_and(|made| made == shape.stamp()) {
        return Ok(false);
    }
    if data.exists() {
        std::fs::remove_dir_all(data)?;
    }
    let began = std::time::Instant::now();
    let settled = settle::settle(data, shape).await?;
    let commands = play(data, shape, &settled)?;
    std::fs::write(&stamp, shape.stamp())?;
    say(format!(
        "made an organization of {} messages by {commands} commands in {:.1} s",
        shape.messages,
        began.elapsed().as_secs_f64()
    ));
    Ok(true)
}

/// Plays the plan and says how many commands that took.
fn play(data: &Path, shape: &Shape, settled: &Settled) -> Result<usize> {
    let mut random = StdRng::seed_from_u64(shape.seed);
    let tongues = Tongues::new(&mut random);
    let plan = plan::draw(shape, settled.channels.len(), |random| tongues.draw(random), &mut random);
    let connection = deskbell_sqlite::open_writer(&data.join("hub.db"))?;
    // Nobody has been promised anything yet: what a power cut would take is made again.
    connection.pragma_update(None, "synchronous", "OFF")?;
    connection.pragma_update(None, "secure_delete", false)?;
    connection.pragma_update(None, "cache_size", -256 * 1024)?;
    connection.pragma_update(None, "wal_autocheckpoint", 50_000)?;
    let mut player = Player {
        writer: Writer::new(SqliteStore::from_connection(connection)?),
        random,
        tongues,
        settled,
        chats: Vec::new(),
        addresses: Vec::new(),
        names: Vec::new(),
        said: 0,
        rare_every: (shape.messages / RARE_TIMES).max(1),
    };
    player.meet(&plan)?;
    let mut items = Vec::with_capacity(BATCH);
    let mut commands = 0;
    for event in &plan.events {
        let (actor, command) = player.command(&plan, event)?;
        items.push(item(actor, command, event.at_ms));
        if items.len() == BATCH {
            commands += items.len();
            player.commit(std::mem::take(&mut items))?;
        }
    }
    commands += items.len();
    player.commit(items)?;
    player.writer.store().checkpoint()?;
    Ok(commands)
}

fn item(actor: Actor, command: Command, at_ms: i64) -> Item {
    Item::own(CommandId(Uuid::nil()), actor, command, at_ms)
}

struct Player<'a> {
    writer: Writer<SqliteStore>,
    random: StdRng,
    tongues: Tongues,
    settled: &'a Settled,
    chats: Vec<ChatId>,
    addresses: Vec<Address>,
    /// What visitors call themselves.
    names: Vec<Option<Name>>,
    said: usize,
    rare_every: usize,
}

impl Player<'_> {
    fn id(&mut self, at_ms: i64) -> Uuid {
        settle::id(&mut self.random, at_ms)
    }

    fn commit(&mut self, items: Vec<Item>) -> Result<()> {
        let kinds: Vec<_> = items.iter().map(|i| i.command.as_ref().map_or("?", Command::kind)).collect();
        let mut marks = StdRng::seed_from_u64(self.random.next_u64());
        let batch = [Submission { seen: None, items }];
        for answer in self.writer.commit(&batch, &mut || marks.next_u64(), &mut |_| {}) {
            for (result, kind) in answer?.results.into_iter().zip(&kinds) {
                if !result.outcome.is_done() {
                    bail!("{kind} was refused: {:?}", result.outcome);
                }
            }
        }
        Ok(())
    }

    /// Everybody outside: two of three are contacts with a name, the others are what they call themselves.
    fn meet(&mut self, plan: &Plan) -> Result<()> {
        let first_ms = plan.events.first().map_or(0, |event| event.at_ms);
        self.chats = (0..plan.talks.len()).map(|_| ChatId(settle::id(&mut self.random, first_ms))).collect();
        let mut customer = None;
        let mut items = Vec::new();
        for talk in &plan.talks {
            if customer.replace(talk.customer) == Some(talk.customer) {
                continue;
            }
            let channel = &self.settled.channels[usize::from(talk.channel)];
            let address = if channel.by_telephone {
                Address { kind: AddressKind::Phone, value: format!("+1201{:07}", 5_550_000 + talk.customer) }
            } else {
                Address { kind: AddressKind::Visitor, value: self.id(first_ms).to_string() }
            };
            let name = self.tongues.name(usize::from(talk.tongue), &mut self.random);
            let name = Name::parse(&name).with_context(|| format!("{name} is no name"))?;
            self.addresses.push(address.clone());
            if self.random.random_bool(0.66) {
                let id = ContactId(self.id(first_ms));
                let contact = Contact { id, name, company: None, addresses: vec![address], private_to: None };
                items.push(item(Actor::System, CreateContact { contact }.into(), first_ms));
                self.names.push(None);
            } else {
                self.names.push(Some(name));
            }
        }
        while !items.is_empty() {
            let rest = items.split_off(items.len().min(BATCH));
            self.commit(std::mem::replace(&mut items, rest))?;
        }
        Ok(())
    }

    fn command(&mut self, plan: &Plan, event: &Event) -> Result<(Actor, Command)> {
        let talk = &plan.talks[event.talk as usize];
        let chat = self.chats[event.talk as usize];
        let channel = &self.settled.channels[usize::from(talk.channel)];
        let answers = channel.members[usize::from(talk.answers) * channel.members.len() / 1_000];
        let me = Actor::Member(answers);
        Ok(match event.step {
            Step::In => {
                let (message, text) = (MessageId(self.id(event.at_ms)), self.text(talk.tongue)?);
                let address = self.addresses[talk.customer as usize].clone();
                let profile_name = self.names[talk.customer as usize].clone();
                let receive =
                    ReceiveMessage { channel: channel.id, address, profile_name, message, text, new_chat: chat };
                (Actor::System, receive.into())
            }
            Step::Out => {
                let (message, text) = (MessageId(self.id(event.at_ms)), self.text(talk.tongue)?);
                (me, SendMessage { chat, message, text, seen: ALL_SEEN }.into())
            }
            Step::Tag => {
                let tag = self.settled.tags[self.random.random_range(0..self.settled.tags.len())];
                (me, TagChat { chat, tag }.into())
            }
            Step::Close => {
                let line = MessageId(self.id(event.at_ms));
                (me, CloseChat { chat, seen_inbound: ALL_SEEN, line }.into())
            }
            Step::Read => (Actor::Member(self.settled.dana), MarkRead { chat, pos: ALL_SEEN, seen: None }.into()),
        })
    }

    fn text(&mut self, tongue: u8) -> Result<MessageText> {
        let mut text = self.tongues.message(usize::from(tongue), &mut self.random);
        self.said += 1;
        if self.said.is_multiple_of(self.rare_every) && self.said / self.rare_every <= RARE_TIMES {
            text.push(' ');
            text.push_str(RARE);
        }
        MessageText::parse(&text).with_context(|| format!("{text:?} is no message"))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_organization_has_what_it_says_and_the_doctor_finds_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let shape = Shape { messages: 600, seed: 5, now_ms: 1_760_000_000_000 };
        assert!(make(&dir.path().join("hub"), &shape, &mut |_| {}).await.unwrap());
        assert!(!make(&dir.path().join("hub"), &shape, &mut |_| {}).await.unwrap(), "it is there already");
        let connection = deskbell_sqlite::open_reader(&dir.path().join("hub/hub.db")).unwrap();
        let count = |sql: &str| connection.query_row(sql, [], |r| r.get::<_, usize>(0)).unwrap();
        let texts = "SELECT count(*) FROM message WHERE json_extract(row, '$.content.kind') = 'text'";
        assert_eq!(count(texts), 600);
        assert_eq!(count("SELECT count(*) FROM entity WHERE kind = 'conversation'"), 30);
        assert_eq!(count(&format!("SELECT count(*) FROM message WHERE row LIKE '%{RARE}%'")), RARE_TIMES);
        assert_eq!(deskbell_hub::upkeep::doctor::examine(&connection).unwrap(), []);
    }
}
