//! The keyring of the operating system: Secret Service on Linux, Keychain on macOS, Credential Manager on Windows.
//!
//! The library blocks and, on Linux, waits without end for somebody to answer a prompt when the keyring is locked. So
//! a locked one is found out first (see [`super::service`]), and every call runs on a thread of its own that is left
//! behind when its time is up: a thread of the runtime's pool would keep the program from ending.

use super::{Secret, SecretError, SecretStore};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use futures_util::future::{BoxFuture, FutureExt};
use std::time::Duration;

/// How long the keyring may take to answer.
pub const PATIENCE: Duration = Duration::from_secs(3);
/// Under this name the keyring's own program lists our secrets.
const SERVICE: &str = "Deskbell";

/// The keyring of the person who runs the program.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemKeyring;

impl SecretStore for SystemKeyring {
    fn get<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Option<Secret>, SecretError>> {
        let name = name.to_owned();
        within(PATIENCE, async move {
            ready().await?;
            on_a_thread(move || match entry(&name)?.get_password() {
                Ok(text) => match URL_SAFE_NO_PAD.decode(text.trim()) {
                    Ok(bytes) => Ok(Some(Secret(bytes))),
                    Err(_) => Ok(None),
                },
                Err(keyring::Error::NoEntry) => Ok(None),
                Err(error) => Err(told(error)),
            })
            .await
        })
        .boxed()
    }

    fn set<'a>(&'a self, name: &'a str, secret: &'a Secret) -> BoxFuture<'a, Result<(), SecretError>> {
        let name = name.to_owned();
        // Text, not bytes: some keyrings keep only what is text.
        let text = URL_SAFE_NO_PAD.encode(&secret.0);
        within(PATIENCE, async move {
            ready().await?;
            on_a_thread(move || entry(&name)?.set_password(&text).map_err(told)).await
        })
        .boxed()
    }

    fn delete<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<(), SecretError>> {
        let name = name.to_owned();
        within(PATIENCE, async move {
            ready().await?;
            on_a_thread(move || match entry(&name)?.delete_credential() {
                Ok(()) | Err(keyring::Error::NoEntry) => Ok(()),
                Err(error) => Err(told(error)),
            })
            .await
        })
        .boxed()
    }

    fn unlock(&self) -> BoxFuture<'_, Result<(), SecretError>> {
        #[cfg(target_os = "linux")]
        return super::service::unlock().boxed();
        #[cfg(not(target_os = "linux"))]
        return std::future::ready(Ok(())).boxed();
    }
}

/// Whether the keyring can be asked without anybody being asked to unlock it.
async fn ready() -> Result<(), SecretError> {
    #[cfg(target_os = "linux")]
    super::service::ready().await?;
    Ok(())
}

async fn within<T>(patience: Duration, action: impl Future<Output = Result<T, SecretError>>) -> Result<T, SecretError> {
    tokio::time::timeout(patience, action).await.unwrap_or(Err(SecretError::Timeout))
}

async fn on_a_thread<T: Send + 'static>(
    action: impl FnOnce() -> Result<T, SecretError> + Send + 'static,
) -> Result<T, SecretError> {
    let (tell, told) = tokio::sync::oneshot::channel();
    std::thread::Builder::new()
        .name("keyring".into())
        .spawn(move || {
            // Nobody listens any more where the time was up.
            let _ = tell.send(action());
        })
        .map_err(|error| SecretError::Other(error.to_string()))?;
    told.await.map_err(|_| SecretError::Other("its library stopped".into()))?
}

fn entry(name: &str) -> Result<keyring::Entry, SecretError> {
    keyring::Entry::new(SERVICE, name).map_err(told)
}

/// The library's error as ours. Never its text where that could hold the secret (`BadEncoding` carries the bytes).
fn told(error: keyring::Error) -> SecretError {
    match error {
        keyring::Error::NoStorageAccess(_) => SecretError::Locked,
        keyring::Error::PlatformFailure(why) => SecretError::Other(why.to_string()),
        keyring::Error::BadEncoding(_) => SecretError::Other("what it keeps is not text".into()),
        keyring::Error::Ambiguous(_) => SecretError::Other("it has several entries of the same name".into()),
        other => SecretError::Other(other.to_string()),
    }
}
