//! A hub without room: it takes nothing new, loses nothing, says so, and goes on by itself when there is room again.

use super::office::{Desk, Office, error, send};
use deskbell_domain::*;
use deskbell_hub::upkeep::backup;
use deskbell_protocol::{MessagesPage, PushedCommand, code};
use reqwest::{Response, StatusCode};

const ALL_SEEN: u64 = 1 << 52;

impl Office {
    /// From now on the file of the hub has room for so many more pages.
    async fn leave_room_for(&self, pages: u64) {
        let limit = move |c: &mut rusqlite::Connection| {
            let now: u64 = c.query_row("PRAGMA page_count", [], |r| r.get(0))?;
            c.query_row(&format!("PRAGMA max_page_count = {}", now + pages), [], |_| Ok(()))?;
            Ok(())
        };
        self.hub.write(limit).await.unwrap();
    }
}

fn long(desk: &Desk, chat: ChatId, n: usize) -> PushedCommand {
    desk.command(send(chat, &format!("{n} {}", "long ".repeat(8000)), ALL_SEEN))
}

async fn is_full(response: Response) {
    assert_eq!(response.headers()["retry-after"], "30");
    let (status, told) = error(response).await;
    assert_eq!((status, told.code.as_str()), (StatusCode::SERVICE_UNAVAILABLE, code::HUB_DISK_FULL));
    assert!(told.retryable && told.message.contains("disk is full"), "{told:?}");
}

#[tokio::test]
async fn a_full_disk_refuses_what_is_new_for_now_and_nothing_is_half_written() {
    let office = Office::open().await;
    let desk = office.sign_in("priya@example.com").await;
    let chat = office.customer_writes(office.front_channel, "v1", "Hello?").await;
    office.leave_room_for(60).await;
    let (mut taken, mut refused) = (0, None);
    for n in 0..100 {
        let batch = desk.batch(vec![long(&desk, chat, n)]);
        let response = desk.try_push(&batch).await;
        if response.status() != StatusCode::OK {
            is_full(response).await;
            refused = Some(batch);
            break;
        }
        taken += 1;
    }
    let refused = refused.expect("there was no room for all");
    assert!(taken >= 1);
    let head = office.hub.head();
    assert_eq!(office.hub.state().await.unwrap().stamp, head, "nobody heard of what was not written");
    // Again and again, alone and in company: the answer is the same, and what is there is there.
    let mut company = refused.clone();
    company.commands.extend((0..20).map(|n| long(&desk, chat, 200 + n)));
    for batch in [&refused, &company] {
        is_full(desk.try_push(batch).await).await;
        assert_eq!(office.hub.head(), head);
    }
    let texts = async || {
        let path = format!("/v1/conversations/{chat}/messages?limit=1000");
        let mut texts = 0;
        let mut page: MessagesPage = desk.get(&path).await.json().await.unwrap();
        loop {
            texts += page.rows.iter().filter(|r| r.row["content"]["kind"] == "text").count();
            let Some(last) = page.rows.last().filter(|_| page.more) else { return texts };
            page = desk.get(&format!("{path}&before={}", last.row["pos"])).await.json().await.unwrap();
        }
    };
    assert_eq!(texts().await, taken + 1);
    assert_eq!(desk.changes(head.seq, 10).await.to, head.seq, "reading goes on");
    assert!(desk.get("/v1/session").await.status().is_success());
    let elsewhere = super::office::data_dir();
    backup(office.dir.path(), &elsewhere.path().join("backup.db"), false).unwrap();

    office.leave_room_for(100_000).await;
    let response = desk.try_push(&company).await;
    assert_eq!(response.status(), StatusCode::OK, "the same bytes go through by themselves");
    assert_eq!(texts().await, taken + 1 + company.commands.len());
    assert_eq!(desk.try_push(&refused).await.status(), StatusCode::OK);
    assert_eq!(texts().await, taken + 1 + company.commands.len(), "once");
    assert_eq!(office.hub.head().seq, head.seq + company.commands.len() as u64, "no number was lost");
}

/// Named with its reason by the runner of the tests, instead of passing silently.
#[cfg(target_os = "linux")]
fn skip(reason: &str) {
    use std::io::Write;
    let name = std::thread::current().name().unwrap_or("a test").to_owned();
    println!("{name} skipped: {reason}");
    if let Some(file) = std::env::var_os("DESKBELL_SKIPPED_FILE") {
        let mut file = std::fs::OpenOptions::new().append(true).create(true).open(file).unwrap();
        writeln!(file, "{name}\t{reason}").unwrap();
    }
}

/// With a real file system that is full: the log and the file are written to differently than SQLite's own limit says.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_hub_on_a_small_disk_goes_on_when_there_is_room() {
    use super::program::{INIT, Serving, program, run, sign_in};
    use deskbell_domain::command::CreateTag;
    use std::process::{Command, Stdio};
    use std::time::Duration;
    let dir = super::office::data_dir();
    let data = dir.path().join("data");
    assert!(run(&INIT, &data, "long enough\n").status.success());
    // A disk of its own, seen by that program alone; not every machine lets everybody have one.
    let may =
        Command::new("unshare").args(["-Urm", "mount", "-t", "tmpfs", "none", "/mnt"]).stderr(Stdio::null()).status();
    if !may.is_ok_and(|status| status.success()) {
        return skip("this machine gives nobody a small disk (`unshare -Urm mount`)");
    }
    let room = dir.path().join("room");
    std::fs::create_dir(&room).unwrap();
    let script = r#"mount -t tmpfs -o size=3m none "$2" && cp "$1"/hub.db "$2" && head -c 1000000 /dev/zero > "$2/ballast" || exit 9
        ( while [ ! -e "$1/make-room" ]; do sleep 0.05; done; rm "$2/ballast" ) &
        exec "$3" serve --listen 127.0.0.1:0 --data "$2""#;
    let mut process = Command::new("unshare");
    process.args(["-Urm", "sh", "-c", script, "sh"]).arg(&data).arg(&room).arg(program().get_program());
    process.stdout(Stdio::piped()).stderr(Stdio::null());
    let serving = Serving::spawn(process);
    let desk = sign_in(&serving.url, "ada@example.com", "long enough").await;
    let tag = |n: usize| {
        let name = TagName::parse(&format!("tag {n}")).unwrap();
        desk.command(CreateTag { tag: TagId(super::office::new_id()), name, color: Tint::Moss })
    };
    let mut taken = 0;
    let refused = loop {
        let batch = desk.batch((0..64).map(|n| tag(taken + n)).collect());
        let response = desk.try_push(&batch).await;
        if response.status() != StatusCode::OK {
            is_full(response).await;
            break batch;
        }
        taken += 64;
        assert!(taken < 64_000, "it never was full");
    };
    is_full(desk.try_push(&refused).await).await;
    let tags = async || {
        let (mut tags, mut after) = (0, None);
        loop {
            let page = desk.snapshot(Scope::Org, after, 1000).await;
            tags += page.rows.iter().filter(|r| r.kind == "tag").count();
            after = page.next;
            if after.is_none() {
                return tags;
            }
        }
    };
    // A failed batch is repeated one by one: what still had room is there, whole, and not told of to anybody yet.
    assert!((taken..taken + 64).contains(&tags().await));
    std::fs::write(data.join("make-room"), "").unwrap();
    for tries in 0.. {
        if desk.try_push(&refused).await.status() == StatusCode::OK {
            break;
        }
        assert!(tries < 200, "there is room, and it does not go on");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(tags().await, taken + 64);
    serving.stop();
}
