//! The cache: visible rows, the confirmed rows behind those that pending commands have changed, and the outbox.
//!
//! Synchronous, and handed a connection: one writer thread owns it in the program, a simulator holds many at once. Every
//! change is one immediate transaction ([`Store::write`]); what it touched is published only after the commit. Functions
//! that only read take a plain connection, so that they run on a `query_only` reader as well.

mod acts;
mod boots;
mod check;
mod differences;
mod digests;
mod drafts;
mod feed;
mod holding;
mod index;
mod listed;
mod meta;
mod notices;
mod outbox;
mod pending;
mod pins;
mod project;
pub mod query;
mod rare;
mod removed;
mod rescued;
mod restored;
mod results;
mod rows;
mod scopes;
mod submit;
mod sweep;
mod unknown;
mod views;

pub(crate) use acts::newest_act;
pub use acts::{Act, Deed, Undone};
pub use boots::Boot;
pub(crate) use check::differences;
pub use check::memory;
use differences::{derived_differences, index_differences};
pub(crate) use drafts::get as draft_of;
pub use feed::Applied;
pub(crate) use holding::{held_back, held_until};
pub(crate) use meta::{
    CURSOR, IDENTITY, SESSION, SKEW, STAMP, cloned_device, knows_what_is_missing, session as session_of, up_to_date_ms,
};
pub use meta::{Identity, StoredSession};
pub(crate) use outbox::OUTBOX_COLUMNS;
pub use outbox::{OutboxItem, OutboxState, Reason, WaitingCounts, waiting_counts};
pub use rescued::Rescue;
pub(crate) use rescued::{is_rescued_fact, rescue_of};
pub(crate) use results::has_ready;
pub use results::{Pushed, has_waiting};
pub(crate) use scopes::{any_booting as is_booting, percent_here};
pub use submit::{Moment, NewCommand, SubmitError, Submitted};
pub(crate) use views::{last_place, reading_of, view_of};

use crate::notify::{NoticeEvent, Reader};
use deskbell_domain::{ChatId, Kind, RowError};
use deskbell_sqlite::LogLength;
use rusqlite::{Connection, ErrorCode, Transaction, TransactionBehavior};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use uuid::Uuid;

/// The tag of a change that concerns everything that is shown.
pub(crate) const EVERYTHING: &str = "*";

/// Positions from here on are of entries that only this device has.
pub(crate) const LOCAL_POS: i64 = 1 << 60;

mod embedded {
    refinery::embed_migrations!("migrations");
}

/// Why the cache did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// SQLite failed.
    #[error("the cache failed: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The tables could not be brought to their newest shape.
    #[error("the cache could not be brought up to date: {0}")]
    Migration(#[from] Box<refinery::Error>),
    /// A row cannot be read.
    #[error(transparent)]
    Row(#[from] RowError),
    /// A stored value cannot be read.
    #[error("a stored value cannot be read: {0}")]
    Value(#[from] serde_json::Error),
    /// A person waits for the writer: nothing was written.
    #[error("somebody waits for the cache")]
    GaveWay,
}

impl StoreError {
    /// No room on the disk: nothing was written.
    pub fn is_disk_full(&self) -> bool {
        self.has_code(&[ErrorCode::DiskFull])
    }

    /// What is in the file cannot be read any more: a part of it was overwritten or is missing.
    pub fn is_damaged(&self) -> bool {
        self.has_code(&[ErrorCode::DatabaseCorrupt, ErrorCode::NotADatabase])
    }

    /// A newer program has changed the tables: nothing is wrong with them, and this one must leave them alone.
    pub fn is_newer(&self) -> bool {
        matches!(self, StoreError::Migration(error) if matches!(error.kind(), refinery::error::Kind::MissingVersion(_)))
    }

    fn has_code(&self, codes: &[ErrorCode]) -> bool {
        let first: &(dyn std::error::Error + 'static) = self;
        std::iter::successors(Some(first), |error| error.source())
            .filter_map(|error| error.downcast_ref::<rusqlite::Error>()?.sqlite_error_code())
            .any(|code| codes.contains(&code))
    }
}

/// What a transaction of the store returns.
pub type Stored<T> = Result<T, StoreError>;

/// The cache of one member.
pub struct Store {
    connection: Connection,
    identity: Option<Identity>,
    changed: BTreeSet<String>,
    /// Of what was written lazily: whoever shows it need not hear of every piece.
    changed_lazily: BTreeSet<String>,
    reader: Reader,
    notices: Vec<NoticeEvent>,
    /// Chats whose notifications wait until all that is new is here.
    catching_up: Option<BTreeSet<ChatId>>,
    endless: Option<deskbell_domain::Scope>,
    log: LogLength,
    /// Set while a person waits for the writer.
    waits: Arc<AtomicBool>,
    gives_way: bool,
    /// Pieces of the search index may wait to be merged.
    unmerged: bool,
}

impl Store {
    /// Brings the tables up to date and reads who is signed in.
    pub fn new(mut connection: Connection) -> Stored<Self> {
        deskbell_sqlite::migrate(&mut connection, embedded::migrations::runner()).map_err(Box::new)?;
        let identity = meta::identity(&connection)?;
        let mut store = Self {
            connection,
            identity,
            changed: BTreeSet::new(),
            changed_lazily: BTreeSet::new(),
            reader: Reader::default(),
            notices: Vec::new(),
            catching_up: None,
            endless: None,
            log: LogLength::default(),
            waits: Arc::default(),
            gives_way: false,
            // Merging may have been broken off when the program ended.
            unmerged: true,
        };
        store.boot_again_for_newer_rows()?;
        store.begin_missing_index()?;
        store.list_what_is_forgotten()?;
        Ok(store)
    }

    /// Gives the connection back: a simulated program dies, its disk stays.
    pub fn into_connection(self) -> Connection {
        self.connection
    }

    /// For reading within the writer.
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    #[cfg(test)]
    pub(crate) fn connection_mut(&mut self) -> &mut Connection {
        &mut self.connection
    }

    /// Who is signed in.
    pub fn identity(&self) -> Option<Identity> {
        self.identity
    }

    /// The visible conversation.
    pub fn conversation(&self, id: deskbell_domain::ChatId) -> Stored<Option<deskbell_domain::Conversation>> {
        rows::conversation(&self.connection, id)
    }

    /// Tags of what has changed since the last call.
    pub fn take_changed(&mut self) -> BTreeSet<String> {
        let mut changed = std::mem::take(&mut self.changed_lazily);
        changed.append(&mut self.changed);
        changed
    }

    /// The same without what was written lazily.
    pub(crate) fn take_changed_now(&mut self) -> BTreeSet<String> {
        std::mem::take(&mut self.changed)
    }

    /// Whether something was written lazily since.
    pub(crate) fn has_changed_lazily(&self) -> bool {
        !self.changed_lazily.is_empty()
    }

    /// One immediate transaction. An error undoes all of it.
    pub fn write<T, E: From<StoreError>>(&mut self, f: impl FnOnce(&mut Write<'_>) -> Result<T, E>) -> Result<T, E> {
        let (value, decided, identity, touched) = {
            let tx = self.connection.transaction_with_behavior(TransactionBehavior::Immediate);
            let tx = tx.map_err(StoreError::from)?;
            let waits = self.gives_way.then_some(&*self.waits);
            let mut write = Write { tx, identity: self.identity, touched: Touched::default(), waits };
            let value = f(&mut write)?;
            write.keep_digests()?;
            let chats = write.project_touched()?;
            write.keep_index()?;
            let decided = write.decide_notices(&chats, &self.reader)?;
            let Write { tx, identity, touched, .. } = write;
            tx.commit().map_err(StoreError::from)?;
            (value, decided, identity, touched)
        };
        self.identity = identity;
        self.unmerged |= touched.indexed;
        self.changed.extend(touched.tags);
        self.tell(decided);
        Ok(value)
    }

    /// The same for what comes again should the computer lose its power: nobody waits for the disk. What is written
    /// afterwards takes it along, and nothing in between is ever missing.
    pub(crate) fn write_lazily<T, E: From<StoreError>>(
        &mut self,
        f: impl FnOnce(&mut Write<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let before = std::mem::take(&mut self.changed);
        let written = self.write_unhurried(f);
        self.changed_lazily.append(&mut std::mem::replace(&mut self.changed, before));
        written
    }

    /// As [`Store::write_lazily`], and whoever shows it hears of it at once.
    pub(crate) fn write_unhurried<T, E: From<StoreError>>(
        &mut self,
        f: impl FnOnce(&mut Write<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.connection.pragma_update(None, "synchronous", "NORMAL").map_err(StoreError::from)?;
        let written = self.write(f);
        self.connection.pragma_update(None, "synchronous", "FULL").map_err(StoreError::from)?;
        written
    }

    /// Runs what may be undone in the middle of a transaction as soon as a person waits; `None`: it was, and nothing of that
    /// transaction is here. So it can be a longer one than a click could wait for, and what each costs is paid less often.
    pub(crate) fn giving_way<T>(&mut self, f: impl FnOnce(&mut Self) -> Stored<T>) -> Stored<Option<T>> {
        self.gives_way = true;
        let done = f(self);
        self.gives_way = false;
        match done {
            Ok(value) => Ok(Some(value)),
            Err(StoreError::GaveWay) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Set by the writer's thread while a person waits.
    pub(crate) fn waits(&self) -> Arc<AtomicBool> {
        self.waits.clone()
    }

    /// From now on somebody else copies the log back ([`deskbell_sqlite::LogKeeper`]).
    pub(crate) fn watch_log(&mut self) -> Stored<()> {
        self.log = LogLength::watch(&mut self.connection)?;
        Ok(())
    }

    /// How long the log is.
    pub(crate) fn log(&self) -> &LogLength {
        &self.log
    }

    /// Copies what is left of the log, so that it begins anew.
    pub(crate) fn copy_log(&self) -> Stored<()> {
        Ok(deskbell_sqlite::copy_log(&self.connection)?)
    }

    /// Writes the log back into the file; called when the profile closes.
    pub fn checkpoint(&self) -> Stored<()> {
        self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(())
    }
}

/// An open write transaction.
pub struct Write<'a> {
    /// What it gives way to, where it does.
    waits: Option<&'a AtomicBool>,
    pub(crate) tx: Transaction<'a>,
    pub(crate) identity: Option<Identity>,
    pub(crate) touched: Touched,
}

/// What a transaction touched.
#[derive(Default)]
pub(crate) struct Touched {
    /// Chats whose row in lists is made anew before the commit.
    pub chats: BTreeSet<Uuid>,
    /// Those of them whose thread may differ.
    pub threads: BTreeSet<Uuid>,
    /// What was added to the digests of scopes.
    pub digests: BTreeMap<i64, u64>,
    /// Entries by position, and rows that may have a name, as they were before; what is searched follows them.
    pub entries: BTreeMap<i64, Option<String>>,
    pub names: BTreeMap<(Kind, Uuid), Option<String>>,
    /// The first and the last year of what came into the index.
    pub years: Option<(i16, i16)>,
    /// Whether anything came into the index.
    pub indexed: bool,
    /// Chats in which something came to wait for its author's decision.
    pub attention: BTreeSet<ChatId>,
    /// Cache tags that the UI hears of after the commit.
    pub tags: BTreeSet<String>,
    /// Which tables that are mostly empty have anything.
    rare: rare::RareRows,
}

impl Write<'_> {
    /// Looks whether a person waits, with every row of what is long.
    pub(crate) fn look_up(&self) -> Stored<()> {
        match self.waits {
            Some(waits) if waits.load(Ordering::Relaxed) => Err(StoreError::GaveWay),
            _ => Ok(()),
        }
    }

    /// The tag is published after the commit.
    pub(crate) fn tag(&mut self, tag: impl Into<String>) {
        self.touched.tags.insert(tag.into());
    }

    /// The chat's head, thread and row in lists may differ now.
    pub(crate) fn touch_chat(&mut self, chat: Uuid) {
        self.touch_listed(chat);
        if self.touched.threads.insert(chat) {
            self.tag(format!("thread:{chat}"));
        }
    }

    /// The chat's head and row in lists may differ now; its thread does not.
    pub(crate) fn touch_listed(&mut self, chat: Uuid) {
        if self.touched.chats.insert(chat) {
            self.tag(format!("chat:{chat}"));
            self.tag("chats");
            self.tag("places");
        }
    }

    /// Of the chat only what it is called, or whose it is, may differ now.
    pub(crate) fn touch_title(&mut self, chat: Uuid) {
        self.tag(format!("chat:{chat}"));
        self.tag(format!("thread:{chat}"));
    }
}

/// Generation and `seq` as one number that orders them (S5): a restored hub's rows are newer than those before.
pub(crate) fn rev_of(generation: i64, seq: u64) -> i64 {
    (generation << 48) | (seq & ((1 << 48) - 1)) as i64
}

pub(crate) fn uuid_from(bytes: [u8; 16]) -> Uuid {
    Uuid::from_bytes(bytes)
}

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
