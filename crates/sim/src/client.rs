//! A client: the real store on a disk in memory, the real sync machine, and a network between them and the hub.

use crate::budget::Budget;
use crate::env::Env;
use crate::hub::{self, SimHub};
use crate::own::Own;
use crate::people::short;
use crate::story::Story;
use crate::template;
use anyhow::{Context, Result};
use deskbell_core::rpc::types::Network;
use deskbell_core::store::{self, Moment, Store};
use deskbell_core::sync::{Action, Event, Failure, Kind, Machine, Now, Pace, Reply, Request};
use deskbell_domain::ChatId;
use deskbell_hub::auth::SignedIn;
use deskbell_hub::commit::Seen;
use deskbell_hub::feed::News;
use deskbell_protocol::{Changes, Op};
use rusqlite::Connection;
use std::collections::{BTreeMap, VecDeque};

/// The event stream as the client's side has it.
#[derive(Clone)]
struct Stream {
    cursor: u64,
    seen: Seen,
    /// The hub has accepted it.
    open: bool,
    /// Said by the hub and not here yet; the order stays.
    pipe: VecDeque<Event>,
}

/// A client.
pub struct SimClient {
    /// Whose computer it is, in stories.
    pub name: String,
    /// Who is signed in.
    pub who: SignedIn,
    /// What its person wrote.
    pub own: Vec<Own>,
    /// What its person typed and did not send.
    pub drafts: BTreeMap<ChatId, String>,
    /// By how much its clock is wrong, in milliseconds.
    pub clock_off_ms: i64,
    /// It is an older program.
    pub older: bool,
    store: Option<Store>,
    machine: Machine,
    budget: Budget,
    plugged: bool,
    /// Requests that the hub has not got yet.
    requests: Vec<Request>,
    /// Requests that nobody waits for any more and the hub will get all the same.
    ghosts: Vec<Request>,
    /// Answers on their way, in any order.
    answers: Vec<(Kind, Event)>,
    stream: Option<Stream>,
    wake_ms: Option<u64>,
    /// How many rows it writes in one go.
    pace: Pace,
}

impl SimClient {
    /// A program started on this disk.
    pub fn start(name: &str, who: SignedIn, mut disk: Connection) -> Result<Self> {
        let budget = Budget::watch(&mut disk)?;
        Ok(Self {
            name: name.into(),
            who,
            own: Vec::new(),
            drafts: BTreeMap::new(),
            clock_off_ms: 0,
            older: false,
            store: Some(Store::new(disk)?),
            machine: Machine::new("http://hub"),
            budget,
            plugged: true,
            requests: Vec::new(),
            ghosts: Vec::new(),
            answers: Vec::new(),
            stream: None,
            wake_ms: None,
            pace: Pace::default(),
        })
    }

    /// One that signs in for the first time.
    pub fn sign_in(name: &str, who: SignedIn, hub: &mut SimHub) -> Result<Self> {
        let mut client = Self::start(name, who, store::memory()?)?;
        let session = hub.session(who, template::BEGIN_MS)?;
        client.store_mut()?.sign_in("http://hub", "somebody@example.org", &session)?;
        Ok(client)
    }

    /// It writes so many rows in one go.
    pub fn writes_at_once(&mut self, rows: usize) {
        self.pace = Pace::steady(rows);
        self.machine.set_pace(self.pace);
    }

    /// Its cache.
    pub fn store(&self) -> Result<&Store> {
        self.store.as_ref().context("a program without its cache")
    }

    /// Its cache, to write.
    pub fn store_mut(&mut self) -> Result<&mut Store> {
        self.store.as_mut().context("a program without its cache")
    }

    /// Its disk.
    pub fn connection(&self) -> Result<&Connection> {
        Ok(self.store()?.connection())
    }

    /// The time by its clock.
    pub fn moment(&self, env: &Env<'_>) -> Result<Moment> {
        Ok(Moment { local_ms: env.now_ms + self.clock_off_ms, skew_ms: self.store()?.skew_ms()? })
    }

    /// It dies after so many more writes.
    pub fn die_after(&mut self, writes: i64) {
        self.budget.allow(writes);
    }

    /// Whether it died in what was done last; it is started again then.
    pub fn has_died(&mut self, env: &mut Env<'_>) -> Result<bool> {
        if !self.budget.is_used_up() {
            return Ok(false);
        }
        env.story.say(|| format!("    {} computer dies and is started again", self.name));
        self.start_again()?;
        self.handle(Event::Tick, env)?;
        Ok(true)
    }

    /// The program ends and begins again: only its disk stays.
    pub fn start_again(&mut self) -> Result<()> {
        self.budget.unlimited();
        let disk = self.store.take().context("a program without its cache")?.into_connection();
        self.store = Some(Store::new(disk)?);
        self.machine = Machine::new("http://hub");
        self.machine.set_pace(self.pace);
        self.ghosts.append(&mut self.requests);
        self.answers.clear();
        self.stream = None;
        self.wake_ms = None;
        Ok(())
    }

    /// A newer program takes the place of an older one, which knew less of rows.
    pub fn upgrade(&mut self) -> Result<()> {
        self.older = false;
        self.budget.unlimited();
        self.connection()?.execute("UPDATE meta SET value = '1' WHERE key = 'row_version'", [])?;
        self.start_again()
    }

    /// Its program hears of something.
    pub fn handle(&mut self, event: Event, env: &mut Env<'_>) -> Result<()> {
        let now = Now { steady_ms: env.steady_ms(), wall_ms: env.now_ms + self.clock_off_ms };
        let store = self.store.as_mut().context("a program without its cache")?;
        let handled = self.machine.handle(event, store, now, &mut || env.chance.draw());
        store.take_changed();
        if self.has_died(env)? {
            return Ok(());
        }
        self.wake_ms = None;
        for action in handled? {
            match action {
                Action::Send(request) => self.requests.push(request),
                Action::OpenEvents { cursor, generation, seen } => {
                    let seen = Seen { r#gen: generation, stamp: seen };
                    self.stream = Some(Stream { cursor, seen, open: false, pipe: VecDeque::new() });
                }
                Action::CloseEvents => self.stream = None,
                Action::WakeAt(at) => self.wake_ms = Some(at),
            }
        }
        Ok(())
    }

    /// The hub does not know this device as its own any more: its person signs in again.
    pub fn signs_in_again(&mut self, env: &mut Env<'_>) -> Result<()> {
        self.who.device = env.hub.new_device(self.who.member, &mut env.chance)?;
        let session = env.hub.session(self.who, env.now_ms)?;
        env.story.say(|| format!("    on {} computer its person signs in again", self.name));
        self.store_mut()?.sign_in("http://hub", "somebody@example.org", &session)?;
        self.start_again()?;
        self.handle(Event::Tick, env)
    }

    /// Whether it was told that it runs from a copied disk.
    pub fn must_sign_in(&self) -> bool {
        self.machine.view().problem.is_some_and(|problem| problem.code == deskbell_protocol::code::DEVICE_CLONED)
    }

    /// Its network is cut, or comes back.
    pub fn plug(&mut self, plugged: bool, env: &mut Env<'_>) -> Result<()> {
        if self.plugged == plugged {
            return Ok(());
        }
        self.plugged = plugged;
        env.story.say(|| format!("{} network {}", self.name, if plugged { "comes back" } else { "is cut" }));
        if !plugged {
            self.lose_connections(env)?;
        }
        Ok(())
    }

    /// Whether its network is cut.
    pub fn is_plugged(&self) -> bool {
        self.plugged
    }

    /// Every connection breaks: of what was asked nobody knows whether the hub got it.
    pub fn lose_connections(&mut self, env: &mut Env<'_>) -> Result<()> {
        let mut lost: Vec<Kind> = self.answers.drain(..).map(|(kind, _)| kind).collect();
        lost.extend(self.requests.iter().map(Request::kind));
        self.ghosts.append(&mut self.requests);
        if self.stream.take().is_some() {
            self.handle(Event::EventsEnded(Some(Failure::Network)), env)?;
        }
        for kind in lost {
            self.handle(Event::Failed(kind, Failure::Network), env)?;
        }
        Ok(())
    }

    /// Something moves between this client and the hub, or its waiting is over.
    pub fn network(&mut self, env: &mut Env<'_>) -> Result<()> {
        #[derive(Clone, Copy)]
        enum Move {
            Tick,
            Request(usize),
            Ghost(usize),
            Answer(usize),
            Stream,
        }
        let mut moves = Vec::new();
        if self.wake_ms.is_some_and(|at| at <= env.steady_ms()) {
            moves.push(Move::Tick);
        }
        moves.extend((0..self.requests.len()).map(Move::Request));
        moves.extend((0..self.ghosts.len()).map(Move::Ghost));
        moves.extend((0..self.answers.len()).map(Move::Answer));
        moves.extend(self.stream.as_ref().map(|_| Move::Stream));
        match env.chance.pick(&moves).copied() {
            None => self.handle(Event::Tick, env),
            Some(Move::Tick) => self.handle(Event::Tick, env),
            Some(Move::Request(at)) => {
                let request = self.requests.remove(at);
                self.request(request, env)
            }
            Some(Move::Ghost(at)) => {
                let request = self.ghosts.remove(at);
                env.story
                    .say(|| format!("    the hub gets late what {} computer asked: {}", self.name, said(&request)));
                self.ask(&request, env).map(|_| ())
            }
            Some(Move::Answer(at)) => self.answer(at, env),
            Some(Move::Stream) => self.stream(env),
        }
    }

    /// The hub's answer; `None` = it died over it.
    fn ask(&mut self, request: &Request, env: &mut Env<'_>) -> Result<Option<hub::Answered>> {
        let answered = env.hub.answer(self.who, request, env.now_ms, &mut env.chance)?;
        Ok((!env.hub.crashed).then_some(answered))
    }

    fn request(&mut self, request: Request, env: &mut Env<'_>) -> Result<()> {
        let kind = request.kind();
        let failed = |failure| (kind, Event::Failed(kind, failure));
        let fault = (env.fault() || !self.plugged).then(|| env.chance.below(5));
        let (name, what) = (self.name.clone(), said(&request));
        match fault {
            _ if !self.plugged => self.answers.push(failed(Failure::Network)),
            Some(0) => {
                env.story.say(|| format!("    {name} {what} is lost on the way"));
                self.answers.push(failed(Failure::Network));
            }
            Some(1) => {
                env.story.say(|| format!("    {name} {what}: the answer is lost"));
                self.ask(&request, env)?;
                self.answers.push(failed(Failure::Network));
            }
            Some(2) => {
                env.story.say(|| format!("    {name} {what} is late: nobody waits any more"));
                self.ghosts.push(request);
                self.answers.push(failed(Failure::Network));
            }
            Some(3) => self.answers.push(failed(hub::busy())),
            fault => {
                if fault.is_some() {
                    env.story.say(|| format!("    {name} {what} comes twice"));
                    let first = self.ask(&request, env)?;
                    if env.chance.once_in(2) {
                        self.answers.extend(first.map(|answered| (kind, event(kind, answered))));
                    }
                }
                let second = self.ask(&request, env)?;
                env.story.say(|| format!("    {name} {what}: {}", heard(second.as_ref())));
                self.answers.push(second.map_or(failed(Failure::Network), |answered| (kind, event(kind, answered))));
            }
        }
        Ok(())
    }

    fn answer(&mut self, at: usize, env: &mut Env<'_>) -> Result<()> {
        let (kind, event) = if env.fault() { self.answers[at].clone() } else { self.answers.remove(at) };
        env.story.say(|| format!("    {} computer gets the answer to its {kind:?}", self.name));
        self.handle(event, env)
    }

    fn stream(&mut self, env: &mut Env<'_>) -> Result<()> {
        let Some(mut stream) = self.stream.take() else { return Ok(()) };
        if env.fault() || !self.plugged {
            env.story.say(|| format!("    {} event stream breaks", self.name));
            let failure = (!env.chance.once_in(3)).then_some(Failure::Network);
            return self.handle(Event::EventsEnded(failure), env);
        }
        let arrives = env.faults == 0 || env.chance.once_in(2);
        if let Some(event) = arrives.then(|| stream.pipe.pop_front()).flatten() {
            self.stream = Some(stream);
            env.story.say(|| format!("    {} computer hears by its stream: {}", self.name, said_by_stream(&event)));
            return self.handle(event, env);
        }
        if !stream.open {
            if let Err(failure) = env.hub.opens_stream(stream.cursor, &stream.seen)? {
                env.story.say(|| format!("    {} event stream is refused: {failure:?}", self.name));
                return self.handle(Event::EventsEnded(Some(failure)), env);
            }
            stream.open = true;
            self.stream = Some(stream);
            return self.handle(Event::EventsOpen, env);
        }
        match env.hub.news(self.who, stream.cursor, &stream.seen)? {
            Ok(None) => {}
            Ok(Some(news)) => {
                stream.cursor = news.cursor();
                stream.pipe.push_back(match news {
                    News::Changes(page) => Event::EventsChanges(page),
                    News::Head(head) => Event::EventsHead(head),
                });
            }
            Err(failure) => return self.handle(Event::EventsEnded(Some(failure)), env),
        }
        self.stream = Some(stream);
        Ok(())
    }

    /// A network without faults carries everything that is on its way.
    pub fn heal(&mut self, hub: &mut SimHub, now_ms: i64, chance: &mut crate::chance::Chance) -> Result<()> {
        let mut story = Story::default();
        let mut env =
            Env { hub, now_ms, chance: crate::chance::Chance::new(chance.draw()), faults: 0, story: &mut story };
        self.carry_all(&mut env)
    }

    /// The same with a story.
    pub fn carry_all(&mut self, env: &mut Env<'_>) -> Result<()> {
        self.plugged = true;
        if self.must_sign_in() {
            self.signs_in_again(env)?;
        }
        if self.machine.view().network == Network::Connecting && self.requests.is_empty() && self.answers.is_empty() {
            self.handle(Event::Tick, env)?;
        }
        while let Some(request) = self.ghosts.pop() {
            self.ask(&request, env)?;
        }
        while !self.requests.is_empty() {
            let request = self.requests.remove(0);
            self.request(request, env)?;
        }
        while !self.answers.is_empty() {
            self.answer(0, env)?;
        }
        self.stream(env)?;
        while self.machine.has_unwritten() {
            self.handle(Event::Tick, env)?;
        }
        while !self.store_mut()?.fill_index(100)? {}
        if self.wake_ms.is_some_and(|at| at <= env.steady_ms()) {
            self.handle(Event::Tick, env)?;
        }
        Ok(())
    }

    /// Whether a scope is left of which it has not read what is hinted at.
    pub fn reads_hints(&self) -> Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM scope WHERE hint = 1)";
        Ok(self.connection()?.prepare_cached(sql)?.query_row([], |r| r.get(0))?)
    }

    /// Whether it has all that the hub has for it, and has brought all that waits.
    pub fn is_quiet(&self, hub: &mut SimHub) -> Result<bool> {
        let store = self.store()?;
        let nothing_moves = self.requests.is_empty()
            && self.answers.is_empty()
            && self.ghosts.is_empty()
            && !self.machine.has_unwritten();
        let stream = self.stream.as_ref().is_some_and(|stream| stream.open && stream.pipe.is_empty());
        Ok(nothing_moves
            && stream
            && !store.is_booting()?
            && !store::has_waiting(store)?
            && store.cursor()? == hub.head()?.seq)
    }

    /// Why it is not quiet, for a person.
    pub fn state(&self) -> String {
        let waiting = self.store().ok().and_then(|s| s.outbox().ok()).unwrap_or_default();
        let waiting: Vec<_> = waiting.iter().map(|i| (i.n, i.kind.clone(), i.state, i.transmitted)).collect();
        format!(
            "cursor {:?}, {} requests, {} answers, stream {:?}, outbox {waiting:?}, {:?}",
            self.store().and_then(|s| Ok(s.cursor()?)),
            self.requests.len(),
            self.answers.len(),
            self.stream.as_ref().map(|s| (s.open, s.cursor)),
            self.machine
        )
    }
}

fn event(kind: Kind, answered: hub::Answered) -> Event {
    match answered {
        Ok(reply) => Event::Answer(reply),
        Err(failure) => Event::Failed(kind, failure),
    }
}

fn said(request: &Request) -> String {
    match request {
        Request::Hub => "question who the hub is".into(),
        Request::Session { .. } => "question for its session".into(),
        Request::Pull { since, limit, .. } => format!("pull from {since}, at most {limit}"),
        Request::Snapshot { boot, .. } => format!("page of {} after {:?}", boot.scope, boot.after),
        Request::Push(commands) => {
            let kinds: Vec<_> = commands.commands.iter().map(|c| format!("{} {}", c.n, c.kind)).collect();
            format!("push of {}", kinds.join(", "))
        }
    }
}

fn heard(answered: Option<&hub::Answered>) -> String {
    match answered {
        None => "the hub dies over it".into(),
        Some(Err(failure)) => format!("{failure:?}"),
        Some(Ok(Reply::Push(results))) => {
            let outcomes: Vec<_> = results.results.iter().map(|r| format!("{:?} at {}", r.outcome, r.seq)).collect();
            outcomes.join(", ")
        }
        Some(Ok(Reply::Pull(page))) => {
            format!("{} to {} of {}: {}", page.from, page.to, page.head, listed(page))
        }
        Some(Ok(Reply::Snapshot(page))) => {
            let rows = page.rows.iter().map(|row| format!("{} {} at {}", row.kind, short(row.id), row.rev));
            format!("as of {}: {}", page.as_of, rows.collect::<Vec<_>>().join(", "))
        }
        Some(Ok(Reply::Hub(_))) => "it says".into(),
        Some(Ok(Reply::Session(session))) => format!("generation {}, at {}", session.r#gen.0, session.head),
    }
}

fn listed(page: &Changes) -> String {
    let rows = page.changes.iter().map(|change| {
        let sign = if change.op == Op::Del { "without " } else { "" };
        format!("{sign}{} {} at {}", change.kind, short(change.id), change.rev)
    });
    rows.collect::<Vec<_>>().join(", ")
}

fn said_by_stream(event: &Event) -> String {
    match event {
        Event::EventsChanges(page) => format!("{} to {}: {}", page.from, page.to, listed(page)),
        Event::EventsHead(head) => format!("there is something up to {head}"),
        _ => "something".into(),
    }
}
