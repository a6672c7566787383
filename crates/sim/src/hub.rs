//! The hub of a history: the real writer, store and feed on SQLite in memory, without thread or socket.

use crate::budget::Budget;
use crate::chance::Chance;
use crate::failure::Broken;
use crate::oracle::Oracle;
use crate::template;
use anyhow::{Context, Result};
use deskbell_core::sync::{Failure, Reply, Request};
use deskbell_domain::{
    Actor, ChatId, Command, CommandId, DeviceId, Kind, MemberId, MessageId, Outcome, ReadPosition, Rejection, Row,
};
use deskbell_hub::auth::{SignedIn, session, session_after};
use deskbell_hub::commit::{Item, Seen, Submission, Writer};
use deskbell_hub::feed::{self, FeedError, News, SnapshotRequest};
use deskbell_hub::routes;
use deskbell_hub::store::{SqliteStore, StoreError, read_head, read_row};
use deskbell_hub::upkeep::{TOMBSTONES_KEPT_MS, compact};
use deskbell_protocol::{Commands, Generation, HubInfo, PROTOCOL, Results, Stamp};
use rusqlite::Connection;
use std::collections::BTreeSet;
use uuid::Uuid;

/// A hub in memory.
pub struct SimHub {
    writer: Writer<SqliteStore>,
    budget: Budget,
    /// Its copy, where it was copied.
    backup: Option<Connection>,
    /// The newest head that event streams have heard of.
    pub told: Stamp,
    /// It died while it worked on something: whoever waits for an answer gets none.
    pub crashed: bool,
    /// Most changes that it puts into a page of the feed.
    pub page: usize,
    /// Every outcome that it ever answered.
    pub oracle: Oracle,
}

impl SimHub {
    /// The hub as histories begin.
    pub fn new(template: &Connection) -> Result<Self> {
        let mut connection = template::copy(template)?;
        let budget = Budget::watch(&mut connection)?;
        let mut writer = Writer::new(SqliteStore::from_connection(connection)?);
        let told = read_head(writer.store().connection())?.stamp;
        Ok(Self { writer, budget, backup: None, told, crashed: false, page: usize::MAX, oracle: Oracle::default() })
    }

    /// For reading.
    pub fn connection(&mut self) -> &Connection {
        self.writer.store().connection()
    }

    /// The newest point of its history.
    pub fn head(&mut self) -> Result<Stamp> {
        Ok(read_head(self.connection())?.stamp)
    }

    /// A row, where it is.
    pub fn row(&mut self, kind: Kind, id: Uuid) -> Result<Option<Row>> {
        Ok(read_row(self.connection(), kind, id)?.map(|stored| stored.row))
    }

    /// It dies after so many more commits.
    pub fn die_after(&mut self, commits: i64) {
        self.budget.allow(commits);
    }

    /// A command of the hub's own, or of the world.
    pub fn system(&mut self, command: impl Into<Command>, now_ms: i64, chance: &mut Chance) -> Result<Option<Outcome>> {
        let command = command.into();
        self.oracle.about_to(&command);
        let item = Item::own(CommandId(chance.id()), Actor::System, command, now_ms);
        let answers = self.commit(&[Submission { seen: None, items: vec![item] }], chance)?;
        Ok(answers.into_iter().next().and_then(|answer| answer.ok()?.results.pop()).map(|result| result.outcome))
    }

    fn commit(
        &mut self,
        batch: &[Submission],
        chance: &mut Chance,
    ) -> Result<Vec<Result<Results, deskbell_hub::Refused>>> {
        let before = self.head()?;
        let (told, budget) = (&mut self.told, self.budget.clone());
        let (mut made, mut early) = (budget.made(), None);
        let answers = self.writer.commit(batch, &mut || chance.draw(), &mut |committed| {
            let head = committed.head;
            if head != *told && budget.made() == made {
                early = Some(head);
            }
            made = budget.made();
            *told = head;
        });
        if let Some(head) = early {
            return Err(Broken::error("durable", format!("event streams heard of {head} before it was durable")));
        }
        if self.budget.is_used_up() {
            self.crashed = true;
            self.budget.unlimited();
            self.told = self.head()?;
        }
        let after = self.head()?;
        for (submission, answer) in batch.iter().zip(&answers) {
            if let Ok(results) = answer {
                let fresh = |item: &&Item| self.oracle.outcome(item.id).is_none();
                let fresh: BTreeSet<CommandId> = submission.items.iter().filter(fresh).map(|item| item.id).collect();
                self.oracle.answered(submission, results)?;
                self.check_answers(submission, results, &fresh)?;
            }
        }
        self.oracle.committed(before, after, &answers)?;
        Ok(answers)
    }

    /// What was refused as not found is not there to be found; a read position never falls.
    fn check_answers(&mut self, submission: &Submission, results: &Results, fresh: &BTreeSet<CommandId>) -> Result<()> {
        for (item, result) in submission.items.iter().zip(&results.results) {
            let (Some(origin), Ok(command)) = (&item.origin, &item.command) else { continue };
            let Some(chat) = command.chat() else { continue };
            if result.outcome == (Outcome::Rejected { reason: Rejection::NotFound })
                && fresh.contains(&item.id)
                && !self.crashed
                && feed::scope_of_chat(self.connection(), origin.member, chat).is_ok()
                && !matches!(command, Command::CreateChat(_) | Command::TagChat(_) | Command::UntagChat(_))
            {
                return Err(Broken::error(
                    "found",
                    format!("{} {} was refused as not found, and its chat is there", command.kind(), item.id),
                ));
            }
            if matches!(command, Command::MarkRead(_)) {
                let id = ReadPosition::id_of(origin.member, chat);
                if let Some(Row::ReadPosition(read)) = self.row(Kind::ReadPosition, id)? {
                    self.oracle.read_to(id, read.pos)?;
                }
            }
        }
        Ok(())
    }

    /// Commands of devices, in one batch where several wait.
    fn push(&mut self, who: SignedIn, commands: Commands, now_ms: i64, chance: &mut Chance) -> Result<Answered> {
        let items = commands.commands.iter().map(|c| Item::pushed(who.member, who.device, now_ms, c)).collect();
        let seen = Some(Seen { r#gen: commands.r#gen, stamp: commands.seen });
        let mut answers = self.commit(&[Submission { seen, items }], chance)?;
        let answer = answers.pop().context("a submission without an answer")?;
        Ok(answer.map(Reply::Push).map_err(|refused| refusal(refused.into())))
    }

    /// What it answers to a request of a device.
    pub fn answer(&mut self, who: SignedIn, request: &Request, now_ms: i64, chance: &mut Chance) -> Result<Answered> {
        let page = self.page;
        let connection = self.writer.store().connection();
        Ok(match request.clone() {
            Request::Hub => Ok(Reply::Hub(HubInfo {
                service: "deskbell".into(),
                protocol: PROTOCOL,
                oldest_protocol: PROTOCOL,
                organization: "Kestrel Cycles".into(),
            })),
            Request::Session { seen: None } => Ok(Reply::Session(session(connection, who, "token".into(), now_ms)?)),
            Request::Session { seen: Some((generation, stamp)) } => {
                let seen = Seen { r#gen: generation, stamp };
                from_feed(session_after(connection, who, "token".into(), now_ms, &seen))?.map(Reply::Session)
            }
            Request::Pull { since, generation, seen, limit } => {
                let seen = Seen { r#gen: generation, stamp: seen };
                from_feed(feed::changes(connection, who.member, since, &seen, (limit as usize).min(page)))?
                    .map(Reply::Pull)
            }
            Request::Snapshot { boot, generation, seen, limit } => {
                let seen = Seen { r#gen: generation, stamp: seen };
                let wanted = SnapshotRequest {
                    scope: boot.scope,
                    boot: boot.nonce,
                    phase: boot.phase,
                    after: boot.after,
                    limit: (limit as usize).min(page.saturating_mul(3)),
                };
                from_feed(feed::snapshot(connection, who.member, &seen, wanted))?.map(Reply::Snapshot)
            }
            Request::Push(commands) => return self.push(who, commands, now_ms, chance),
        })
    }

    /// What it says of the session of a device.
    pub fn session(&mut self, who: SignedIn, now_ms: i64) -> Result<deskbell_protocol::Session> {
        Ok(session(self.connection(), who, "token".into(), now_ms)?)
    }

    /// A member signs in on what is a computer of its own.
    pub fn new_device(&mut self, member: MemberId, chance: &mut Chance) -> Result<DeviceId> {
        let device = DeviceId(chance.id());
        template::add_device(self.connection(), device, member)?;
        Ok(device)
    }

    /// Whether an event stream may be opened at that cursor.
    pub fn opens_stream(&mut self, cursor: u64, seen: &Seen) -> Result<Result<(), Failure>> {
        let head = match from_feed(feed::head_for(self.connection(), seen))? {
            Ok(head) => head,
            Err(failure) => return Ok(Err(failure)),
        };
        let known = cursor <= head.stamp.seq && cursor >= head.low_seq;
        Ok(if known { Ok(()) } else { Err(refusal(FeedError::Resync.into())) })
    }

    /// What an event stream at that cursor is told; nothing, where it has heard of all that is told.
    pub fn news(&mut self, who: SignedIn, cursor: u64, seen: &Seen) -> Result<Result<Option<News>, Failure>> {
        let most = self.page.min(feed::MAX_CHANGES_IN_EVENT);
        if self.told.seq <= cursor {
            return Ok(Ok(None));
        }
        Ok(from_feed(feed::news(self.connection(), who.member, cursor, seen, most))?.map(Some))
    }

    /// Its chats.
    pub fn chats(&mut self) -> Result<Vec<ChatId>> {
        let sql = "SELECT id FROM entity WHERE kind IN ('conversation', 'direct_chat', 'team_chat') ORDER BY id";
        let mut statement = self.connection().prepare_cached(sql)?;
        let found = statement.query_map([], |r| r.get(0).map(ChatId))?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    /// The entries of a chat.
    pub fn entries(&mut self, chat: ChatId) -> Result<Vec<MessageId>> {
        let mut statement = self.connection().prepare_cached("SELECT id FROM message WHERE chat = ?1 ORDER BY pos")?;
        let found = statement.query_map([chat.0], |r| r.get(0).map(MessageId))?;
        Ok(found.collect::<Result<_, _>>()?)
    }

    /// Forgets what is old enough, as if the time that it keeps it had passed for all that is older than `before_ms`.
    pub fn compact(&mut self, before_ms: i64) -> Result<()> {
        let compacted = compact(self.writer.store().connection(), before_ms + TOMBSTONES_KEPT_MS);
        if self.budget.is_used_up() {
            self.crashed = true;
            self.budget.unlimited();
            return Ok(());
        }
        compacted?;
        Ok(())
    }

    /// Copies it.
    pub fn back_up(&mut self) -> Result<()> {
        self.backup = Some(template::copy(self.connection())?);
        Ok(())
    }

    /// Goes back to the copy; `generation` where it says so. `false`: there is none.
    pub fn go_back(&mut self, generation: Option<Generation>, mark: u64) -> Result<bool> {
        let Some(backup) = &self.backup else { return Ok(false) };
        let mut connection = template::copy(backup)?;
        if let Some(generation) = generation {
            template::renew(&connection, &generation, mark)?;
        }
        self.budget = Budget::watch(&mut connection)?;
        self.writer = Writer::new(SqliteStore::from_connection(connection)?);
        self.told = self.head()?;
        let known = template::known_outcomes(self.connection())?;
        self.oracle.went_back(known);
        Ok(true)
    }
}

/// A reply, or why there is none.
pub type Answered = Result<Reply, Failure>;

fn from_feed<T>(answer: Result<T, FeedError>) -> Result<Result<T, Failure>> {
    match answer {
        Ok(value) => Ok(Ok(value)),
        Err(FeedError::Store(error)) => Err(error.into()),
        Err(error) => Ok(Err(refusal(error.into()))),
    }
}

/// A failure as it comes out of a client's HTTP.
fn refusal(failure: routes::Failure) -> Failure {
    if failure.status.is_server_error() {
        Failure::Busy { error: failure.error, retry_after_ms: None }
    } else {
        Failure::Refused { status: failure.status.as_u16(), error: failure.error }
    }
}

/// What a hub says that is overloaded.
pub fn busy() -> Failure {
    refusal(StoreError::Panicked.into())
}
