//! A private desktop: an X display, a session bus, a keyring and a notification daemon of one's own.
//!
//! Every test that needs a window starts one, so tests run side by side and never see each other's
//! notifications, focus or secrets; `cargo xtask run` starts one on a machine without a display.
//!
//! The session bus activates nothing. With the system's activation files a question to a daemon that is not
//! there yet starts a second one, and the test talks to the wrong one; a locked keyring starts a prompter
//! that nobody can answer.
//!
//! `xtask` compiles this file too; it needs the standard library, `anyhow` and `rustix` only.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::process::Running;

/// How long any of the parts may take to come up on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// Opens the login keyring. It guards nothing: the keyring lives and dies with the private desktop.
const KEYRING_PASSWORD: &str = "private-desktop";

/// In what state a program finds the keyring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keyring {
    /// There and open.
    Unlocked,
    /// There, locked, and nobody to ask for its password.
    Locked,
    /// No secret service on the bus at all.
    Absent,
}

/// What a private desktop has.
#[derive(Debug, Clone)]
pub struct DesktopOptions {
    /// Width and height of the screen in pixels.
    pub screen: (u32, u32),
    /// The keyring's state at the start.
    pub keyring: Keyring,
    /// Whether a notification daemon (dunst) runs.
    pub notifications: bool,
    /// Where the keyring and the programs' data are kept. `None`: with the desktop, gone with it.
    pub data: Option<PathBuf>,
}

impl Default for DesktopOptions {
    fn default() -> Self {
        DesktopOptions { screen: (1440, 900), keyring: Keyring::Unlocked, notifications: true, data: None }
    }
}

/// A running private desktop; everything of it ends when it is dropped.
#[derive(Debug)]
pub struct Desktop {
    env: Vec<(&'static str, String)>,
    runtime: PathBuf,
    data: PathBuf,
    display: String,
    bus: String,
    keyring: Option<Running>,
    notifications: Mutex<Option<Running>>,
    bus_daemon: Option<Running>,
    server: Option<Running>,
    _home: Home,
}

impl Desktop {
    /// Starts one with an unlocked keyring and a notification daemon.
    pub fn start() -> Result<Desktop> {
        Desktop::start_with(&DesktopOptions::default())
    }

    /// Starts one as described by `options` and returns when all of it answers.
    pub fn start_with(options: &DesktopOptions) -> Result<Desktop> {
        let home = Home::create()?;
        let runtime = private_dir(&home.0.join("run"))?;
        let config = private_dir(&home.0.join("config"))?;
        let cache = private_dir(&home.0.join("cache"))?;
        let data = private_dir(options.data.as_deref().unwrap_or(&home.0.join("data")))?;

        let (display_process, display) = start_display(options.screen)?;
        let mut env = vec![
            ("DISPLAY", display.clone()),
            ("XDG_RUNTIME_DIR", text(&runtime)),
            ("XDG_CONFIG_HOME", text(&config)),
            ("XDG_CACHE_HOME", text(&cache)),
            ("XDG_DATA_HOME", text(&data)),
            ("GDK_BACKEND", "x11".to_owned()),
            ("LIBGL_ALWAYS_SOFTWARE", "1".to_owned()),
            ("NO_AT_BRIDGE", "1".to_owned()),
            ("GSETTINGS_BACKEND", "memory".to_owned()),
        ];
        let (bus_process, bus) = start_bus(&env, &runtime)?;
        env.push(("DBUS_SESSION_BUS_ADDRESS", bus.clone()));

        let mut desktop = Desktop {
            env,
            runtime,
            data,
            display,
            bus,
            keyring: None,
            notifications: Mutex::new(None),
            bus_daemon: Some(bus_process),
            server: Some(display_process),
            _home: home,
        };
        if options.keyring != Keyring::Absent {
            desktop.start_keyring()?;
        }
        if options.keyring == Keyring::Locked {
            desktop.lock_keyring()?;
        }
        if options.notifications {
            desktop.configure_notifications(&config)?;
            desktop.start_notifications()?;
        }
        Ok(desktop)
    }

    /// Makes `command` a program of this desktop, and of no other.
    pub fn enter<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        for (name, value) in &self.env {
            command.env(name, value);
        }
        command.env_remove("WAYLAND_DISPLAY").env_remove("GNOME_KEYRING_CONTROL").env_remove("SSH_AUTH_SOCK")
    }

    /// The variables that make a program part of this desktop.
    pub fn env(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.env.iter().map(|(name, value)| (*name, value.as_str()))
    }

    /// The X display, such as `:7`.
    pub fn display(&self) -> &str {
        &self.display
    }

    /// The address of the session bus.
    pub fn bus(&self) -> &str {
        &self.bus
    }

    /// `XDG_RUNTIME_DIR` of this desktop.
    pub fn runtime_dir(&self) -> &Path {
        &self.runtime
    }

    /// `XDG_DATA_HOME` of this desktop, where the keyring lies.
    pub fn data_dir(&self) -> &Path {
        &self.data
    }

    /// Locks the keyring; there is no prompter that could open it again.
    pub fn lock_keyring(&self) -> Result<()> {
        self.call(&[
            "--dest=org.freedesktop.secrets",
            "/org/freedesktop/secrets",
            "org.freedesktop.Secret.Service.Lock",
            "array:objpath:/org/freedesktop/secrets/collection/login",
        ])?;
        Ok(())
    }

    /// Ends the keyring's daemon, as when a session has none.
    pub fn stop_keyring(&mut self) -> Result<()> {
        if let Some(daemon) = self.keyring.take() {
            daemon.stop(Duration::from_secs(5))?;
        }
        Ok(())
    }

    /// Starts the keyring's daemon with the login keyring open, creating it where there is none.
    pub fn start_keyring(&mut self) -> Result<()> {
        self.stop_keyring()?;
        let mut daemon = match self.spawn_keyring(Path::new("gnome-keyring-daemon")) {
            Err(error) if is_permission_denied(&error) => self.spawn_keyring(&self.keyring_without_capability()?)?,
            other => other?,
        };
        let mut stdin = daemon.child().stdin.take().context("the keyring's daemon takes no password")?;
        writeln!(stdin, "{KEYRING_PASSWORD}").context("the keyring's daemon took no password")?;
        drop(stdin);
        self.wait_for_name("org.freedesktop.secrets", &mut daemon)?;
        self.keyring = Some(daemon);
        Ok(())
    }

    /// Ends the notification daemon: what it showed is gone.
    pub fn stop_notifications(&self) -> Result<()> {
        let before = self.notifications.lock().unwrap_or_else(PoisonError::into_inner).take();
        before.context("this desktop has no notification daemon")?.stop(Duration::from_secs(5))?;
        Ok(())
    }

    /// Another program shows a notification.
    pub fn notify_as_another_program(&self, title: &str) -> Result<()> {
        let mut command = Command::new("dunstify");
        let status =
            self.enter(command.args(["--appname=another", title])).status().context("dunstify (package dunst)")?;
        if !status.success() {
            bail!("dunstify ended with {status}");
        }
        Ok(())
    }

    /// Presses the button `label` of the newest notification, as a person does.
    pub fn press_notification_action(&self, label: &str) -> Result<()> {
        std::fs::write(self.runtime.join("dunst-pick"), label)?;
        let status = self.enter(Command::new("dunstctl").arg("context")).status().context("could not run dunstctl")?;
        if !status.success() {
            bail!("dunstctl ended with {status}");
        }
        Ok(())
    }

    /// Writes what the screen shows to a PNG file, whole or not at all.
    pub fn screenshot(&self, file: &Path) -> Result<()> {
        let draft = file.with_extension("new.png");
        let output = self
            .enter(Command::new("import").args(["-silent", "-window", "root"]).arg(&draft))
            .output()
            .context("could not run import (ImageMagick)")?;
        if !output.status.success() {
            bail!("import ended with {}: {}", output.status, String::from_utf8_lossy(&output.stderr).trim());
        }
        std::fs::rename(&draft, file).with_context(|| format!("could not write {}", file.display()))
    }

    fn spawn_keyring(&self, program: &Path) -> Result<Running> {
        let mut command = Command::new(program);
        command.args(["--foreground", "--unlock", "--components=secrets"]);
        Running::start(self.enter(&mut command).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()))
    }

    /// The daemon's file asks for the right to lock memory; a container without that right refuses to run it.
    /// A copy of the file does not ask.
    fn keyring_without_capability(&self) -> Result<PathBuf> {
        let copy = self.runtime.join("gnome-keyring-daemon");
        std::fs::copy("/usr/bin/gnome-keyring-daemon", &copy).context("could not copy gnome-keyring-daemon")?;
        Ok(copy)
    }

    fn configure_notifications(&self, config: &Path) -> Result<()> {
        // dunst asks its "dmenu" which action is meant: one line per action comes in, one goes out.
        let pick = self.runtime.join("pick-action");
        std::fs::write(
            &pick,
            "#!/bin/sh\n\
             cat > \"$XDG_RUNTIME_DIR/dunst-menu\"\n\
             grep -m1 -F \"$(cat \"$XDG_RUNTIME_DIR/dunst-pick\")\" \"$XDG_RUNTIME_DIR/dunst-menu\"\n",
        )?;
        std::fs::set_permissions(&pick, std::fs::Permissions::from_mode(0o700))?;
        let directory = private_dir(&config.join("dunst"))?;
        std::fs::write(
            directory.join("dunstrc"),
            format!(
                "[global]\n    monitor = 0\n    font = DejaVu Sans 10\n    dmenu = {}\n    history_length = 200\n    markup = full\n\n[urgency_normal]\n    timeout = 0\n",
                pick.display()
            ),
        )?;
        Ok(())
    }

    /// Starts the notification daemon. Another one than before counts anew.
    pub fn start_notifications(&self) -> Result<()> {
        let mut command = Command::new("dunst");
        let mut daemon = Running::start(self.enter(&mut command).stdout(Stdio::null()).stderr(Stdio::null()))?;
        self.wait_for_name("org.freedesktop.Notifications", &mut daemon)?;
        *self.notifications.lock().unwrap_or_else(PoisonError::into_inner) = Some(daemon);
        Ok(())
    }

    fn wait_for_name(&self, name: &str, owner: &mut Running) -> Result<()> {
        let argument = format!("string:{name}");
        let deadline = Instant::now() + PATIENCE;
        loop {
            let answer = self.call(&[
                "--dest=org.freedesktop.DBus",
                "/org/freedesktop/DBus",
                "org.freedesktop.DBus.NameHasOwner",
                &argument,
            ])?;
            if answer.contains("true") {
                return Ok(());
            }
            if let Some(status) = owner.ended()? {
                bail!("{} ended before it was ready: {status}", owner.name());
            }
            if Instant::now() > deadline {
                bail!("{} did not come up within {} seconds", owner.name(), PATIENCE.as_secs());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn call(&self, arguments: &[&str]) -> Result<String> {
        let mut command = Command::new("dbus-send");
        command.args(["--session", "--print-reply=literal"]).args(arguments);
        let output = self.enter(&mut command).output().context("could not run dbus-send")?;
        if !output.status.success() {
            bail!("dbus-send {}: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        // The bus outlives its clients, the display everybody; asked and not killed, because a killed X server
        // leaves its socket and its lock behind and uses up the numbers.
        let notifications = self.notifications.lock().unwrap_or_else(PoisonError::into_inner).take();
        let parts = [notifications, self.keyring.take(), self.bus_daemon.take(), self.server.take()];
        for part in parts.into_iter().flatten() {
            let _ = part.stop(Duration::from_secs(2));
        }
    }
}

/// A directory of the desktop's own, short because socket paths end at 108 bytes; removed when dropped.
#[derive(Debug)]
struct Home(PathBuf);

impl Home {
    fn create() -> Result<Home> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        loop {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let path = std::env::temp_dir().join(format!("deskbell-desktop-{}-{number}", std::process::id()));
            match std::fs::DirBuilder::new().mode(0o700).create(&path) {
                Ok(()) => return Ok(Home(path)),
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => {
                    return Err(error).with_context(|| format!("could not create {}", path.display()));
                }
            }
        }
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn start_display((width, height): (u32, u32)) -> Result<(Running, String)> {
    let mut command = Command::new("Xvfb");
    // The server looks for a free number itself and prints it: nothing to race for.
    command.args(["-displayfd", "1", "-screen", "0", &format!("{width}x{height}x24"), "-nolisten", "tcp", "-noreset"]);
    let mut server = Running::start(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()))?;
    let number = first_line(&mut server)?;
    Ok((server, format!(":{number}")))
}

fn start_bus(env: &[(&'static str, String)], runtime: &Path) -> Result<(Running, String)> {
    let config = runtime.join("bus.conf");
    std::fs::write(
        &config,
        format!(
            r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={}/bus</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#,
            runtime.display()
        ),
    )?;
    let mut command = Command::new("dbus-daemon");
    command.arg("--config-file").arg(&config).args(["--nofork", "--nopidfile", "--print-address=1"]);
    for (name, value) in env {
        command.env(name, value);
    }
    let mut daemon = Running::start(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()))?;
    let address = first_line(&mut daemon)?;
    Ok((daemon, address))
}

fn first_line(program: &mut Running) -> Result<String> {
    let stdout = program.child().stdout.take().context("its output is not piped")?;
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line)?;
    let line = line.trim();
    if line.is_empty() {
        bail!("{} ended before it was ready", program.name());
    }
    Ok(line.to_owned())
}

fn private_dir(path: &Path) -> Result<PathBuf> {
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .with_context(|| format!("could not create {}", path.display()))?;
    Ok(path.to_owned())
}

fn is_permission_denied(error: &anyhow::Error) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == std::io::ErrorKind::PermissionDenied)
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
