//! Programs beside this one: the hub as it is run, and a client that is started from nothing.

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

/// What a program may take to end.
const PATIENCE: Duration = Duration::from_secs(20);

/// This program again, doing something else.
fn again() -> Result<Command> {
    Ok(Command::new(std::env::current_exe()?))
}

/// The hub that was built with this program.
fn hub() -> Result<Command> {
    let program = format!("deskbell-hub{}", std::env::consts::EXE_SUFFIX);
    Ok(Command::new(std::env::current_exe()?.with_file_name(program)))
}

/// A program that ends with this one.
struct Running(Child);

impl Running {
    fn id(&self) -> u32 {
        self.0.id()
    }

    fn wait(&mut self) -> Result<()> {
        let end = Instant::now() + PATIENCE;
        while self.0.try_wait()?.is_none() {
            if Instant::now() > end {
                bail!("a program does not end");
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The hub at work.
pub struct HubProcess {
    running: Running,
    /// Where it listens.
    pub address: SocketAddr,
}

impl HubProcess {
    /// Starts it; what it logs goes into its data directory.
    pub fn start(data: &Path, listen: SocketAddr) -> Result<Self> {
        let log = std::fs::File::options().create(true).append(true).open(data.join("log"))?;
        let mut command = hub()?;
        // Whoever measures may speak for many addresses.
        command.args(["serve", "--trusted-proxy", "127.0.0.1", "--listen", &listen.to_string()]);
        command.arg("--data").arg(data);
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log).spawn();
        let mut running = Running(child.context("there is no deskbell-hub beside this program")?);
        let mut said = BufReader::new(running.0.stdout.take().context("a hub without output")?);
        let mut line = String::new();
        said.read_line(&mut line)?;
        let Some(address) = line.trim().strip_prefix("listening on http://") else {
            bail!("the hub did not start: see {}", data.join("log").display());
        };
        Ok(Self { address: address.parse()?, running })
    }

    /// Its address for a client.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.running.id()
    }

    /// Stops it as an administrator does.
    pub fn stop(mut self) -> Result<()> {
        let process = Pid::from_child(&self.running.0);
        kill_process(process, Signal::TERM)?;
        self.running.wait()
    }
}

/// A client in a process of its own, from its start until it is closed.
pub struct ClientProcess {
    running: Running,
    input: Option<ChildStdin>,
    /// From the start of the process to a list that can be worked with.
    pub usable: Duration,
}

impl ClientProcess {
    /// Starts it on a profile and waits until it has read what a window shows first.
    pub fn start(profile: &Path) -> Result<Self> {
        let began = Instant::now();
        let mut command = again()?;
        command.arg("client").arg("--profile").arg(profile);
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut running = Running(child);
        let mut said = BufReader::new(running.0.stdout.take().context("a client without output")?);
        let mut line = String::new();
        said.read_line(&mut line)?;
        let usable = began.elapsed();
        if line.trim() != "usable" {
            bail!("the client did not start: {line:?}");
        }
        let input = running.0.stdin.take();
        Ok(Self { running, input, usable })
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.running.id()
    }

    /// Closes it.
    pub fn stop(mut self) -> Result<()> {
        drop(self.input.take());
        self.running.wait()
    }
}
