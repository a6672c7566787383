//! The private desktop: what a program finds in it, and that nothing of it stays behind.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::Read;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use deskbell_testkit::desktop::{Desktop, DesktopOptions, Keyring};
use deskbell_testkit::process::Running;

fn call(desktop: &Desktop, arguments: &[&str]) -> Output {
    let mut command = Command::new("dbus-send");
    command.args(["--session", "--print-reply=literal"]).args(arguments);
    desktop.enter(&mut command).output().unwrap()
}

fn has_owner(desktop: &Desktop, name: &str) -> bool {
    let output = call(
        desktop,
        &[
            "--dest=org.freedesktop.DBus",
            "/org/freedesktop/DBus",
            "org.freedesktop.DBus.NameHasOwner",
            &format!("string:{name}"),
        ],
    );
    String::from_utf8_lossy(&output.stdout).contains("true")
}

fn is_locked(desktop: &Desktop) -> bool {
    let output = call(
        desktop,
        &[
            "--dest=org.freedesktop.secrets",
            "/org/freedesktop/secrets/collection/login",
            "org.freedesktop.DBus.Properties.Get",
            "string:org.freedesktop.Secret.Collection",
            "string:Locked",
        ],
    );
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).contains("true")
}

#[test]
fn it_has_a_display_an_open_keyring_and_a_notification_daemon() {
    let desktop = Desktop::start().unwrap();
    assert!(!is_locked(&desktop));
    assert!(has_owner(&desktop, "org.freedesktop.Notifications"));
    let file = desktop.data_dir().join("screen.png");
    desktop.screenshot(&file).unwrap();
    assert!(std::fs::read(&file).unwrap().starts_with(b"\x89PNG"));
}

#[test]
fn its_keyring_can_be_locked_from_the_start() {
    let options = DesktopOptions { keyring: Keyring::Locked, ..DesktopOptions::default() };
    let desktop = Desktop::start_with(&options).unwrap();
    assert!(is_locked(&desktop));
}

#[test]
fn its_keyring_can_be_absent_and_nothing_brings_one() {
    let options = DesktopOptions { keyring: Keyring::Absent, notifications: false, ..DesktopOptions::default() };
    let desktop = Desktop::start_with(&options).unwrap();
    let question = ["--dest=org.freedesktop.secrets", "/org/freedesktop/secrets", "org.freedesktop.DBus.Peer.Ping"];
    assert!(!call(&desktop, &question).status.success());
    assert!(!has_owner(&desktop, "org.freedesktop.secrets"));
    assert!(!has_owner(&desktop, "org.freedesktop.Notifications"));
}

#[test]
fn a_keyring_kept_in_a_directory_opens_again_the_next_time() {
    let directory = tempfile::tempdir().unwrap();
    let options =
        DesktopOptions { data: Some(directory.path().to_owned()), notifications: false, ..DesktopOptions::default() };
    drop(Desktop::start_with(&options).unwrap());
    assert!(directory.path().join("keyrings/login.keyring").exists());
    let again = Desktop::start_with(&options).unwrap();
    assert!(!is_locked(&again));
}

#[test]
fn two_desktops_do_not_see_each_other() {
    let one = Desktop::start().unwrap();
    let other = Desktop::start().unwrap();
    assert_ne!(one.display(), other.display());
    one.lock_keyring().unwrap();
    assert!(is_locked(&one));
    assert!(!is_locked(&other));
}

#[test]
fn nothing_of_it_stays_behind() {
    let desktop = Desktop::start().unwrap();
    let runtime = desktop.runtime_dir().to_owned();
    let socket = format!("/tmp/.X11-unix/X{}", desktop.display().trim_start_matches(':'));
    // When it was made: a number that is free again may be the next desktop's at once.
    let made = || std::fs::metadata(&socket).and_then(|m| m.modified()).ok();
    let ours = made();
    assert!(ours.is_some());
    drop(desktop);
    assert!(!runtime.exists());
    assert_ne!(made(), ours, "{socket} is still there");
}

#[test]
fn a_button_of_a_notification_can_be_pressed_by_its_label() {
    let desktop = Desktop::start().unwrap();
    let mut sender = Command::new("dunstify");
    sender.args(["-A", "take,Assign to me", "-A", "read,Mark read", "A message", "Text"]);
    let mut sender = Running::start(desktop.enter(&mut sender).stdout(Stdio::piped())).unwrap();
    let count = || {
        let mut command = Command::new("dunstctl");
        let output = desktop.enter(command.args(["count", "displayed"])).output().unwrap();
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    };
    let deadline = Instant::now() + Duration::from_secs(10);
    while count() != "1" && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(10));
    }
    desktop.press_notification_action("Mark read").unwrap();
    let mut pressed = String::new();
    sender.child().stdout.take().unwrap().read_to_string(&mut pressed).unwrap();
    assert_eq!(pressed.trim(), "read");
}
