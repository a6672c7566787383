//! Asks the Secret Service (the keyring of Linux desktops) whether it is there and open, before anything else is asked.
//!
//! Its own interface is used for that, because reading a property never opens a prompt, while reading a secret of a
//! locked keyring does, and that prompt has no end where nobody can answer it.

use super::SecretError;
use futures_util::StreamExt;
use std::time::Duration;
use zbus::zvariant::{ObjectPath, OwnedObjectPath};

/// How long a person may take to type the keyring's password.
const PROMPT: Duration = Duration::from_secs(60);

#[zbus::proxy(
    interface = "org.freedesktop.Secret.Service",
    default_service = "org.freedesktop.secrets",
    default_path = "/org/freedesktop/secrets"
)]
trait Service {
    fn read_alias(&self, name: &str) -> zbus::Result<OwnedObjectPath>;
    fn unlock(&self, objects: &[ObjectPath<'_>]) -> zbus::Result<(Vec<OwnedObjectPath>, OwnedObjectPath)>;
}

#[zbus::proxy(interface = "org.freedesktop.Secret.Collection", default_service = "org.freedesktop.secrets")]
trait Collection {
    #[zbus(property(emits_changed_signal = "false"))]
    fn locked(&self) -> zbus::Result<bool>;
}

#[zbus::proxy(interface = "org.freedesktop.Secret.Prompt", default_service = "org.freedesktop.secrets")]
trait Prompt {
    fn prompt(&self, window_id: &str) -> zbus::Result<()>;
    fn dismiss(&self) -> zbus::Result<()>;
    #[zbus(signal)]
    fn completed(&self, dismissed: bool, result: zbus::zvariant::Value<'_>) -> zbus::Result<()>;
}

/// Fails where the keyring is not there or locked.
pub async fn ready() -> Result<(), SecretError> {
    let bus = session().await?;
    let collection = default_collection(&bus).await?;
    if is_locked(&bus, &collection).await? { Err(SecretError::Locked) } else { Ok(()) }
}

/// Lets the keyring ask for its password. A keyring that finds nobody to ask says so at once.
pub async fn unlock() -> Result<(), SecretError> {
    let bus = session().await?;
    let prompt = tokio::time::timeout(super::system::PATIENCE, async {
        let collection = default_collection(&bus).await?;
        let service = ServiceProxy::new(&bus).await.map_err(told)?;
        let (unlocked, prompt) = service.unlock(&[collection.as_ref()]).await.map_err(told)?;
        Ok(if unlocked.is_empty() { Some(prompt) } else { None })
    })
    .await
    .unwrap_or(Err(SecretError::Timeout))?;
    let Some(path) = prompt else { return Ok(()) };
    let prompt = PromptProxy::builder(&bus).path(path).map_err(told)?.build().await.map_err(told)?;
    let mut completed = prompt.receive_completed().await.map_err(told)?;
    prompt.prompt("").await.map_err(told)?;
    match tokio::time::timeout(PROMPT, completed.next()).await {
        Ok(Some(signal)) if !signal.args().map_err(told)?.dismissed => Ok(()),
        Ok(_) => Err(SecretError::Locked),
        Err(_) => {
            let _ = prompt.dismiss().await;
            Err(SecretError::Locked)
        }
    }
}

async fn session() -> Result<zbus::Connection, SecretError> {
    zbus::Connection::session().await.map_err(|error| {
        tracing::info!(%error, "there is no session bus, so no keyring");
        SecretError::Missing
    })
}

/// Where new secrets go. A service without a default collection would have to ask for a new password to make one.
async fn default_collection(bus: &zbus::Connection) -> Result<OwnedObjectPath, SecretError> {
    let service = ServiceProxy::new(bus).await.map_err(told)?;
    let path = service.read_alias("default").await.map_err(told)?;
    if path.as_str() == "/" { Err(SecretError::Missing) } else { Ok(path) }
}

async fn is_locked(bus: &zbus::Connection, collection: &OwnedObjectPath) -> Result<bool, SecretError> {
    let collection = CollectionProxy::builder(bus)
        .path(collection)
        .map_err(told)?
        .cache_properties(zbus::proxy::CacheProperties::No)
        .build()
        .await
        .map_err(told)?;
    collection.locked().await.map_err(told)
}

fn told(error: zbus::Error) -> SecretError {
    let name = match &error {
        zbus::Error::MethodError(name, ..) => name.as_str().to_owned(),
        zbus::Error::FDO(fdo) => zbus::DBusError::name(fdo.as_ref()).as_str().to_owned(),
        _ => String::new(),
    };
    match name.as_str() {
        "org.freedesktop.DBus.Error.ServiceUnknown" | "org.freedesktop.DBus.Error.NameHasNoOwner" => {
            SecretError::Missing
        }
        "org.freedesktop.Secret.Error.IsLocked" => SecretError::Locked,
        // The bus knows a program for it, and that program could not start.
        name if name.starts_with("org.freedesktop.DBus.Error.Spawn.") => SecretError::Missing,
        "org.freedesktop.DBus.Error.NoReply" | "org.freedesktop.DBus.Error.Timeout" => SecretError::Timeout,
        _ => SecretError::Other(error.to_string()),
    }
}
