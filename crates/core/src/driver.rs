//! Gives the sync machine a network: makes its requests, listens to the event stream, waits where it waits.

use crate::clock::Clock;
use crate::http::HubClient;
use crate::presence::courier::Room;
use crate::rpc::types::Network;
use crate::store::{Store, StoreError};
use crate::sync::{Action, Event, Failure, Machine, Now, View, join};
use crate::writer::{Urgency, Writer};
use deskbell_protocol::{ApiError, Changes, EventEphemeral, EventHead, Generation, Stamp};
use futures_util::StreamExt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, watch};
use tokio::task::{AbortHandle, JoinHandle};

/// Where the cache could not be written (a full disk), the next try comes after this.
const AFTER_STORE_FAILURE: Duration = Duration::from_secs(5);

/// How often it is looked whether the computer has slept, where nothing else happens; timers stand still meanwhile, so none of
/// them tells.
const LOOK_EVERY: Duration = Duration::from_secs(15);
/// So much more on the clock than on the timer is sleep.
const SLEPT_MS: i64 = 10_000;

/// A running driver.
pub struct Driver {
    events: mpsc::UnboundedSender<Event>,
    view: watch::Receiver<View>,
    machine: Arc<Mutex<Machine>>,
    told: Arc<Told>,
    task: JoinHandle<()>,
}

/// How much the machine was told from outside, and how much of it it has heard.
#[derive(Default)]
struct Told {
    sent: AtomicU64,
    heard: AtomicU64,
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct Running {
    client: HubClient,
    writer: Arc<Writer>,
    machine: Arc<Mutex<Machine>>,
    clock: Arc<dyn Clock>,
    told: Arc<Told>,
    room: Arc<Room>,
    started: Instant,
    events: mpsc::UnboundedSender<Event>,
    stream: Option<AbortHandle>,
    requests: Vec<AbortHandle>,
}

fn lock(machine: &Mutex<Machine>) -> MutexGuard<'_, Machine> {
    machine.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Driver {
    /// Starts syncing with the hub.
    pub fn start(
        client: HubClient,
        writer: Arc<Writer>,
        clock: Arc<dyn Clock>,
        room: Arc<Room>,
        changed: impl Fn() + Send + 'static,
        damaged: impl Fn() + Send + 'static,
    ) -> Self {
        let machine = Arc::new(Mutex::new(Machine::new(client.base())));
        let (events, inbox) = mpsc::unbounded_channel();
        let (outside, from_outside) = mpsc::unbounded_channel();
        let told = Arc::<Told>::default();
        let (views, view) = watch::channel(lock(&machine).view());
        let running = Running {
            client,
            writer,
            machine: machine.clone(),
            clock,
            room,
            started: Instant::now(),
            told: told.clone(),
            events,
            stream: None,
            requests: Vec::new(),
        };
        let task = tokio::spawn(running.run(inbox, from_outside, views, changed, damaged));
        Self { events: outside, view, machine, told, task }
    }

    /// Tells the machine what has happened.
    pub fn tell(&self, event: Event) {
        self.told.sent.fetch_add(1, Ordering::SeqCst);
        // A driver that has ended has nobody to tell.
        let _ = self.events.send(event);
    }

    /// What the strip says of the network now.
    pub fn view(&self) -> View {
        self.view.borrow().clone()
    }

    /// Says on the store's thread whether nothing more can be done now: what it was told is done too, and how it stands
    /// can be read in `view`. The machine stops before that is published, so who asks between the two would be told
    /// that the hub does not answer where it answered no.
    pub fn settled(&self) -> impl FnOnce(&Store) -> Result<bool, StoreError> + Send + use<> {
        let (machine, told, view) = (self.machine.clone(), self.told.clone(), self.view.clone());
        move |store| {
            let heard = told.heard.load(Ordering::SeqCst) == told.sent.load(Ordering::SeqCst);
            let machine = lock(&machine);
            Ok(heard && *view.borrow() == machine.view() && machine.is_settled(store)?)
        }
    }

    /// Ends it. What was under way is given up; the outbox has it still.
    pub async fn stop(mut self) {
        self.task.abort();
        let _ = (&mut self.task).await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stream.iter().chain(&self.requests).for_each(AbortHandle::abort);
    }
}

impl Running {
    async fn run(
        mut self,
        mut inbox: mpsc::UnboundedReceiver<Event>,
        mut from_outside: mpsc::UnboundedReceiver<Event>,
        views: watch::Sender<View>,
        changed: impl Fn() + Send + 'static,
        damaged: impl Fn() + Send + 'static,
    ) {
        let (mut event, mut outside, mut kept) = (Event::Tick, false, None);
        let mut look = tokio::time::interval(LOOK_EVERY);
        let mut sleep = Sleep::since(self.now());
        loop {
            let wake = match self.step(event).await {
                Some(Ok(actions)) => self.act(actions),
                Some(Err(error)) => {
                    tracing::warn!(%error, "the cache did not take what the hub said");
                    if error.is_damaged() {
                        damaged();
                    }
                    Some(Instant::now() + AFTER_STORE_FAILURE)
                }
                None => return,
            };
            if outside {
                self.told.heard.fetch_add(1, Ordering::SeqCst);
            }
            let view = lock(&self.machine).view();
            if *views.borrow() != view {
                self.room.set_online(view.network == Network::Online);
                views.send_replace(view);
                changed();
            }
            (event, outside) = if let Some(behind) = sleep.behind.take() {
                behind
            } else {
                loop {
                    tokio::select! {
                        next = next_event(&mut inbox, &mut kept) => match next {
                            Some(next) => break sleep.before((next, false), self.now()),
                            None => return,
                        },
                        next = from_outside.recv() => match next {
                            Some(next) => break sleep.before((next, true), self.now()),
                            None => return,
                        },
                        () = sleep_until(wake) => break sleep.before((Event::Tick, false), self.now()),
                        _ = look.tick() => {
                            if sleep.has_been(self.now()) {
                                break (Event::Woke, false);
                            }
                        }
                    }
                }
            };
        }
    }

    fn now(&self) -> Now {
        let steady_ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        Now { steady_ms, wall_ms: self.clock.now_ms() }
    }

    /// Lets the machine work on the store; `None` once the cache is closed.
    async fn step(&self, event: Event) -> Option<Result<Vec<Action>, StoreError>> {
        let (machine, now) = (self.machine.clone(), self.now());
        let step = move |store: &mut Store| {
            let mut machine = lock(&machine);
            let began = Instant::now();
            let actions = machine.handle(event, store, now, &mut rand::random::<u64>);
            machine.measured(began.elapsed());
            actions
        };
        self.writer.run(Urgency::Sync, step).await.ok()
    }

    fn act(&mut self, actions: Vec<Action>) -> Option<Instant> {
        let mut wake = None;
        for action in actions {
            match action {
                Action::Send(request) => {
                    let (client, events) = (self.client.clone(), self.events.clone());
                    let task = tokio::spawn(async move {
                        let kind = request.kind();
                        let event = match client.answer(request).await {
                            Ok(reply) => Event::Answer(reply),
                            Err(failure) => Event::Failed(kind, failure),
                        };
                        let _ = events.send(event);
                    });
                    self.requests.retain(|request| !request.is_finished());
                    self.requests.push(task.abort_handle());
                }
                Action::OpenEvents { cursor, generation, seen } => {
                    self.close_stream();
                    let (events, room) = (self.events.clone(), self.room.clone());
                    let listening = listen(self.client.clone(), events, room, cursor, generation, seen);
                    self.stream = Some(tokio::spawn(listening).abort_handle());
                }
                Action::CloseEvents => self.close_stream(),
                Action::WakeAt(steady_ms) => wake = Some(self.started + Duration::from_millis(steady_ms)),
            }
        }
        wake
    }

    fn close_stream(&mut self) {
        self.stream.take().iter().for_each(AbortHandle::abort);
    }
}

/// The next event; pages of the stream that wait behind one another are one. `kept` was taken with them, and is another.
async fn next_event(inbox: &mut mpsc::UnboundedReceiver<Event>, kept: &mut Option<Event>) -> Option<Event> {
    let mut event = match kept.take() {
        Some(event) => event,
        None => inbox.recv().await?,
    };
    while let Event::EventsChanges(page) = &mut event
        && let Ok(next) = inbox.try_recv()
    {
        *kept = match next {
            Event::EventsChanges(next) => join(page, next).map(Event::EventsChanges),
            other => Some(other),
        };
        if kept.is_some() {
            break;
        }
    }
    Some(event)
}

/// Something that has happened, and whether it was told from outside.
type Heard = (Event, bool);

/// Whether the computer has slept.
struct Sleep {
    looked: Now,
    /// What was heard first after it.
    behind: Option<Heard>,
}

impl Sleep {
    fn since(looked: Now) -> Self {
        Self { looked, behind: None }
    }

    /// Whether it has since it was asked last.
    fn has_been(&mut self, now: Now) -> bool {
        let before = std::mem::replace(&mut self.looked, now);
        let (clock, timer) = (now.wall_ms - before.wall_ms, now.steady_ms.saturating_sub(before.steady_ms));
        clock.saturating_sub_unsigned(timer) > SLEPT_MS
    }

    /// What is to be dealt with next. What waited in the network while the computer slept comes before any timer has looked: it
    /// stays behind the news that there was a sleep, of which it is a part.
    fn before(&mut self, heard: Heard, now: Now) -> Heard {
        if !self.has_been(now) {
            return heard;
        }
        self.behind = Some(heard);
        (Event::Woke, false)
    }
}

async fn sleep_until(wake: Option<Instant>) {
    match wake {
        Some(wake) => tokio::time::sleep_until(wake.into()).await,
        None => std::future::pending().await,
    }
}

async fn listen(
    client: HubClient,
    events: mpsc::UnboundedSender<Event>,
    room: Arc<Room>,
    cursor: u64,
    generation: Generation,
    seen: Stamp,
) {
    let ended = match client.events(cursor, &generation, seen).await {
        Err(failure) => Some(failure),
        Ok(stream) => {
            let _ = events.send(Event::EventsOpen);
            let mut stream = std::pin::pin!(stream);
            loop {
                match stream.next().await {
                    None => break None,
                    Some(Err(failure)) => break Some(failure),
                    Some(Ok((name, data))) if name == "ephemeral" => {
                        // A sign that only a newer hub knows says nothing to this program.
                        if let Ok(sign) = serde_json::from_str::<EventEphemeral>(&data) {
                            room.heard(sign);
                        }
                    }
                    Some(Ok((name, data))) => match read_event(&name, &data) {
                        Ok(Some(event)) => drop(events.send(event)),
                        Ok(None) => {}
                        Err(failure) => break Some(failure),
                    },
                }
            }
        }
    };
    let _ = events.send(Event::EventsEnded(ended));
}

/// What an event says; one of a kind that only a newer hub sends is skipped.
fn read_event(name: &str, data: &str) -> Result<Option<Event>, Failure> {
    let event = match name {
        "changes" => serde_json::from_str::<Changes>(data).map(|page| Some(Event::EventsChanges(page))),
        "head" => serde_json::from_str::<EventHead>(data).map(|head| Some(Event::EventsHead(head.head))),
        "resync" => match serde_json::from_str::<ApiError>(data) {
            Ok(error) => return Err(Failure::Refused { status: 410, error }),
            Err(error) => Err(error),
        },
        _ => Ok(None),
    };
    event.map_err(|_| Failure::NotDeskbell)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR_MS: i64 = 3_600_000;

    fn now(steady_ms: u64, wall_ms: i64) -> Now {
        Now { steady_ms, wall_ms }
    }

    #[test]
    fn what_waited_in_the_network_stays_behind_the_news_of_a_sleep() {
        let mut sleep = Sleep::since(now(0, 0));
        let (event, outside) = sleep.before((Event::SyncNow, true), now(2_000, HOUR_MS));
        assert!(matches!(event, Event::Woke) && !outside);
        assert!(matches!(sleep.behind.take(), Some((Event::SyncNow, true))));
        // It is told once.
        let (event, _) = sleep.before((Event::Outbox, false), now(2_001, HOUR_MS + 1));
        assert!(matches!(event, Event::Outbox) && sleep.behind.is_none());
    }

    #[test]
    fn a_clock_that_is_set_a_little_or_back_is_no_sleep() {
        let mut sleep = Sleep::since(now(0, 0));
        assert!(!sleep.has_been(now(15_000, 15_000 + SLEPT_MS)));
        assert!(!sleep.has_been(now(30_000, -HOUR_MS)));
        assert!(!sleep.has_been(now(HOUR_MS as u64, -30_000)), "an hour went by");
        assert!(sleep.has_been(now(HOUR_MS as u64 + 1, 2 * HOUR_MS)));
    }
}
