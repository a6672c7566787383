//! Everything that runs: hub, sample site, display and window, in this order; and its end.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use serde_json::Value;

use super::display::Display;
use super::ports::Port;
use super::sample::{Member, Sample};
use crate::commands;
use crate::process::Running;
use crate::workspace::Workspace;

/// How long a program may take to come up.
const START: Duration = Duration::from_secs(60);
/// How long a program may take to end by itself: the hub makes durable what it answered, the window what it knows.
const END: Duration = Duration::from_secs(10);
/// How often the picture of a virtual screen is drawn.
const PICTURE: Duration = Duration::from_secs(3);

/// What runs, the last started first, which is the order of stopping.
pub struct Session {
    window: Running,
    display: Display,
    site: Running,
    hub: Running,
    directory: PathBuf,
    interrupted: Arc<AtomicBool>,
}

impl Session {
    /// Starts everything and prints where it is.
    pub fn start(workspace: &Workspace, directory: PathBuf, product: &str, needs_display: bool) -> Result<Session> {
        let interrupted = on_interrupt()?;
        let hub_port = Port::of(directory.join("hub.port"))?;
        let site_port = Port::of(directory.join("site.port"))?;
        let hub_url = format!("http://{}", hub_port.address);
        let data = directory.join("hub");

        let sample = sample(workspace, &directory, &data, product)?;
        let channel = sample.channels.first().context("the sample organization has no web chat")?;
        let mut serve = workspace.command("deskbell-hub");
        serve.arg("serve").arg("--data").arg(&data);
        serve.args(["--listen", &hub_port.address.to_string(), "--public-url", &hub_url]);
        let hub = listening(&mut serve, &directory.join("hub.log"))?;
        hub_port.keep()?;
        let again = hub_again(&serve, &directory)?;
        let site = listening(
            workspace.command("deskbell-hub").args([
                "site",
                "--hub",
                &hub_url,
                "--channel",
                &channel.public_id,
                "--listen",
                &site_port.address.to_string(),
            ]),
            &directory.join("site.log"),
        )?;
        site_port.keep()?;

        // A virtual display has a keyring of its own: what one of the two keeps, the other could not open.
        let home = directory.join(if needs_display { "virtual" } else { "desktop" });
        fs::create_dir_all(&home)?;
        let profile = home.join("agent");
        let display = Display::open(needs_display, &home)?;
        let signed_in = sign_in(workspace, &display, &profile, &hub_url, &sample.agent);
        if needs_display {
            // Everything there is ours. On a person's own desktop the keyring may be missing or locked: then the window
            // says so and asks.
            signed_in.as_ref().map_err(|error| anyhow!("{error:#}"))?;
        }
        let window = Running::start(
            display
                .enter(workspace.command("deskbell").arg("--profile").arg(&profile))
                .stdin(Stdio::null())
                .stderr(log(&directory.join("window.log"))?),
        )?;
        let second = second_window(workspace, &display, &home, &hub_url, &sample.manager)?;

        println!();
        let Member { name, email, password } = &sample.agent;
        match signed_in {
            Ok(()) => println!("The window is open, signed in as {name} ({email})."),
            Err(error) => println!("The window is open. {error:#}: sign in there with {hub_url}, {email}, {password}"),
        }
        println!("A customer's web site with the chat box:  http://{}", site_port.address);
        println!("The hub:  {hub_url}");
        println!("Sign in as manager, {}, in a second window:  sh {}", sample.manager.name, second.display());
        println!("    or by hand: {} / {}", sample.manager.email, sample.manager.password);
        if let Some(picture) = display.picture() {
            println!("There is no display, a virtual one is used. What it shows:  {}", picture.display());
        }
        println!("How it works without the hub:  kill {} stops it, sh {} starts it again", hub.id(), again.display());
        println!("Logs and data:  {}", directory.display());
        println!("Ctrl+C ends all of it and keeps the data.");
        Ok(Session { window, display, site, hub, directory, interrupted })
    }

    /// Waits for Ctrl+C, the end of the time, or that one of the programs ends; then ends the others.
    pub fn until_the_end(mut self, limit: Option<Duration>) -> Result<ExitCode> {
        let start = Instant::now();
        let mut next_picture = start;
        let mut hub_was_stopped = false;
        let code = loop {
            if self.interrupted.load(Ordering::Relaxed) {
                println!("\nEnding.");
                break ExitCode::SUCCESS;
            }
            if limit.is_some_and(|limit| start.elapsed() >= limit) {
                println!("The time is over. Ending.");
                break ExitCode::SUCCESS;
            }
            if let Some(status) = self.window.ended()? {
                if status.success() {
                    println!("The window was closed. Ending.");
                    break ExitCode::SUCCESS;
                }
                self.complain("window", &status.to_string());
                break ExitCode::FAILURE;
            }
            let hub_ended = self.hub.ended()?;
            if hub_ended.is_some_and(|status| status.success()) && !hub_was_stopped {
                hub_was_stopped = true;
                println!("The hub was stopped. The window goes on without it.");
            }
            // Only somebody who asked it to makes the hub end well.
            let hub_failed = hub_ended.filter(|status| !status.success());
            for (name, ended) in [("hub", hub_failed), ("site", self.site.ended()?)] {
                if let Some(status) = ended {
                    self.complain(name, &status.to_string());
                    return Ok(ExitCode::FAILURE);
                }
            }
            if Instant::now() >= next_picture {
                if let Err(error) = self.display.draw() {
                    println!("The picture could not be drawn: {error:#}");
                }
                next_picture = Instant::now() + PICTURE;
            }
            std::thread::sleep(Duration::from_millis(100));
        };
        // The last picture is what a run with a limit is looked at for.
        let _ = self.display.draw();
        self.window.stop(END)?;
        drop(self.display);
        self.site.stop(END)?;
        self.hub.stop(END)?;
        Ok(code)
    }

    fn complain(&self, program: &str, status: &str) {
        let log = self.directory.join(format!("{program}.log"));
        println!("The {program} ended by itself ({status}). The end of {}:", log.display());
        let text = fs::read_to_string(&log).unwrap_or_default();
        let lines: Vec<_> = text.lines().collect();
        for line in &lines[lines.len().saturating_sub(20)..] {
            println!("    {line}");
        }
    }
}

/// The sample organization, made if it is not there.
fn sample(workspace: &Workspace, directory: &Path, data: &Path, product: &str) -> Result<Sample> {
    let made = directory.join("sample.json");
    if !made.exists() {
        // Half of an earlier attempt cannot be told from a whole one.
        let _ = fs::remove_dir_all(data);
        println!("Making a sample organization.");
        let mut make = workspace.command("deskbell-hub");
        make.args(["sample", "--product", product]).arg("--data").arg(data);
        let printed = commands::output(&mut make)?;
        Sample::parse(&printed)?;
        fs::write(&made, printed).with_context(|| format!("could not write {}", made.display()))?;
    }
    let kept = fs::read_to_string(&made).with_context(|| format!("could not read {}", made.display()))?;
    Sample::parse(&kept).context("the sample data is of another version: run with --fresh")
}

/// Starts a server and waits until it says that it listens; its log goes to a file.
fn listening(command: &mut Command, log_file: &Path) -> Result<Running> {
    let mut server = Running::start(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log(log_file)?))?;
    let stdout = server.child().stdout.take().context("its output is not piped")?;
    let (send, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        // Reads on behind the first line, or the server would find its output closed.
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            let _ = send.send(line);
        }
    });
    match told.recv_timeout(START) {
        Ok(line) if line.contains("listening on") => Ok(server),
        told => {
            let said = fs::read_to_string(log_file).unwrap_or_default();
            bail!("{} did not start: {} {said}", commands::shown(command), told.unwrap_or_default())
        }
    }
}

/// Writes a script that starts the hub again, after somebody stopped it.
fn hub_again(serve: &Command, directory: &Path) -> Result<PathBuf> {
    let words = std::iter::once(serve.get_program()).chain(serve.get_args());
    let line: Vec<_> = words.map(|word| quoted(&word.to_string_lossy())).collect();
    let script = format!("#!/bin/sh\n# Starts the sample organization's hub again.\nexec {}\n", line.join(" "));
    let file = directory.join("hub.sh");
    fs::write(&file, script).with_context(|| format!("could not write {}", file.display()))?;
    Ok(file)
}

/// Signs the member in, unless the profile is signed in already.
fn sign_in(workspace: &Workspace, display: &Display, profile: &Path, hub: &str, member: &Member) -> Result<()> {
    let mut ask = workspace.command("deskbell-cli");
    display.enter(ask.arg("--profile").arg(profile).arg("session"));
    let session: Value = serde_json::from_str(&commands::output(&mut ask)?)?;
    if session["state"] == "signed_in" {
        if session["hub"].as_str().is_some_and(|known| known.trim_end_matches('/') == hub) {
            return Ok(());
        }
        println!("The port of the last run was taken, the hub has a new address: the profile is made anew.");
        fs::remove_dir_all(profile).context("could not remove the profile of the last run")?;
    }
    let mut login = workspace.command("deskbell-cli");
    login.arg("--profile").arg(profile).args(["login", "--hub", hub, "--email", &member.email]);
    display.enter(&mut login).stdin(Stdio::piped()).stdout(Stdio::null());
    let mut login = Running::start(&mut login)?;
    let mut stdin = login.child().stdin.take().context("the sign-in takes no password")?;
    writeln!(stdin, "{}", member.password)?;
    drop(stdin);
    match login.wait_for(START)? {
        Some(status) if status.success() => Ok(()),
        Some(status) => bail!("{} could not be signed in ({status})", member.name),
        None => bail!("{} could not be signed in within {} seconds", member.name, START.as_secs()),
    }
}

/// Writes a script that signs the manager in and opens a window, wherever it is started from.
fn second_window(
    workspace: &Workspace,
    display: &Display,
    home: &Path,
    hub: &str,
    manager: &Member,
) -> Result<PathBuf> {
    let profile = home.join("manager");
    let mut script =
        String::from("#!/bin/sh\n# Opens a second window, signed in as the sample organization's manager.\nset -eu\n");
    for (name, value) in display.env() {
        script.push_str(&format!("export {name}={}\n", quoted(&value)));
    }
    if !display.env().is_empty() {
        script.push_str("unset WAYLAND_DISPLAY\n");
    }
    let path = |path: &Path| quoted(&path.to_string_lossy());
    script.push_str(&format!(
        "cli={}
profile={}
hub={}
case $(\"$cli\" --profile \"$profile\" session) in
  *'\"signed_in\"'*\"$hub\"*) ;;
  *)
    rm -rf \"$profile\"
    printf '%s\\n' {} | \"$cli\" --profile \"$profile\" login --hub \"$hub\" --email {} >/dev/null
    ;;
esac
exec {} --profile \"$profile\"
",
        path(&workspace.program("deskbell-cli")),
        path(&profile),
        quoted(hub),
        quoted(&manager.password),
        quoted(&manager.email),
        path(&workspace.program("deskbell")),
    ));
    let file = home.with_file_name("manager.sh");
    fs::write(&file, script).with_context(|| format!("could not write {}", file.display()))?;
    Ok(file)
}

/// Set when the person or the system asks the task to end.
fn on_interrupt() -> Result<Arc<AtomicBool>> {
    let interrupted = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        signal_hook::flag::register(signal, Arc::clone(&interrupted)).context("could not listen for Ctrl+C")?;
    }
    #[cfg(unix)]
    signal_hook::flag::register(signal_hook::consts::SIGHUP, Arc::clone(&interrupted))
        .context("could not listen for the terminal's end")?;
    Ok(interrupted)
}

fn log(file: &Path) -> Result<Stdio> {
    Ok(File::create(file).with_context(|| format!("could not write {}", file.display()))?.into())
}

fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_survives_the_shell() {
        assert_eq!(quoted("it's $HOME"), "'it'\\''s $HOME'");
    }
}
