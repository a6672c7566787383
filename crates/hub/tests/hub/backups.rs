//! Backups: made while the hub works, private, whole or not there; and put back with nothing lost.

use super::office::{Desk, Office, PASSWORD, data_dir, error, new_id, send};
use super::program::{INIT, Serving, complaint, json_of, program, run};
use deskbell_domain::command::{CreateTag, ReceiveMessage};
use deskbell_domain::*;
use deskbell_hub::admin::Request;
use deskbell_hub::clock::SystemRandom;
use deskbell_hub::store::SqliteStore;
use deskbell_hub::upkeep::{backup, doctor, restore};
use deskbell_protocol::{Session, code};
use reqwest::StatusCode;
use serde_json::Value;
use std::path::Path;
use std::process::Output;
use std::time::Duration;

const ALL_SEEN: u64 = 1 << 52;

fn keep(command: &str, data: &Path, more: &[&str]) -> Output {
    program().arg(command).arg("--data").arg(data).args(more).output().unwrap()
}

fn names(directory: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        std::fs::read_dir(directory).unwrap().map(|f| f.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

async fn sign_in(url: &str) -> Desk {
    let body = serde_json::json!({ "email": "ada@example.com", "password": "long enough", "device_name": "Test" });
    let response = reqwest::Client::new().post(format!("{url}/v1/session")).json(&body).send().await.unwrap();
    Desk::new(url, response.json::<Session>().await.unwrap())
}

#[tokio::test]
async fn a_backup_is_made_while_the_hub_writes_and_is_of_one_moment() {
    let office = Office::open().await;
    let desk = office.sign_in("priya@example.com").await;
    let chat = office.customer_writes(office.front_channel, "v1", "Hello?").await;
    let place = data_dir();
    let hub = office.hub.clone();
    let (channel, running) = (office.front_channel, std::sync::Arc::new(std::sync::atomic::AtomicBool::new(true)));
    let still = running.clone();
    let busy = tokio::spawn(async move {
        let mut written = 0;
        while still.load(std::sync::atomic::Ordering::SeqCst) {
            let command = ReceiveMessage {
                channel,
                address: Address { kind: AddressKind::Visitor, value: format!("busy{}", written % 7) },
                profile_name: None,
                message: MessageId(new_id()),
                text: MessageText::parse("Still writing").unwrap(),
                new_chat: ChatId(new_id()),
            };
            hub.carry_out(Actor::System, command).await.unwrap();
            written += 1;
        }
        written
    });
    let mut heads = Vec::new();
    for n in 0..5 {
        tokio::time::sleep(Duration::from_millis(30)).await;
        let (data, to) = (office.dir.path().to_owned(), place.path().join(format!("{n}.db")));
        let before = office.hub.head().seq;
        let made = tokio::task::spawn_blocking(move || backup(&data, &to, false)).await.unwrap().unwrap();
        assert!(made.head.seq >= before && made.head.seq <= office.hub.head().seq);
        heads.push(made.head);
    }
    running.store(false, std::sync::atomic::Ordering::SeqCst);
    assert!(busy.await.unwrap() > 20, "it really was at work");
    assert!(desk.act(send(chat, "And it still is", ALL_SEEN)).await.outcome.is_done());
    assert_eq!(names(place.path()), (0..5).map(|n| format!("{n}.db")).collect::<Vec<_>>(), "nothing else is left");
    for (n, head) in heads.iter().enumerate() {
        let mut store = SqliteStore::open(&place.path().join(format!("{n}.db"))).unwrap();
        assert_eq!(store.head().unwrap().stamp, *head);
        assert_eq!(doctor::examine(store.connection()).unwrap(), []);
    }
}

#[test]
fn a_backup_is_private_and_takes_nobodys_place() {
    let dir = data_dir();
    let (data, place) = (dir.path().join("data"), dir.path().join("place"));
    std::fs::create_dir(&place).unwrap();
    assert!(run(&INIT, &data, "long enough\n").status.success());
    let file = place.join("a backup.db");
    let serving = Serving::start(&data, "127.0.0.1:0");
    let made = json_of(&keep("backup", &data, &["--to", text(&file), "--json"]));
    assert_eq!(made["bytes"], file.metadata().unwrap().len());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
    let first = std::fs::read(&file).unwrap();
    assert!(complaint(&keep("backup", &data, &["--to", text(&file)]), 1).contains("--replace"));
    assert_eq!(std::fs::read(&file).unwrap(), first);
    json_of(&run(&["inbox", "add", "--name", "Front desk", "--json"], &data, ""));
    assert!(keep("backup", &data, &["--to", text(&file), "--replace"]).status.success());
    assert_ne!(std::fs::read(&file).unwrap(), first);
    for own in ["hub.db", "hub.db-wal", "hub.lock"] {
        let refused = keep("backup", &data, &["--to", text(&data.join(own)), "--replace"]);
        assert!(complaint(&refused, 1).contains("a file that the hub works with"), "{own}");
    }
    assert!(complaint(&keep("backup", &data, &["--to", text(&place.join("no/such/place.db"))]), 1).contains("no/such"));
    assert!(
        complaint(&keep("backup", &place, &["--to", text(&dir.path().join("x.db"))]), 1).contains("deskbell-hub init")
    );
    serving.stop();
    assert_eq!(names(&place), ["a backup.db"]);
    assert!(keep("backup", &data, &["--to", text(&place.join("at rest.db"))]).status.success());
}

#[tokio::test]
async fn a_restored_hub_is_noticed_its_devices_stay_signed_in_and_what_was_there_is_kept() {
    let dir = data_dir();
    let (data, file) = (dir.path().join("data"), dir.path().join("backup.db"));
    assert!(run(&INIT, &data, "long enough\n").status.success());
    let serving = Serving::start(&data, "127.0.0.1:0");
    let early = sign_in(&serving.url).await;
    let revoked = sign_in(&serving.url).await;
    let tag = |name: &str| CreateTag { tag: TagId(new_id()), name: TagName::parse(name).unwrap(), color: Tint::Moss };
    assert!(early.act(tag("before")).await.outcome.is_done());
    assert!(keep("backup", &data, &["--to", text(&file)]).status.success());
    assert!(early.act(tag("after")).await.outcome.is_done());
    let late = sign_in(&serving.url).await;
    json_of(&run(&["device", "revoke", "--json", "--device", &revoked.session.device.to_string()], &data, ""));
    assert!(complaint(&keep("restore", &data, &["--from", text(&file)]), 1).contains("stop it first"));
    let url = serving.url.clone();
    serving.stop();

    let told = json_of(&keep("restore", &data, &["--from", text(&file), "--json"]));
    assert_eq!(told["sign_ins_kept"], true);
    let serving = Serving::start(&data, url.strip_prefix("http://").unwrap());
    for desk in [&early, &late] {
        let pull = desk.get(&format!("/v1/changes?since=1&{}", desk.history())).await;
        let (status, gone) = error(pull).await;
        assert_eq!((status, gone.code.as_str()), (StatusCode::GONE, code::ROLLED_BACK));
        let batch = desk.batch(vec![desk.command(tag("pushed to another history"))]);
        assert_eq!(error(desk.try_push(&batch).await).await.1.code, code::ROLLED_BACK);
        let session: Session = desk.get("/v1/session").await.json().await.unwrap();
        assert_eq!(Value::from(session.r#gen.0.as_str()), told["gen"]);
        assert_ne!(session.r#gen, desk.session.r#gen);
        assert_eq!(session.wrap_key, desk.session.wrap_key, "the second wrap of its cache is still there");
        let mut again = Desk::new(&serving.url, session);
        again.session.token.clone_from(&desk.session.token);
        let rows = again.snapshot(Scope::Org, None, 100).await.rows;
        let tags: Vec<_> = rows.iter().filter(|r| r.kind == "tag").filter_map(|r| r.row["name"].as_str()).collect();
        assert_eq!(tags, ["before"]);
    }
    let (status, gone) = error(revoked.get("/v1/session").await).await;
    assert_eq!((status, gone.code.as_str()), (StatusCode::UNAUTHORIZED, code::DEVICE_REVOKED), "not signed in again");
    let fresh = sign_in(&serving.url).await;
    assert!(fresh.act(tag("after the restore")).await.outcome.is_done());
    serving.stop();
    assert_eq!(keep("doctor", &data, &[]).status.code(), Some(0));
    let aside = Path::new(told["aside"].as_str().unwrap());
    let mut was = SqliteStore::open(&aside.join("hub.db")).unwrap();
    let tags: u64 =
        was.connection().query_row("SELECT count(*) FROM entity WHERE kind = 'tag'", [], |r| r.get(0)).unwrap();
    assert_eq!(tags, 2, "nothing of what was there is lost");
    // Once more, by somebody in doubt: both are kept.
    std::fs::write(data.join("hub.db.1.partial"), "of a restore that was killed").unwrap();
    let again = json_of(&keep("restore", &data, &["--from", text(&file), "--json"]));
    assert_ne!(again["aside"], told["aside"]);
    assert_ne!(again["gen"], told["gen"], "each restore is a history of its own");
    // One that was killed after what was there had been moved away is simply done again.
    std::fs::rename(data.join("hub.db"), dir.path().join("moved away")).unwrap();
    let once_more = json_of(&keep("restore", &data, &["--from", text(&file), "--json"]));
    assert_eq!(once_more["aside"], Value::Null);
    let left = names(&data);
    assert!(left.contains(&"hub.db".into()) && !left.iter().any(|name| name.contains("partial")), "{left:?}");
}

#[tokio::test]
async fn a_backup_goes_to_a_new_machine_and_a_copied_directory_is_one_too() {
    let mut office = Office::open().await;
    let chat = office.customer_writes(office.front_channel, "v1", "Hello?").await;
    let place = data_dir();
    // A copy of the whole directory while the hub was at work: what is newest is only in the log beside the file.
    let copied = place.path().join("copied");
    std::fs::create_dir(&copied).unwrap();
    for name in ["hub.db", "hub.db-wal"] {
        std::fs::copy(office.dir.path().join(name), copied.join(name)).unwrap();
    }
    office.stop().await;
    let head = office.hub.head();
    let new = place.path().join("new machine");
    let restored = restore(&new, &copied.join("hub.db"), &SystemRandom, 0).unwrap();
    assert_eq!((restored.head.seq, restored.aside, restored.sign_ins_kept), (head.seq, None, false));
    assert_ne!(restored.head.mark, head.mark);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(new.join("hub.db").metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
    let hub = deskbell_hub::Hub::open(&new, deskbell_hub::HubOptions::default()).unwrap();
    assert!(hub.row(Kind::Conversation, chat.0).await.unwrap().is_some());
    hub.stop().await;
}

#[tokio::test]
async fn passwords_and_removals_of_today_outlive_a_restore() {
    let office = Office::open().await;
    let place = data_dir();
    let file = place.path().join("backup.db");
    backup(office.dir.path(), &file, false).unwrap();
    let set = Request::SetPassword { member: "priya@example.com".into(), password: "another password".into() };
    office.admin(set).await;
    let mut office = office;
    office.stop().await;
    let restored = restore(office.dir.path(), &file, &SystemRandom, 1).unwrap();
    assert!(restored.sign_ins_kept);
    office.open_again().await;
    let old = office.try_sign_in("priya@example.com", PASSWORD, None).await;
    assert_eq!(old.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(office.try_sign_in("priya@example.com", "another password", None).await.status(), StatusCode::OK);
    assert_eq!(office.try_sign_in("dana@example.com", PASSWORD, None).await.status(), StatusCode::OK);
}

#[test]
fn what_is_no_backup_changes_nothing() {
    let dir = data_dir();
    let data = dir.path().join("data");
    assert!(run(&INIT, &data, "long enough\n").status.success());
    let good = dir.path().join("good.db");
    assert!(keep("backup", &data, &["--to", text(&good)]).status.success());
    let before = std::fs::read(data.join("hub.db")).unwrap();
    let here = names(&data);
    let file = |name: &str| dir.path().join(name);
    std::fs::write(file("text"), "Dear diary").unwrap();
    std::fs::write(file("empty"), "").unwrap();
    let whole = std::fs::read(&good).unwrap();
    std::fs::write(file("half"), &whole[..whole.len() / 2]).unwrap();
    std::fs::write(file("cut"), &whole[..whole.len() - 1]).unwrap();
    let mut scratched = whole.clone();
    let middle = scratched.len() / 2;
    scratched[middle..middle + 4096].fill(0x55);
    std::fs::write(file("scratched"), scratched).unwrap();
    let sql = |name: &str, sql: &str, copy: bool| {
        if copy {
            std::fs::copy(&good, file(name)).unwrap();
        }
        rusqlite::Connection::open(file(name)).unwrap().execute_batch(sql).unwrap();
    };
    sql("somebody else's", "CREATE TABLE photos (x)", false);
    sql(
        "newer",
        "INSERT INTO refinery_schema_history SELECT 9999, 'later', applied_on, checksum FROM refinery_schema_history LIMIT 1",
        true,
    );
    sql("nobody's", "DELETE FROM organization", true);
    let cases = [
        ("nowhere", "there is no such file"),
        ("text", "it is no database"),
        ("empty", "another program's"),
        ("half", "damaged"),
        ("cut", "its end is missing"),
        ("scratched", "damaged"),
        ("somebody else's", "another program's"),
        ("newer", "newer deskbell-hub"),
        ("nobody's", "no organization in it"),
    ];
    for (name, why) in cases {
        let said = complaint(&keep("restore", &data, &["--from", text(&file(name))]), 1);
        assert!(said.contains(why) && said.contains("nothing was changed"), "{name}: {said}");
        assert_eq!(std::fs::read(data.join("hub.db")).unwrap(), before, "{name}");
        assert_eq!(names(&data), here, "{name}");
    }
}

#[test]
fn a_doctor_on_the_command_line_says_what_it_finds_and_repairs_only_alone() {
    let dir = data_dir();
    let data = dir.path();
    assert!(complaint(&keep("doctor", data, &[]), 1).contains("deskbell-hub init"));
    assert!(run(&INIT, data, "long enough\n").status.success());
    let edit = |sql: &str| rusqlite::Connection::open(data.join("hub.db")).unwrap().execute_batch(sql).unwrap();
    let serving = Serving::start(data, "127.0.0.1:0");
    let well = keep("doctor", data, &[]);
    assert_eq!((well.status.code(), String::from_utf8_lossy(&well.stdout).as_ref()), (Some(0), "All is well.\n"));
    edit("UPDATE scope_digest SET digest = digest + 1 WHERE scope = 'org'");
    let ill = keep("doctor", data, &["--json"]);
    assert_eq!(ill.status.code(), Some(3));
    let told: Value = serde_json::from_slice(&ill.stdout).unwrap();
    assert_eq!((&told["ok"], &told["findings"][0]["fault"]), (&false.into(), &"wrong_digest".into()));
    assert!(complaint(&keep("doctor", data, &["--repair"]), 1).contains("stop it first"));
    serving.stop();
    let text = |output: &Output| String::from_utf8_lossy(&output.stdout).into_owned();
    let ill = keep("doctor", data, &[]);
    assert_eq!(ill.status.code(), Some(3));
    assert!(text(&ill).contains("--repair"), "{}", text(&ill));
    let repaired = keep("doctor", data, &["--repair"]);
    assert_eq!(repaired.status.code(), Some(0), "{}", text(&repaired));
    assert!(text(&repaired).contains("Put right: wrong_digest (1)") && text(&repaired).contains("All is well."));
    edit("UPDATE entity SET row = '{' WHERE kind = 'member'");
    let ill = keep("doctor", data, &["--repair"]);
    assert_eq!(ill.status.code(), Some(3));
    assert!(text(&ill).contains("! member ") && text(&ill).contains("restore an earlier one"), "{}", text(&ill));
}
