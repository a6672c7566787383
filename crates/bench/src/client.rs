//! A client without a window: the real core on a profile of its own, whose keyring is a file beside it.

use anyhow::{Context, Result, anyhow, bail};
use deskbell_core::rpc::types::{ChatPage, Places, RpcError, Status};
use deskbell_core::secrets::{Secret, SecretError, SecretStore};
use deskbell_core::{Core, CoreOptions};
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Longest first sync that is waited for.
const PATIENCE: Duration = Duration::from_secs(3_600);

/// Keeps secrets in a file that anybody may read: the customers are made up. A profile that is kept between two runs must
/// be opened again, and a keyring of the system has no place in a measurement.
pub struct KeyFile {
    path: PathBuf,
    kept: Mutex<BTreeMap<String, Vec<u8>>>,
}

impl KeyFile {
    fn open(path: PathBuf) -> Self {
        let kept = std::fs::read(&path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        Self { path, kept: Mutex::new(kept.unwrap_or_default()) }
    }

    /// That of a profile.
    pub fn beside(profile: &Path) -> Self {
        Self::open(profile.join("keys.of.bench"))
    }

    /// Everything that is kept.
    #[cfg(target_os = "linux")]
    pub fn all(&self) -> Vec<(String, Secret)> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().map(|(name, secret)| (name.clone(), Secret(secret.clone()))).collect()
    }

    fn change(&self, change: impl FnOnce(&mut BTreeMap<String, Vec<u8>>)) -> Result<(), SecretError> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut kept);
        let bytes = serde_json::to_vec(&*kept).map_err(|error| SecretError::Other(error.to_string()))?;
        std::fs::write(&self.path, bytes).map_err(|error| SecretError::Other(error.to_string()))
    }
}

impl SecretStore for KeyFile {
    fn get<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Option<Secret>, SecretError>> {
        let found = self.kept.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned().map(Secret);
        ready(Ok(found)).boxed()
    }

    fn set<'a>(&'a self, name: &'a str, secret: &'a Secret) -> BoxFuture<'a, Result<(), SecretError>> {
        ready(self.change(|kept| drop(kept.insert(name.to_owned(), secret.0.clone())))).boxed()
    }

    fn delete<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<(), SecretError>> {
        ready(self.change(|kept| drop(kept.remove(name)))).boxed()
    }

    fn unlock(&self) -> BoxFuture<'_, Result<(), SecretError>> {
        ready(Ok(())).boxed()
    }
}

/// A client.
#[derive(Clone)]
pub struct Client {
    /// The core.
    pub core: Core,
}

impl Client {
    /// Opens the profile, making it where there is none. Messages go at once: no undo delay.
    pub async fn open(profile: &Path) -> Result<Self> {
        std::fs::create_dir_all(profile)?;
        let settings = profile.join("settings.json");
        if !settings.exists() {
            std::fs::write(&settings, r#"{"undo_seconds": 0, "after_close": "stay"}"#)?;
        }
        let secrets = Arc::new(KeyFile::beside(profile));
        let options = CoreOptions { secrets, device_name: "bench".into(), ..CoreOptions::default() };
        Ok(Self { core: Core::open(profile, options).await? })
    }

    /// A call of the list.
    pub async fn call<T: DeserializeOwned>(&self, name: &str, args: Value) -> Result<T> {
        let answer = self.core.rpc(name, args).await.map_err(|error| said(name, &error))?;
        Ok(serde_json::from_value(answer)?)
    }

    /// A call whose answer is only measured.
    pub async fn ask(&self, name: &str, args: Value) -> Result<Value> {
        self.core.rpc(name, args).await.map_err(|error| said(name, &error))
    }

    /// Signs in.
    pub async fn sign_in(&self, hub: &str, email: &str) -> Result<()> {
        let args = json!({ "hub": hub, "email": email, "password": crate::organization::PASSWORD });
        self.ask("sign_in", args).await.map(drop)
    }

    /// What the strip says.
    pub async fn status(&self) -> Result<Status> {
        self.call("get_status", json!({})).await
    }

    /// The rail.
    pub async fn places(&self) -> Result<Places> {
        self.call("list_places", json!({})).await
    }

    /// The first rows of the first inbox that has some; what somebody would begin to work with.
    pub async fn first_rows(&self) -> Result<usize> {
        for inbox in self.places().await?.inboxes {
            let place = json!({ "place": "inbox", "id": inbox.id });
            let args = json!({ "place": place, "tab": "open", "segment": "all", "limit": 50 });
            let page: ChatPage = self.call("list_chats", args).await?;
            if !page.rows.is_empty() {
                return Ok(page.rows.len());
            }
        }
        Ok(0)
    }

    /// Waits until a list can be worked with.
    pub async fn usable(&self) -> Result<()> {
        let end = Instant::now() + PATIENCE;
        let mut events = self.core.events();
        while self.first_rows().await? == 0 {
            if Instant::now() > end {
                bail!("no list has anything");
            }
            let _ = tokio::time::timeout(Duration::from_millis(20), events.recv()).await;
        }
        Ok(())
    }

    /// Waits until all is here, and can be found.
    pub async fn complete(&self) -> Result<()> {
        let end = Instant::now() + PATIENCE;
        loop {
            let status = self.core.settle(Duration::from_millis(250)).await.map_err(|error| said("settle", &error))?;
            if status.up_to_date_ms.is_some() && !status.first_sync && status.waiting == 0 {
                return Ok(());
            }
            if Instant::now() > end {
                bail!("the first sync does not end: {status:?}");
            }
        }
    }

    /// Closes the profile.
    pub async fn close(self) {
        self.core.shutdown().await;
    }
}

/// What a call answered that did not do it.
pub fn said(name: &str, error: &RpcError) -> anyhow::Error {
    anyhow!("{name}: {}: {}", error.code, error.message)
}

/// The member of a session.
pub async fn me(client: &Client) -> Result<deskbell_core::MemberId> {
    let session = client.ask("get_session", json!({})).await?;
    serde_json::from_value(session["me"]["id"].clone()).context("nobody is signed in")
}
