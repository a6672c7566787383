//! How much one visitor, and one address of the network, may ask at once. Generous for a person who types, and for an
//! office behind one address.

use super::Problem;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Open event streams of one session: a tab each.
const STREAMS_PER_SESSION: usize = 12;
/// Open event streams of one address.
const STREAMS_PER_ADDRESS: usize = 400;
/// Checks after which keys that are long at rest are forgotten.
const SWEEP_EVERY: u32 = 4096;

type TokenHash = [u8; 32];

/// All limits of web chat.
pub(super) struct Limits {
    sessions_of_address: DefaultKeyedRateLimiter<IpAddr>,
    messages_of_address: DefaultKeyedRateLimiter<IpAddr>,
    messages_of_session: DefaultKeyedRateLimiter<TokenHash>,
    reads_of_session: DefaultKeyedRateLimiter<TokenHash>,
    streams: Mutex<Streams>,
    checks: AtomicU32,
}

#[derive(Default)]
struct Streams {
    of_session: HashMap<TokenHash, usize>,
    of_address: HashMap<IpAddr, usize>,
}

fn quota(burst: u32, per_minute: u32) -> Quota {
    let number = |n| NonZeroU32::new(n).expect("limits are not zero");
    Quota::per_minute(number(per_minute)).allow_burst(number(burst))
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            sessions_of_address: RateLimiter::keyed(quota(30, 12)),
            messages_of_address: RateLimiter::keyed(quota(200, 240)),
            messages_of_session: RateLimiter::keyed(quota(30, 30)),
            reads_of_session: RateLimiter::keyed(quota(120, 120)),
            streams: Mutex::default(),
            checks: AtomicU32::new(0),
        }
    }
}

impl Limits {
    /// May that address make a session?
    pub(super) fn session(&self, address: IpAddr) -> Result<(), Problem> {
        self.sweep();
        check(&self.sessions_of_address, &address)
    }

    /// May that session send a message?
    pub(super) fn message(&self, session: TokenHash, address: IpAddr) -> Result<(), Problem> {
        self.sweep();
        check(&self.messages_of_session, &session)?;
        check(&self.messages_of_address, &address)
    }

    /// May that session ask for something else?
    pub(super) fn read(&self, session: TokenHash) -> Result<(), Problem> {
        self.sweep();
        check(&self.reads_of_session, &session)
    }

    /// May that session open another stream? It counts until the answer is dropped.
    pub(super) fn stream(self: &Arc<Self>, session: TokenHash, address: IpAddr) -> Result<OpenStream, Problem> {
        self.read(session)?;
        let mut streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        let of_session = streams.of_session.get(&session).copied().unwrap_or(0);
        let of_address = streams.of_address.get(&address).copied().unwrap_or(0);
        if of_session >= STREAMS_PER_SESSION || of_address >= STREAMS_PER_ADDRESS {
            return Err(Problem::TooMany(10));
        }
        streams.of_session.insert(session, of_session + 1);
        streams.of_address.insert(address, of_address + 1);
        Ok(OpenStream { limits: self.clone(), session, address })
    }

    fn sweep(&self) {
        if self.checks.fetch_add(1, Ordering::Relaxed).is_multiple_of(SWEEP_EVERY) {
            self.sessions_of_address.retain_recent();
            self.messages_of_address.retain_recent();
            self.messages_of_session.retain_recent();
            self.reads_of_session.retain_recent();
        }
    }
}

fn check<K: Hash + Eq + Clone>(limit: &DefaultKeyedRateLimiter<K>, key: &K) -> Result<(), Problem> {
    limit.check_key(key).map_err(|until| {
        let wait = until.wait_time_from(DefaultClock::default().now());
        Problem::TooMany(wait.as_secs() + 1)
    })
}

/// An event stream that counts while it lives.
pub(super) struct OpenStream {
    limits: Arc<Limits>,
    session: TokenHash,
    address: IpAddr,
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        let mut streams = self.limits.streams.lock().unwrap_or_else(PoisonError::into_inner);
        count_down(&mut streams.of_session, &self.session);
        count_down(&mut streams.of_address, &self.address);
    }
}

fn count_down<K: Hash + Eq>(counts: &mut HashMap<K, usize>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    #[test]
    fn a_flood_of_one_session_stops_and_others_go_on() {
        let limits = Limits::default();
        let sent = (0..100).filter(|_| limits.message([1; 32], HERE).is_ok()).count();
        assert_eq!(sent, 30);
        assert!(limits.message([2; 32], HERE).is_ok());
        assert!(matches!(limits.message([1; 32], HERE), Err(Problem::TooMany(1..=3))));
    }

    #[test]
    fn an_address_cannot_make_sessions_without_end() {
        let limits = Limits::default();
        assert_eq!((0..100).filter(|_| limits.session(HERE).is_ok()).count(), 30);
    }

    #[test]
    fn a_stream_counts_until_it_ends() {
        let limits = Arc::new(Limits::default());
        let mut open: Vec<_> = (0..STREAMS_PER_SESSION).map(|_| limits.stream([1; 32], HERE).ok().unwrap()).collect();
        assert!(limits.stream([1; 32], HERE).is_err());
        open.pop();
        assert!(limits.stream([1; 32], HERE).is_ok());
        drop(open);
        assert!(limits.streams.lock().unwrap().of_session.is_empty());
    }
}
