//! The doctor: every fault that it knows, made by hand in a real database, found, and put right where it can be.

use super::office::{Office, data_dir, new_id, send};
use deskbell_domain::command::{AssignInbox, CloseChat, CreateChat, CreateTag, MarkRead, NewChat, TagChat};
use deskbell_domain::*;
use deskbell_hub::commit::Seen;
use deskbell_hub::feed;
use deskbell_hub::store::{SqliteStore, read_head};
use deskbell_hub::upkeep::doctor::{Fault, examine, examine_rows, repair};
use deskbell_protocol::{Op, Stamp, digest_of};
use rusqlite::Connection;
use std::collections::BTreeMap;
use std::path::PathBuf;
use uuid::Uuid;

const ALL_SEEN: u64 = 1 << 52;

/// An office in which everything has happened, at rest.
struct Patient {
    dir: tempfile::TempDir,
    priya: MemberId,
}

impl Patient {
    async fn new() -> Self {
        let mut office = Office::open().await;
        let priya = office.sign_in("priya@example.com").await;
        let dana = office.sign_in("dana@example.com").await;
        let chat = office.customer_writes(office.front_channel, "v1", "Hello?").await;
        let closed = office.customer_writes(office.front_channel, "v2", "Is anybody there?").await;
        office.customer_writes(office.back_channel, "v3", "To the back office").await;
        priya.act(send(chat, "Good morning", ALL_SEEN)).await;
        priya.act(MarkRead { chat, pos: ALL_SEEN, seen: None }).await;
        dana.act(CloseChat { chat: closed, seen_inbound: ALL_SEEN, line: MessageId(new_id()) }).await;
        let direct = ChatId(new_id());
        dana.act(CreateChat { chat: direct, new: NewChat::Direct { with: office.priya } }).await;
        priya.act(send(direct, "Between us", ALL_SEEN)).await;
        let tags = [TagId(new_id()), TagId(new_id())];
        for tag in tags {
            let made = CreateTag { tag, name: TagName::parse("Urgent").unwrap(), color: Tint::Moss };
            assert!(priya.act(made).await.outcome.is_done());
        }
        priya.act(TagChat { chat, tag: tags[0] }).await;
        for assigned in [false, true, false] {
            let channels = vec![office.front_channel];
            let assign = AssignInbox { inbox: office.front, member: office.dana, assigned, channels };
            office.hub.carry_out(Actor::System, assign).await.unwrap();
        }
        let (channel, now_ms) = (office.front_channel, office.hub.now_ms());
        let visitor = move |c: &mut Connection| {
            c.execute(
                "INSERT INTO visitor_session (token_hash, visitor, channel, site, created_ms) VALUES (x'01', ?1, ?2, 's', ?3)",
                rusqlite::params![new_id(), channel.0, now_ms],
            )?;
            Ok(())
        };
        office.hub.write(visitor).await.unwrap();
        office.stop().await;
        let dir = data_dir();
        std::fs::copy(office.dir.path().join("hub.db"), dir.path().join("hub.db")).unwrap();
        Self { dir, priya: office.priya }
    }

    fn copy(&self, name: &str) -> PathBuf {
        let path = self.dir.path().join(format!("{name}.db"));
        std::fs::copy(self.dir.path().join("hub.db"), &path).unwrap();
        path
    }
}

/// What a client has: rows with their scope and `rev`.
type Rows = BTreeMap<(String, Uuid), (Scope, u64)>;

fn pull(connection: &Connection, member: MemberId, since: u64, rows: &mut Rows) -> deskbell_protocol::Changes {
    let seen = Seen { r#gen: read_head(connection).unwrap().r#gen, stamp: Stamp::default() };
    let page = feed::changes(connection, member, since, &seen, 10_000).unwrap();
    assert!(!page.more);
    for change in &page.changes {
        match change.op {
            Op::Put => drop(rows.insert((change.kind.clone(), change.id), (change.scope, change.rev))),
            Op::Del => drop(rows.remove(&(change.kind.clone(), change.id))),
        }
    }
    page
}

const CHAT: &str =
    "(SELECT id FROM entity WHERE kind = 'conversation' AND json_extract(row, '$.address.value') = 'v1')";
const ELSEWHERE: &str =
    "(SELECT scope FROM entity WHERE kind = 'conversation' AND json_extract(row, '$.address.value') = 'v3')";

#[tokio::test]
async fn every_fault_is_found_and_what_follows_from_something_else_is_put_right() {
    use Fault::*;
    let patient = Patient::new().await;
    let message = "(SELECT id FROM message WHERE row LIKE '%Good morning%')";
    let nobody = "x'00000000000000000000000000000bad'";
    let update = |table: &str, set: &str, of: &str| format!("UPDATE {table} SET {set} WHERE {of}");
    let set_json = |path: &str, value: &str, of: &str| {
        format!("UPDATE entity SET row = json_set(row, '{path}', {value}) WHERE {of}")
    };
    let conversation = format!("kind = 'conversation' AND id = {CHAT}");
    let grant_of_channel = "kind = 'grant' AND json_extract(row, '$.scope') LIKE 'channel:%'";
    #[rustfmt::skip]
    let cases: Vec<(&str, String, &[Fault], bool)> = vec![
        ("a head that is behind", update("organization", "seq = seq - 3", "1"), &[HeadBehind], true),
        ("a rev above the head", update("entity", "rev = 900", "kind = 'tag'"), &[HeadBehind, WrongDigest], true),
        ("a command above the head", update("command", "seq = 900", "kind = 'create_tag'"), &[HeadBehind], true),
        ("a number that nobody gave", update("tombstone", "seq = 1 << 50", "1"), &[HeadBehind], false),
        ("a head without its mark", "DELETE FROM mark WHERE seq = (SELECT seq FROM organization)".into(), &[NoMark], true),
        ("a low seq above the head", update("organization", "low_seq = 900, low_mark = 901", "1"), &[LowAboveHead], true),
        ("no organization", "DELETE FROM entity WHERE kind = 'organization'".into(), &[NoOrganization, WrongDigest], false),
        ("a row that is no JSON", update("entity", "row = '{'", "kind = 'tag'"), &[UnreadableRow, WrongKey], false),
        ("a row of a newer program", set_json("$.v", "99", "kind = 'tag'"), &[UnreadableRow, WrongKey], false),
        ("a row under another identifier", update("entity", &format!("id = {nobody}"), "kind = 'tag'"),
            &[UnreadableRow, LooseAlias, WrongDigest, WrongKey], false),
        ("a kind that nobody knows", update("entity", "kind = 'hologram'", "kind = 'tag'"),
            &[UnreadableRow, WrongDigest, WrongKey], false),
        ("a conversation in another scope", update("entity", &format!("scope = {ELSEWHERE}"), &conversation),
            &[WrongColumn, WrongDigest], true),
        ("a conversation in no scope", update("entity", "scope = 'nowhere'", &conversation), &[WrongColumn, WrongDigest], true),
        ("a conversation that stands elsewhere in its list", update("entity", "newest = newest + 7", &conversation),
            &[WrongColumn], true),
        ("a conversation that is not found by its address", update("entity", "address = 'v9'", &conversation),
            &[WrongColumn], true),
        ("an entry in another chat", update("message", &format!("chat = {nobody}"), &format!("id = {message}")),
            &[WrongColumn], true),
        ("an entry in another scope", update("message", &format!("scope = {ELSEWHERE}"), &format!("id = {message}")),
            &[WrongColumn, WrongDigest], true),
        ("an entry that says another scope than its chat's", format!(
            "UPDATE message SET row = json_set(row, '$.scope', {ELSEWHERE}), scope = {ELSEWHERE} WHERE id = {message}"),
            &[WrongScope, WrongDigest], true),
        ("an entry at another position", update("message", "pos = pos + 1", &format!("id = {message}")), &[WrongPosition], false),
        ("an entry before its command", update("message", "rev = 1", &format!("id = {message}")),
            &[WrongPosition, WrongDigest], false),
        ("two commands of one seq", format!(
            "UPDATE message SET pos = (SELECT max(pos) + 1 FROM message), row = json_set(row, '$.pos', (SELECT max(pos) + 1 FROM \
             message)), rev = (SELECT seq FROM organization) WHERE id = {message}"), &[WrongPosition, WrongDigest], false),
        ("an entry without its chat", format!("DELETE FROM entity WHERE {conversation}"), &[Orphan, WrongKey, WrongDigest], false),
        ("a digest", update("scope_digest", "digest = digest + 1", "scope = 'org'"), &[WrongDigest], true),
        ("a digest that is missing", "DELETE FROM scope_digest".into(), &[WrongDigest], true),
        ("a digest of nothing", "INSERT INTO scope_digest VALUES ('nowhere', 7)".into(), &[WrongDigest], true),
        ("a key that is missing", "DELETE FROM lookup WHERE key LIKE 'tag:%'".into(), &[WrongKey], true),
        ("a key that leads to nothing", update("lookup", &format!("id = {nobody}"), "key LIKE 'pair:%'"), &[WrongKey], true),
        ("a key of nothing", format!("INSERT INTO lookup VALUES ('tag:never', {nobody})"), &[WrongKey], true),
        ("a key that leads to a chat of another address",
            update("lookup", &format!("id = {CHAT}"), "key LIKE '%visitor:v2'"), &[WrongKey], true),
        ("two tags of one name", "INSERT INTO entity (kind, id, scope, rev, row) SELECT kind, x'00000000000000000000000000000bad', scope, rev, \
            json_set(row, '$.id', '00000000-0000-0000-0000-000000000bad') FROM entity WHERE kind = 'tag'".into(),
            &[DoubleKey, WrongDigest], false),
        ("a channel of nothing", set_json("$.inbox", "'00000000-0000-0000-0000-000000000bad'",
            "kind = 'channel' AND json_extract(row, '$.name') = 'Back office'"), &[Orphan, ExtraGrant], false),
        ("a read position of nobody", format!("INSERT INTO entity (kind, id, scope, rev, row) SELECT kind, x'{}', scope, rev, json_set(row, '$.member', \
            '00000000-0000-0000-0000-000000000bad') FROM entity WHERE kind = 'read_position' LIMIT 1", position_of_nobody(&patient)),
            &[Orphan, WrongColumn, WrongDigest], true),
        ("a tombstone of what is there", format!("INSERT INTO tombstone SELECT scope, kind, id, rev FROM entity WHERE {conversation}"),
            &[LivingTombstone], true),
        ("a tombstone of an entry that is there", format!(
            "INSERT INTO tombstone SELECT scope, 'message', id, rev FROM message WHERE id = {message}"), &[LivingTombstone], true),
        ("a grant that is missing", format!("DELETE FROM entity WHERE {grant_of_channel}"), &[MissingGrant, WrongDigest], true),
        ("a grant that nothing says", set_json("$.members", "json('[]')", "kind = 'inbox'"), &[ExtraGrant], true),
        ("a member who left and still sees", set_json("$.active", "json('false')",
            "kind = 'member' AND json_extract(row, '$.email') LIKE 'kwame%'"), &[ExtraGrant], true),
        ("a grant of the future", set_json("$.epoch", "900", grant_of_channel), &[WrongGrant], true),
        ("an alias of nothing", update("alias", &format!("to_id = {nobody}"), "1"), &[LooseAlias], true),
        ("an account of nobody", update("account", &format!("member = {nobody}"), "email LIKE 'kwame%'"), &[Stranger], true),
        ("a device of nobody that is signed in", format!("INSERT INTO device SELECT {nobody}, {nobody}, name, zeroblob(32), wrap_key, \
            created_ms, seen_ms, revoked_ms FROM device LIMIT 1"), &[Stranger], true),
        ("commands of an unknown device", "DELETE FROM device".into(), &[UnknownDevice], false),
        ("commands of another member's device", update("command", &format!("member = {nobody}"), "1"), &[UnknownDevice], false),
        ("a visitor of no channel", update("visitor_session", &format!("channel = {nobody}"), "1"), &[Orphan], true),
        ("a number below nothing", update("entity", "rev = -1", "kind = 'tag'"), &[DamagedFile], false),
    ];
    let mut untouched = SqliteStore::open(&patient.copy("untouched")).unwrap();
    assert_eq!(examine(untouched.connection()).unwrap(), [], "all is well");
    let mut all_rows = Rows::new();
    let before = pull(untouched.connection(), patient.priya, 0, &mut all_rows);
    let epochs = |c: &Connection| {
        let grants = feed::grants_of(c, patient.priya).unwrap();
        grants.into_iter().map(|g| (g.scope, g.epoch)).collect::<BTreeMap<_, _>>()
    };
    let epochs_before = epochs(untouched.connection());

    let mut wrong = Vec::new();
    for (n, (name, edit, expected, can_be_repaired)) in cases.iter().enumerate() {
        let mut store = SqliteStore::open(&patient.copy(&format!("case{n}"))).unwrap();
        store.connection().execute_batch(edit).unwrap_or_else(|e| panic!("{name}: {e}"));
        let found = examine(store.connection()).unwrap();
        let mut faults: Vec<Fault> = found.iter().map(|f| f.fault).collect();
        faults.sort();
        faults.dedup();
        let mut expected = expected.to_vec();
        expected.sort();
        if faults != expected {
            wrong.push(format!("{name}: {expected:?} is not {found:#?}"));
            continue;
        }
        let mut mark = 0;
        let done = repair(
            &mut store,
            &mut || {
                mark += 1;
                mark
            },
            7,
        )
        .unwrap();
        if done.remaining.iter().any(|f| f.repairable) || done.remaining.is_empty() != *can_be_repaired {
            wrong.push(format!("{name}: after the repair there is {:#?}", done.remaining));
            continue;
        }
        if !can_be_repaired {
            continue;
        }
        assert_eq!(done.repaired, found, "{name}");
        // A client that had everything before learns what it needs, and its sums are those of the hub.
        let mut rows = all_rows.clone();
        let page = pull(store.connection(), patient.priya, before.to, &mut rows);
        let epochs_after = epochs(store.connection());
        for (scope, digest) in &page.digests {
            let scope: Scope = scope.parse().unwrap();
            // A scope with another epoch is loaded anew.
            if epochs_before.get(&scope) != epochs_after.get(&scope) {
                continue;
            }
            let sum = rows.iter().filter(|(_, (s, _))| *s == scope);
            let sum = sum.fold(0u64, |sum, ((kind, id), (_, rev))| sum.wrapping_add(digest_of(kind, *id, *rev)));
            if format!("{sum:016x}") != *digest {
                wrong.push(format!("{name}: a client has another sum of {scope}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The identifier of how far nobody has read in the first conversation that somebody has read in.
fn position_of_nobody(patient: &Patient) -> String {
    let mut store = SqliteStore::open(&patient.copy("positions")).unwrap();
    let chat: String = store
        .connection()
        .query_row("SELECT json_extract(row, '$.chat') FROM entity WHERE kind = 'read_position' LIMIT 1", [], |r| {
            r.get(0)
        })
        .unwrap();
    let nobody = MemberId(Uuid::from_u128(0xbad));
    ReadPosition::id_of(nobody, chat.parse().unwrap()).simple().to_string()
}

#[tokio::test]
async fn a_damaged_file_is_said_to_be_one_and_left_as_it_is() {
    let patient = Patient::new().await;
    let path = patient.copy("damaged");
    let mut bytes = std::fs::read(&path).unwrap();
    // The root of a table, as a dying disk leaves it: the first bytes of a page say what it holds.
    let page = {
        let mut store = SqliteStore::open(&patient.copy("whole")).unwrap();
        let root = "SELECT rootpage FROM sqlite_master WHERE name = 'message_in_chat'";
        store.connection().query_row(root, [], |r| r.get::<_, usize>(0)).unwrap()
    };
    let size = usize::from(u16::from_be_bytes([bytes[16], bytes[17]]));
    bytes[(page - 1) * size..(page - 1) * size + 64].fill(0x55);
    std::fs::write(&path, &bytes).unwrap();
    let mut store = SqliteStore::open(&path).unwrap();
    let found = examine(store.connection()).unwrap();
    assert!(!found.is_empty() && found.iter().all(|f| f.fault == Fault::DamagedFile && !f.repairable), "{found:#?}");
    assert_eq!(repair(&mut store, &mut || 1, 0).unwrap().remaining, found);
}

#[tokio::test]
async fn a_doctor_is_quick_on_a_small_database() {
    let patient = Patient::new().await;
    let mut store = SqliteStore::open(&patient.copy("quick")).unwrap();
    let began = std::time::Instant::now();
    for _ in 0..20 {
        assert_eq!(examine_rows(store.connection()).unwrap(), []);
    }
    let each = began.elapsed() / 20;
    assert!(each < std::time::Duration::from_millis(100), "{each:?}");
}
