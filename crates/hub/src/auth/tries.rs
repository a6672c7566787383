//! Failed tries to sign in: five in a quarter of an hour, then a pause. Beside it a limit per address of the network,
//! against one who tries many accounts.

use deskbell_domain::EmailAddress;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::collections::HashMap;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};

/// Tries before the pause.
pub const MAX_TRIES: u32 = 5;
/// How long a failure counts, and how long the pause is.
pub const PAUSE_MS: i64 = 15 * 60 * 1000;
/// Accounts remembered before old ones are swept.
const SWEEP_AT: usize = 10_000;
/// Tries from one address of the network at once; one more every two seconds.
const BURST: NonZeroU32 = NonZeroU32::new(60).expect("60 is not zero");

/// Tries per account and per address.
pub struct Tries {
    accounts: Mutex<HashMap<EmailAddress, Failures>>,
    addresses: DefaultKeyedRateLimiter<IpAddr>,
}

#[derive(Debug, Clone, Copy)]
struct Failures {
    count: u32,
    last_ms: i64,
}

impl Default for Tries {
    fn default() -> Self {
        let quota = Quota::per_minute(NonZeroU32::new(30).expect("30 is not zero")).allow_burst(BURST);
        Self { accounts: Mutex::default(), addresses: RateLimiter::keyed(quota) }
    }
}

impl Tries {
    /// Whether that address may try; otherwise the seconds to wait.
    pub fn may_try_from(&self, address: IpAddr) -> Result<(), u64> {
        self.addresses.check_key(&address).map_err(|_| 2)
    }

    /// Whether somebody may try to sign in as that one; otherwise the seconds to wait. An account that does not exist
    /// counts as any other.
    pub fn may_try(&self, email: &EmailAddress, now_ms: i64) -> Result<(), u64> {
        let accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        match accounts.get(email) {
            Some(f) if f.count >= MAX_TRIES && now_ms - f.last_ms < PAUSE_MS => {
                Err(u64::try_from((PAUSE_MS - (now_ms - f.last_ms)) / 1000 + 1).unwrap_or(1))
            }
            _ => Ok(()),
        }
    }

    /// A try failed. Returns how many are left.
    pub fn failed(&self, email: &EmailAddress, now_ms: i64) -> u32 {
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        if accounts.len() >= SWEEP_AT {
            accounts.retain(|_, f| now_ms - f.last_ms < PAUSE_MS);
            self.addresses.retain_recent();
        }
        let failures = accounts.entry(email.clone()).or_insert(Failures { count: 0, last_ms: now_ms });
        if now_ms - failures.last_ms >= PAUSE_MS {
            failures.count = 0;
        }
        failures.count += 1;
        failures.last_ms = now_ms;
        MAX_TRIES.saturating_sub(failures.count)
    }

    /// A try succeeded.
    pub fn succeeded(&self, email: &EmailAddress) {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner).remove(email);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_failures_pause_one_account_for_a_quarter_of_an_hour() {
        let tries = Tries::default();
        let dana = EmailAddress::parse("dana@example.com").unwrap();
        let yuki = EmailAddress::parse("yuki@example.com").unwrap();
        let left: Vec<u32> = (0..5).map(|i| tries.failed(&dana, i)).collect();
        assert_eq!(left, [4, 3, 2, 1, 0]);
        assert_eq!(tries.may_try(&dana, 4 + 60_000), Err(14 * 60 + 1));
        assert_eq!(tries.may_try(&yuki, 5), Ok(()));
        assert_eq!(tries.may_try(&dana, 4 + PAUSE_MS), Ok(()));
        assert_eq!(tries.failed(&dana, 4 + PAUSE_MS), 4, "after the pause all tries are there again");
    }

    #[test]
    fn one_address_cannot_try_without_end() {
        let tries = Tries::default();
        let here = IpAddr::from([127, 0, 0, 1]);
        let allowed = (0..200).filter(|_| tries.may_try_from(here).is_ok()).count();
        assert!((60..70).contains(&allowed), "{allowed}");
        assert!(tries.may_try_from(IpAddr::from([127, 0, 0, 2])).is_ok());
    }
}
