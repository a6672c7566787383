//! Programs that never outlive whoever started them.
//!
//! Each runs in a process group of its own, so that what it starts itself (a web process of WebKit, a
//! browser's helpers) ends with it, and so that Ctrl+C in a terminal reaches only the starter, which then
//! stops its programs in the order it wants.
//!
//! `xtask` compiles this file too; it needs the standard library, `anyhow` and `rustix` only.

use std::ffi::OsStr;
use std::process::{Child, Command, ExitStatus};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// A running program and everything it started; killed when dropped.
#[derive(Debug)]
pub struct Running {
    name: String,
    child: Child,
    ended: Option<ExitStatus>,
}

impl Running {
    /// Starts `command` as the leader of a new process group.
    pub fn start(command: &mut Command) -> Result<Running> {
        let program = command.get_program().to_owned();
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        let child = command.spawn().with_context(|| format!("could not start {}", program.display()))?;
        Ok(Running { name: short_name(&program), child, ended: None })
    }

    /// The name of the program, for messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The process id, which is also the id of its group.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The child itself, to take its pipes.
    pub fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// How it ended, or `None` while it runs.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>> {
        if self.ended.is_none() {
            self.ended = self.child.try_wait().with_context(|| format!("could not look after {}", self.name))?;
        }
        Ok(self.ended)
    }

    /// Waits until it ends by itself; `None` when `patience` ran out first.
    pub fn wait_for(&mut self, patience: Duration) -> Result<Option<ExitStatus>> {
        let deadline = Instant::now() + patience;
        loop {
            if let Some(status) = self.ended()? {
                return Ok(Some(status));
            }
            if Instant::now() >= deadline {
                return Ok(None);
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Asks it to end (SIGTERM), and kills what is still there after `patience`.
    pub fn stop(mut self, patience: Duration) -> Result<Option<ExitStatus>> {
        if self.ended()?.is_none() {
            self.signal(Signal::Terminate);
            self.wait_for(patience)?;
        }
        // What remains of the group goes with `Drop`.
        self.ended()
    }

    /// Kills it at once, as a crash or a power cut would.
    pub fn kill(mut self) -> Result<()> {
        self.signal(Signal::Kill);
        self.wait_for(Duration::from_secs(10))?;
        Ok(())
    }

    fn signal(&mut self, signal: Signal) {
        #[cfg(unix)]
        {
            let signal = match signal {
                Signal::Terminate => rustix::process::Signal::TERM,
                Signal::Kill => rustix::process::Signal::KILL,
            };
            if let Some(group) = i32::try_from(self.child.id()).ok().and_then(rustix::process::Pid::from_raw) {
                // An empty group is what we want: nothing to report.
                let _ = rustix::process::kill_process_group(group, signal);
            }
        }
        #[cfg(not(unix))]
        {
            let _ = signal;
            let _ = self.child.kill();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.signal(Signal::Kill);
        let _ = self.child.wait();
    }
}

enum Signal {
    Terminate,
    Kill,
}

fn short_name(program: &OsStr) -> String {
    std::path::Path::new(program).file_name().unwrap_or(program).to_string_lossy().into_owned()
}
