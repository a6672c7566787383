//! A program that was started for a test never outlives it.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::process::Command;
use std::time::{Duration, Instant};

use deskbell_testkit::process::Running;
use std::io::{BufRead, BufReader};
use std::process::Stdio;

/// A shell that starts a grandchild, prints its id and waits.
fn shell_with_grandchild() -> (Running, String) {
    let mut shell =
        Running::start(Command::new("sh").args(["-c", "sleep 600 & echo $!; wait"]).stdout(Stdio::piped())).unwrap();
    let mut line = String::new();
    BufReader::new(shell.child().stdout.take().unwrap()).read_line(&mut line).unwrap();
    (shell, line.trim().to_owned())
}

fn is_running(pid: &str) -> bool {
    // A killed process whose parent is gone may stay as a zombie until init reaps it.
    std::fs::read_to_string(format!("/proc/{pid}/stat"))
        .is_ok_and(|stat| !stat.rsplit(')').next().unwrap_or_default().trim_start().starts_with(['Z', 'X']))
}

fn ends_soon(pid: &str) -> bool {
    let deadline = Instant::now() + Duration::from_secs(5);
    while is_running(pid) && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(5));
    }
    !is_running(pid)
}

#[test]
fn dropping_a_program_ends_what_it_started() {
    let (shell, grandchild) = shell_with_grandchild();
    assert!(is_running(&grandchild));
    drop(shell);
    assert!(ends_soon(&grandchild));
}

#[test]
fn stopping_a_program_ends_what_it_started() {
    let (shell, grandchild) = shell_with_grandchild();
    shell.stop(Duration::from_secs(5)).unwrap();
    assert!(ends_soon(&grandchild));
}

#[test]
fn a_program_that_is_missing_is_named() {
    let error = Running::start(&mut Command::new("/nonexistent/program")).unwrap_err();
    assert!(error.to_string().contains("/nonexistent/program"));
}
