//! The key of the cache, from its making to its forgetting.
//!
//! Order matters: the key is kept before anything is encrypted with it, and the profile says how before the cache is
//! made. A crash in between leaves a key without a cache, never a cache without a key.

use super::{KeyWrap, PasswordWrap, Secret, SecretError, SecretStore, wrap::random_key};
use crate::{
    profile::{KeyKept, Profile, ProfileError},
    rpc::types::LockReason,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use deskbell_sqlite::encrypted::Key;
use uuid::Uuid;

/// Fewest characters of a password that protects the cache.
pub const LEAST_PASSWORD_CHARS: usize = 12;

/// The state of the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FoundKey {
    /// No cache was made yet.
    None,
    /// Here it is.
    Open(Key),
    /// It cannot be had now.
    Locked(LockReason),
}

/// Why the key was not made, opened or restored.
#[derive(Debug, thiserror::Error)]
pub enum CacheKeyError {
    /// The keyring did not keep it, and no password was given instead.
    #[error(transparent)]
    Keyring(#[from] SecretError),
    /// Not the password of this cache.
    #[error("this is not the password of the messages on this computer: try again")]
    WrongPassword,
    /// The cache is not protected by a password.
    #[error("the messages on this computer are not protected by a password: sign in again")]
    NoPassword,
    /// The hub's key does not open the second wrap, or there is none: nothing can open this cache any more.
    #[error("the key of the messages on this computer is lost and cannot be restored")]
    Lost,
    /// A short password protects nothing: whoever has the disk can try them all.
    #[error(
        "the password for the messages on this computer is too short: use at least {LEAST_PASSWORD_CHARS} characters"
    )]
    ShortPassword,
    /// `profile.json` could not be written.
    #[error(transparent)]
    Profile(#[from] ProfileError),
}

impl CacheKeyError {
    /// The problem as it travels.
    pub fn code(&self) -> &'static str {
        match self {
            CacheKeyError::Keyring(error) => error.code(),
            CacheKeyError::WrongPassword => "wrong_password",
            CacheKeyError::NoPassword => "no_password",
            CacheKeyError::Lost => "key_lost",
            CacheKeyError::ShortPassword => "password_too_short",
            CacheKeyError::Profile(error) => error.code(),
        }
    }
}

/// Looks for the key without asking anybody. Answers within seconds.
pub async fn find_cache_key(profile: &Profile, secrets: &dyn SecretStore) -> FoundKey {
    let facts = profile.facts();
    // A key without a cache is of a sign-in that was not finished; the next one makes both anew.
    match facts.key.filter(|_| profile.has_cache()) {
        None => FoundKey::None,
        Some(KeyKept::Password(_)) => FoundKey::Locked(LockReason::Password),
        Some(KeyKept::Keyring) => match secrets.get(&entry_of(facts.id)).await {
            Ok(Some(Secret(bytes))) => match bytes.try_into() {
                Ok(bytes) => FoundKey::Open(Key(bytes)),
                Err(_) => FoundKey::Locked(LockReason::KeyLost),
            },
            Ok(None) => FoundKey::Locked(LockReason::KeyLost),
            Err(SecretError::Locked) => FoundKey::Locked(LockReason::KeyringLocked),
            Err(error) => {
                tracing::warn!(%error, "the key of the cache cannot be read");
                FoundKey::Locked(LockReason::KeyringMissing)
            }
        },
    }
}

/// Whether a password may protect the cache; asked before anybody is signed in anywhere.
pub fn check_cache_password(password: Option<&str>) -> Result<(), CacheKeyError> {
    match password {
        Some(password) if password.chars().count() < LEAST_PASSWORD_CHARS => Err(CacheKeyError::ShortPassword),
        _ => Ok(()),
    }
}

/// Makes the key of a new cache. It goes into the keyring, or under `password` where one is given.
pub async fn create_cache_key(
    profile: &Profile,
    secrets: &dyn SecretStore,
    password: Option<&str>,
) -> Result<Key, CacheKeyError> {
    let key = random_key();
    keep(profile, secrets, &key, password).await?;
    Ok(key)
}

/// Opens a cache that a password protects.
pub async fn unlock_with_password(profile: &Profile, password: &str) -> Result<Key, CacheKeyError> {
    let facts = profile.facts();
    let Some(KeyKept::Password(wrap)) = facts.key else { return Err(CacheKeyError::NoPassword) };
    let password = password.to_owned();
    stretched(move || wrap.open(&password, &password_purpose(facts.id))).await.ok_or(CacheKeyError::WrongPassword)
}

/// Wraps the key by what the hub handed out at sign-in, in place of an earlier wrap.
pub fn add_hub_wrap(profile: &Profile, key: &Key, wrap_key: &str) -> Result<(), CacheKeyError> {
    let by = hub_key(wrap_key).ok_or(CacheKeyError::Lost)?;
    let wrap = KeyWrap::seal(key, &by, &hub_purpose(profile.facts().id));
    Ok(profile.update(|facts| facts.hub_wrap = Some(wrap))?)
}

/// Restores a lost key by what the hub handed out when the same device signed in again, and keeps it anew: in the
/// keyring, or under `password` where one is given. A keyring that still fails is no reason to keep the messages from
/// whoever has just proved who they are: then the key is for this run only, and nothing of it is written anywhere.
pub async fn restore_cache_key(
    profile: &Profile,
    secrets: &dyn SecretStore,
    wrap_key: &str,
    password: Option<&str>,
) -> Result<Key, CacheKeyError> {
    let facts = profile.facts();
    let by = hub_key(wrap_key).ok_or(CacheKeyError::Lost)?;
    let wrap = facts.hub_wrap.ok_or(CacheKeyError::Lost)?;
    let key = wrap.open(&by, &hub_purpose(facts.id)).ok_or(CacheKeyError::Lost)?;
    match keep(profile, secrets, &key, password).await {
        Err(CacheKeyError::Keyring(error)) => tracing::warn!(%error, "the restored key is for this run only"),
        other => other?,
    }
    Ok(key)
}

/// Forgets the key and its wraps: what is left of the cache is unreadable from now on. A keyring that does not answer
/// keeps its copy, which opens nothing once the cache is removed.
pub async fn forget_cache_key(profile: &Profile, secrets: &dyn SecretStore) -> Result<(), CacheKeyError> {
    let facts = profile.facts();
    if facts.key == Some(KeyKept::Keyring)
        && let Err(error) = secrets.delete(&entry_of(facts.id)).await
    {
        tracing::warn!(%error, "the key stays in the keyring");
    }
    Ok(profile.update(|facts| {
        facts.key = None;
        facts.hub_wrap = None;
    })?)
}

async fn keep(
    profile: &Profile,
    secrets: &dyn SecretStore,
    key: &Key,
    password: Option<&str>,
) -> Result<(), CacheKeyError> {
    check_cache_password(password)?;
    let id = profile.facts().id;
    let kept = match password {
        Some(password) => {
            let (key, password) = (key.clone(), password.to_owned());
            KeyKept::Password(stretched(move || PasswordWrap::seal(&key, &password, &password_purpose(id))).await)
        }
        None => {
            secrets.set(&entry_of(id), &Secret(key.0.to_vec())).await?;
            KeyKept::Keyring
        }
    };
    Ok(profile.update(|facts| facts.key = Some(kept))?)
}

/// Argon2id works for a fifth of a second: not on a thread that others wait for.
async fn stretched<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.expect("stretching a password does not panic")
}

fn hub_key(wrap_key: &str) -> Option<[u8; 32]> {
    URL_SAFE_NO_PAD.decode(wrap_key).ok()?.try_into().ok()
}

fn entry_of(profile: Uuid) -> String {
    format!("cache {profile}")
}

fn password_purpose(profile: Uuid) -> String {
    format!("deskbell cache by password {profile}")
}

fn hub_purpose(profile: Uuid) -> String {
    format!("deskbell cache by hub {profile}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secrets::MemorySecrets;

    const HUB_KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

    fn profile() -> (tempfile::TempDir, Profile) {
        let tmp = tempfile::tempdir().unwrap();
        let profile = Profile::open(tmp.path()).unwrap();
        std::fs::write(profile.cache_path(), "something").unwrap();
        (tmp, profile)
    }

    #[tokio::test]
    async fn the_key_is_found_again_in_the_keyring() {
        let (_tmp, profile) = profile();
        let secrets = MemorySecrets::new();
        assert_eq!(find_cache_key(&profile, &secrets).await, FoundKey::None);
        let key = create_cache_key(&profile, &secrets, None).await.unwrap();
        assert_eq!(find_cache_key(&profile, &secrets).await, FoundKey::Open(key.clone()));
        std::fs::rename(profile.cache_path(), profile.dir().join("aside")).unwrap();
        assert_eq!(find_cache_key(&profile, &secrets).await, FoundKey::None);
        std::fs::rename(profile.dir().join("aside"), profile.cache_path()).unwrap();
        secrets.fail_with(Some(SecretError::Locked));
        assert_eq!(find_cache_key(&profile, &secrets).await, FoundKey::Locked(LockReason::KeyringLocked));
        secrets.fail_with(Some(SecretError::Timeout));
        assert_eq!(find_cache_key(&profile, &secrets).await, FoundKey::Locked(LockReason::KeyringMissing));
        secrets.fail_with(None);
        forget_cache_key(&profile, &secrets).await.unwrap();
        assert!(secrets.is_empty());
        assert_eq!(find_cache_key(&profile, &secrets).await, FoundKey::None);
    }

    #[tokio::test]
    async fn without_a_keyring_nothing_is_kept_until_a_password_is_given() {
        let (tmp, profile) = profile();
        let secrets = MemorySecrets::missing();
        let refused = create_cache_key(&profile, &secrets, None).await.unwrap_err();
        assert_eq!(refused.code(), "keyring_missing");
        assert_eq!(profile.facts().key, None);
        for short in ["", "x", "elevenchars"] {
            let refused = create_cache_key(&profile, &secrets, Some(short)).await.unwrap_err();
            assert_eq!(refused.code(), "password_too_short");
        }
        assert_eq!(profile.facts().key, None);

        let key = create_cache_key(&profile, &secrets, Some("correct horse")).await.unwrap();
        assert_eq!(find_cache_key(&profile, &secrets).await, FoundKey::Locked(LockReason::Password));
        assert_eq!(unlock_with_password(&profile, "wrong").await.unwrap_err().code(), "wrong_password");
        assert_eq!(unlock_with_password(&profile, "correct horse").await.unwrap(), key);

        let file = std::fs::read(tmp.path().join("profile.json")).unwrap();
        let text = URL_SAFE_NO_PAD.encode(key.0);
        for secret in [key.0.as_slice(), text.as_bytes(), b"correct horse"] {
            assert!(!file.windows(secret.len()).any(|part| part == secret));
        }
    }

    #[tokio::test]
    async fn a_lost_keyring_entry_is_restored_by_the_hub_that_the_device_signs_in_on() {
        let (_tmp, profile) = profile();
        let secrets = MemorySecrets::new();
        let key = create_cache_key(&profile, &secrets, None).await.unwrap();
        add_hub_wrap(&profile, &key, HUB_KEY).unwrap();
        secrets.clear();
        assert_eq!(find_cache_key(&profile, &secrets).await, FoundKey::Locked(LockReason::KeyLost));
        let other = URL_SAFE_NO_PAD.encode([9; 32]);
        for wrong in [other.as_str(), "not base64!", ""] {
            assert_eq!(restore_cache_key(&profile, &secrets, wrong, None).await.unwrap_err().code(), "key_lost");
        }
        assert_eq!(restore_cache_key(&profile, &secrets, HUB_KEY, None).await.unwrap(), key);
        assert_eq!(find_cache_key(&profile, &secrets).await, FoundKey::Open(key.clone()));

        // A keyring that stays locked: the messages open for this run, and nothing changes on the disk.
        secrets.fail_with(Some(SecretError::Locked));
        let before = profile.facts();
        assert_eq!(restore_cache_key(&profile, &secrets, HUB_KEY, None).await.unwrap(), key);
        assert_eq!(profile.facts(), before);

        // The keyring is gone for good: the same sign-in puts the cache under a password.
        secrets.fail_with(Some(SecretError::Missing));
        restore_cache_key(&profile, &secrets, HUB_KEY, Some("horse and cart")).await.unwrap();
        assert_eq!(unlock_with_password(&profile, "horse and cart").await.unwrap(), key);
    }
}
