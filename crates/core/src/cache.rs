//! An open cache with everything that works on it: the writer, the readers, and the driver that syncs it.

mod check;

use crate::clock::wall_time;
use crate::core::CoreOptions;
use crate::driver::Driver;
use crate::http::{HubClient, Patience};
use crate::notify::{Language, Notice, NoticeEvent};
use crate::presence::courier::Room;
use crate::profile::ProfileError;
use crate::rpc::errors;
use crate::rpc::types::{CoreEvent, RpcError};
use crate::settings::SettingsFile;
use crate::store::{EVERYTHING, Moment, Store, StoreError, StoredSession};
use crate::sync::{Event, Pace, View};
use crate::writer::{Readers, Urgency, Writer};
use check::{Check, check_file, is_large};
use deskbell_sqlite::encrypted::Key;
use deskbell_sqlite::{LogKeeper, OpenError};
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{broadcast, mpsc};
use uuid::Uuid;

/// What stands on a notification that shows no names.
const PROGRAM: &str = "Deskbell";
/// Connections for reading. A list and a thread are read side by side; more wait their turn of a millisecond.
const READERS: usize = 2;

/// A million rows come in thousands of pieces: whoever shows lists hears of them so often, and not of each.
const TOLD_EVERY: Duration = Duration::from_millis(250);

/// So many changes at once are said as one: to read everything that is shown again is less than to look for it in them.
const MOST_TAGS: usize = 200;

/// Where a cache says what has changed.
#[derive(Clone)]
pub(crate) struct Outlets {
    pub events: broadcast::Sender<CoreEvent>,
    /// Where somebody shows notifications.
    pub notices: Option<mpsc::UnboundedSender<NoticeEvent>>,
    /// Names of caches of which a part cannot be read.
    pub damaged: mpsc::UnboundedSender<Uuid>,
    /// Whether notifications are heard, and what may be read on them.
    pub settings: Arc<SettingsFile>,
    /// What the computer speaks, the most wanted first.
    pub locale: Arc<str>,
}

impl Outlets {
    /// Queries that provide one of these tags run again.
    pub fn changed(&self, tags: impl IntoIterator<Item = String>) {
        let tags: Vec<String> = tags.into_iter().collect();
        if !tags.is_empty() {
            // Nobody may be listening yet.
            let all = tags.len() > MOST_TAGS || tags.iter().any(|tag| tag == EVERYTHING);
            let _ = self.events.send(CoreEvent::Changed { tags: if all { Vec::new() } else { tags }, all });
        }
    }

    fn publish(&self, store: &mut Store) {
        self.changed(store.take_changed_now());
        for notice in store.take_notices() {
            self.notify(notice);
        }
    }

    /// What notifications are said in.
    pub fn language(&self) -> Language {
        Language::of(&self.settings.get().language, &self.locale)
    }

    fn notify(&self, notice: NoticeEvent) {
        let Some(notices) = &self.notices else { return };
        let settings = self.settings.get();
        let notice = match notice {
            NoticeEvent::Show(notice) => {
                let notice = if settings.hide_content { notice.without_content(PROGRAM) } else { notice };
                NoticeEvent::Show(Notice { sound: settings.sound, ..notice })
            }
            other => other,
        };
        if notices.send(notice).is_err() {
            // It is recorded: what nobody showed goes into the digest of the next start.
            tracing::debug!("nobody shows notifications now");
        }
    }
}

/// Why a cache cannot be opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CacheError {
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the cache cannot be worked on: {0}")]
    Thread(#[from] std::io::Error),
    #[error(transparent)]
    Profile(#[from] ProfileError),
}

/// An open cache.
pub(crate) struct Cache {
    /// Of this run: what is said of one that was closed meanwhile is not said of its successor.
    pub name: Uuid,
    writer: Arc<Writer>,
    readers: Arc<Readers>,
    driver: Mutex<Option<Driver>>,
    check: Mutex<Option<Check>>,
    /// Who else is where.
    pub room: Arc<Room>,
    outlets: Outlets,
    options: CoreOptions,
    /// Opens it; wrapped anew when the hub hands out another wrap.
    pub key: Key,
}

impl Cache {
    /// Opens the cache at `path`, making it where there is none.
    pub async fn open(path: PathBuf, key: Key, options: CoreOptions, outlets: Outlets) -> Result<Self, CacheError> {
        let for_thread = key.clone();
        let opened = tokio::task::spawn_blocking(move || open_files(&path, &for_thread)).await;
        let (store, readers, keeper) = match opened {
            Ok(opened) => opened?,
            Err(panic) => return Err(std::io::Error::other(panic).into()),
        };
        Self::over(store, readers, keeper, key, options, outlets)
    }

    /// Makes a cache and fills it; it is whole on the disk, and closed, when this returns.
    pub fn fill(
        path: &std::path::Path,
        key: &Key,
        fill: impl FnOnce(&mut Store) -> Result<(), StoreError>,
    ) -> Result<(), CacheError> {
        make_private(path)?;
        let mut store = Store::new(deskbell_sqlite::encrypted::open_writer(path, key)?)?;
        fill(&mut store)?;
        // What stays in the log would be lost with it.
        Ok(store.checkpoint()?)
    }

    fn over(
        mut store: Store,
        readers: Vec<Connection>,
        keeper: LogKeeper,
        key: Key,
        options: CoreOptions,
        outlets: Outlets,
    ) -> Result<Self, CacheError> {
        store.notices_at_start()?;
        store.take_changed();
        let indexed = store.is_indexed()?;
        let (for_reader, clock, publish) = (outlets.clone(), options.clock.clone(), outlets.clone());
        let prepare = move |store: &mut Store| store.set_reader(Some(wall_time(&*clock)), for_reader.language());
        let mut told: Option<Instant> = None;
        let publish = move |store: &mut Store| {
            publish.publish(store);
            keeper.look(store.log());
            let rests = told.map_or(Duration::ZERO, |at| TOLD_EVERY.saturating_sub(at.elapsed()));
            if !store.has_changed_lazily() {
                return None;
            }
            if rests.is_zero() {
                publish.changed(store.take_changed());
                told = Some(Instant::now());
                return None;
            }
            Some(rests)
        };
        let writer = Arc::new(Writer::start(store, prepare, publish)?);
        if !indexed {
            tokio::spawn(fill_index(writer.clone()));
        }
        Ok(Self {
            name: Uuid::now_v7(),
            writer,
            readers: Arc::new(Readers::new(readers)),
            driver: Mutex::new(None),
            check: Mutex::new(None),
            room: Arc::new(Room::new(outlets.clone())),
            outlets,
            options,
            key,
        })
    }

    /// Reads on a reader.
    pub async fn read<T: Send + 'static>(
        &self,
        f: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, RpcError> {
        let read = self.readers.run(f).await.map_err(|_| errors::closed())?;
        read.map_err(|error| self.looked_at(errors::store(&error)))
    }

    /// A call that came upon damage has it looked after, whoever made it.
    fn looked_at(&self, error: RpcError) -> RpcError {
        if error.code == errors::CACHE_DAMAGED {
            self.report_damage();
        }
        error
    }

    /// Somebody came upon a part that cannot be read.
    pub fn report_damage(&self) {
        // Where nobody listens the profile is being closed.
        let _ = self.outlets.damaged.send(self.name);
    }

    /// Works on the store for a person.
    pub async fn write<T: Send + 'static>(
        &self,
        f: impl FnOnce(&mut Store, Moment) -> Result<T, RpcError> + Send + 'static,
    ) -> Result<T, RpcError> {
        let local_ms = self.options.clock.now_ms();
        let job = move |store: &mut Store| {
            let skew_ms = store.skew_ms().map_err(|error| errors::store(&error))?;
            f(store, Moment { local_ms, skew_ms })
        };
        let done = self.writer.run(Urgency::Click, job).await.map_err(|_| errors::closed())?;
        done.map_err(|error| self.looked_at(error))
    }

    /// Gives commands: as [`Cache::write`], and the driver hears of it.
    pub async fn command<T: Send + 'static>(
        &self,
        f: impl FnOnce(&mut Store, Moment) -> Result<T, RpcError> + Send + 'static,
    ) -> Result<T, RpcError> {
        let done = self.write(f).await?;
        self.tell(Event::Outbox);
        Ok(done)
    }

    /// The stored session; `None` where the sign-in was not finished.
    pub async fn session(&self) -> Result<Option<StoredSession>, RpcError> {
        self.read(crate::store::session_of).await
    }

    /// Starts syncing, in place of an earlier driver.
    pub async fn start_driver(&self) -> Result<(), RpcError> {
        let Some(session) = self.session().await? else { return Ok(()) };
        let client = HubClient::new(&session.hub, Some(session.token), self.options.patience())
            .map_err(|error| errors::plain("not_an_address", error))?;
        self.stop_driver().await;
        let outlets = self.outlets.clone();
        let changed = move || outlets.changed(["status".to_string(), "session".to_string()]);
        let (report, name) = (self.outlets.damaged.clone(), self.name);
        let damaged = move || {
            let _ = report.send(name);
        };
        self.room.enter(client.clone());
        let (writer, clock) = (self.writer.clone(), self.options.clock.clone());
        let driver = Driver::start(client, writer, clock, self.room.clone(), changed, damaged);
        *self.lock_driver() = Some(driver);
        Ok(())
    }

    /// Looks through a large file while its owner works already; a small one was looked through before.
    pub fn check_behind(&self, path: &Path) {
        if !is_large(path) {
            return;
        }
        let (report, name) = (self.outlets.damaged.clone(), self.name);
        let damaged = move || {
            let _ = report.send(name);
        };
        if let Ok(check) = Check::begin(path, &self.key, damaged) {
            *self.check.lock().unwrap_or_else(PoisonError::into_inner) = Some(check);
        }
    }

    /// Stops syncing.
    pub async fn stop_driver(&self) {
        let driver = self.lock_driver().take();
        if let Some(driver) = driver {
            driver.stop().await;
        }
        self.room.leave();
    }

    /// Tells the driver what has happened, where one runs.
    pub fn tell(&self, event: Event) {
        if let Some(driver) = self.lock_driver().as_ref() {
            driver.tell(event);
        }
    }

    /// Whether a driver runs.
    pub fn is_driven(&self) -> bool {
        self.lock_driver().is_some()
    }

    /// What the driver says of the network; `None` where none runs.
    pub fn view(&self) -> Option<View> {
        self.lock_driver().as_ref().map(Driver::view)
    }

    /// Whether nothing more can be done now.
    pub async fn is_settled(&self) -> Result<bool, RpcError> {
        let Some(settled) = self.lock_driver().as_ref().map(Driver::settled) else { return Ok(true) };
        // Nobody clicked: what is being written is not undone for it.
        let settled =
            self.writer.run(Urgency::Sync, move |store| settled(store)).await.map_err(|_| errors::closed())?;
        settled.map_err(|error| self.looked_at(errors::store(&error)))
    }

    /// Finishes what is queued and closes the files.
    pub async fn close(&self) {
        self.stop_driver().await;
        if let Some(check) = self.check.lock().unwrap_or_else(PoisonError::into_inner).take() {
            check.give_up();
        }
        self.readers.close();
        self.writer.close().await;
    }

    fn lock_driver(&self) -> MutexGuard<'_, Option<Driver>> {
        self.driver.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Cache {
    fn drop(&mut self) {
        self.room.leave();
    }
}

/// Makes the search index that an older program did not, or made otherwise, piece by piece behind everything else.
async fn fill_index(writer: Arc<Writer>) {
    let (mut pace, mut long) = (Pace::default(), Pace::giving_way());
    let mut gave_way = false;
    loop {
        let gives_way = !gave_way;
        let pace = if gives_way { &mut long } else { &mut pace };
        let rows = pace.rows();
        let piece = move |store: &mut Store| {
            let began = Instant::now();
            let filled = if gives_way {
                store.giving_way(|store| store.fill_index(rows))
            } else {
                store.fill_index(rows).map(Some)
            };
            filled.map(|filled| filled.map(|complete| (complete, began.elapsed())))
        };
        let filled = writer.run(Urgency::Sync, piece).await;
        gave_way = matches!(filled, Ok(Ok(None)));
        if let Ok(Ok(Some((_, took)))) = filled {
            pace.measured(rows, took);
        }
        match filled.map(|filled| filled.map(|filled| filled.is_some_and(|(complete, _)| complete))) {
            Ok(Ok(false)) => {}
            Ok(Ok(true)) => return tracing::debug!("everything can be found"),
            Ok(Err(error)) => return tracing::warn!(%error, "the search index is made at the next start"),
            // The profile was closed: it goes on from there.
            Err(_) => return,
        }
    }
}

fn open_files(path: &std::path::Path, key: &Key) -> Result<(Store, Vec<Connection>, LogKeeper), CacheError> {
    make_private(path)?;
    #[cfg_attr(not(test), expect(unused_mut, reason = "a test watches it"))]
    let mut writer = deskbell_sqlite::encrypted::open_writer(path, key)?;
    #[cfg(test)]
    crate::rpc::hot::watch(&mut writer, path);
    if !is_large(path) {
        check_file(&writer)?;
    }
    let mut store = Store::new(writer)?;
    store.watch_log()?;
    let readers = (0..READERS).map(|_| open_reader(path, key)).collect::<Result<_, _>>()?;
    let keeper = LogKeeper::start(deskbell_sqlite::encrypted::open_reader(path, key)?)?;
    Ok((store, readers, keeper))
}

fn open_reader(path: &std::path::Path, key: &Key) -> Result<Connection, OpenError> {
    #[cfg_attr(not(test), expect(unused_mut, reason = "a test watches it"))]
    let mut reader = deskbell_sqlite::encrypted::open_reader(path, key)?;
    #[cfg(test)]
    crate::rpc::hot::watch(&mut reader, path);
    Ok(reader)
}

/// Its owner's only, before anything is in it; SQLite gives the files beside it the same rights.
fn make_private(path: &std::path::Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

impl CoreOptions {
    /// How long the hub may take.
    pub(crate) fn patience(&self) -> Patience {
        Patience { connect: self.connect_timeout, request: self.request_timeout, silence: self.silence }
    }
}
