//! The program: made, filled, served, killed, administered.

use deskbell_domain::command::CreateTag;
use deskbell_domain::*;
use deskbell_hub::auth::{Password, set_account};
use deskbell_hub::{Hub, HubOptions, NewOrganization};
use deskbell_protocol::Session;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command as Process, Output, Stdio};
use std::time::{Duration, Instant};

use super::office::{Desk, data_dir, new_id};

pub fn program() -> Process {
    let mut process = Process::new(env!("CARGO_BIN_EXE_deskbell-hub"));
    process.env_remove("DESKBELL_LOG");
    process
}

pub fn run(args: &[&str], data: &Path, stdin: &str) -> Output {
    let mut process = program();
    process.args(args).arg("--data").arg(data);
    let mut child = process.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(stdin.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

pub fn json_of(output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

pub fn complaint(output: &Output, exit: i32) -> String {
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(exit), "{text}");
    assert!(output.stdout.is_empty());
    assert!(!text.contains("panicked"), "{text}");
    text
}

pub struct Serving {
    pub child: Child,
    pub url: String,
}

impl Serving {
    pub fn start(data: &Path, listen: &str) -> Self {
        let mut process = program();
        process.args(["serve", "--listen", listen, "--data"]).arg(data);
        process.stdout(Stdio::piped()).stderr(Stdio::null());
        Self::spawn(process)
    }

    pub fn spawn(mut process: Process) -> Self {
        let mut child = process.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim().strip_prefix("listening on ").expect("it says where it listens").to_owned();
        Self { child, url }
    }

    /// Asks it to stop, and how long that took.
    pub fn stop(mut self) -> Duration {
        let began = Instant::now();
        let pid = self.child.id().to_string();
        assert!(Process::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        assert!(self.child.wait().unwrap().success());
        began.elapsed()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub const INIT: [&str; 7] =
    ["init", "--organization", "Second Wind", "--product", "contact_center", "--admin", "ada@example.com"];

pub async fn sign_in(url: &str, email: &str, password: &str) -> Desk {
    let body = json!({ "email": email, "password": password, "device_name": "Test" });
    let response = reqwest::Client::new().post(format!("{url}/v1/session")).json(&body).send().await.unwrap();
    assert_eq!(response.status(), 200);
    Desk::new(url, response.json::<Session>().await.unwrap())
}

#[test]
fn an_organization_is_made_once_and_mistakes_are_explained() {
    let dir = data_dir();
    let data = dir.path().join("data");
    assert!(complaint(&run(&["member", "list"], &data, ""), 1).contains("deskbell-hub init"));
    assert!(complaint(&run(&INIT, &data, "short\n"), 1).contains("at least 8 characters"));
    let mut wrong = INIT;
    wrong[6] = "not an address";
    assert!(complaint(&run(&wrong, &data, "long enough\n"), 1).contains("--admin"));
    wrong = INIT;
    wrong[4] = "spreadsheet";
    assert!(complaint(&run(&wrong, &data, "long enough\n"), 2).contains("contact_center"));
    assert!(!data.exists(), "a mistake leaves nothing behind");
    assert!(run(&INIT, &data, "long enough\n").status.success());
    assert!(complaint(&run(&INIT, &data, "long enough\n"), 1).contains("organization here already"));
    assert!(complaint(&run(&["sample"], &data, ""), 1).contains("organization here already"));
    let members = json_of(&run(&["member", "list", "--json"], &data, ""));
    assert_eq!(members["members"][0]["email"], "ada@example.com");
    assert_eq!(members["members"][0]["role"], "admin");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(data.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    }
}

#[tokio::test]
async fn an_organization_that_was_begun_and_never_had_anybody_in_it_can_be_made() {
    let dir = data_dir();
    // As far as a program comes that is killed before there is an admin: they have a password and are not there yet.
    let begun = Hub::create(
        dir.path(),
        NewOrganization { name: Name::parse("Begun").unwrap(), product: Product::ContactCenter },
        HubOptions::default(),
    );
    let begun = begun.unwrap();
    let ada = EmailAddress::parse("ada@example.com").unwrap();
    assert!(set_account(&begun, MemberId(new_id()), ada, Password::parse("forgotten").unwrap()).await.unwrap());
    begun.stop().await;
    let made = run(&INIT, dir.path(), "long enough\n");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    assert!(complaint(&run(&INIT, dir.path(), "long enough\n"), 1).contains("organization here already"));
    let serving = Serving::start(dir.path(), "127.0.0.1:0");
    let desk = sign_in(&serving.url, "ada@example.com", "long enough").await;
    let changes = desk.changes(0, 100).await;
    let organizations: Vec<_> =
        changes.changes.iter().filter(|c| c.kind == "organization").filter_map(|c| c.row.as_ref()).collect();
    assert_eq!(organizations.len(), 1);
    assert_ne!(organizations[0]["name"], "Begun");
    serving.stop();
}

#[test]
fn who_calls_the_hub_at_work_and_says_nothing_keeps_nobody_waiting() {
    let dir = data_dir();
    assert!(run(&INIT, dir.path(), "long enough\n").status.success());
    let serving = Serving::start(dir.path(), "127.0.0.1:0");
    let door: Value = serde_json::from_slice(&std::fs::read(dir.path().join("control.json")).unwrap()).unwrap();
    let port = u16::try_from(door["port"].as_u64().unwrap()).unwrap();
    let silent = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
    let began = Instant::now();
    json_of(&run(&["member", "list", "--json"], dir.path(), ""));
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    drop(silent);
    serving.stop();
}

#[test]
fn who_reads_only_the_beginning_gets_no_complaint() {
    let mut child = program().arg("openapi").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::test]
async fn an_organization_is_set_up_while_its_hub_is_at_work() {
    let dir = data_dir();
    let data = dir.path().join("data");
    assert!(run(&INIT, &data, "long enough\n").status.success());
    let serving = Serving::start(&data, "127.0.0.1:0");
    let second = program().args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(&data).output().unwrap();
    assert!(complaint(&second, 1).contains("another deskbell-hub"));
    let add = ["member", "add", "--name", "Bob", "--email", "bob@example.com", "--role", "manager", "--json"];
    assert!(complaint(&run(&add, &data, "short"), 1).contains("at least 8 characters"));
    let bob = json_of(&run(&add, &data, "bob's password"))["id"].clone();
    assert!(complaint(&run(&add, &data, "bob's password"), 1).contains("bob@example.com"));
    json_of(&run(&["inbox", "add", "--name", "Help", "--json"], &data, ""));
    let channel = ["channel", "add", "--name", "Site", "--inbox", "help", "--color", "#1F6F5C", "--json"];
    assert!(complaint(&run(&[&channel[..], &["--origin", "example.com"]].concat(), &data, ""), 1).contains("origin"));
    let channel = json_of(&run(&[&channel[..], &["--origin", "https://www.example.com"]].concat(), &data, ""));
    let public_id = channel["public_id"].as_str().unwrap();
    let snippet = channel["snippet"].as_str().unwrap();
    let expected = format!(r#"<script async src="{}/chat.js" data-channel="{public_id}"></script>"#, serving.url);
    assert_eq!(snippet, expected);
    let desk = sign_in(&serving.url, "bob@example.com", "bob's password").await;
    assert_eq!(json!(desk.session.member), bob);
    assert_eq!(desk.session.grants.len(), 2, "the organization and himself");
    json_of(&run(&["inbox", "assign", "--inbox", "Help", "--member", "Bob", "--json"], &data, ""));
    let session: Session = desk.get("/v1/session").await.json().await.unwrap();
    assert_eq!(session.grants.len(), 4, "the inbox and its channel too");
    let devices = json_of(&run(&["device", "list", "--json"], &data, ""));
    let device = devices["devices"][0]["device"]["id"].as_str().unwrap();
    assert_eq!(devices["devices"][0]["member"], "bob@example.com");
    json_of(&run(&["device", "revoke", "--device", device, "--json"], &data, ""));
    assert_eq!(desk.get("/v1/session").await.status(), 401);
    let missing = run(&["inbox", "assign", "--inbox", "Attic", "--member", "Bob"], &data, "");
    assert!(complaint(&missing, 1).contains("inbox list"));
    serving.stop();
    // The same without a hub at work.
    json_of(&run(&["member", "role", "--member", "Bob", "--role", "agent", "--json"], &data, ""));
    let members = json_of(&run(&["member", "list", "--json"], &data, ""));
    assert!(members["members"].as_array().unwrap().iter().any(|m| m["name"] == "Bob" && m["role"] == "agent"));
}

#[tokio::test]
async fn a_kill_loses_nothing_that_was_answered() {
    let dir = data_dir();
    let data = dir.path().join("data");
    assert!(run(&INIT, &data, "long enough\n").status.success());
    let mut serving = Serving::start(&data, "127.0.0.1:0");
    let desk = sign_in(&serving.url, "ada@example.com", "long enough").await;
    let mut answered = Vec::new();
    for round in 0..3 {
        for i in 0..20 {
            let name = TagName::parse(&format!("Tag {round}.{i}")).unwrap();
            let result = desk.act(CreateTag { tag: TagId(new_id()), name: name.clone(), color: Tint::Sky }).await;
            assert!(result.outcome.is_done());
            answered.push((name, result.seq));
        }
        let listen = serving.url.strip_prefix("http://").unwrap().to_owned();
        serving.child.kill().unwrap();
        serving.child.wait().unwrap();
        serving = Serving::start(&data, &listen);
    }
    let page = desk.changes(0, 1000).await;
    for (name, seq) in answered {
        let kept = page.changes.iter().any(|c| c.rev == seq && c.row.as_ref().unwrap()["name"] == name.as_str());
        assert!(kept, "{name} at {seq}");
    }
}

#[tokio::test]
async fn a_stop_is_quick_and_finishes_what_was_accepted() {
    let dir = data_dir();
    let data = dir.path().join("data");
    assert!(run(&INIT, &data, "long enough\n").status.success());
    let serving = Serving::start(&data, "127.0.0.1:0");
    let desk = std::sync::Arc::new(sign_in(&serving.url, "ada@example.com", "long enough").await);
    let stream = desk.get("/v1/events").await;
    let url = serving.url.clone();
    let writing = tokio::spawn({
        let desk = desk.clone();
        async move {
            let mut answered = 0;
            loop {
                let name = TagName::parse(&format!("Tag {answered}")).unwrap();
                let command = desk.command(CreateTag { tag: TagId(new_id()), name, color: Tint::Sky });
                let batch = desk.batch(vec![command]);
                let request = desk.request(reqwest::Method::POST, "/v1/commands").json(&batch);
                let Ok(response) = request.send().await else { return answered };
                if response.status() != 200 || response.bytes().await.is_err() {
                    return answered;
                }
                answered += 1;
            }
        }
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    let took = tokio::task::spawn_blocking(move || serving.stop()).await.unwrap();
    assert!(took < Duration::from_secs(8), "{took:?}");
    let answered = writing.await.unwrap();
    assert!(answered > 0);
    assert!(stream.text().await.is_ok(), "the stream was ended, not cut");
    let again = Serving::start(&data, url.strip_prefix("http://").unwrap());
    let page = desk.changes(0, 1000).await;
    let tags = page.changes.iter().filter(|c| c.kind == "tag").count();
    assert!(tags >= answered, "{answered} were answered, {tags} are there");
    again.stop();
}

#[tokio::test]
async fn the_sample_is_believable_and_the_same_for_the_same_seed() {
    let dir = data_dir();
    let data = |name: &str| dir.path().join(name);
    let first = json_of(&run(&["sample", "--seed", "7"], &data("a"), ""));
    let second = json_of(&run(&["sample", "--seed", "7"], &data("b"), ""));
    let other = json_of(&run(&["sample", "--seed", "8", "--conversations", "90", "--messages", "500"], &data("c"), ""));
    let ids = |made: &Value| made["channels"].as_array().unwrap().iter().map(|c| c["public_id"].clone()).collect();
    let (a, b, c): (Vec<Value>, Vec<Value>, Vec<Value>) = (ids(&first), ids(&second), ids(&other));
    assert_eq!(a, b);
    assert_ne!(a, c);
    let (few, many) = (first["conversations"].as_u64().unwrap(), other["conversations"].as_u64().unwrap());
    assert!(few >= 60 && many == few + 30, "{few}, {many}");
    assert!(first["texts"].as_u64().unwrap() >= 15);
    assert!(other["messages"].as_u64().unwrap() >= 500);
    let serving = Serving::start(&data("a"), "127.0.0.1:0");
    let members = first["members"].as_array().unwrap();
    assert_eq!(members.len(), 5);
    let manager = members.iter().find(|m| m["role"] == "manager").unwrap();
    let desk = sign_in(&serving.url, manager["email"].as_str().unwrap(), manager["password"].as_str().unwrap()).await;
    let page = desk.changes(0, 1000).await;
    assert!(!page.more);
    let of = |kind: &'static str| page.changes.iter().filter(move |c| c.kind == kind).filter_map(|c| c.row.as_ref());
    let archived: BTreeSet<&str> = of("channel").filter(|c| c["archived"] == true).map(text_of("id")).collect();
    let own = of("channel").filter(|c| !c["owner"].is_null()).map(text_of("id"));
    let elsewhere: BTreeSet<&str> = own.chain(archived.iter().copied()).collect();
    let in_inboxes = of("conversation").filter(|c| !elsewhere.contains(c["channel"].as_str().unwrap()));
    assert_eq!(in_inboxes.count() as u64, few);
    let closed = of("conversation").filter(|c| !c["closed"].is_null()).count();
    let mine = of("conversation").filter(|c| c["closed"].is_null() && !c["assignee"].is_null()).count();
    let nobodys = of("conversation").filter(|c| c["closed"].is_null() && c["assignee"].is_null()).count();
    assert!(closed >= 10 && mine >= 10 && nobodys >= 8, "{closed} closed, {mine} assigned, {nobodys} unassigned");
    assert!(of("tag").count() >= 8);
    assert!(of("direct_chat").count() >= 2);
    assert!(of("team_chat").count() >= 3 && of("favorite").count() >= 2 && of("pin").count() >= 1);
    let texts = of("conversation").filter(|c| elsewhere.contains(c["channel"].as_str().unwrap())).count();
    assert!(texts >= 6, "her own, and a shared archive: {texts}");
    let kinds: BTreeSet<&str> = of("channel").map(text_of("kind")).collect();
    assert_eq!(kinds, BTreeSet::from(["sms", "webchat"]));
    let assignees: BTreeSet<&str> =
        of("conversation").filter(|c| c["closed"].is_null()).filter_map(|c| c["assignee"]["member"].as_str()).collect();
    assert_eq!(assignees.len(), 5, "everybody has something to do");
    let longest = of("contact").map(|c| c["name"].as_str().unwrap().chars().count()).max();
    assert!(longest >= Some(190), "{longest:?}");
    let longest = of("message").filter_map(|m| m["content"]["text"].as_str()).map(str::len).max();
    assert!(longest >= Some(4000), "{longest:?}");
    let layla = of("contact").find(|c| c["name"] == "Layla Haddad").unwrap();
    let hers: Vec<&Value> = layla["addresses"].as_array().unwrap().iter().collect();
    let history = of("conversation").filter(|c| hers.contains(&&c["address"])).map(text_of("channel"));
    let history: Vec<&str> = history.collect();
    let channels: BTreeSet<&str> = history.iter().copied().collect();
    assert!(history.len() >= 8 && channels.len() == 2, "{} on {}", history.len(), channels.len());
    let said: String = of("message").filter_map(|m| m["content"]["text"].as_str()).collect();
    for script in ['ا', 'א', '이', 'の', '的', 'ế', 'ß', '¿'] {
        assert!(said.contains(script), "nobody wrote {script}");
    }
    assert!(of("message").all(|m| m["at_ms"].as_i64().unwrap() < desk.session.server_time_ms));
}

#[tokio::test]
async fn the_sample_of_the_other_product_has_a_queue_and_nothing_wrong_in_it() {
    let dir = data_dir();
    let data = dir.path().join("data");
    let made = json_of(&run(&["sample", "--product", "contact_center", "--conversations", "12"], &data, ""));
    assert_eq!(made["product"], "contact_center");
    let inboxes = json_of(&run(&["inbox", "list", "--json"], &data, ""));
    let kinds: BTreeSet<&str> = inboxes["inboxes"].as_array().unwrap().iter().map(text_of("kind")).collect();
    assert_eq!(kinds, BTreeSet::from(["queue", "shared"]));
    let examined = json_of(&run(&["doctor", "--json"], &data, ""));
    assert_eq!(examined["findings"], Value::Array(vec![]), "{examined}");
}

fn text_of(name: &'static str) -> impl Fn(&Value) -> &str {
    move |row| row[name].as_str().unwrap()
}

#[test]
fn the_http_interface_is_described_whole() {
    let output = program().arg("openapi").output().unwrap();
    let document = json_of(&output);
    let paths = document["paths"].as_object().unwrap();
    for path in [
        "/healthz",
        "/v1/hub",
        "/v1/session",
        "/v1/devices",
        "/v1/devices/{id}",
        "/v1/commands",
        "/v1/changes",
        "/v1/snapshot/{scope}",
        "/v1/conversations/{id}/messages",
        "/v1/events",
        "/widget/{public_id}/messages",
    ] {
        let operations = paths.get(path).unwrap_or_else(|| panic!("{path} is missing")).as_object().unwrap();
        for (method, operation) in operations {
            assert!(operation["responses"].as_object().is_some_and(|r| !r.is_empty()), "{method} {path}");
        }
    }
    // Whatever is referred to is there.
    let text = document.to_string();
    for reference in text.split("\"#/components/schemas/").skip(1) {
        let name = reference.split('"').next().unwrap();
        assert!(document["components"]["schemas"].get(name).is_some(), "{name} is not described");
    }
    assert_eq!(program().arg("openapi").output().unwrap().stdout, output.stdout);
}

#[test]
fn wrong_usage_says_so() {
    let output = program().args(["serve", "--listen", "0.0.0.0:0", "--data", "/nonexistent"]).output().unwrap();
    assert!(complaint(&output, 1).contains("--public-url"));
    assert!(complaint(&program().arg("dance").output().unwrap(), 2).contains("Usage"));
}

#[tokio::test]
async fn the_log_is_structured_and_holds_nothing_that_anybody_wrote() {
    let dir = data_dir();
    let data = dir.path().join("data");
    let made = json_of(&run(&["sample"], &data, ""));
    let log = dir.path().join("log");
    let mut process = program();
    process.env("DESKBELL_LOG", "debug").args(["--log", "json", "serve", "--listen", "127.0.0.1:0", "--data"]);
    process.arg(&data).stdout(Stdio::piped()).stderr(std::fs::File::create(&log).unwrap());
    let serving = Serving::spawn(process);
    let (email, password) = (&made["members"][0]["email"], made["members"][0]["password"].as_str().unwrap());
    let desk = sign_in(&serving.url, email.as_str().unwrap(), password).await;
    let page = desk.changes(0, 1000).await;
    let chat = page.changes.iter().find(|c| c.kind == "conversation").unwrap().id.into();
    assert!(desk.act(super::office::send(chat, "Needle in the haystack", 1 << 52)).await.outcome.is_done());
    let token = desk.session.token.clone();
    serving.stop();
    let text = std::fs::read_to_string(&log).unwrap();
    assert!(text.lines().count() > 5);
    for line in text.lines() {
        assert!(serde_json::from_str::<Value>(line).is_ok(), "{line}");
    }
    assert!(text.contains("send_message") && text.contains("signed in"), "what is done is there");
    for secret in ["Needle", password, &token, email.as_str().unwrap()] {
        assert!(!text.contains(secret), "{secret} is in the log");
    }
}
