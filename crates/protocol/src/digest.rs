//! Digest of a scope: proof that client and hub hold the same rows.

use sha2::{Digest, Sha256};
use uuid::Uuid;

/// What one row adds to its scope's digest; the sum over the scope's rows modulo 2^64 is the digest.
pub fn digest_of(kind: &str, id: Uuid, rev: u64) -> u64 {
    let hash =
        Sha256::new().chain_update(kind).chain_update([0]).chain_update(id.as_bytes()).chain_update(rev.to_be_bytes());
    let bytes = hash.finalize();
    bytes.iter().take(8).fold(0, |sum, b| sum << 8 | u64::from(*b))
}
