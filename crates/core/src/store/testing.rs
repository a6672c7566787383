//! A hub in memory: the rules, a number for each command, and a list of what changed.

use super::{Boot, Store, query};
use crate::rpc::types::Search;
use deskbell_domain::command::{CreateTag, ReceiveMessage};
use deskbell_domain::{
    Actor, Address, AddressKind, Channel, ChannelId, ChannelKind, ChatId, Command, Content, Context, DeviceId, Effect,
    EmailAddress, Grant, Inbox, InboxId, InboxKind, Kind, Member, MemberId, MessageText, Name, NaturalKey,
    OrganizationId, Outcome, Role, Row, Rows, Scope, TagId, TagName, Tint, decide,
};
use deskbell_protocol::{
    Change, Changes, CommandResult, Commands, Generation, GrantedScope, Limits, Op, Results, Session, Snapshot,
    SnapshotRow, Stamp, parse_command,
};
use std::collections::BTreeMap;
use uuid::Uuid;

pub const ME: MemberId = MemberId(Uuid::from_u128(1));
pub const BOB: MemberId = MemberId(Uuid::from_u128(2));
pub const INBOX: InboxId = InboxId(Uuid::from_u128(3));
pub const CHANNEL: ChannelId = ChannelId(Uuid::from_u128(4));

/// How many messages a text finds.
pub fn finds(store: &Store, text: &str) -> usize {
    let asked = Search { text: text.into(), after: None, limit: 50, others: None };
    let (patience, few, many) = (query::Here::PATIENCE, query::Here::FEW, query::Here::MANY);
    let here = query::Here { now_ms: 0, zone: jiff::tz::TimeZone::UTC, patience, few, many };
    query::search(store.connection(), &asked, &here).unwrap().unwrap().messages.len()
}

pub struct FakeHub {
    rows: Rows,
    seq: u64,
    epoch: u64,
    changes: BTreeMap<(Kind, Uuid, Scope), Change>,
}

fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

fn member(id: MemberId, full: &str) -> Row {
    let email = EmailAddress::parse("somebody@example.org").unwrap();
    Member { id, name: name(full), email, role: Role::Agent, active: true }.into()
}

impl FakeHub {
    pub fn new() -> Self {
        let mut hub = Self { rows: Rows::new(), seq: 0, epoch: 1, changes: BTreeMap::new() };
        let mut inbox = Inbox::new(INBOX, name("Support"), InboxKind::Shared);
        inbox.members = [ME, BOB].into();
        let channel = Channel::of_inbox(CHANNEL, INBOX, ChannelKind::Sms, name("Shop"));
        let rows: [Row; 4] = [member(ME, "Me"), member(BOB, "Bob"), inbox.into(), channel.into()];
        hub.put(rows.map(Effect::Put).into());
        hub
    }

    pub fn generation(&self) -> Generation {
        Generation("g".into())
    }

    pub fn head(&self) -> Stamp {
        Stamp { seq: self.seq, mark: self.seq }
    }

    pub fn session(&self) -> Session {
        let scopes = [Scope::Org, Scope::Member(ME), Scope::Inbox(INBOX), Scope::Channel(CHANNEL)];
        Session {
            token: "token".into(),
            device: DeviceId(Uuid::from_u128(5)),
            member: ME,
            organization: OrganizationId(Uuid::from_u128(6)),
            r#gen: self.generation(),
            head: Stamp::default(),
            grants: scopes.map(|scope| GrantedScope { scope, epoch: self.epoch, floor: 0 }).into(),
            capabilities: vec![],
            limits: Limits { message_chars: 1, message_bytes: 1, commands: 1 },
            server_time_ms: 0,
            wrap_key: String::new(),
        }
    }

    /// One command's effects.
    pub fn put(&mut self, effects: Vec<Effect>) {
        self.seq += 1;
        for effect in &effects {
            match effect {
                Effect::Put(row) => {
                    let (kind, id) = (row.kind(), row.id());
                    self.leave(kind, id, Some(row.scope()));
                    let put = Some(row.to_json());
                    self.change(Op::Put, kind, id, row.scope(), put);
                }
                Effect::Delete(kind, id) => self.leave(*kind, *id, None),
                Effect::Grant(..) | Effect::Revoke(..) | Effect::Alias { .. } => {}
            }
        }
        self.rows.apply(&effects);
    }

    /// The row is not in its scope any more, unless it stays there.
    fn leave(&mut self, kind: Kind, id: Uuid, stays: Option<Scope>) {
        if let Some(row) = self.rows.row(kind, id).filter(|row| Some(row.scope()) != stays) {
            self.change(Op::Del, kind, id, row.scope(), None);
        }
    }

    fn change(&mut self, op: Op, kind: Kind, id: Uuid, scope: Scope, row: Option<serde_json::Value>) {
        let change = Change { op, kind: kind.as_str().into(), id, scope, rev: self.seq, row };
        self.changes.insert((kind, id, scope), change);
    }

    fn commit(&mut self, actor: Actor, command: &Command) -> Outcome {
        let context = Context { actor, now_ms: 5000, age_ms: 0, seq: Some(self.seq + 1) };
        let decided = decide(command, &self.rows, &context);
        let outcome = Outcome::of(&decided);
        if let Ok(decision) = decided
            && !decision.effects.is_empty()
        {
            self.put(decision.effects);
        }
        outcome
    }

    pub fn commit_as(&mut self, member: MemberId, command: impl Into<Command>) {
        let outcome = self.commit(Actor::Member(member), &command.into());
        assert!(outcome.is_done(), "{outcome:?}");
    }

    pub fn push(&mut self, member: MemberId, commands: &Commands) -> Results {
        let mut results = Vec::new();
        for pushed in &commands.commands {
            let command = parse_command(&pushed.kind, pushed.version, pushed.args.get()).unwrap();
            let outcome = self.commit(Actor::Member(member), &command);
            results.push(CommandResult { id: pushed.id, seq: self.seq, outcome });
        }
        Results { results, head: self.head() }
    }

    pub fn page(&self, since: u64) -> Changes {
        let mut changes: Vec<Change> = self.changes.values().filter(|c| c.rev > since).cloned().collect();
        changes.sort_by_key(|c| (c.rev, c.op == Op::Put));
        Changes {
            r#gen: self.generation(),
            from: since,
            to: self.seq,
            head: self.head(),
            more: false,
            changes,
            digests: BTreeMap::new(),
        }
    }

    pub fn row(&self, kind: Kind, id: Uuid) -> (Row, u64) {
        let row = self.rows.row(kind, id).unwrap().clone();
        let rev = self.changes[&(kind, id, row.scope())].rev;
        (row, rev)
    }

    /// The only page of a scope, in either phase.
    pub fn snapshot(&self, boot: &Boot) -> Snapshot {
        Snapshot {
            r#gen: self.generation(),
            scope: boot.scope,
            epoch: self.epoch,
            boot: boot.nonce.clone(),
            phase: boot.phase,
            after: None,
            as_of: self.seq,
            head: self.head(),
            total: boot.after.is_none().then(|| self.rows_of(boot.scope).len() as u64),
            rows: self.rows_of(boot.scope),
            next: None,
        }
    }

    pub fn rows_of(&self, scope: Scope) -> Vec<SnapshotRow> {
        let of_scope = self.changes.values().filter(|c| c.scope == scope && c.op == Op::Put);
        of_scope
            .map(|c| SnapshotRow { kind: c.kind.clone(), id: c.id, rev: c.rev, row: c.row.clone().unwrap() })
            .collect()
    }

    /// The `n`th customer writes.
    pub fn customer(&mut self, n: u32, text: &str) -> ChatId {
        let address = Address { kind: AddressKind::Phone, value: format!("+1650555{n:04}") };
        let receive = ReceiveMessage {
            channel: CHANNEL,
            address: address.clone(),
            profile_name: None,
            message: Uuid::now_v7().into(),
            text: MessageText::parse(text).unwrap(),
            new_chat: Uuid::now_v7().into(),
        };
        assert!(self.commit(Actor::System, &receive.into()).is_done());
        self.rows.key(&NaturalKey::Conversation(CHANNEL, address)).unwrap().into()
    }

    /// Messages of a chat, in their order.
    pub fn texts(&self, chat: ChatId) -> Vec<String> {
        let of_chat = self.changes.values().filter(|c| c.kind == Kind::Message.as_str() && c.op == Op::Put);
        let mut found: Vec<(Option<u64>, String)> = of_chat
            .filter_map(|c| match self.rows.row(Kind::Message, c.id)? {
                Row::Message(message) if message.chat == chat => match &message.content {
                    Content::Text { text } => Some((message.pos, text.as_str().to_owned())),
                    _ => None,
                },
                _ => None,
            })
            .collect();
        found.sort();
        found.into_iter().map(|(_, text)| text).collect()
    }

    /// Bob makes a tag.
    pub fn tag(&mut self, tag_name: &str) -> TagId {
        let tag = TagId(Uuid::now_v7());
        self.commit_as(BOB, CreateTag { tag, name: TagName::parse(tag_name).unwrap(), color: Tint::Rose });
        tag
    }

    /// The scope is given to this client's member anew.
    pub fn grant_again(&mut self, scope: Scope) {
        let epoch = self.seq + 1;
        self.put(vec![Effect::Put(Grant { member: ME, scope, epoch, floor: 0 }.into())]);
    }
}
