//! What the machine hears and what it asks for: the words between it and whoever runs it.

use super::Failure;
use crate::store::Boot;
use deskbell_protocol::{Changes, Commands, Generation, HubInfo, Results, Session, Snapshot, Stamp};

/// A request to make.
#[derive(Debug, Clone)]
pub enum Request {
    /// `GET /v1/hub`
    Hub,
    /// `GET /v1/session`
    Session {
        /// Generation and newest point of history that are known; `None` once the hub has said that they are no more.
        seen: Option<(Generation, Stamp)>,
    },
    /// `GET /v1/changes`
    Pull {
        /// The cursor.
        since: u64,
        /// Generation that is known.
        generation: Generation,
        /// Newest point of history that is known.
        seen: Stamp,
        /// Most changes.
        limit: u32,
    },
    /// `GET /v1/snapshot/{scope}`
    Snapshot {
        /// What to fetch.
        boot: Boot,
        /// Generation that is known.
        generation: Generation,
        /// Newest point of history that is known.
        seen: Stamp,
        /// Most rows.
        limit: u32,
    },
    /// `POST /v1/commands`
    Push(Commands),
}

/// What to do.
#[derive(Debug, Clone)]
pub enum Action {
    /// Make a request; its answer comes back as [`Event::Answer`] or [`Event::Failed`].
    Send(Request),
    /// Open the event stream.
    OpenEvents {
        /// The cursor.
        cursor: u64,
        /// Generation that is known.
        generation: Generation,
        /// Newest point of history that is known.
        seen: Stamp,
    },
    /// Close it.
    CloseEvents,
    /// Come back with [`Event::Tick`] at this steady time.
    WakeAt(u64),
}

/// Kinds of requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// See [`Request::Hub`].
    Hub,
    /// See [`Request::Session`].
    Session,
    /// See [`Request::Pull`].
    Pull,
    /// See [`Request::Snapshot`].
    Snapshot,
    /// See [`Request::Push`].
    Push,
}

impl Request {
    /// Its kind.
    pub fn kind(&self) -> Kind {
        match self {
            Request::Hub => Kind::Hub,
            Request::Session { .. } => Kind::Session,
            Request::Pull { .. } => Kind::Pull,
            Request::Snapshot { .. } => Kind::Snapshot,
            Request::Push(_) => Kind::Push,
        }
    }
}

/// An answer.
#[derive(Clone)]
pub enum Reply {
    /// To [`Request::Hub`].
    Hub(HubInfo),
    /// To [`Request::Session`].
    Session(Session),
    /// To [`Request::Pull`].
    Pull(Changes),
    /// To [`Request::Snapshot`].
    Snapshot(Snapshot),
    /// To [`Request::Push`].
    Push(Results),
}

/// What has happened.
#[derive(Clone)]
pub enum Event {
    /// The driver runs; also the wait of [`Action::WakeAt`] is over.
    Tick,
    /// There is something new in the outbox.
    Outbox,
    /// The person wants it now.
    SyncNow,
    /// The computer has slept: the connection is likely dead, and nobody has been told.
    Woke,
    /// An answer.
    Answer(Reply),
    /// A request failed.
    Failed(Kind, Failure),
    /// The event stream is open.
    EventsOpen,
    /// There is something to pull.
    EventsHead(Stamp),
    /// Here it is.
    EventsChanges(Changes),
    /// The stream ended, by itself or by a failure.
    EventsEnded(Option<Failure>),
}
