//! What answers and failures mean.

use super::exchange::{Action, Kind, Reply};
use super::machine::{Machine, Now, Stream};
use super::{Backoff, Failure};
use crate::store::{Applied, Store, StoreError};
use deskbell_domain::CommandId;
use deskbell_protocol::{ApiError, Changes, MAX_COMMANDS, Session, Snapshot, code};
use std::ops::Range;

/// A stream that ended sooner did not work.
const SHORTEST_STREAM_MS: u64 = 5_000;
/// After so many the grants are asked for anew.
const VAIN_SNAPSHOTS: u32 = 4;

impl Machine {
    pub(super) fn answered(
        &mut self,
        reply: Reply,
        store: &mut Store,
        now: Now,
        actions: &mut Vec<Action>,
    ) -> Result<(), StoreError> {
        self.done(match &reply {
            Reply::Hub(_) => Kind::Hub,
            Reply::Session(_) => Kind::Session,
            Reply::Pull(_) => Kind::Pull,
            Reply::Snapshot(_) => Kind::Snapshot,
            Reply::Push(_) => Kind::Push,
        });
        match reply {
            // What cannot be talked to came as a failure.
            Reply::Hub(_) => self.hub_checked = true,
            Reply::Session(session) => self.session_answered(&session, store, now, actions)?,
            Reply::Pull(page) => {
                self.answers();
                self.pull.reset();
                self.page_came(page, store)?;
            }
            Reply::Snapshot(page) => self.inbox.add_snapshot(page),
            Reply::Push(results) => {
                self.push.reset();
                self.push_limit = (self.push_limit * 2).min(MAX_COMMANDS);
                store.apply_results(&results)?;
                // With the stream open the rows are on their way.
                if self.stream != Stream::Open {
                    self.hear_of(results.head.seq, store)?;
                }
            }
        }
        Ok(())
    }

    fn done(&mut self, kind: Kind) {
        self.under_way.retain(|k| *k != kind);
    }

    /// Whatever comes from the hub shows that it is there.
    pub(super) fn answers(&mut self) {
        self.reachable = Some(true);
        // An answer that was on its way as the hub signed this device out takes nothing of that back.
        if !self.halted {
            self.problem = None;
        }
    }

    fn session_answered(
        &mut self,
        session: &Session,
        store: &mut Store,
        now: Now,
        actions: &mut Vec<Action>,
    ) -> Result<(), StoreError> {
        store.set_skew_ms(session.server_time_ms - now.wall_ms)?;
        self.session_checked = true;
        if self.want_resync {
            store.resync(session, self.rolled_back)?;
            // What it is about is of a history that may be no more, and is asked for again.
            self.inbox.clear();
            self.told = 0;
            self.answers();
            (self.want_resync, self.rolled_back) = (false, false);
            self.want_pull = true;
            self.close_events(actions);
        }
        Ok(())
    }

    pub(super) fn changes(&mut self, page: &Changes, store: &mut Store, now: Now) -> Result<(), StoreError> {
        if page.more {
            store.catch_up();
        }
        match store.apply_changes(page)? {
            Applied::Done => {
                if !page.more {
                    self.caught_up(store)?;
                }
                // The hub knows the history that a rescued cache goes on from; now it says what belongs here.
                self.want_resync |= store.is_rebuilding()?;
                if !page.more && !store.is_booting()? {
                    store.set_up_to_date(now.wall_ms)?;
                }
            }
            Applied::OutOfTurn => self.want_pull = true,
            Applied::OtherGeneration => self.want_resync = true,
        }
        Ok(())
    }

    /// All that is new is here, or no more can be had now.
    fn caught_up(&mut self, store: &mut Store) -> Result<(), StoreError> {
        store.caught_up(std::mem::take(&mut self.slept))
    }

    /// Writes these rows of a page. `false`: the page is of the past.
    pub(super) fn snapshot_piece(
        &mut self,
        page: &Snapshot,
        rows: Range<usize>,
        store: &mut Store,
        now: Now,
    ) -> Result<bool, StoreError> {
        let applied = store.apply_snapshot_rows(page, rows)?;
        if applied {
            self.snapshot.reset();
        } else if let Some(scope) = store.take_endless() {
            self.let_rest(scope, now);
        } else {
            // Of another epoch: what has changed is in the feed.
            tracing::debug!(scope = %page.scope, "a page of a snapshot came too late");
            self.snapshot_in_vain(now, 0);
        }
        self.note_complete(store, now)?;
        Ok(applied)
    }

    /// A page of the feed is here. Whether more is to be asked for is known now: what happens until it is written (the stream
    /// ends, say) may ask for more.
    pub(super) fn page_came(&mut self, page: Changes, store: &Store) -> Result<(), StoreError> {
        if page.from == self.inbox.upto().unwrap_or(store.cursor()?) {
            self.want_pull = page.more || self.told > page.to;
        }
        self.inbox.add_changes(page);
        Ok(())
    }

    /// The cache may be complete now.
    pub(super) fn note_complete(&self, store: &mut Store, now: Now) -> Result<(), StoreError> {
        if !store.is_booting()? && !self.want_pull && !self.inbox.has_feed() {
            store.set_up_to_date(now.wall_ms)?;
        }
        Ok(())
    }

    /// What the cache believes of a scope is not so. The feed tells; where it does not, the session does.
    fn snapshot_in_vain(&mut self, now: Now, random: u64) {
        self.snapshot.fail(now.steady_ms, random, None);
        self.want_pull = true;
        self.want_resync |= self.snapshot.failures() >= VAIN_SNAPSHOTS;
    }

    pub(super) fn failed(
        &mut self,
        kind: Kind,
        failure: &Failure,
        store: &mut Store,
        now: Now,
        random: &mut dyn FnMut() -> u64,
        actions: &mut Vec<Action>,
    ) -> Result<(), StoreError> {
        self.done(kind);
        if matches!(kind, Kind::Hub | Kind::Session | Kind::Pull) {
            self.caught_up(store)?;
        }
        let (push, snapshot) = (self.push, self.snapshot);
        if self.is_for_all(failure, store, now, random, actions)? {
            // What answers to the pull and not to this (a filter that lets reading through, say) is not asked in a circle.
            let again = match kind {
                Kind::Push => Some((&mut self.push, push)),
                Kind::Snapshot => Some((&mut self.snapshot, snapshot)),
                Kind::Hub | Kind::Session | Kind::Pull => None,
            };
            if let Some((backoff, before)) = again.filter(|_| *failure != Failure::Network) {
                *backoff = before;
                backoff.fail(now.steady_ms, random(), None);
            }
            return Ok(());
        }
        let asked = match failure {
            Failure::Busy { retry_after_ms, .. } => *retry_after_ms,
            _ => None,
        };
        match (kind, failure) {
            (Kind::Push, Failure::Refused { error, .. }) => self.push_refused(error, store, now, random, actions)?,
            (Kind::Snapshot, Failure::Refused { .. }) => {
                // Not granted any more: the feed says so.
                self.snapshot_in_vain(now, random());
            }
            (Kind::Push, _) => self.push.fail(now.steady_ms, random(), asked),
            (Kind::Snapshot, _) => self.snapshot.fail(now.steady_ms, random(), asked),
            (Kind::Session, _) if !self.want_resync => {
                // Only for the clock: the next interruption asks again.
                self.session_checked = true;
            }
            (Kind::Pull | Kind::Hub | Kind::Session, _) => {
                self.pull.fail(now.steady_ms, random(), asked);
                self.reachable = Some(false);
                // Nothing else finds out when it is there again.
                self.want_pull = true;
                if matches!(failure, Failure::Refused { status: 404, .. }) {
                    self.hub_checked = false;
                }
            }
        }
        Ok(())
    }

    /// Failures that mean the same whatever was asked.
    fn is_for_all(
        &mut self,
        failure: &Failure,
        store: &mut Store,
        now: Now,
        random: &mut dyn FnMut() -> u64,
        actions: &mut Vec<Action>,
    ) -> Result<bool, StoreError> {
        if failure.ends_session() {
            let said = failure.to_error(&self.hub);
            if failure.is_removed() {
                store.member_removed(&said)?;
            }
            self.problem = Some(said);
            self.halted = true;
            self.close_events(actions);
            return Ok(true);
        }
        if failure.wants_resync() {
            tracing::info!(cursor = store.cursor()?, "the hub asks to load everything again");
            self.want_resync = true;
            self.rolled_back |= failure.is_rolled_back();
            self.close_events(actions);
            return Ok(true);
        }
        match failure {
            Failure::Network => {}
            Failure::NotDeskbell | Failure::Newer | Failure::Untrusted | Failure::TooLarge | Failure::Endless => {
                self.problem = Some(failure.to_error(&self.hub));
                self.hub_checked = false;
            }
            _ => return Ok(false),
        }
        self.reachable = Some(false);
        self.want_pull = true;
        if self.pull.is_over(now.steady_ms) {
            self.pull.fail(now.steady_ms, random(), None);
        }
        self.push = Backoff::default();
        self.snapshot = Backoff::default();
        Ok(true)
    }

    /// A batch is refused whole. Sent one by one, only the one goes back to its author that is the cause.
    fn push_refused(
        &mut self,
        error: &ApiError,
        store: &mut Store,
        now: Now,
        random: &mut dyn FnMut() -> u64,
        actions: &mut Vec<Action>,
    ) -> Result<(), StoreError> {
        let refused = Failure::Refused { status: 400, error: error.clone() }.to_error(&self.hub);
        if error.code == code::DEVICE_CLONED {
            self.problem = Some(refused);
            self.halted = true;
            self.close_events(actions);
            return store.device_was_cloned();
        }
        let named = error.params.get("command").and_then(|id| id.parse::<CommandId>().ok());
        let guilty = named.filter(|id| self.pushed.contains(id)).or(match self.pushed.as_slice() {
            [one] => Some(*one),
            _ => None,
        });
        match guilty {
            Some(command) => store.refuse_request(command, refused)?,
            None if self.push_limit > 1 => self.push_limit = 1,
            None => self.push.fail(now.steady_ms, random(), None),
        }
        Ok(())
    }

    pub(super) fn events_ended(
        &mut self,
        failure: Option<Failure>,
        store: &mut Store,
        now: Now,
        random: &mut dyn FnMut() -> u64,
        actions: &mut Vec<Action>,
    ) -> Result<(), StoreError> {
        if self.view().current && !store.is_booting()? {
            // All was here until now, though the last page may have come hours ago.
            store.set_up_to_date(now.wall_ms)?;
        }
        let lived = self.stream == Stream::Open && now.steady_ms - self.stream_since_ms >= SHORTEST_STREAM_MS;
        self.stream = Stream::Closed;
        self.want_pull = true;
        // After a stream that worked the next is opened at once; one that something on the way ends must not be opened
        // in a circle.
        if lived {
            self.events.reset();
        } else {
            self.events.fail(now.steady_ms, random(), None);
        }
        match failure {
            // Whether the hub is away is what the pull finds out.
            None | Some(Failure::Network | Failure::Busy { .. }) => Ok(()),
            Some(failure) => self.is_for_all(&failure, store, now, random, actions).map(|_| ()),
        }
    }

    pub(super) fn close_events(&mut self, actions: &mut Vec<Action>) {
        if self.stream != Stream::Closed {
            self.stream = Stream::Closed;
            actions.push(Action::CloseEvents);
        }
    }
}
