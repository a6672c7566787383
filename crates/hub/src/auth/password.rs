//! Passwords: Argon2id, and the same time for an account that does not exist.

use crate::clock::Random;
use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use std::sync::LazyLock;

/// Fewest characters of a password.
pub const MIN_PASSWORD_CHARS: usize = 8;
/// Most bytes: the hash must not be work without end.
const MAX_PASSWORD_BYTES: usize = 1024;

/// What is wrong with a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too short.
    #[error("the password is too short: use at least {MIN_PASSWORD_CHARS} characters")]
    TooShort,
    /// Too long.
    #[error("the password is too long: use at most {MAX_PASSWORD_BYTES} bytes")]
    TooLong,
}

/// A password that may be set. Never shown.
#[derive(Clone)]
pub struct Password(String);

impl Password {
    /// Parses.
    pub fn parse(s: &str) -> Result<Self, PasswordError> {
        if s.chars().count() < MIN_PASSWORD_CHARS {
            return Err(PasswordError::TooShort);
        }
        if s.len() > MAX_PASSWORD_BYTES { Err(PasswordError::TooLong) } else { Ok(Self(s.into())) }
    }

    /// What is stored. Takes tens of milliseconds: not for an async thread.
    pub fn hash(&self, random: &dyn Random) -> String {
        hash(self.0.as_bytes(), random)
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(..)")
    }
}

fn hash(password: &[u8], random: &dyn Random) -> String {
    let mut salt = [0; 16];
    random.fill(&mut salt);
    let salt = SaltString::encode_b64(&salt).expect("16 bytes are a salt");
    Argon2::default().hash_password(password, &salt).expect("the default parameters are valid").to_string()
}

/// Whether the password belongs to the hash. Where there is no account it takes as long, so that the time does not
/// tell who exists. Not for an async thread.
pub(super) fn verify(password: &str, stored: Option<&str>) -> bool {
    static NOBODY: LazyLock<String> = LazyLock::new(|| hash(b"nobody", &crate::clock::SystemRandom));
    if password.len() > MAX_PASSWORD_BYTES {
        return false;
    }
    let text = stored.unwrap_or(&NOBODY);
    let fits = PasswordHash::new(text)
        .is_ok_and(|parsed| Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok());
    fits && stored.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemRandom;

    #[test]
    fn a_password_opens_its_own_account_and_no_other() {
        let stored = Password::parse("correct horse").unwrap().hash(&SystemRandom);
        assert!(verify("correct horse", Some(&stored)));
        assert!(!verify("correct house", Some(&stored)));
        assert!(!verify("nobody", None), "the stand-in for a missing account opens nothing");
        assert!(!stored.contains("horse"));
        assert_eq!(Password::parse("1234567").unwrap_err(), PasswordError::TooShort);
    }

    #[test]
    fn a_missing_account_takes_as_long_as_a_wrong_password() {
        let stored = Password::parse("correct horse").unwrap().hash(&SystemRandom);
        verify("warm up", None);
        let time = |stored: Option<&str>| {
            let began = std::time::Instant::now();
            assert!(!verify("wrong horse", stored));
            began.elapsed()
        };
        // The quickest of several, taken in turns: what else the computer does must not make the difference.
        let (mut known, mut unknown) = (time(Some(&stored)), time(None));
        for _ in 0..50 {
            if unknown > known / 2 && known > unknown / 2 {
                return;
            }
            known = known.min(time(Some(&stored)));
            unknown = unknown.min(time(None));
        }
        panic!("{known:?} and {unknown:?}");
    }
}
