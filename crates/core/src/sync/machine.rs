//! What to do next.

use super::exchange::{Action, Event, Kind, Request};
use super::inbox::Inbox;
use super::{Backoff, Failure, Pace};
use crate::rpc::errors;
use crate::rpc::types::{Network, RpcError};
use crate::settings::MOST_UNDO_SECONDS;
use crate::store::{Store, StoreError};
use deskbell_domain::Scope;
use deskbell_protocol::{Generation, MAX_CHANGES, MAX_COMMANDS, Stamp};
use std::collections::BTreeMap;

/// Rows of the first page of a hint: the sooner it is here, the sooner there is something to work with.
const HINT_PAGE: u32 = 200;

/// So long a scope rests whose snapshot did not end: each try costs as much as everything else together.
const REST_MS: u64 = 10 * 60 * 1000;

/// So long a message is held back at most.
const LONGEST_HOLD_MS: i64 = MOST_UNDO_SECONDS as i64 * 1000;

/// The time, twice: one that only rises, for waiting, and the computer's clock, for what is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// Milliseconds since some moment.
    pub steady_ms: u64,
    /// UTC milliseconds by this computer.
    pub wall_ms: i64,
}

/// What the strip says of the network.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    /// Whether the hub answers.
    pub network: Network,
    /// What is wrong beyond the network.
    pub problem: Option<RpcError>,
    /// The cache was complete at the last answer, and the stream is open: it is complete now.
    pub current: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stream {
    Closed,
    Opening,
    Open,
}

/// The machine of one session.
#[derive(Debug)]
pub struct Machine {
    pub(super) hub: String,
    pub(super) reachable: Option<bool>,
    pub(super) problem: Option<RpcError>,
    /// There was no room for what was to be written last.
    no_room: Option<RpcError>,
    /// Signed out by the hub: nothing is asked any more.
    pub(super) halted: bool,
    pub(super) hub_checked: bool,
    pub(super) session_checked: bool,
    pub(super) want_resync: bool,
    pub(super) rolled_back: bool,
    pub(super) want_pull: bool,
    /// The computer slept, or the program has just been started: what comes until the feed is at its head is told as one.
    pub(super) slept: bool,
    pub(super) push_limit: usize,
    /// The newest `seq` that the stream has told of since the last pull was sent.
    pub(super) told: u64,
    /// What has come and is not written yet.
    pub(super) inbox: Inbox,
    /// Something is left to sweep.
    pub(super) sweeping: bool,
    pub(super) stream: Stream,
    /// Steady time at which the stream was opened.
    pub(super) stream_since_ms: u64,
    pub(super) under_way: Vec<Kind>,
    /// Scopes whose snapshot did not end, and until when they rest.
    resting: BTreeMap<Scope, u64>,
    pub(super) pushed: Vec<deskbell_domain::CommandId>,
    pub(super) pull: Backoff,
    pub(super) snapshot: Backoff,
    pub(super) push: Backoff,
    pub(super) events: Backoff,
}

impl Machine {
    /// A machine for the hub at this address (for sentences).
    pub fn new(hub: &str) -> Self {
        Self {
            hub: hub.into(),
            reachable: None,
            problem: None,
            no_room: None,
            halted: false,
            hub_checked: false,
            session_checked: false,
            want_resync: false,
            rolled_back: false,
            want_pull: true,
            slept: true,
            push_limit: MAX_COMMANDS,
            told: 0,
            inbox: Inbox::default(),
            sweeping: true,
            stream: Stream::Closed,
            stream_since_ms: 0,
            under_way: Vec::new(),
            resting: BTreeMap::new(),
            pushed: Vec::new(),
            pull: Backoff::default(),
            snapshot: Backoff::default(),
            push: Backoff::default(),
            events: Backoff::default(),
        }
    }

    /// What the strip says.
    pub fn view(&self) -> View {
        View {
            network: match self.reachable {
                Some(true) => Network::Online,
                Some(false) => Network::Offline,
                None => Network::Connecting,
            },
            problem: self.problem.clone().or_else(|| self.no_room.clone()).or_else(|| self.endless()),
            current: self.stream == Stream::Open
                && !self.want_pull
                && !self.under_way.contains(&Kind::Pull)
                && !self.inbox.has_feed(),
        }
    }

    /// Whether nothing more can be done now: all is here and the outbox is empty, or the hub does not answer.
    pub fn is_settled(&self, store: &Store) -> Result<bool, StoreError> {
        if self.halted || (self.reachable == Some(false) && self.under_way.is_empty()) {
            return Ok(true);
        }
        let waits = crate::store::has_waiting(store)?;
        let tried = self.push_tried();
        Ok(self.reachable == Some(true)
            && !self.want_pull
            && !self.want_resync
            && self.under_way.is_empty()
            && !self.has_unwritten()
            && (!waits || tried)
            && store.cursor()? >= store.stamp()?.seq
            && !store.is_booting_but(&self.resting())?)
    }

    fn endless(&self) -> Option<RpcError> {
        (!self.resting.is_empty()).then(|| Failure::Endless.to_error(&self.hub))
    }

    /// The snapshot of a scope did not end; the others go on.
    pub(super) fn let_rest(&mut self, scope: Scope, now: Now) {
        self.snapshot.reset();
        self.resting.insert(scope, now.steady_ms.saturating_add(REST_MS));
    }

    fn resting(&self) -> Vec<Scope> {
        self.resting.keys().copied().collect()
    }

    fn push_tried(&self) -> bool {
        self.push != Backoff::default()
    }

    /// How many rows are written in one go from now on.
    pub fn set_pace(&mut self, pace: Pace) {
        self.inbox.set_pace(pace);
    }

    /// Whether something has come that is not written yet, or was lost and is not swept.
    pub fn has_unwritten(&self) -> bool {
        !self.inbox.is_empty() || self.sweeping
    }

    /// Takes what has happened and says what to do. `random` draws a random number. Where the store fails (a full disk)
    /// nothing is to be done: what the event brought is asked for again, and so is what was about to be asked.
    pub fn handle(
        &mut self,
        event: Event,
        store: &mut Store,
        now: Now,
        random: &mut dyn FnMut() -> u64,
    ) -> Result<Vec<Action>, StoreError> {
        let mut actions = Vec::new();
        let taken = self.take(event, store, now, random, &mut actions);
        if taken.is_err() {
            self.forget(&actions);
        }
        self.no_room = taken.as_ref().err().filter(|error| error.is_disk_full()).map(errors::store);
        taken.map(|()| actions)
    }

    /// These actions are not carried out: no answer will come to a request, and no stream opens. What the hub said and could
    /// not be stored is in no later event, only in the feed.
    fn forget(&mut self, actions: &[Action]) {
        for action in actions {
            match action {
                Action::Send(request) => self.under_way.retain(|kind| *kind != request.kind()),
                Action::OpenEvents { .. } => self.stream = Stream::Closed,
                Action::CloseEvents | Action::WakeAt(_) => {}
            }
        }
        self.inbox.clear();
        self.want_pull = true;
    }

    fn take(
        &mut self,
        event: Event,
        store: &mut Store,
        now: Now,
        random: &mut dyn FnMut() -> u64,
        actions: &mut Vec<Action>,
    ) -> Result<(), StoreError> {
        match event {
            Event::Tick | Event::Outbox => {}
            Event::SyncNow => self.sync_now(),
            Event::Woke => {
                self.slept = true;
                store.catch_up();
                self.sync_now();
                self.close_events(actions);
            }
            Event::Answer(reply) => self.answered(reply, store, now, actions)?,
            Event::Failed(kind, failure) => self.failed(kind, &failure, store, now, random, actions)?,
            Event::EventsOpen => {
                (self.stream, self.stream_since_ms) = (Stream::Open, now.steady_ms);
                self.answers();
            }
            Event::EventsHead(head) => {
                self.answers();
                self.hear_of(head.seq, store)?;
            }
            Event::EventsChanges(page) => {
                self.answers();
                self.page_came(page, store)?;
            }
            Event::EventsEnded(failure) => self.events_ended(failure, store, now, random, actions)?,
        }
        self.write_piece(store, now)?;
        self.next(store, now, random, actions)?;
        self.sweeping = store.has_to_sweep()?;
        if self.has_unwritten() {
            // Not in one go: somebody may have clicked meanwhile.
            actions.push(Action::WakeAt(now.steady_ms));
        }
        Ok(())
    }

    /// The hub has something up to here.
    pub(super) fn hear_of(&mut self, seq: u64, store: &Store) -> Result<(), StoreError> {
        self.told = self.told.max(seq);
        self.want_pull |= seq > self.inbox.upto().unwrap_or(store.cursor()?);
        Ok(())
    }

    fn sync_now(&mut self) {
        self.resting.clear();
        for backoff in [&mut self.pull, &mut self.snapshot, &mut self.push, &mut self.events] {
            backoff.reset();
        }
        self.want_pull = true;
        if self.reachable == Some(false) {
            self.reachable = None;
        }
    }

    /// Starts what can be started.
    fn next(
        &mut self,
        store: &mut Store,
        now: Now,
        random: &mut dyn FnMut() -> u64,
        actions: &mut Vec<Action>,
    ) -> Result<(), StoreError> {
        store.end_holds(now.wall_ms)?;
        let Some(session) = store.session()?.filter(|_| !self.halted) else {
            self.inbox.clear();
            return Ok(());
        };
        let (generation, seen) = (session.r#gen, store.stamp()?);
        self.resting.retain(|_, until| *until > now.steady_ms);
        let ready = self.pull.is_over(now.steady_ms);
        if !self.hub_checked {
            if ready {
                self.send(Request::Hub, actions);
            }
        } else if self.want_resync {
            if ready {
                // What it says of the head takes the place of what was seen: a hub that went back in time meanwhile would
                // not be noticed any more.
                let seen = (!self.rolled_back).then_some((generation, seen));
                self.send(Request::Session { seen }, actions);
            }
        } else {
            if self.want_pull && ready && !self.inbox.has_feed() {
                let (since, generation) = (store.cursor()?, generation.clone());
                self.send(Request::Pull { since, generation, seen, limit: MAX_CHANGES }, actions);
            }
            if self.reachable == Some(true) {
                self.next_online(store, now, random, actions, generation, seen)?;
            }
        }
        self.wake(store, now, actions)
    }

    /// What goes only when the hub is known to answer.
    fn next_online(
        &mut self,
        store: &mut Store,
        now: Now,
        random: &mut dyn FnMut() -> u64,
        actions: &mut Vec<Action>,
        generation: Generation,
        seen: Stamp,
    ) -> Result<(), StoreError> {
        if !self.session_checked {
            self.send(Request::Session { seen: Some((generation.clone(), seen)) }, actions);
        }
        if self.stream == Stream::Closed
            && !self.want_pull
            && !self.inbox.has_feed()
            && self.events.is_over(now.steady_ms)
        {
            self.stream = Stream::Opening;
            actions.push(Action::OpenEvents { cursor: store.cursor()?, generation: generation.clone(), seen });
        }
        if !self.under_way.contains(&Kind::Push)
            && self.push.is_over(now.steady_ms)
            && let Some(push) = store.next_push(now.wall_ms, self.push_limit)?
        {
            self.pushed = push.commands.commands.iter().map(|c| c.id).collect();
            self.send(Request::Push(push.commands), actions);
        }
        if !self.under_way.contains(&Kind::Snapshot)
            && self.snapshot.is_over(now.steady_ms)
            && let Some(boot) = match self.inbox.snapshot_after() {
                Some(after) => after,
                None => store.next_boot(random(), &self.resting())?,
            }
        {
            let begins = !boot.phase.is_full() && boot.after.is_none();
            let limit = if begins { HINT_PAGE } else { MAX_CHANGES };
            self.send(Request::Snapshot { boot, generation, seen, limit }, actions);
        }
        Ok(())
    }

    /// One request of a kind at a time.
    fn send(&mut self, request: Request, actions: &mut Vec<Action>) {
        if !self.under_way.contains(&request.kind()) {
            if request.kind() == Kind::Pull {
                self.told = 0;
            }
            self.under_way.push(request.kind());
            actions.push(Action::Send(request));
        }
    }

    /// Asks to be woken when the first wait ends that something waits for.
    fn wake(&self, store: &Store, now: Now, actions: &mut Vec<Action>) -> Result<(), StoreError> {
        let online = self.reachable == Some(true);
        let waits = [
            (self.want_pull || self.want_resync || !self.hub_checked, &self.pull),
            (online && self.stream == Stream::Closed, &self.events),
            (online && crate::store::has_ready(store)?, &self.push),
            (online && store.is_booting_but(&self.resting())?, &self.snapshot),
        ];
        let first = waits
            .iter()
            .filter(|(wanted, backoff)| *wanted && !backoff.is_over(now.steady_ms))
            .map(|(_, backoff)| backoff.until_ms())
            .chain(self.resting.values().copied())
            .chain(held_until(store, now)?)
            .min();
        actions.extend(first.map(Action::WakeAt));
        Ok(())
    }
}

/// When a message that is held back may go. However the clock was set meanwhile: not later than it could have been held.
fn held_until(store: &Store, now: Now) -> Result<Option<u64>, StoreError> {
    let left = store.next_hold_end()?.map(|until| until.saturating_sub(now.wall_ms));
    Ok(left.map(|ms| now.steady_ms.saturating_add(ms.clamp(1, LONGEST_HOLD_MS).unsigned_abs())))
}
