//! A cache is damaged at many places; what is whole is rescued, what happened is said, and the program goes on.

use super::*;
use crate::rpc::types::{LockReason, Outbox, Session, Status};
use crate::secrets::{MemorySecrets, create_cache_key};
use crate::store::testing::{FakeHub, ME};
use crate::store::{Moment, NewCommand, Store};
use crate::{Core, CoreOptions, profile::Profile};
use deskbell_domain::command::{AssignChat, CloseChat, CreateTag, SeenAssignee, SendMessage, TagChat};
use deskbell_domain::{MessageText, TagId, TagName, Tint};
use deskbell_sqlite::encrypted::Seal;
use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use tempfile::TempDir;

const PAGE: usize = pages::PAGE;

/// A profile with a full outbox, and what its cache holds.
struct Written {
    dir: TempDir,
    secrets: Arc<MemorySecrets>,
    key: Key,
    outbox: Vec<OutboxItem>,
    drafts: BTreeMap<Uuid, String>,
}

impl Written {
    fn path(&self) -> PathBuf {
        self.dir.path().join("cache.db")
    }

    fn log(&self) -> PathBuf {
        self.dir.path().join("cache.db-wal")
    }

    fn copy(&self) -> TempDir {
        let to = tempfile::tempdir().unwrap();
        for name in ["profile.json", "cache.db", "cache.db-wal"] {
            let from = self.dir.path().join(name);
            if from.exists() {
                fs::copy(from, to.path().join(name)).unwrap();
            }
        }
        to
    }
}

fn give(store: &mut Store, command: impl Into<Command>) {
    let new = NewCommand { id: CommandId(Uuid::now_v7()), command: command.into(), instead_of: None };
    store.submit(&new, Moment { local_ms: 1000, skew_ms: 0 }).unwrap();
}

/// A cache with messages short and long, sent, taken and never sent, of two rounds of the log. `log`: it ends as by a
/// power cut, with the last of it in the log.
async fn written(log: bool) -> Written {
    written_with(log, Seal::by_speed()[0]).await
}

async fn written_with(log: bool, seal: Seal) -> Written {
    let dir = tempfile::tempdir().unwrap();
    let secrets = Arc::new(MemorySecrets::new());
    let profile = Profile::open(dir.path()).unwrap();
    let key = create_cache_key(&profile, secrets.as_ref(), None).await.unwrap();
    profile.update(|facts| facts.email = Some("me@example.org".into())).unwrap();
    drop(profile);
    let path = dir.path().join("cache.db");
    let mut store = Store::new(deskbell_sqlite::encrypted::open_writer_sealed(&path, &key, seal).unwrap()).unwrap();
    let mut hub = FakeHub::new();
    store.sign_in("http://127.0.0.1:9", "me@example.org", &hub.session()).unwrap();
    let chats: Vec<ChatId> = (0..12).map(|n| hub.customer(n, "Hello, is anybody there?")).collect();
    store.apply_changes(&hub.page(0)).unwrap();
    let all = "UPDATE scope SET state = 2 WHERE state = 1";
    store.write(|w| Ok::<_, store::StoreError>(w.tx.execute(all, [])?)).unwrap();
    for (n, chat) in chats.iter().enumerate() {
        let length = if n % 4 == 3 { 9000 } else { 40 + 60 * n };
        for part in 0..3 {
            let text = format!("{n} {part} {}", "äöü ".repeat(length / 6));
            let message = SendMessage {
                chat: *chat,
                message: Uuid::now_v7().into(),
                text: MessageText::parse(text.trim()).unwrap(),
                seen: u64::MAX >> 1,
            };
            give(&mut store, message);
        }
        store.save_draft(*chat, &format!("half a sentence {n}")).unwrap();
        if n == 5 {
            store.checkpoint().unwrap();
            // The hub answers to some: rows that are done stand among those that wait.
            let push = store.next_push(0, 5).unwrap().unwrap();
            store.apply_results(&hub.push(ME, &push.commands)).unwrap();
            store.next_push(0, 3).unwrap();
        }
        if n % 5 == 0 {
            give(&mut store, CloseChat { chat: *chat, seen_inbound: u64::MAX >> 1, line: Uuid::now_v7().into() });
        }
        if n % 5 == 1 {
            let seen = Some(SeenAssignee { member: Some(ME) });
            give(&mut store, AssignChat { chat: *chat, to: None, seen, line: Uuid::now_v7().into() });
        }
    }
    let name = TagName::parse("Warranty").unwrap();
    let tag = TagId(Uuid::now_v7());
    give(&mut store, CreateTag { tag, name, color: Tint::Rose });
    for chat in &chats[..4] {
        give(&mut store, TagChat { chat: *chat, tag });
    }
    let outbox = store.outbox().unwrap();
    let drafts = chats.iter().map(|c| (c.0, crate::store::draft_of(store.connection(), *c).unwrap())).collect();
    let written = Written { dir, secrets, key, outbox, drafts };
    if log {
        // As the disk is at this instant.
        let kept = written.copy();
        drop(store);
        for name in ["cache.db", "cache.db-wal"] {
            fs::copy(kept.path().join(name), written.dir.path().join(name)).unwrap();
        }
    } else {
        store.checkpoint().unwrap();
        drop(store);
        let _ = fs::remove_file(written.log());
    }
    written
}

/// Each row's identifier (a draft's is its chat) with the pages that it stands on.
fn places(written: &Written) -> Vec<(Uuid, BTreeSet<u32>)> {
    let mut pages = Pages::open(&written.path(), &written.log(), &written.key).unwrap();
    let mut places = Vec::new();
    for number in pages.numbers() {
        let Some(page) = pages.page(number).unwrap() else { continue };
        let mut on = BTreeSet::from([number]);
        let mut overflow = |number| {
            on.insert(number);
            Some(pages.page(number).ok()??.bytes)
        };
        let records = cells::records(number, &page.bytes, &mut overflow);
        for record in records {
            let id = match record.columns.as_slice() {
                [Value::Null, Value::Blob(id), ..] if record.had >= store::OUTBOX_COLUMNS => uuid(id),
                [Value::Blob(chat), Value::Text(_)] => uuid(chat),
                _ => None,
            };
            places.extend(id.map(|id| (id, on.clone())));
        }
    }
    places
}

#[tokio::test]
async fn of_a_whole_cache_everything_is_found_as_it_is() {
    for (log, seal) in [false, true].into_iter().flat_map(|log| Seal::by_speed().map(|seal| (log, seal))) {
        let written = written_with(log, seal).await;
        assert_eq!(written.log().metadata().is_ok_and(|about| about.len() > 0), log);
        let found = read(&written.path(), &written.log(), &written.key).unwrap();
        assert!(found.key_fits);
        let items: Vec<_> = found.outbox.iter().map(|found| found.item.clone()).collect();
        let wanted: Vec<_> = written.outbox.iter().map(|item| OutboxItem { seq: None, ..item.clone() }).collect();
        assert_eq!(items, wanted);
        assert!(found.outbox.iter().all(|found| found.sound));
        assert_eq!(found.drafts, written.drafts);
        assert_eq!(found.identity.unwrap().me, ME);
        assert_eq!(found.session.unwrap().token, "token");
        // Another key opens none of it.
        let other = read(&written.path(), &written.log(), &Key([9; 32])).unwrap();
        assert!(!other.key_fits && other.is_empty() && other.session.is_none());
    }
}

#[tokio::test]
async fn a_cache_whose_salt_is_lost_is_read_however_it_is_sealed() {
    for seal in Seal::by_speed() {
        let written = written_with(false, seal).await;
        let mut bytes = fs::read(written.path()).unwrap();
        bytes[..PAGE].fill(0x5a);
        fs::write(written.path(), bytes).unwrap();
        let found = read(&written.path(), &written.log(), &written.key).unwrap();
        let items: Vec<_> = found.outbox.iter().map(|found| found.item.clone()).collect();
        let wanted: Vec<_> = written.outbox.iter().map(|item| OutboxItem { seq: None, ..item.clone() }).collect();
        assert!(items == wanted, "{} of {} are found with {seal:?}", items.len(), wanted.len());
        assert!(found.outbox.iter().all(|found| !found.sound), "nothing proves the pages");
        assert_eq!(found.drafts, written.drafts);
        assert!(read(&written.path(), &written.log(), &Key([9; 32])).unwrap().is_empty(), "another key");
    }
}

/// What was done to the files.
#[derive(Debug, Clone, Copy)]
enum Damage {
    /// The file ends here.
    Cut(u64),
    /// A page of noise in the file.
    Noise(u32),
    /// A page's worth of noise anywhere in the log.
    NoiseInLog(u64),
}

fn damage(rng: &mut StdRng, dir: &std::path::Path) -> Damage {
    let length = |name: &str| dir.join(name).metadata().map_or(0, |about| about.len());
    let (file, log) = (length("cache.db"), length("cache.db-wal"));
    let mut kinds = vec![0, 1, 1];
    if log > 0 {
        kinds.extend([2, 2]);
    }
    let damage = match kinds.choose(rng).unwrap() {
        0 => Damage::Cut(rng.random_range(0..file)),
        1 => Damage::Noise(rng.random_range(1..=(file / PAGE as u64) as u32)),
        _ => Damage::NoiseInLog(rng.random_range(0..log - PAGE as u64)),
    };
    let noise: Vec<u8> = (0..PAGE).map(|_| rng.random()).collect();
    let write = |name: &str, at: u64| {
        let mut bytes = fs::read(dir.join(name)).unwrap();
        bytes[at as usize..at as usize + PAGE].copy_from_slice(&noise);
        fs::write(dir.join(name), bytes).unwrap();
    };
    match damage {
        Damage::Cut(to) => fs::File::options().write(true).open(dir.join("cache.db")).unwrap().set_len(to).unwrap(),
        Damage::Noise(page) => write("cache.db", u64::from(page - 1) * PAGE as u64),
        Damage::NoiseInLog(at) => write("cache.db-wal", at),
    }
    damage
}

async fn open(dir: &std::path::Path, secrets: &Arc<MemorySecrets>) -> Core {
    let options = CoreOptions { secrets: secrets.clone(), background_sync: false, ..CoreOptions::default() };
    crate_eventually(async || Core::open(dir, options.clone()).await.ok()).await
}

/// The last task that holds a profile may still be ending.
async fn crate_eventually<T>(mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    for _ in 0..500 {
        if let Some(value) = ask().await {
            return value;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("the profile does not become free");
}

async fn ask<T: DeserializeOwned>(core: &Core, name: &str) -> T {
    let answer = core.rpc(name, serde_json::json!({})).await.unwrap_or_else(|error| panic!("{name}: {error:?}"));
    serde_json::from_value(answer).unwrap()
}

/// Opens the damaged profile as the program does and says what is wrong with what it then shows.
async fn start(
    written: &Written,
    places: &[(Uuid, BTreeSet<u32>)],
    logged: &[(u64, u32)],
    dir: &TempDir,
    damage: Damage,
) -> Result<bool, String> {
    let core = open(dir.path(), &written.secrets).await;
    let session: Session = ask(&core, "get_session").await;
    let aside = fs::read_dir(dir.path())
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().starts_with("cache.unreadable-"))
        .count();
    let is_damaged = |page: u32| match damage {
        Damage::Cut(to) => u64::from(page) * PAGE as u64 > to && !logged.iter().any(|(_, in_log)| *in_log == page),
        Damage::Noise(noise) => page == noise && !logged.iter().any(|(_, in_log)| *in_log == page),
        Damage::NoiseInLog(at) => {
            let hit = |frame: u64| frame < at + PAGE as u64 && at < frame + (24 + PAGE) as u64;
            logged.iter().any(|(frame, in_log)| *in_log == page && hit(*frame))
        }
    };
    let lost: BTreeSet<Uuid> =
        places.iter().filter(|(_, on)| on.iter().any(|page| is_damaged(*page))).map(|(id, _)| *id).collect();
    let found = match &session {
        Session::Locked { why: LockReason::Damaged, .. } => {
            // Signing in is what goes on from here, with what can be read now.
            if aside > 0 {
                return Err("it was put aside before anybody signed in".into());
            }
            let found = core.rescue(&written.key).await.unwrap();
            found.outbox.into_iter().map(|found| found.item).collect()
        }
        // Nothing at all is left.
        Session::SignedOut { .. } if matches!(damage, Damage::Cut(0)) && !written.log().exists() => Vec::new(),
        Session::SignedIn(_) => {
            let status: Status = ask(&core, "get_status").await;
            let said = status.rescued.is_some();
            if said != (aside > 0) {
                return Err(format!("{aside} files were put aside and it says {:?}", status.rescued));
            }
            let outbox: Outbox = ask(&core, "list_outbox").await;
            if said {
                let says = status.rescued.unwrap_or_else(|| unreachable!());
                let messages = outbox.rows.iter().filter(|row| row.kind == "send_message").count();
                if says.params["count"] != messages.to_string() || !says.message.contains("may be lost") {
                    return Err(format!("it says {says:?} of {messages}"));
                }
                // Who had a conversation open goes on writing in it: it comes from the hub.
                let open = core.rpc("get_chat", serde_json::json!({ "chat": Uuid::nil() })).await.unwrap_err();
                if (open.code.as_str(), open.retryable) != ("not_here_yet", true) {
                    return Err(format!("of what is not here it says {open:?}"));
                }
            } else if outbox.rows.len() < written.outbox.iter().filter(|i| i.state != OutboxState::Done).count() {
                return Err("something is missing and nothing is said".into());
            }
            let cache = core.cache().await.unwrap();
            cache.write(|store, _| Ok(store.outbox().unwrap())).await.unwrap()
        }
        other => return Err(format!("{other:?}")),
    };
    if !matches!(session, Session::SignedOut { .. }) {
        for wanted in written.outbox.iter().filter(|item| !lost.contains(&item.id.0)) {
            let Some(found) = found.iter().find(|item| item.id == wanted.id) else {
                return Err(format!("{:?} ({:?}) is gone", wanted.id, wanted.state));
            };
            if (found.n, &found.args, &found.text) != (wanted.n, &wanted.args, &wanted.text) {
                return Err(format!("{found:?} was {wanted:?}"));
            }
        }
    }
    if let Some(stranger) = found.iter().find(|item| !written.outbox.iter().any(|w| w.args == item.args)) {
        return Err(format!("nobody wrote {stranger:?}"));
    }
    core.shutdown().await;
    drop(core);
    let again = open(dir.path(), &written.secrets).await;
    let second: Session = ask(&again, "get_session").await;
    if std::mem::discriminant(&second) != std::mem::discriminant(&session) {
        return Err(format!("the second start says {second:?} after {session:?}"));
    }
    again.shutdown().await;
    Ok(aside > 0)
}

/// Where the frames of the log begin, and which page each of them has.
fn logged(written: &Written) -> Vec<(u64, u32)> {
    let bytes = fs::read(written.log()).unwrap_or_default();
    let frames = bytes.get(32..).unwrap_or_default().chunks_exact(24 + PAGE);
    let number = |frame: &[u8]| u32::from_be_bytes(frame[..4].try_into().unwrap());
    frames.enumerate().map(|(n, frame)| ((32 + n * (24 + PAGE)) as u64, number(frame))).collect()
}

/// Whichever place of the cache is damaged, what stands elsewhere is rescued and the damage is said.
async fn damaged_everywhere(log: bool, seal: Seal, seeds: std::ops::Range<u64>) {
    let written = written_with(log, seal).await;
    let (places, logged) = (places(&written), logged(&written));
    let (mut rescued, mut all) = (0, 0);
    for seed in seeds {
        let mut rng = StdRng::seed_from_u64(seed);
        let dir = written.copy();
        let damage = damage(&mut rng, dir.path());
        all += 1;
        match start(&written, &places, &logged, &dir, damage).await {
            Ok(was) => rescued += usize::from(was),
            Err(wrong) => panic!("seed {seed}, {damage:?}: {wrong}"),
        }
    }
    assert!(rescued * 2 > all, "{rescued} of {all} were noticed");
}

#[tokio::test]
async fn a_cache_damaged_at_a_hundred_places_gives_back_what_stands_elsewhere() {
    damaged_everywhere(false, Seal::by_speed()[0], 0..100).await;
}

#[tokio::test]
async fn a_cache_and_its_log_damaged_at_a_hundred_places_give_back_what_stands_elsewhere() {
    damaged_everywhere(true, Seal::by_speed()[0], 100..200).await;
}

#[tokio::test]
async fn one_that_is_sealed_otherwise_than_a_new_one_does_so_too() {
    damaged_everywhere(false, Seal::by_speed()[1], 200..240).await;
    damaged_everywhere(true, Seal::by_speed()[1], 240..280).await;
}

#[tokio::test]
async fn a_page_with_something_newer_that_is_lost_leaves_the_decision_to_its_author() {
    let written = written(true).await;
    let mut log = fs::read(written.log()).unwrap();
    let frames = (log.len() - 32) / (24 + PAGE);
    // Every second frame is noise, head and all.
    for frame in (0..frames).step_by(2) {
        let at = 32 + frame * (24 + PAGE);
        log[at..at + 24 + PAGE].fill(0x5a);
    }
    fs::write(written.log(), log).unwrap();
    let found = read(&written.path(), &written.log(), &written.key).unwrap();
    assert!(found.key_fits);
    assert!(found.outbox.iter().any(|found| !found.sound), "what is older than a lost frame is not sure");
    let key = Key([3; 32]);
    let new = tempfile::tempdir().unwrap();
    let mut store =
        Store::new(deskbell_sqlite::encrypted::open_writer(&new.path().join("cache.db"), &key).unwrap()).unwrap();
    store.put_rescued(&found, 5_000_000, "aside").unwrap();
    for kept in store.outbox().unwrap() {
        let before = found.outbox.iter().find(|before| before.item.id == kept.id).unwrap();
        if !before.sound && kept.message.is_some() {
            assert_eq!((kept.state, kept.reason), (OutboxState::Held, Some(store::Reason::Rescued)));
        }
    }
    assert_eq!(rescue_count(&store), found.messages());
}

fn rescue_count(store: &Store) -> usize {
    store::rescue_of(store.connection()).unwrap().unwrap().messages
}

#[tokio::test]
async fn a_chat_and_its_tag_are_not_taken_for_two_names_of_one_chat() {
    let written = written(false).await;
    let found = read(&written.path(), &written.log(), &written.key).unwrap();
    let mut store = Store::new(crate::store::memory().unwrap()).unwrap();
    store.put_rescued(&found, 5_000_000, "aside").unwrap();
    // What comes of the hub's answers to commands joins the drafts of what has two names.
    store.write(|w| w.join_late_drafts()).unwrap();
    for (chat, text) in &written.drafts {
        assert_eq!(&crate::store::draft_of(store.connection(), ChatId(*chat)).unwrap(), text);
    }
}

#[tokio::test]
async fn what_is_written_after_a_rescue_has_a_number_that_was_never_used() {
    let written = written(false).await;
    let found = read(&written.path(), &written.log(), &written.key).unwrap();
    let mut store = Store::new(store::memory().unwrap()).unwrap();
    store.put_rescued(&found, 5_000_000, "aside").unwrap();
    let kept: Vec<i64> = store.outbox().unwrap().iter().map(|item| item.n).collect();
    assert_eq!(kept, written.outbox.iter().map(|item| item.n).collect::<Vec<_>>());
    let next: i64 = store
        .connection()
        .query_row("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'", [], |row| row.get(0))
        .unwrap();
    assert_eq!(next, 5_000_000);
}

#[tokio::test]
async fn a_cache_of_a_newer_program_is_neither_damaged_nor_touched() {
    let written = written(false).await;
    let newer = deskbell_sqlite::encrypted::open_writer(&written.path(), &written.key).unwrap();
    let migration = "INSERT INTO refinery_schema_history (version, name, applied_on, checksum)
                     VALUES (900, 'later', '2040-01-01T00:00:00Z', '7')";
    newer.execute(migration, []).unwrap();
    drop(newer);
    let core = open(written.dir.path(), &written.secrets).await;
    let session: Session = ask(&core, "get_session").await;
    assert!(matches!(session, Session::Locked { why: LockReason::Newer, .. }), "{session:?}");
    let refused = core.rpc("list_outbox", serde_json::json!({})).await.unwrap_err();
    assert!(refused.message.contains("update"), "{refused:?}");
    drop(core);
    let names = fs::read_dir(written.dir.path()).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
    assert!(!names.into_iter().any(|name| name.contains("unreadable")), "nothing is put aside");
    let again = deskbell_sqlite::encrypted::open_writer(&written.path(), &written.key).unwrap();
    let kept: i64 = again.query_row("SELECT count(*) FROM outbox", [], |r| r.get(0)).unwrap();
    assert_eq!(kept as usize, written.outbox.len());
}
