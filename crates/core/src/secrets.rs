//! Where the key of the cache is kept: the system's keyring, or a password where there is none.
//!
//! The cache is encrypted with 256 random bits. They lie in the keyring; a password wraps them where no keyring answers,
//! and only after the person was asked: never in clear, never silently. A second wrap, by a random key that the hub
//! hands out at sign-in, lets a lost keyring entry be restored, so that unsent text survives it.
//! The threat is a stolen disk, not a program of the same user.

mod cache_key;
mod memory;
#[cfg(target_os = "linux")]
mod service;
mod system;
mod wrap;

pub use cache_key::{
    CacheKeyError, FoundKey, LEAST_PASSWORD_CHARS, add_hub_wrap, check_cache_password, create_cache_key,
    find_cache_key, forget_cache_key, restore_cache_key, unlock_with_password,
};
pub use memory::MemorySecrets;
pub use system::SystemKeyring;
pub use wrap::{KeyWrap, PasswordWrap};

use futures_util::future::BoxFuture;

/// Something that must not be read by others. Its bytes never appear in a log.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub Vec<u8>);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// Why the keyring did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// There is no keyring on this computer, or none that could keep anything.
    #[error("this computer has no keyring: set a password for the messages on it")]
    Missing,
    /// It is there and locked.
    #[error("the keyring is locked: unlock it and try again, or set a password")]
    Locked,
    /// It does not answer.
    #[error("the keyring does not answer: try again, or set a password")]
    Timeout,
    /// It failed in another way.
    #[error("the keyring failed: {0}")]
    Other(String),
}

impl SecretError {
    /// The problem as it travels.
    pub fn code(&self) -> &'static str {
        match self {
            SecretError::Locked => "keyring_locked",
            SecretError::Missing | SecretError::Timeout | SecretError::Other(_) => "keyring_missing",
        }
    }
}

/// Keeps secrets under a name. Every call answers within seconds: a locked keyring with nobody to unlock it is an
/// answer, not a wait.
pub trait SecretStore: Send + Sync + 'static {
    /// The secret of that name; `None` where the store answers and has none.
    fn get<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Option<Secret>, SecretError>>;
    /// Keeps it, in place of an earlier one.
    fn set<'a>(&'a self, name: &'a str, secret: &'a Secret) -> BoxFuture<'a, Result<(), SecretError>>;
    /// Forgets it. Nothing to forget is no error.
    fn delete<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<(), SecretError>>;
    /// Lets the system ask the person to unlock the store, where it is locked and somebody can ask.
    fn unlock(&self) -> BoxFuture<'_, Result<(), SecretError>>;
}
