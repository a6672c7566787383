//! That it measures at all: a small organization, a few repetitions of everything, no clock in any judgement.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::Value;
use std::path::Path;
use std::process::Command;

fn run(arguments: &[&str], dir: &Path) -> Value {
    let json = dir.join("report.json");
    let mut command = Command::new(env!("CARGO_BIN_EXE_deskbell-bench"));
    command.args(arguments).arg("--quick").arg("--dir").arg(dir).arg("--json").arg(&json);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&std::fs::read(json).unwrap()).unwrap()
}

#[test]
fn every_part_is_measured_on_a_small_organization_and_again_on_what_was_kept() {
    let dir = tempfile::tempdir().unwrap();
    let report = run(&["table", "--messages", "500"], dir.path());
    let lines = report["lines"].as_array().unwrap();
    for part in ["Start", "Lists", "Threads", "Search", "Clicks, at rest", "First sync", "Memory", "Disk"] {
        assert!(lines.iter().any(|line| line["part"] == part), "{part} is missing");
    }
    for line in lines {
        assert!(line["samples"].as_u64().unwrap() > 0 && line["p50"].as_f64().unwrap() > 0.0, "{line}");
    }
    let again = run(&["table", "--messages", "500", "--only", "lists"], dir.path());
    let is_of = |part: &str| again["lines"].as_array().unwrap().iter().any(|line| line["part"] == part);
    assert!(is_of("Lists") && !is_of("Threads"));
}

#[test]
fn a_crowd_is_heard_and_nothing_comes_twice() {
    let dir = tempfile::tempdir().unwrap();
    let report = run(&["crowd", "--messages", "500"], dir.path());
    let lines = report["lines"].as_array().unwrap();
    let twice = lines.iter().filter(|line| line["name"].as_str().unwrap().ends_with("came twice"));
    let twice: Vec<f64> = twice.map(|line| line["p50"].as_f64().unwrap()).collect();
    assert_eq!(twice, [0.0; 3]);
}
