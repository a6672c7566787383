//! Wraps the key of the cache, so that it can lie on the disk.
//!
//! XChaCha20-Poly1305: its 192-bit nonce may be drawn at random, and it is as fast and as safe without the processor's
//! help for AES. A password becomes a key through Argon2id; its cost is written beside the wrap, so that it can rise
//! later without locking anybody out.

use argon2::{Algorithm, Argon2, Params, Version};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chacha20poly1305::{
    XChaCha20Poly1305,
    aead::{Aead, KeyInit, Payload},
};
use deskbell_sqlite::encrypted::Key;
use rand::{TryRngCore, rngs::OsRng};
use serde::{Deserialize, Serialize};

/// Memory that a guess at the password costs, in KiB; with [`PASSES`] some 0.2 s on a common computer.
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;
const LANES: u32 = 1;
/// A profile file that asks for more is not ours: it would only eat the computer's memory.
const MOST_MEMORY_KIB: u32 = 1024 * 1024;
const MOST_PASSES: u32 = 64;

/// A key wrapped by another key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyWrap {
    /// 192 random bits.
    #[serde(with = "bytes")]
    nonce: Vec<u8>,
    /// The key and its seal.
    #[serde(with = "bytes")]
    wrapped: Vec<u8>,
}

/// A key wrapped by a password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordWrap {
    #[serde(with = "bytes")]
    salt: Vec<u8>,
    memory_kib: u32,
    passes: u32,
    lanes: u32,
    #[serde(flatten)]
    wrap: KeyWrap,
}

impl KeyWrap {
    /// Wraps `key` by `by`. `purpose` is sealed in: a wrap made for another cache or purpose does not open.
    pub fn seal(key: &Key, by: &[u8; 32], purpose: &str) -> Self {
        let nonce = random::<24>();
        let wrapped = XChaCha20Poly1305::new(by.into())
            .encrypt(&nonce.into(), Payload { msg: &key.0, aad: purpose.as_bytes() })
            .expect("32 bytes are below every limit of the cipher");
        Self { nonce: nonce.to_vec(), wrapped }
    }

    /// The key; `None` where `by` or `purpose` is another, or the wrap was damaged.
    pub fn open(&self, by: &[u8; 32], purpose: &str) -> Option<Key> {
        if self.nonce.len() != 24 {
            return None;
        }
        let bytes = XChaCha20Poly1305::new(by.into())
            .decrypt(self.nonce.as_slice().into(), Payload { msg: &self.wrapped, aad: purpose.as_bytes() })
            .ok()?;
        Some(Key(bytes.try_into().ok()?))
    }
}

impl PasswordWrap {
    /// Wraps `key` by a password. Takes some 0.2 s: not for the thread of a window.
    pub fn seal(key: &Key, password: &str, purpose: &str) -> Self {
        let salt = random::<16>();
        let by = stretch(password, &salt, MEMORY_KIB, PASSES, LANES).expect("our own parameters are valid");
        Self {
            salt: salt.to_vec(),
            memory_kib: MEMORY_KIB,
            passes: PASSES,
            lanes: LANES,
            wrap: KeyWrap::seal(key, &by, purpose),
        }
    }

    /// The key; `None` where it is not this password.
    pub fn open(&self, password: &str, purpose: &str) -> Option<Key> {
        if self.memory_kib > MOST_MEMORY_KIB || self.passes > MOST_PASSES {
            return None;
        }
        let by = stretch(password, &self.salt, self.memory_kib, self.passes, self.lanes)?;
        self.wrap.open(&by, purpose)
    }
}

fn stretch(password: &str, salt: &[u8], memory_kib: u32, passes: u32, lanes: u32) -> Option<[u8; 32]> {
    let params = Params::new(memory_kib, passes, lanes, Some(32)).ok()?;
    let mut key = [0; 32];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(password.as_bytes(), salt, &mut key)
        .ok()?;
    Some(key)
}

/// A new key: 256 bits from the operating system.
pub fn random_key() -> Key {
    Key(random())
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    OsRng.try_fill_bytes(&mut bytes).expect("an operating system without random numbers runs no program safely");
    bytes
}

mod bytes {
    use super::{Engine, URL_SAFE_NO_PAD};
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(bytes: &[u8], s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&URL_SAFE_NO_PAD.encode(bytes))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<u8>, D::Error> {
        URL_SAFE_NO_PAD.decode(String::deserialize(d)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrap_opens_with_its_key_and_for_its_purpose_only() {
        let key = random_key();
        let wrap = KeyWrap::seal(&key, &[1; 32], "cache a");
        assert_eq!(wrap.open(&[1; 32], "cache a"), Some(key));
        assert_eq!(wrap.open(&[2; 32], "cache a"), None);
        assert_eq!(wrap.open(&[1; 32], "cache b"), None);
    }

    #[test]
    fn a_password_opens_what_it_wrapped_and_the_file_shows_neither() {
        let key = Key(*b"thirty-two bytes that are a key!");
        let wrap = PasswordWrap::seal(&key, "correct horse", "cache");
        let json = serde_json::to_string(&wrap).unwrap();
        assert!(!json.contains("correct horse") && !json.contains("thirty-two"));
        let read: PasswordWrap = serde_json::from_str(&json).unwrap();
        assert_eq!(read.open("correct horse", "cache"), Some(key));
        assert_eq!(read.open("wrong horse", "cache"), None);
    }

    #[test]
    fn a_damaged_or_greedy_wrap_opens_nothing_and_does_not_panic() {
        let wrap = PasswordWrap::seal(&random_key(), "p", "cache");
        for (name, value) in [("nonce", "\"AAAA\""), ("wrapped", "\"\""), ("memory_kib", "4000000000"), ("lanes", "0")]
        {
            let mut json = serde_json::to_value(&wrap).unwrap();
            json[name] = serde_json::from_str(value).unwrap();
            let damaged: PasswordWrap = serde_json::from_value(json).unwrap();
            assert_eq!(damaged.open("p", "cache"), None, "{name}");
        }
    }

    #[test]
    fn two_wraps_of_one_key_share_nothing() {
        let key = random_key();
        assert_ne!(KeyWrap::seal(&key, &[1; 32], "cache"), KeyWrap::seal(&key, &[1; 32], "cache"));
    }
}
