//! The real hub, as the program that people run: started, stopped, killed and started again at the same address.

use std::{
    fs::File,
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use crate::{process::Running, programs::program};

/// What a hub may take to finish what it has begun.
const PATIENCE: Duration = Duration::from_secs(10);

/// A hub with a data directory of its own.
pub struct HubProgram {
    process: Option<Running>,
    data: TempDir,
    address: String,
}

impl HubProgram {
    /// A new organization with an admin. The hub does not run yet.
    pub fn init(organization: &str, admin: &str, password: &str) -> Result<Self> {
        // It must be known before the hub listens, and be the same after a restart.
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let hub = Self { process: None, data: tempfile::tempdir()?, address: format!("127.0.0.1:{port}") };
        hub.run(
            &["init", "--organization", organization, "--product", "customer_engagement", "--admin", admin],
            Some(password),
        )?;
        Ok(hub)
    }

    /// Its address, as a person types it.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Its data directory.
    pub fn data(&self) -> &Path {
        self.data.path()
    }

    /// Starts it and waits until it listens.
    pub fn start(&mut self) -> Result<()> {
        let mut command = self.command(&["serve"])?;
        command.args(["--listen", &self.address, "--public-url", &self.url()]);
        let log = File::options().create(true).append(true).open(self.data.path().join("hub.log"))?;
        let mut process = Running::start(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log))?;
        let mut said = BufReader::new(process.child().stdout.take().context("a hub without output")?);
        let mut line = String::new();
        said.read_line(&mut line)?;
        if !line.starts_with("listening on ") {
            bail!("the hub did not start: {line:?}\n{}", self.log());
        }
        // A hub that prints more must not find its output closed.
        std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
        self.process = Some(process);
        Ok(())
    }

    /// Stops it as an administrator does.
    pub fn stop(&mut self) -> Result<()> {
        if let Some(process) = self.process.take() {
            process.stop(PATIENCE)?;
        }
        Ok(())
    }

    /// Ends it as a power cut does.
    pub fn kill(&mut self) -> Result<()> {
        match self.process.take() {
            Some(process) => process.kill(),
            None => Ok(()),
        }
    }

    /// Runs one of the hub's commands and returns what it printed. `input` goes to its standard input.
    pub fn run(&self, arguments: &[&str], input: Option<&str>) -> Result<String> {
        let mut command = self.command(arguments)?;
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        if let Some(mut stdin) = child.stdin.take() {
            writeln!(stdin, "{}", input.unwrap_or_default())?;
        }
        let output = child.wait_with_output()?;
        if !output.status.success() {
            bail!("deskbell-hub {}: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// What it logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.data.path().join("hub.log")).unwrap_or_default()
    }

    fn command(&self, arguments: &[&str]) -> Result<Command> {
        let mut command = Command::new(program("deskbell-hub")?);
        command.args(arguments).arg("--data").arg(self.data.path());
        Ok(command)
    }
}
