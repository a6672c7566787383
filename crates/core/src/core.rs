//! A profile that is open: what the window, the command line and the tests hold.

use crate::cache::{Cache, CacheError, Outlets};
use crate::clock::{Clock, SystemClock};
use crate::notify::{NoticeAction, NoticeEvent};
use crate::profile::{Profile, ProfileError};
use crate::rpc::types::{CoreEvent, LockReason, RpcError, Status};
use crate::rpc::{self, errors};
use crate::secrets::{FoundKey, SecretStore, SystemKeyring, find_cache_key};
use crate::sync::Event;
use deskbell_sqlite::{Key, OpenError};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{RwLock, broadcast, mpsc};

/// What differs between the program, the command line and tests.
#[derive(Clone)]
pub struct CoreOptions {
    /// Where the cache's key is kept.
    pub secrets: Arc<dyn SecretStore>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// What the member recognises in the list of devices.
    pub device_name: String,
    /// How long a hub may take to accept a connection.
    pub connect_timeout: Duration,
    /// How long a hub may take for an answer.
    pub request_timeout: Duration,
    /// Longest silence of the event stream; a longer one is a dead connection.
    pub silence: Duration,
    /// Whether syncing begins by itself. The command line syncs only when asked.
    pub background_sync: bool,
}

impl Default for CoreOptions {
    fn default() -> Self {
        Self {
            secrets: Arc::new(SystemKeyring),
            clock: Arc::new(SystemClock),
            device_name: "Deskbell".into(),
            connect_timeout: Duration::from_secs(10),
            request_timeout: Duration::from_secs(30),
            silence: Duration::from_secs(45),
            background_sync: true,
        }
    }
}

/// Why a profile cannot be opened at all. A locked cache, or nobody signed in, is a state and no error.
#[derive(Debug, thiserror::Error)]
pub enum CoreError {
    /// The directory cannot be used, or another program has it.
    #[error(transparent)]
    Profile(#[from] ProfileError),
}

impl From<CoreError> for RpcError {
    fn from(error: CoreError) -> Self {
        let CoreError::Profile(why) = &error;
        let (code, retryable) = (why.code().into(), matches!(why, ProfileError::InUse(_)));
        RpcError { code, message: format!("{error}."), retryable, params: Default::default() }
    }
}

/// An open profile. A handle: clones are the same profile.
#[derive(Clone)]
pub struct Core {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    /// Nobody else has the profile as long as this is held.
    pub profile: Profile,
    pub options: CoreOptions,
    pub outlets: Outlets,
    pub state: RwLock<State>,
    notices: Mutex<Option<mpsc::Receiver<NoticeEvent>>>,
}

/// What is open.
pub(crate) enum State {
    /// There is no cache, or nobody has signed in.
    SignedOut,
    /// There is a cache, and its key cannot be had now.
    Locked(LockReason),
    /// The cache is open.
    Open(Arc<Cache>),
    /// The profile was closed.
    Closed,
}

impl Core {
    /// Opens the profile in this folder, making it where there is none. Never waits for the network.
    pub async fn open(profile_dir: &Path, options: CoreOptions) -> Result<Core, CoreError> {
        let profile = Profile::open(profile_dir)?;
        let (events, _) = broadcast::channel(256);
        let (notices, listener) = mpsc::channel(64);
        let core = Core {
            inner: Arc::new(Inner {
                profile,
                options,
                outlets: Outlets { events, notices },
                state: RwLock::new(State::SignedOut),
                notices: Mutex::new(Some(listener)),
            }),
        };
        core.open_cache().await;
        Ok(core)
    }

    /// Looks for the key and opens the cache with it. What hinders is a state.
    pub(crate) async fn open_cache(&self) {
        let inner = &self.inner;
        let found = find_cache_key(&inner.profile, inner.options.secrets.as_ref()).await;
        let state = match found {
            _ if !inner.profile.has_cache() => State::SignedOut,
            FoundKey::None => State::SignedOut,
            FoundKey::Locked(why) => State::Locked(why),
            FoundKey::Open(key) => match self.open_with(key).await {
                Ok(cache) => opened(cache).await,
                Err(error) => {
                    tracing::error!(%error, "the cache does not open");
                    State::Locked(LockReason::KeyLost)
                }
            },
        };
        self.set_state(state).await;
    }

    /// Opens the cache with its key, and begins to sync where somebody is signed in.
    pub(crate) async fn open_with(&self, key: Key) -> Result<Arc<Cache>, CacheError> {
        let inner = &self.inner;
        let cache = Cache::open(inner.profile.cache_path(), key, inner.options.clone(), inner.outlets.clone()).await?;
        let cache = Arc::new(cache);
        if inner.options.background_sync
            && let Err(error) = cache.start_driver().await
        {
            tracing::error!(code = error.code, "syncing does not begin");
        }
        Ok(cache)
    }

    pub(crate) async fn set_state(&self, state: State) {
        *self.inner.state.write().await = state;
        self.inner.outlets.changed(["session".to_string(), "status".to_string()]);
    }

    /// Somebody is signed in on this cache now; unless the profile was closed meanwhile.
    pub(crate) async fn enter(&self, cache: Arc<Cache>) -> Result<(), RpcError> {
        let mut state = self.inner.state.write().await;
        if matches!(*state, State::Closed) {
            drop(state);
            cache.close().await;
            return Err(errors::closed());
        }
        *state = State::Open(cache);
        drop(state);
        self.inner.outlets.changed(["session".to_string(), "status".to_string()]);
        Ok(())
    }

    /// The open cache; an error says why there is none.
    pub(crate) async fn cache(&self) -> Result<Arc<Cache>, RpcError> {
        match &*self.inner.state.read().await {
            State::Open(cache) => Ok(cache.clone()),
            State::Locked(_) => Err(errors::locked()),
            State::SignedOut => Err(errors::signed_out()),
            State::Closed => Err(errors::closed()),
        }
    }

    /// Asks something of the list in [`crate::rpc`].
    pub async fn rpc(&self, name: &str, args: serde_json::Value) -> Result<serde_json::Value, RpcError> {
        rpc::call(self, name, args).await
    }

    /// What changes, from now on. A listener that falls behind (`Lagged`) reads everything again.
    pub fn events(&self) -> broadcast::Receiver<CoreEvent> {
        self.inner.outlets.events.subscribe()
    }

    /// What is to be notified. There is one listener: a second call gets a channel that is silent.
    pub fn notices(&self) -> mpsc::Receiver<NoticeEvent> {
        let taken = self.inner.notices.lock().unwrap_or_else(PoisonError::into_inner).take();
        taken.unwrap_or_else(|| mpsc::channel(1).1)
    }

    /// Does what the person chose in a notification.
    pub async fn act(&self, notice: &str, action: NoticeAction) -> Result<(), RpcError> {
        rpc::act(self, notice, action).await
    }

    /// The desktop has confirmed that it shows this notification.
    pub async fn notice_shown(&self, notice: &str) {
        let Ok(cache) = self.cache().await else { return };
        let id = notice.to_string();
        let noted = cache.write(move |store, _| store.notice_shown(&id).map_err(|error| errors::store(&error))).await;
        if let Err(error) = noted {
            tracing::warn!(code = error.code, "a notification may be shown again");
        }
    }

    /// Unread chats, as badges count them.
    pub async fn unread_count(&self) -> u32 {
        match self.cache().await {
            Ok(cache) => cache.read(crate::store::query::unread_badges).await.unwrap_or(0),
            Err(_) => 0,
        }
    }

    /// Syncs until nothing more can be done now: everything is here and the outbox is empty, or the hub does not answer;
    /// at most for `patience`. Returns what the strip says then.
    pub async fn settle(&self, patience: Duration) -> Result<Status, RpcError> {
        let cache = self.cache().await?;
        let end = tokio::time::Instant::now() + patience;
        if cache.is_driven() {
            cache.tell(Event::SyncNow);
        } else {
            cache.start_driver().await?;
        }
        // Whatever happens changes the status; a look now and then covers what does not say so.
        let mut events = self.events();
        while !cache.is_settled().await? && tokio::time::Instant::now() < end {
            let look = tokio::time::Instant::now() + Duration::from_millis(25);
            let _ = tokio::time::timeout_at(look.min(end), events.recv()).await;
        }
        rpc::status(self).await
    }

    /// Stops syncing, finishes what is being written and closes the cache.
    pub async fn shutdown(&self) {
        let state = std::mem::replace(&mut *self.inner.state.write().await, State::Closed);
        if let State::Open(cache) = state {
            cache.close().await;
        }
    }
}

/// The state of a cache that opens. One on which nobody ever signed in is as good as none: signing in makes another.
pub(crate) async fn opened(cache: Arc<Cache>) -> State {
    if let Ok(None) = cache.session().await {
        cache.close().await;
        return State::SignedOut;
    }
    State::Open(cache)
}

/// Whether another key, or another file, is what would help.
pub(crate) fn is_unreadable(error: &CacheError) -> bool {
    match error {
        CacheError::Open(error) => !matches!(error, OpenError::DiskFull(_) | OpenError::Other(_)),
        CacheError::Store(error) => error.is_damaged(),
        CacheError::Thread(_) => false,
    }
}
