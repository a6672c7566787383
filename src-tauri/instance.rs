//! One window per profile. The lock says who is first; over the socket beside it a second start asks the first
//! one to come to the front.
//!
//! Both lie in the profile directory, not on the session bus: two profiles never swallow each other, and it works
//! where there is no bus. The lock belongs to the process, so a killed program never blocks the next start; the
//! socket of a killed one is simply replaced.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io,
    path::Path,
    time::{Duration, Instant},
};

use crate::{StartError, profile::Profile};

const LOCK: &str = "window.lock";
#[cfg(unix)]
const SOCKET: &str = "window.sock";
/// How long the first one may take to come up and answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// A start-up token is short; whatever is longer is not ours.
#[cfg(unix)]
const MAX_TOKEN: u64 = 512;

/// Who we are.
pub enum Claim {
    /// The profile is ours until the process ends.
    First(Instance),
    /// The window is open elsewhere and was raised.
    Second,
}

/// The claim on the profile. Dropping it gives the profile up.
pub struct Instance {
    _lock: File,
    #[cfg(unix)]
    listener: std::os::unix::net::UnixListener,
}

/// Takes the profile, or raises the window of whoever has it. Asks again and again until the time is up: the first
/// one may have the lock and not yet the socket, or be about to end.
pub fn claim(profile: &Profile) -> Result<Claim, StartError> {
    claim_within(profile, PATIENCE)
}

fn claim_within(profile: &Profile, patience: Duration) -> Result<Claim, StartError> {
    let unusable = |why| StartError::Profile { dir: profile.dir().into(), why };
    let lock =
        OpenOptions::new().create(true).truncate(false).write(true).open(profile.dir().join(LOCK)).map_err(unusable)?;
    let until = Instant::now() + patience;
    loop {
        match lock.try_lock() {
            Ok(()) => break,
            Err(TryLockError::Error(why)) => return Err(unusable(why)),
            Err(TryLockError::WouldBlock) => {}
        }
        match raise(profile.dir(), patience) {
            Ok(()) => return Ok(Claim::Second),
            Err(_) if Instant::now() >= until => return Err(StartError::NoAnswer(profile.dir().into())),
            Err(_) => std::thread::sleep(Duration::from_millis(20)),
        }
    }
    Ok(Claim::First(Instance {
        #[cfg(unix)]
        listener: listen(profile.dir()).map_err(unusable)?,
        _lock: lock,
    }))
}

impl Instance {
    /// Calls `raise` for each further start, with the token that lets a Wayland window take the focus. Where it says that there
    /// is no window any more, that start is not answered: it waits until the profile is free.
    #[cfg(unix)]
    pub fn listen(self, raise: impl Fn(Option<String>) -> bool + Send + 'static) {
        use std::io::{BufRead, BufReader, Read, Write};
        std::thread::spawn(move || {
            let instance = self;
            for stream in instance.listener.incoming() {
                let Ok(mut stream) = stream else { continue };
                let mut line = String::new();
                let asked = stream
                    .set_read_timeout(Some(Duration::from_secs(2)))
                    .and_then(|()| BufReader::new((&stream).take(MAX_TOKEN)).read_line(&mut line));
                if asked.is_ok_and(|bytes| bytes > 0) {
                    let token = line.trim();
                    if raise((!token.is_empty()).then(|| token.to_owned())) {
                        let _ = stream.write_all(b"raised\n");
                    }
                }
            }
        });
    }

    /// Keeps the lock; nothing can ask.
    #[cfg(not(unix))]
    pub fn listen(self, _raise: impl Fn(Option<String>) -> bool + Send + 'static) {
        std::mem::forget(self);
    }
}

#[cfg(unix)]
fn listen(dir: &Path) -> io::Result<std::os::unix::net::UnixListener> {
    within(dir, || {
        match std::fs::remove_file(SOCKET) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        std::os::unix::net::UnixListener::bind(SOCKET)
    })
}

/// Asks the first one, which has `patience` to answer.
#[cfg(unix)]
fn raise(dir: &Path, patience: Duration) -> io::Result<()> {
    use std::{
        io::{Read, Write},
        os::unix::net::UnixStream,
    };
    let token = std::env::var("XDG_ACTIVATION_TOKEN").or_else(|_| std::env::var("DESKTOP_STARTUP_ID"));
    let mut stream = within(dir, || UnixStream::connect(SOCKET))?;
    stream.set_read_timeout(Some(patience))?;
    writeln!(stream, "{}", token.as_deref().unwrap_or_default().lines().next().unwrap_or_default())?;
    let mut answer = [0; 7];
    stream.read_exact(&mut answer)
}

#[cfg(not(unix))]
fn raise(_dir: &Path, _patience: Duration) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Runs `action` with `dir` as the working directory: a socket's path holds 108 bytes, a profile's path may be
/// longer. Only at the start, while the process has one thread.
#[cfg(unix)]
fn within<T>(dir: &Path, action: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    let before = std::env::current_dir();
    std::env::set_current_dir(dir)?;
    let result = action();
    if let Ok(before) = before {
        std::env::set_current_dir(before)?;
    }
    result
}

#[cfg(all(test, unix))]
mod tests {
    use std::sync::mpsc;

    use super::*;

    /// The working directory belongs to the process, so one test walks through all of it.
    #[test]
    fn the_second_start_raises_the_first_and_a_dead_one_is_replaced() {
        let tmp = tempfile::tempdir().unwrap();
        let deep = tmp.path().join("a profile whose path is longer than any socket address may be, ".repeat(3));
        let profile = Profile::open(Some(deep)).unwrap();

        let Claim::First(first) = claim(&profile).unwrap() else { panic!("nobody else is there") };
        let (tell, told) = mpsc::channel();
        first.listen(move |token| tell.send(token).is_ok());
        assert!(matches!(claim(&profile).unwrap(), Claim::Second));
        told.recv_timeout(PATIENCE).unwrap();

        // What a killed program leaves behind: a socket that nobody listens on.
        let other = Profile::open(Some(tmp.path().join("other"))).unwrap();
        drop(listen(other.dir()).unwrap());
        let Claim::First(mut second) = claim(&other).unwrap() else { panic!("the dead one does not answer") };

        // One that is about to end has the lock and does not answer any more.
        second.listener = std::os::unix::net::UnixListener::bind(tmp.path().join("elsewhere")).unwrap();
        assert!(matches!(claim_within(&other, Duration::ZERO), Err(StartError::NoAnswer(_))));
        let ending = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(50));
            drop(second);
        });
        let Claim::First(third) = claim(&other).unwrap() else { panic!("it has ended") };
        ending.join().unwrap();

        // One that quits says so, and its window is not taken for one that was raised.
        third.listen(|_| false);
        assert!(matches!(claim_within(&other, Duration::ZERO), Err(StartError::NoAnswer(_))));
    }
}
