//! How each page of an encrypted file is sealed, so that nobody can change it unseen.

/// The hash of SQLCipher's page seals (HMAC, `PRAGMA cipher_hmac_algorithm`). A file keeps what it was made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seal {
    /// HMAC-SHA256: the faster one where the processor has instructions for it, in half the time of the other.
    Sha256,
    /// HMAC-SHA512, SQLCipher's own choice: the faster one on every other processor of 64 bits.
    Sha512,
}

impl Seal {
    /// Both, that of a new file first: checking the seal is most of what it costs to read a page of a large cache.
    pub fn by_speed() -> [Seal; 2] {
        if hashes_in_hardware() { [Seal::Sha256, Seal::Sha512] } else { [Seal::Sha512, Seal::Sha256] }
    }

    /// Bytes of the longest.
    pub const LONGEST: usize = 64;

    /// Bytes of a seal.
    pub fn length(self) -> usize {
        match self {
            Seal::Sha256 => 32,
            Seal::Sha512 => Self::LONGEST,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Seal::Sha256 => "HMAC_SHA256",
            Seal::Sha512 => "HMAC_SHA512",
        }
    }
}

/// Whether the processor has instructions for SHA-256.
fn hashes_in_hardware() -> bool {
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    return std::arch::is_x86_feature_detected!("sha");
    #[cfg(target_arch = "aarch64")]
    return std::arch::is_aarch64_feature_detected!("sha2");
    #[cfg(not(any(target_arch = "x86", target_arch = "x86_64", target_arch = "aarch64")))]
    false
}
