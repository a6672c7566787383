//! A hub at work on one organization, without a socket: tests and programs in the same process use it as it is.

use crate::auth::{Accounts, Tries};
use crate::clock::{Clock, Random, SystemClock, SystemRandom, new_id, number};
use crate::commit::{Committer, Item, Job, Refused, Seen, Submission};
use crate::feed::Recent;
use crate::private;
use crate::store::{Head, Readers, SqliteStore, StoreError, StoredRow};
use deskbell_domain::{
    Actor, Command, CommandId, DeviceId, Kind, MemberId, Name, Organization, OrganizationId, Product,
};
use deskbell_domain::{Outcome, Row};
use deskbell_protocol::{CommandResult, Commands, EventEphemeral, Generation, Results, Stamp};
use deskbell_sqlite::OpenError;
use rusqlite::Connection;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use uuid::Uuid;

/// Jobs that may wait for the writer; more wait in their senders.
const QUEUE: usize = 1024;
/// Signs that a slow stream may be behind; older ones are lost to it, and they would not be true any more.
const SIGNS: usize = 256;

/// A hub that cannot start or do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum HubError {
    /// Another hub works on these data.
    #[error("another deskbell-hub is working on {0}: stop it first")]
    InUse(PathBuf),
    /// The directory or a file in it cannot be used.
    #[error("{path} cannot be used")]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file of the organization is something else.
    #[error("{0} is not the database of a hub: put a copy of it back, or choose another directory with --data")]
    NotADatabase(PathBuf),
    /// The store cannot.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A submission was refused as a whole.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// A command of the hub itself was refused.
    #[error("{kind} was refused: {outcome:?}")]
    Outcome {
        /// The command.
        kind: &'static str,
        /// The refusal.
        outcome: Outcome,
    },
    /// The password cannot be used.
    #[error(transparent)]
    Password(#[from] crate::auth::PasswordError),
}

/// Time and chance of a hub.
#[derive(Clone)]
pub struct HubOptions {
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Where random bits come from.
    pub random: Arc<dyn Random>,
}

impl Default for HubOptions {
    fn default() -> Self {
        Self { clock: Arc::new(SystemClock), random: Arc::new(SystemRandom) }
    }
}

/// A new organization.
#[derive(Debug, Clone, PartialEq)]
pub struct NewOrganization {
    /// Its name.
    pub name: Name,
    /// Which menus it gets.
    pub product: Product,
}

/// A hub; a cheap handle to it.
#[derive(Clone)]
pub struct Hub {
    inner: Arc<Inner>,
}

struct Inner {
    data: PathBuf,
    options: HubOptions,
    organization: OrganizationId,
    generation: Generation,
    jobs: Mutex<Option<mpsc::Sender<Job>>>,
    writer: Mutex<Option<std::thread::JoinHandle<()>>>,
    readers: Arc<Readers>,
    head: watch::Receiver<Stamp>,
    recent: Arc<Recent>,
    stopping: watch::Sender<bool>,
    signs: broadcast::Sender<EventEphemeral>,
    accounts: Accounts,
    tries: Tries,
    /// Held while the hub works; the system lets go of it even when the process is killed.
    lock: Mutex<Option<Lock>>,
}

/// Name of the database in the data directory.
pub(crate) const FILE: &str = "hub.db";

impl Hub {
    /// Opens the organization in a data directory.
    pub fn open(data: &Path, options: HubOptions) -> Result<Self, HubError> {
        if !data.join(FILE).is_file() {
            return Err(StoreError::NoOrganization.into());
        }
        let lock = lock(data)?;
        let store = open_store(&data.join(FILE))?;
        Self::start(data, options, store, lock)
    }

    /// Makes an organization in a data directory that has none, and opens it. One that was begun and never had anybody in it is
    /// none: `init` was killed, or the disk was full.
    pub fn create(data: &Path, new: NewOrganization, options: HubOptions) -> Result<Self, HubError> {
        private::make_directory(data).map_err(|source| HubError::Io { path: data.into(), source })?;
        let lock = lock(data)?;
        let file = data.join(FILE);
        // SQLite would make it for everybody to read; the files that it makes beside it are as this one is.
        private::open_file(&file).map_err(|source| HubError::Io { path: file.clone(), source })?;
        let mut store = open_store(&file)?;
        store.forget_a_false_start()?;
        let id = OrganizationId(new_id(&*options.clock, &*options.random));
        let generation = Generation(format!("{:016x}", number(&*options.random)));
        let organization = Organization { id, name: new.name, product: new.product };
        store.found(organization, &generation, number(&*options.random), options.clock.now_ms())?;
        Self::start(data, options, store, lock)
    }

    fn start(data: &Path, options: HubOptions, mut store: SqliteStore, lock: Lock) -> Result<Self, HubError> {
        let head = store.head()?;
        let accounts = Accounts::load(store.connection())?;
        let (jobs, queue) = mpsc::channel(QUEUE);
        let (tell, told) = watch::channel(head.stamp);
        let recent = Arc::new(Recent::new(head.stamp));
        let io = |source| HubError::Io { path: data.into(), source };
        let keeper = deskbell_sqlite::LogKeeper::start(
            deskbell_sqlite::open_reader(&data.join(FILE)).map_err(StoreError::from)?,
        )
        .map_err(io)?;
        let committer = Committer::new(store, keeper, queue, tell, recent.clone(), options.random.clone())
            .map_err(StoreError::from)?;
        let writer = std::thread::Builder::new().name("committer".into()).spawn(move || committer.run()).map_err(io)?;
        let inner = Inner {
            data: data.into(),
            options,
            organization: head.organization,
            generation: head.r#gen,
            jobs: Mutex::new(Some(jobs)),
            writer: Mutex::new(Some(writer)),
            readers: Arc::new(Readers::new(data.join(FILE))),
            head: told,
            recent,
            stopping: watch::Sender::new(false),
            signs: broadcast::Sender::new(SIGNS),
            accounts,
            tries: Tries::default(),
            lock: Mutex::new(Some(lock)),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Finishes what was accepted and closes the file. Whatever comes later is refused.
    pub async fn stop(&self) {
        self.inner.stopping.send_replace(true);
        drop(self.inner.jobs.lock().unwrap_or_else(PoisonError::into_inner).take());
        let writer = self.inner.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(writer) = writer
            && tokio::task::spawn_blocking(move || writer.join()).await.is_err()
        {
            tracing::error!("the writer ended badly");
        }
        // Not left to the last handle: a connection that is not quite closed has one too.
        drop(self.inner.lock.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    /// Ends what never ends by itself (event streams), so that a server can let go of its connections.
    pub fn begin_stop(&self) {
        self.inner.stopping.send_replace(true);
    }

    /// Becomes `true` when the hub stops.
    pub fn stopping(&self) -> watch::Receiver<bool> {
        self.inner.stopping.subscribe()
    }

    /// Tells every stream what a member does at this moment; nothing is stored.
    pub fn tell(&self, sign: EventEphemeral) {
        // An error says that nobody listens.
        let _ = self.inner.signs.send(sign);
    }

    /// What members do, from now on.
    pub fn signs(&self) -> broadcast::Receiver<EventEphemeral> {
        self.inner.signs.subscribe()
    }

    /// The data directory.
    pub fn data(&self) -> &Path {
        &self.inner.data
    }

    /// The organization.
    pub fn organization(&self) -> OrganizationId {
        self.inner.organization
    }

    /// Generation of the data.
    pub fn generation(&self) -> &Generation {
        &self.inner.generation
    }

    /// What time it is.
    pub fn now_ms(&self) -> i64 {
        self.inner.options.clock.now_ms()
    }

    /// Where random bits come from.
    pub fn random(&self) -> &dyn Random {
        &*self.inner.options.random
    }

    /// The same, to take to another thread.
    pub fn shared_random(&self) -> Arc<dyn Random> {
        self.inner.options.random.clone()
    }

    /// A new identifier.
    pub fn new_id(&self) -> Uuid {
        new_id(&*self.inner.options.clock, &*self.inner.options.random)
    }

    /// Accounts and devices.
    pub fn accounts(&self) -> &Accounts {
        &self.inner.accounts
    }

    /// Failed tries to sign in.
    pub(crate) fn tries(&self) -> &Tries {
        &self.inner.tries
    }

    /// What was committed lately.
    pub(crate) fn recent(&self) -> &Recent {
        &self.inner.recent
    }

    /// The newest point of history, and word of every newer one.
    pub fn subscribe(&self) -> watch::Receiver<Stamp> {
        self.inner.head.clone()
    }

    /// The newest point of history.
    pub fn head(&self) -> Stamp {
        *self.inner.head.borrow()
    }

    /// Commands of a member's device.
    pub async fn submit(&self, member: MemberId, device: DeviceId, commands: Commands) -> Result<Results, Refused> {
        let now_ms = self.now_ms();
        let items = commands.commands.iter().map(|c| Item::pushed(member, device, now_ms, c)).collect();
        let seen = Some(Seen { r#gen: commands.r#gen, stamp: commands.seen });
        self.commit(Submission { seen, items }).await
    }

    /// A command of the hub itself, now. It is not remembered: what must not happen twice has an identifier of its own.
    pub async fn execute(&self, actor: Actor, command: impl Into<Command>) -> Result<CommandResult, Refused> {
        let item = Item::own(CommandId(self.new_id()), actor, command.into(), self.now_ms());
        let mut results = self.commit(Submission { seen: None, items: vec![item] }).await?;
        results.results.pop().ok_or(Refused::Internal)
    }

    /// As [`Hub::execute`], where a refusal is a fault.
    pub async fn carry_out(&self, actor: Actor, command: impl Into<Command>) -> Result<CommandResult, HubError> {
        let command = command.into();
        let kind = command.kind();
        let result = self.execute(actor, command).await?;
        if result.outcome.is_done() { Ok(result) } else { Err(HubError::Outcome { kind, outcome: result.outcome }) }
    }

    /// A submission as it is.
    pub async fn commit(&self, submission: Submission) -> Result<Results, Refused> {
        let (sender, answer) = oneshot::channel();
        self.queue(Job::Submit(submission, sender)).await?;
        answer.await.unwrap_or(Err(Refused::Internal))
    }

    async fn queue(&self, job: Job) -> Result<(), Refused> {
        let jobs = self.inner.jobs.lock().unwrap_or_else(PoisonError::into_inner).clone();
        jobs.ok_or(Refused::Stopping)?.send(job).await.map_err(|_| Refused::Stopping)
    }

    /// Reads in one transaction of a connection that cannot write, off the async threads.
    pub async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let readers = self.inner.readers.clone();
        let _turn = self.inner.readers.turn().await;
        match tokio::task::spawn_blocking(move || readers.with(read)).await {
            Ok(answer) => answer,
            Err(_) => Err(StoreError::Panicked),
        }
    }

    /// Writes to tables that no command touches, on the writer's thread between two commits.
    pub async fn write<T: Send + 'static>(
        &self,
        write: impl FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, HubError> {
        let (sender, answer) = oneshot::channel();
        let job = move |store: &mut SqliteStore| {
            let _ = sender.send(write(store.connection()));
        };
        self.queue(Job::Write(Box::new(job))).await?;
        Ok(answer.await.map_err(|_| StoreError::Panicked)??)
    }

    /// A row, where it is.
    pub async fn row(&self, kind: Kind, id: Uuid) -> Result<Option<StoredRow>, StoreError> {
        self.read(move |connection| crate::store::read_row(connection, kind, id)).await
    }

    /// All rows of a kind.
    pub async fn rows(&self, kind: Kind) -> Result<Vec<Row>, StoreError> {
        let rows = self.read(move |connection| crate::store::read_all(connection, kind)).await?;
        Ok(rows.into_iter().map(|r| r.row).collect())
    }

    /// The organization as it is now.
    pub async fn state(&self) -> Result<Head, StoreError> {
        self.read(crate::store::read_head).await
    }
}

/// The right to work on the data, for as long as it is held.
#[derive(Debug)]
pub(crate) struct Lock(File);

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing is not enough: a program that is being started at this moment may have the file too, until it runs.
        if let Err(error) = self.0.unlock() {
            tracing::warn!(%error, "the lock of the data could not be given back; it goes with the process");
        }
    }
}

/// Takes the right to work on the data.
pub(crate) fn lock(data: &Path) -> Result<Lock, HubError> {
    let path = data.join("hub.lock");
    let file = private::open_file(&path).map_err(|source| HubError::Io { path: path.clone(), source })?;
    match file.try_lock() {
        Ok(()) => Ok(Lock(file)),
        Err(TryLockError::WouldBlock) => Err(HubError::InUse(data.into())),
        Err(TryLockError::Error(source)) => Err(HubError::Io { path, source }),
    }
}

pub(crate) fn open_store(file: &Path) -> Result<SqliteStore, HubError> {
    SqliteStore::open(file).map_err(|error| match error {
        StoreError::Open(OpenError::NotADatabase(_)) => HubError::NotADatabase(file.into()),
        error => error.into(),
    })
}
