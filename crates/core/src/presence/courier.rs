//! Gives presence a network and a clock.

use super::{Do, Here, Presence};
use crate::cache::Outlets;
use crate::http::HubClient;
use crate::notify::View;
use deskbell_domain::ChatId;
use deskbell_protocol::{Ephemeral, EventEphemeral};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{Notify, mpsc};
use tokio::task::AbortHandle;

/// What the hub does not take in this time is not true any more.
const PATIENCE: Duration = Duration::from_secs(3);

/// Everybody who is in a chat, as far as this program knows.
pub(crate) struct Room {
    presence: Mutex<Presence>,
    outlets: Outlets,
    started: Instant,
    post: Mutex<Option<Post>>,
    /// Something changed: when time changes the next thing is to be looked up again.
    changed: Notify,
}

/// Who brings signs to the hub.
struct Post {
    signs: mpsc::UnboundedSender<Ephemeral>,
    task: AbortHandle,
}

impl Drop for Post {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Room {
    /// A room in which nobody is known.
    pub fn new(outlets: Outlets) -> Self {
        Self {
            presence: Mutex::default(),
            outlets,
            started: Instant::now(),
            post: Mutex::new(None),
            changed: Notify::new(),
        }
    }

    /// From now on signs go to this hub.
    pub fn enter(self: &Arc<Self>, client: HubClient) {
        let (signs, mut to_tell) = mpsc::unbounded_channel();
        let room = self.clone();
        let task = tokio::spawn(async move {
            loop {
                let wakes = lock(&room.presence).wakes_ms();
                tokio::select! {
                    sign = to_tell.recv() => match sign {
                        // One after the other: what is said last is what holds.
                        Some(sign) => drop(tokio::time::timeout(PATIENCE, client.tell(&sign)).await),
                        None => return,
                    },
                    () = room.changed.notified() => {}
                    () = sleep_until(wakes.map(|ms| room.started + Duration::from_millis(ms))) => {
                        room.with(Presence::tick);
                    }
                }
            }
        });
        *lock(&self.post) = Some(Post { signs, task: task.abort_handle() });
    }

    /// No hub hears anything any more.
    pub fn leave(&self) {
        lock(&self.post).take();
        self.set_online(false);
    }

    /// See [`Presence::set_online`].
    pub fn set_online(&self, online: bool) {
        self.with(|presence, now_ms| presence.set_online(online, now_ms));
    }

    /// See [`Presence::heard`].
    pub fn heard(&self, sign: EventEphemeral) {
        self.with(|presence, now_ms| presence.heard(sign, now_ms));
    }

    /// See [`Presence::look`].
    pub fn look(&self, view: View) {
        self.with(|presence, now_ms| presence.look(view, now_ms));
    }

    /// See [`Presence::types`].
    pub fn types(&self, chat: ChatId) {
        self.with(|presence, now_ms| presence.types(chat, now_ms));
    }

    /// See [`Presence::sent`].
    pub fn sent(&self, chat: ChatId) {
        self.with(|presence, now_ms| presence.sent(chat, now_ms));
    }

    /// See [`Presence::here`].
    pub fn here(&self, chat: ChatId) -> Option<Here> {
        lock(&self.presence).here(chat, self.now_ms())
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn with(&self, f: impl FnOnce(&mut Presence, u64) -> Vec<Do>) {
        let todo = f(&mut lock(&self.presence), self.now_ms());
        for one in todo {
            match one {
                Do::Changed(chat) => self.outlets.changed([format!("presence:{chat}")]),
                Do::Tell(sign) => {
                    if let Some(post) = lock(&self.post).as_ref() {
                        // One that has ended has nobody to tell.
                        let _ = post.signs.send(sign);
                    }
                }
            }
        }
        self.changed.notify_one();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn sleep_until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at.into()).await,
        None => std::future::pending().await,
    }
}
