//! A profile that is open: what the window, the command line and the tests hold.

use crate::cache::{Cache, CacheError, Outlets};
use crate::clock::{Clock, SystemClock};
use crate::notify::{self, Language, NoticeAction, Notices};
use crate::page::Page;
use crate::profile::{Profile, ProfileError};
use crate::rescue::{self, Found};
use crate::rpc::types::{CoreEvent, LockReason, Network, RpcError, Settings, Status};
use crate::rpc::{self, errors};
use crate::secrets::{FoundKey, SecretStore, SystemKeyring, find_cache_key};
use crate::settings::SettingsFile;
use crate::sync::Event;
use deskbell_sqlite::OpenError;
use deskbell_sqlite::encrypted::Key;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::{RwLock, broadcast, mpsc};
use uuid::Uuid;

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
    /// Whether syncing begins by itself, and goes on. The command line syncs only when asked; it holds no message back,
    /// because nobody would be there to let it go.
    pub background_sync: bool,
    /// What the computer speaks, the most wanted first, as in `LANGUAGE`: `de:ar-EG`.
    pub locale: String,
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
            locale: String::new(),
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
    pub page: Page,
    pub state: RwLock<State>,
    notices: Mutex<Option<Notices>>,
    /// How often a damaged cache was rescued since the start.
    rescues: AtomicU32,
}

/// A disk that damages every new cache would fill up with those that were put aside.
const MOST_RESCUES: u32 = 3;

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
        let (notices, listener) = notify::notices();
        // The command line shows none, and nobody would ever ask for them.
        let notices = options.background_sync.then_some(notices);
        let (damaged, reports) = mpsc::unbounded_channel();
        let settings = Arc::new(SettingsFile::open(profile.dir()));
        let locale = options.locale.as_str().into();
        let core = Core {
            inner: Arc::new(Inner {
                profile,
                options,
                outlets: Outlets { events, notices, damaged, settings, locale },
                page: Page::default(),
                state: RwLock::new(State::SignedOut),
                notices: Mutex::new(Some(listener)),
                rescues: AtomicU32::new(0),
            }),
        };
        tokio::spawn(heal(Arc::downgrade(&core.inner), reports));
        core.open_cache().await;
        Ok(core)
    }

    /// Looks for the key and opens the cache with it. What hinders is a state.
    pub(crate) async fn open_cache(&self) {
        let inner = &self.inner;
        if let Err(error) = inner.profile.finish_rescue(inner.options.clock.now_ms()) {
            tracing::error!(%error, "what was rescued is not in its place yet");
        }
        let found = find_cache_key(&inner.profile, inner.options.secrets.as_ref()).await;
        let state = match found {
            _ if !inner.profile.has_cache() => State::SignedOut,
            FoundKey::None => State::SignedOut,
            FoundKey::Locked(why) => State::Locked(why),
            FoundKey::Open(key) => self.open_or_rescue(key).await,
        };
        self.set_state(state).await;
    }

    /// Opens the cache with its key. One that is damaged is put aside, and what was rescued goes on without it.
    pub(crate) async fn open_or_rescue(&self, key: Key) -> State {
        if !self.is_damaged() {
            match self.open_with(key.clone()).await {
                Ok(cache) => return opened(cache).await,
                Err(error) if is_unreadable(&error) => tracing::error!(%error, "the cache is damaged"),
                Err(error) => {
                    tracing::error!(%error, "the cache does not open");
                    return State::Locked(why_locked(&self.inner.profile, &error));
                }
            }
        }
        match self.rescue(&key).await {
            Ok(found) if !found.key_fits => State::Locked(LockReason::KeyLost),
            // Who was signed in is not known: that is asked first, and then it is looked again.
            Ok(found) if found.session.is_none() || found.identity.is_none() => State::Locked(LockReason::Damaged),
            Ok(found) => match self.open_rescued(key, found).await {
                Ok(cache) => opened(cache).await,
                Err(error) => State::Locked(why_locked(&self.inner.profile, &error)),
            },
            Err(error) => {
                tracing::error!(%error, "the damaged cache cannot be read");
                State::Locked(LockReason::Damaged)
            }
        }
    }

    /// Whether the cache is damaged in a way that SQLite would not say, or was found to be.
    pub(crate) fn is_damaged(&self) -> bool {
        let profile = &self.inner.profile;
        profile.facts().damaged
            || profile.has_only_log()
            || rescue::is_log_broken(&profile.cache_log_path()).unwrap_or(false)
    }

    /// What can be read of a damaged cache.
    pub(crate) async fn rescue(&self, key: &Key) -> io::Result<Found> {
        let (path, log) = (self.inner.profile.cache_path(), self.inner.profile.cache_log_path());
        let key = key.clone();
        tokio::task::spawn_blocking(move || rescue::read(&path, &log, &key)).await.unwrap_or_else(|panic| {
            tracing::error!(%panic, "looking through the damaged cache ended early");
            Ok(Found::default())
        })
    }

    /// Makes a cache of what was found, puts the damaged one aside and opens the new one.
    pub(crate) async fn open_rescued(&self, key: Key, found: Found) -> Result<Arc<Cache>, CacheError> {
        if self.inner.rescues.fetch_add(1, Ordering::Relaxed) >= MOST_RESCUES {
            return Err(OpenError::damaged("every new cache was damaged again".into()).into());
        }
        let (inner, now_ms) = (self.inner.clone(), self.inner.options.clock.now_ms());
        let aside = inner.profile.name_aside(now_ms);
        let for_file = key.clone();
        let made = tokio::task::spawn_blocking(move || {
            let put = Cache::fill(&inner.profile.rescue_draft()?, &for_file, |store| {
                store.put_rescued(&found, now_ms, &aside)
            });
            put?;
            inner.profile.take_rescue_draft(&aside)?;
            tracing::warn!(messages = found.messages(), drafts = found.drafts.len(), "a damaged cache was rescued");
            Ok::<_, CacheError>(())
        });
        made.await.map_err(io::Error::other)??;
        self.open_with(key).await
    }

    /// A part of the open cache cannot be read: it is closed, and what can be read of it goes on in a new one.
    async fn look_after_damage(&self, name: Uuid) {
        let mut state = self.inner.state.write().await;
        let State::Open(cache) = &*state else { return };
        let cache = cache.clone();
        if cache.name != name {
            return;
        }
        *state = State::Locked(LockReason::Damaged);
        drop(state);
        if let Err(error) = self.inner.profile.update(|facts| facts.damaged = true) {
            tracing::error!(%error, "the next start does not know of the damage");
        }
        cache.close().await;
        let rescued = self.open_or_rescue(cache.key.clone()).await;
        let mut state = self.inner.state.write().await;
        // The person may have signed in meanwhile, or closed the profile.
        match (&*state, rescued) {
            (State::Locked(_), rescued) => *state = rescued,
            (_, State::Open(cache)) => cache.close().await,
            _ => {}
        }
        drop(state);
        let _ = self.inner.outlets.events.send(CoreEvent::Changed { tags: Vec::new(), all: true });
    }

    /// Opens the cache with its key, and begins to sync where somebody is signed in.
    pub(crate) async fn open_with(&self, key: Key) -> Result<Arc<Cache>, CacheError> {
        let inner = &self.inner;
        let cache = Cache::open(inner.profile.cache_path(), key, inner.options.clone(), inner.outlets.clone()).await?;
        let cache = Arc::new(cache);
        if inner.options.background_sync {
            cache.check_behind(&inner.profile.cache_path());
        }
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
            State::Locked(why) => Err(errors::locked(*why)),
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

    /// Leads the page there, or the next one where there is none now.
    pub(crate) fn lead(&self, event: CoreEvent) {
        self.inner.page.lead(&event);
        // Without a window nobody hears it.
        let _ = self.inner.outlets.events.send(event);
    }

    /// Whether the page that is hidden has left all that the next one needs to be as it was.
    pub fn page_may_go(&self) -> bool {
        self.inner.page.may_go()
    }

    /// There is no page any more: nothing is before anybody's eyes, and what it would be told now is for the next one.
    pub async fn page_is_gone(&self) {
        self.inner.page.gone();
        let nothing = serde_json::json!({ "chat": null, "focused": false });
        if let Err(error) = self.rpc("set_view", nothing).await {
            // Where nobody is signed in, nothing was looked at.
            tracing::debug!(code = error.code, "nobody looked");
        }
    }

    /// What is to be notified. There is one listener: a second call gets a channel that is silent.
    pub fn notices(&self) -> Notices {
        let taken = self.inner.notices.lock().unwrap_or_else(PoisonError::into_inner).take();
        taken.unwrap_or_else(|| notify::notices().1)
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

    /// What in the open cache is derived from its rows and does not follow from them; nothing where it is sound. Reads all
    /// of it, so it takes seconds on a large one.
    pub async fn cache_differences(&self) -> Result<Vec<String>, RpcError> {
        self.cache().await?.read(crate::store::differences).await
    }

    /// The time by this computer's clock (UTC milliseconds).
    pub fn now_ms(&self) -> i64 {
        self.inner.options.clock.now_ms()
    }

    /// How this computer shows and does things.
    pub fn settings(&self) -> Settings {
        self.inner.outlets.settings.get()
    }

    /// What the shell's own words are said in.
    pub fn language(&self) -> Language {
        self.inner.outlets.language()
    }

    /// The program ends: what is held back goes now, as far as the hub takes it within `patience`. The rest goes with the
    /// next start.
    pub async fn let_go(&self, patience: Duration) {
        let Ok(cache) = self.cache().await else { return };
        let held = cache.command(|store, _| store.let_go().map_err(|error| errors::store(&error))).await;
        let online = cache.view().is_some_and(|view| view.network == Network::Online);
        if matches!(held, Ok(true)) && online {
            let end = tokio::time::Instant::now() + patience;
            while tokio::time::Instant::now() < end && !matches!(cache.is_settled().await, Ok(true) | Err(_)) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
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

/// Looks after damage whenever somebody comes upon it, as long as the profile is open.
async fn heal(profile: Weak<Inner>, mut reports: mpsc::UnboundedReceiver<Uuid>) {
    while let Some(name) = reports.recv().await {
        let Some(inner) = profile.upgrade() else { return };
        Core { inner }.look_after_damage(name).await;
    }
}

/// What to say of a cache that does not open though its key is there.
fn why_locked(profile: &Profile, error: &CacheError) -> LockReason {
    if matches!(error, CacheError::Store(error) if error.is_newer()) {
        return LockReason::Newer;
    }
    let full = match error {
        CacheError::Open(OpenError::DiskFull(_)) => true,
        CacheError::Store(error) => error.is_disk_full(),
        CacheError::Thread(error) => error.kind() == io::ErrorKind::StorageFull,
        CacheError::Profile(error) => error.code() == "disk_full",
        CacheError::Open(_) => false,
    };
    // Beside the file SQLite needs room as well, and says only that something failed.
    if full || profile.is_disk_full() { LockReason::DiskFull } else { LockReason::Damaged }
}

/// Whether another key, or another file, is what would help.
pub(crate) fn is_unreadable(error: &CacheError) -> bool {
    match error {
        CacheError::Open(error) => !matches!(error, OpenError::DiskFull(_) | OpenError::Other(_)),
        CacheError::Store(error) => error.is_damaged(),
        CacheError::Thread(_) | CacheError::Profile(_) => false,
    }
}
