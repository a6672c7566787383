//! A client whose every request, answer and second the history decides.

use crate::chance::Chance;
use crate::network;
use anyhow::{Result, bail};
use deskbell_core::store::{Moment, NewCommand, Store, SubmitError, Submitted};
use deskbell_core::sync::{Action, Event, Failure, Machine, Now, Request};
use deskbell_domain::command::{
    AssignChat, CloseChat, CreateChat, CreateTag, MarkRead, NewChat, ReopenChat, SeenAssignee, SendMessage, TagChat,
    UntagChat,
};
use deskbell_domain::{ChatId, Command, Kind, MemberId, MessageText, Row, TagName, Tint};
use deskbell_hub::auth::{SignedIn, sign_in};
use deskbell_hub::commit::Seen;
use deskbell_protocol::NewSession;
use deskbell_testkit::test_hub::{PASSWORD, TestHub};
use std::net::IpAddr;
use uuid::Uuid;

/// A client.
pub struct SimClient {
    pub name: &'static str,
    pub member: MemberId,
    pub store: Store,
    /// Texts that it has sent.
    pub sent: Vec<String>,
    who: SignedIn,
    machine: Machine,
    requests: Vec<Request>,
    answers: Vec<Event>,
    /// Cursor of the open event stream.
    stream: Option<u64>,
    steady_ms: u64,
}

fn wall_ms() -> i64 {
    use deskbell_core::clock::{Clock, SystemClock};
    SystemClock.now_ms()
}

impl SimClient {
    pub async fn sign_in(hub: &TestHub, name: &'static str, member: MemberId) -> Result<Self> {
        let new = NewSession {
            email: format!("{name}@example.org"),
            password: PASSWORD.into(),
            device_name: name.into(),
            device: None,
        };
        let session = sign_in(hub.hub(), new, IpAddr::from([127, 0, 0, 1])).await?;
        let mut store = Store::new(deskbell_core::store::memory()?)?;
        store.sign_in("http://hub", &format!("{name}@example.org"), &session)?;
        let mut client = Self {
            name,
            member,
            store,
            sent: Vec::new(),
            who: SignedIn { member, device: session.device },
            machine: Machine::new("http://hub"),
            requests: Vec::new(),
            answers: Vec::new(),
            stream: None,
            steady_ms: 0,
        };
        client.handle(Event::Tick, &mut Chance::new(0))?;
        Ok(client)
    }

    fn handle(&mut self, event: Event, chance: &mut Chance) -> Result<()> {
        let now = Now { steady_ms: self.steady_ms, wall_ms: wall_ms() };
        for action in self.machine.handle(event, &mut self.store, now, &mut || chance.next())? {
            match action {
                Action::Send(request) => self.requests.push(request),
                Action::OpenEvents { cursor, .. } => self.stream = Some(cursor),
                Action::CloseEvents => self.stream = None,
                Action::WakeAt(_) => {}
            }
        }
        Ok(())
    }

    /// Something happens between this client and the hub.
    pub async fn network(&mut self, chance: &mut Chance, hub: &TestHub) -> Result<()> {
        match chance.below(12) {
            0..=4 => self.request(chance, hub, true).await,
            5..=7 => self.answer(chance),
            8..=9 => self.event(chance, hub, true).await,
            10 => {
                self.steady_ms += chance.below(40_000);
                self.handle(Event::Tick, chance)
            }
            _ if chance.below(4) == 0 => self.crash(chance),
            _ => self.handle(Event::SyncNow, chance),
        }
    }

    /// A request that is under way arrives, or does not.
    async fn request(&mut self, chance: &mut Chance, hub: &TestHub, faults: bool) -> Result<()> {
        if self.requests.is_empty() {
            return Ok(());
        }
        let at = chance.below(self.requests.len() as u64) as usize;
        let request = self.requests.remove(at);
        let kind = request.kind();
        let fate = if faults { chance.below(10) } else { 9 };
        if fate == 0 {
            self.answers.push(Event::Failed(kind, Failure::Network));
            return Ok(());
        }
        let event = match network::answer(hub.hub(), self.who, request).await? {
            _ if fate == 1 => Event::Failed(kind, Failure::Network),
            Ok(reply) => Event::Answer(reply),
            Err(failure) => Event::Failed(kind, failure),
        };
        self.answers.push(event);
        Ok(())
    }

    /// An answer arrives, in whatever order.
    fn answer(&mut self, chance: &mut Chance) -> Result<()> {
        if self.answers.is_empty() {
            return Ok(());
        }
        let at = chance.below(self.answers.len() as u64) as usize;
        let event = self.answers.remove(at);
        self.handle(event, chance)
    }

    /// The event stream opens, brings something, or breaks.
    async fn event(&mut self, chance: &mut Chance, hub: &TestHub, faults: bool) -> Result<()> {
        let Some(cursor) = self.stream else { return Ok(()) };
        if faults && chance.below(6) == 0 {
            self.stream = None;
            return self.handle(Event::EventsEnded(Some(Failure::Network)), chance);
        }
        self.handle(Event::EventsOpen, chance)?;
        let generation = hub.hub().generation().clone();
        let seen = Seen { r#gen: generation, stamp: self.store.stamp()? };
        match network::page(hub.hub(), self.member, cursor, seen, 40).await? {
            Ok(page) if page.more => {
                self.stream = Some(page.head.seq);
                self.handle(Event::EventsHead(page.head), chance)
            }
            Ok(page) if page.to > cursor => {
                self.stream = Some(page.to);
                self.handle(Event::EventsChanges(page), chance)
            }
            Ok(_) => Ok(()),
            Err(failure) => {
                self.stream = None;
                self.handle(Event::EventsEnded(Some(failure)), chance)
            }
        }
    }

    /// The program dies and starts again: only the store survives.
    fn crash(&mut self, chance: &mut Chance) -> Result<()> {
        self.is_sound()?;
        self.machine = Machine::new("http://hub");
        self.requests.clear();
        self.answers.clear();
        self.stream = None;
        self.handle(Event::Tick, chance)
    }

    /// A network without faults, until nothing more happens.
    pub async fn settle(&mut self, chance: &mut Chance, hub: &TestHub) -> Result<()> {
        self.handle(Event::SyncNow, chance)?;
        for _ in 0..2000 {
            while !self.requests.is_empty() {
                self.request(chance, hub, false).await?;
            }
            while !self.answers.is_empty() {
                self.answer(chance)?;
            }
            self.event(chance, hub, false).await?;
            let quiet = self.requests.is_empty() && self.answers.is_empty();
            if quiet
                && self.machine.is_settled(&self.store)?
                && self.store.cursor()? == hub.hub().head().seq
                && !deskbell_core::store::has_waiting(&self.store)?
            {
                return self.is_sound();
            }
            if quiet {
                self.steady_ms += 1000;
                self.handle(Event::Tick, chance)?;
            }
        }
        bail!(
            "{} never settles at {} of {}: {:?} {:?}",
            self.name,
            self.store.cursor()?,
            hub.hub().head().seq,
            self.machine,
            self.store.outbox()?
        )
    }

    /// What is derived from the rows follows from them, the search index too.
    pub fn is_sound(&self) -> Result<()> {
        let differences = [self.store.index_differences()?, self.store.derived_differences()?].concat();
        if differences.is_empty() { Ok(()) } else { bail!("{}: {differences:?}", self.name) }
    }

    /// The person does something.
    pub fn act(&mut self, chance: &mut Chance, hub: &TestHub, step: usize) -> Result<()> {
        let rows = self.store.visible_rows()?;
        let conversations: Vec<_> = rows
            .values()
            .filter_map(|row| match row {
                Row::Conversation(c) => Some(c.clone()),
                _ => None,
            })
            .collect();
        let ids = |kind| rows.keys().filter(|(k, _)| *k == kind).map(|(_, id)| *id).collect::<Vec<Uuid>>();
        let (tags, directs) = (ids(Kind::Tag), ids(Kind::DirectChat));
        let line = Uuid::now_v7().into();
        let command: Command = match chance.below(10) {
            0 => {
                let with = if self.member == hub.alice { hub.bob } else { hub.alice };
                CreateChat { chat: ChatId(Uuid::now_v7()), new: NewChat::Direct { with } }.into()
            }
            1 => {
                let name: &&str = chance.pick(&["Repair", "repair", "Refund", "Urgent"]);
                let name = TagName::parse(name)?;
                CreateTag { tag: Uuid::now_v7().into(), name, color: Tint::Moss }.into()
            }
            2 if !directs.is_empty() => return self.send(ChatId(*chance.pick(&directs)), step),
            _ if conversations.is_empty() => return Ok(()),
            kind => {
                let conversation = chance.pick(&conversations);
                let chat = conversation.id;
                match kind {
                    3 | 4 => return self.send(chat, step),
                    5 => {
                        let has = conversation.assignee.as_ref().map(|a| a.member);
                        let to = if has == Some(self.member) { None } else { Some(self.member) };
                        AssignChat { chat, to, seen: Some(SeenAssignee { member: has }), line }.into()
                    }
                    6 if conversation.is_open() => {
                        CloseChat { chat, seen_inbound: conversation.last_inbound, line }.into()
                    }
                    6 => ReopenChat { chat, line }.into(),
                    7 => MarkRead { chat, pos: self.store.last_pos(chat)?, seen: None }.into(),
                    8 if !tags.is_empty() => TagChat { chat, tag: (*chance.pick(&tags)).into() }.into(),
                    9 if !tags.is_empty() => UntagChat { chat, tag: (*chance.pick(&tags)).into() }.into(),
                    _ => return Ok(()),
                }
            }
        };
        self.give(command).map(|_| ())
    }

    fn send(&mut self, chat: ChatId, step: usize) -> Result<()> {
        let text = format!("{} {} {step}", self.name, self.who.device);
        let seen = self.store.last_pos(chat)?;
        let send = SendMessage { chat, message: Uuid::now_v7().into(), text: MessageText::parse(&text)?, seen };
        if self.give(send.into())? {
            self.sent.push(text);
        }
        Ok(())
    }

    /// Whether it was taken.
    fn give(&mut self, command: Command) -> Result<bool> {
        let new = NewCommand { id: Uuid::now_v7().into(), command, instead_of: None };
        let taken = match self.store.submit(&new, Moment { local_ms: wall_ms(), skew_ms: 0 }) {
            Ok(submitted) => submitted == Submitted::Waiting,
            Err(SubmitError::Refused(_)) => false,
            Err(SubmitError::Store(error)) => return Err(error.into()),
        };
        self.handle(Event::Outbox, &mut Chance::new(1))?;
        Ok(taken)
    }
}
