//! Runs the examples of docs/cli.md.

use crate::terminal::Terminal;
use anyhow::{Context, Result, bail, ensure};
use deskbell_testkit::{desktop::Desktop, team::Team};
use serde_json::Value;
use std::{collections::BTreeMap, sync::Arc};

const DOCS: &str = include_str!("../../../../docs/cli.md");
/// How the hub is called in the examples.
const HUB: &str = "https://hub.example.org";

/// A piece of the page that something is done about.
#[derive(Debug, PartialEq)]
enum Step<'a> {
    /// A command, and what it answers.
    Run { line: &'a str, answer: &'a str },
    /// Something happens elsewhere.
    Happens(&'a str),
}

fn steps(page: &str) -> Vec<Step<'_>> {
    let mut steps = Vec::new();
    let mut console = false;
    for line in page.lines() {
        match (line, console) {
            ("```console", false) => console = true,
            ("```", true) => console = false,
            (_, true) => match line.strip_prefix("$ ") {
                Some(command) => steps.push(Step::Run { line: command, answer: "" }),
                None => {
                    if let Some(Step::Run { answer, .. }) = steps.last_mut() {
                        *answer = line;
                    }
                }
            },
            (_, false) => {
                if let Some(event) = line.strip_prefix("<!-- ").and_then(|line| line.strip_suffix(" -->")) {
                    steps.push(Step::Happens(event));
                }
            }
        }
    }
    steps
}

#[tokio::test(flavor = "multi_thread")]
async fn the_examples_of_the_page_do_what_they_say() -> Result<()> {
    let mut team = Team::start()?;
    let terminal = Terminal::on(&Arc::new(Desktop::start()?))?;
    std::fs::write(terminal.home().join("password.txt"), format!("{}\n", team.password()))?;
    std::fs::write(terminal.home().join("cache-password.txt"), "correct horse battery\n")?;
    let mut names = BTreeMap::new();
    let steps = steps(DOCS);
    ensure!(steps.len() > 40, "the page has lost its examples");
    for step in steps {
        match step {
            Step::Happens(event) => happens(&mut team, event).await?,
            Step::Run { line, answer } => {
                run(&terminal, &team.hub.url(), &mut names, line, answer).with_context(|| format!("$ {line}"))?;
            }
        }
    }
    Ok(())
}

async fn happens(team: &mut Team, event: &str) -> Result<()> {
    match event {
        "the hub stops" => team.hub.stop(),
        "the hub starts" => team.hub.start(),
        _ => match event.strip_prefix("a customer writes: ") {
            Some(text) => team.visitor("Rosa Vidal").await?.writes(text).await,
            None => bail!("the page says that {event:?}, and the test does not know how"),
        },
    }
}

fn run(terminal: &Terminal, hub: &str, names: &mut BTreeMap<String, Value>, line: &str, answer: &str) -> Result<()> {
    let mut typed = line.replace(HUB, hub);
    for (name, id) in names.iter() {
        typed = typed.replace(name, id.as_str().context("an id that is no text")?);
    }
    let output = terminal.shell(&typed)?;
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let told: Value = serde_json::from_str(&answer.replace(HUB, hub)).context("the page's answer is no JSON")?;
    let fails = told.get("code").is_some();
    ensure!(output.status.code() == Some(i32::from(fails)), "ended with {}: {out}{err}", output.status);
    let said = if fails { &err } else { &out };
    let said: Value = serde_json::from_str(said).with_context(|| format!("not one document: {out}{err}"))?;
    matches(&told, &said, names).with_context(|| format!("it answered {said:#}"))
}

/// Whether everything that the page tells is so. A word in capitals is a name for what is found there.
fn matches(told: &Value, said: &Value, names: &mut BTreeMap<String, Value>) -> Result<()> {
    match (told, said) {
        (Value::String(any), _) if any == "…" => Ok(()),
        (Value::String(name), _) if is_name(name) => {
            let known = names.entry(name.clone()).or_insert_with(|| said.clone());
            ensure!(known == said, "{name} was {known} and is {said} now");
            Ok(())
        }
        (Value::Object(told), Value::Object(said)) => told.iter().try_for_each(|(key, value)| {
            let found = said.get(key).with_context(|| format!("there is no {key}"))?;
            matches(value, found, names).with_context(|| key.clone())
        }),
        (Value::Array(told), Value::Array(_)) if told.as_slice() == [Value::from("…")] => Ok(()),
        (Value::Array(told), Value::Array(said)) => {
            ensure!(told.len() == said.len(), "{} instead of {} there", said.len(), told.len());
            told.iter().zip(said).try_for_each(|(told, said)| matches(told, said, names))
        }
        _ => {
            ensure!(told == said, "{said} instead of {told}");
            Ok(())
        }
    }
}

fn is_name(text: &str) -> bool {
    text.len() > 2 && text != "VIP" && text.chars().all(|c| c.is_ascii_uppercase())
}

#[test]
fn the_page_is_cut_into_commands_and_their_answers() {
    let page = "words\n```console\n$ a\n{}\n$ b\n```\n<!-- the hub stops -->\n```\n$ c\n```\n";
    let expected =
        [Step::Run { line: "a", answer: "{}" }, Step::Run { line: "b", answer: "" }, Step::Happens("the hub stops")];
    assert_eq!(steps(page), expected);
}

#[test]
fn an_answer_that_is_not_as_told_is_found() {
    let mut names = BTreeMap::new();
    let mut differs = |told: &str, said: &str| {
        matches(&serde_json::from_str(told).unwrap(), &serde_json::from_str(said).unwrap(), &mut names).is_err()
    };
    assert!(!differs(r#"{"a": "CHAT", "b": ["…"]}"#, r#"{"a": "1", "b": [1, 2], "c": 3}"#));
    assert!(!differs(r#"["…", 2]"#, "[1, 2]"));
    for (told, said) in [
        (r#"{"a": "CHAT"}"#, r#"{"a": "2"}"#),
        (r#"{"a": 1}"#, r#"{"b": 1}"#),
        ("[1]", "[1, 2]"),
        (r#"["…", 2]"#, "[1, 3]"),
        ("1", "2"),
    ] {
        assert!(differs(told, said), "{told} {said}");
    }
}
