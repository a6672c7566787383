//! What whoever hosts a hub meets: whose files they are, what is refused, and what can be changed later.

use super::office::data_dir;
use super::program::{INIT, Serving, complaint, json_of, run};
use serde_json::json;

#[cfg(unix)]
#[test]
fn a_directory_that_holds_other_things_is_not_shut_and_the_files_of_the_hub_are_private() {
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o7777;
    let dir = data_dir();
    let shared = dir.path().join("shared");
    std::fs::create_dir(&shared).unwrap();
    std::fs::set_permissions(&shared, PermissionsExt::from_mode(0o755)).unwrap();
    std::fs::write(shared.join("a neighbour"), "").unwrap();
    assert!(run(&INIT, &shared, "long enough\n").status.success());
    assert_eq!(mode(&shared), 0o755);
    let serving = Serving::start(&shared, "127.0.0.1:0");
    json_of(&run(&["member", "list", "--json"], &shared, ""));
    let files: Vec<_> = std::fs::read_dir(&shared).unwrap().map(|f| f.unwrap().path()).collect();
    for made in ["hub.db", "hub.db-wal", "hub.db-shm", "hub.lock", "control.json", "public-url"] {
        assert!(files.contains(&shared.join(made)), "{made} is not in {files:?}");
    }
    for file in files.iter().filter(|f| !f.ends_with("a neighbour")) {
        assert_eq!(mode(file), 0o600, "{}", file.display());
    }
    serving.stop();

    let (empty, sticky) = (dir.path().join("empty"), dir.path().join("sticky"));
    for (path, before, after) in [(&empty, 0o755, 0o700), (&sticky, 0o1777, 0o1777)] {
        std::fs::create_dir(path).unwrap();
        std::fs::set_permissions(path, PermissionsExt::from_mode(before)).unwrap();
        assert!(run(&INIT, path, "long enough\n").status.success());
        assert_eq!(mode(path), after, "{}", path.display());
    }
    let deep = dir.path().join("deep/data");
    assert!(run(&INIT, &deep, "long enough\n").status.success());
    assert_eq!(mode(&deep), 0o700);
}

#[test]
fn a_file_that_is_no_database_is_named_in_one_sentence() {
    let dir = data_dir();
    let file = dir.path().join("hub.db");
    std::fs::write(&file, "Dear diary, ".repeat(1000)).unwrap();
    let expected = format!(
        "deskbell-hub: {} is not the database of a hub: put a copy of it back, or choose another directory with --data\n",
        file.display()
    );
    assert_eq!(complaint(&run(&["member", "list"], dir.path(), ""), 1), expected);
    assert_eq!(complaint(&run(&INIT, dir.path(), "long enough\n"), 1), expected);
    assert!(std::fs::read_to_string(&file).unwrap().starts_with("Dear diary"), "it is left as it is");
}

#[test]
fn a_public_url_that_leads_nowhere_is_refused() {
    let dir = data_dir();
    assert!(run(&INIT, dir.path(), "long enough\n").status.success());
    for url in [
        "http://127.0.0.1:*",
        "https://hub.example.com/desk",
        "hub.example.com",
        "ftp://hub.example.com",
        "https://",
        "http://0.0.0.0:8080",
        "http://[::]:8080",
        "http://hub.example.com:0",
        "",
    ] {
        // No computer has that address: a hub that took the URL would end there, and not serve for ever.
        let told = complaint(&run(&["serve", "--listen", "192.0.2.1:1", "--public-url", url], dir.path(), ""), 1);
        assert!(told.starts_with("deskbell-hub: --public-url: nobody can reach a hub under"), "{url}: {told}");
    }
}

#[test]
fn a_name_means_one_thing_or_the_identifier_is_asked_for() {
    let dir = data_dir();
    let data = dir.path();
    assert!(run(&INIT, data, "long enough\n").status.success());
    for inbox in ["Sales", "Help"] {
        json_of(&run(&["inbox", "add", "--name", inbox, "--json"], data, ""));
    }
    let again = complaint(&run(&["inbox", "add", "--name", " sales"], data, ""), 1);
    assert!(again.contains("there is an inbox"), "{again}");
    let add = |name, inbox| run(&["channel", "add", "--name", name, "--inbox", inbox, "--json"], data, "");
    let first = json_of(&add("Web chat", "Sales"));
    let again = complaint(&add("web  CHAT", "Sales"), 1);
    assert!(again.contains("the inbox Sales has a channel web  CHAT already"), "{again}");
    json_of(&add("Web chat", "Help"));
    let unclear = complaint(&run(&["channel", "origins", "Web chat"], data, ""), 1);
    assert!(unclear.contains("more than one channel") && unclear.contains("channel list"), "{unclear}");
    for one in ["id", "public_id"] {
        let origins = json_of(&run(&["channel", "origins", first[one].as_str().unwrap(), "--json"], data, ""));
        assert_eq!(origins, json!({ "id": first["id"], "origins": [] }));
    }
    // Two people may well be called the same.
    for email in ["bob@example.com", "robert@example.com"] {
        let add = ["member", "add", "--name", "Bob", "--email", email, "--inbox", "Sales", "--json"];
        json_of(&run(&add, data, "long enough\n"));
    }
    let role = |member| run(&["member", "role", "--member", member, "--role", "manager", "--json"], data, "");
    assert!(complaint(&role("bob"), 1).contains("more than one member"));
    json_of(&role("robert@example.com"));
}

#[tokio::test]
async fn the_sites_that_may_show_a_web_chat_can_be_changed() {
    let dir = data_dir();
    let data = dir.path();
    assert!(run(&INIT, data, "long enough\n").status.success());
    json_of(&run(&["inbox", "add", "--name", "Sales", "--json"], data, ""));
    let add = ["channel", "add", "--name", "Web chat", "--inbox", "Sales", "--origin", "https://old.example", "--json"];
    let channel = json_of(&run(&add, data, ""));
    let serving = Serving::start(data, "127.0.0.1:0");
    let frame = format!("{}/widget/{}", serving.url, channel["public_id"].as_str().unwrap());
    let allowed = async || {
        let answer = reqwest::get(&frame).await.unwrap();
        let policy = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
        policy.split_once("frame-ancestors ").unwrap().1.to_owned()
    };
    assert_eq!(allowed().await, "https://old.example");
    let origins = |more: &[&str]| run(&[&["channel", "origins", "web chat"], more].concat(), data, "");
    let changed = origins(&["--add", "https://NEW.example/", "--remove", "https://old.example", "--json"]);
    assert_eq!(json_of(&changed)["origins"], json!(["https://new.example"]));
    assert_eq!(allowed().await, "https://new.example");
    assert!(complaint(&origins(&["--remove", "https://old.example"]), 1).contains("https://old.example"));
    assert!(complaint(&origins(&["--add", "new.example"]), 1).contains("is not an origin"));
    let shown = origins(&[]);
    assert!(String::from_utf8_lossy(&shown.stdout).contains("https://new.example"));
    json_of(&origins(&["--remove", "https://new.example", "--json"]));
    assert_eq!(allowed().await, "'none'");
    serving.stop();
}

/// `script` (of every Linux) gives the program a terminal and writes down what is to be seen there.
#[cfg(target_os = "linux")]
#[test]
fn a_password_that_is_typed_is_not_shown() {
    use std::io::{Read, Write};
    use std::process::{Command, Stdio};
    let dir = data_dir();
    let data = dir.path().join("data");
    let command = format!(
        "'{}' init --organization Typed --product contact_center --admin ada@example.com --data '{}'",
        env!("CARGO_BIN_EXE_deskbell-hub"),
        data.display()
    );
    let mut terminal = Command::new("script")
        .args(["--quiet", "--return", "--command", &command, "/dev/null"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = terminal.stdout.take().unwrap();
    let mut seen = Vec::new();
    while !seen.ends_with(b"Password: ") {
        let mut byte = [0];
        assert_eq!(output.read(&mut byte).unwrap(), 1, "{}", String::from_utf8_lossy(&seen));
        seen.push(byte[0]);
    }
    // Nobody types as soon as that; the terminal is told to show nothing after the question.
    std::thread::sleep(std::time::Duration::from_millis(500));
    let mut keyboard = terminal.stdin.take().unwrap();
    keyboard.write_all(b"typed in the dark\n").unwrap();
    output.read_to_end(&mut seen).unwrap();
    let seen = String::from_utf8_lossy(&seen);
    assert!(terminal.wait().unwrap().success(), "{seen}");
    assert!(seen.contains("is there") && !seen.contains("dark"), "{seen}");
}
