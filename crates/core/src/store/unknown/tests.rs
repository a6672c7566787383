//! A hub that is newer than this program: what is not understood is counted, and nothing is loaded again for it.

use crate::store::testing::{CHANNEL, FakeHub, INBOX, ME};
use crate::store::{Applied, Boot, Store, StoreError, memory};
use deskbell_domain::{ChatId, Kind, Scope};
use deskbell_protocol::{Change, Changes, Op, Snapshot, SnapshotRow, digest_of};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

const SCOPES: [Scope; 4] = [Scope::Org, Scope::Member(ME), Scope::Inbox(INBOX), Scope::Channel(CHANNEL)];

/// A hub whose rows are partly of the future.
struct Newer {
    hub: FakeHub,
    store: Store,
    /// Rows of the future, or new versions of known ones.
    rows: BTreeMap<(String, Uuid), Change>,
    seq: u64,
}

impl Newer {
    fn new() -> Self {
        let mut hub = FakeHub::new();
        hub.customer(1, "hello");
        let mut store = Store::new(memory().unwrap()).unwrap();
        store.sign_in("http://hub", "me@example.org", &hub.session()).unwrap();
        let seq = hub.head().seq;
        let mut newer = Self { hub, store, rows: BTreeMap::new(), seq };
        newer.pull();
        newer.boot_all();
        newer
    }

    fn put(&mut self, kind: &str, id: u128, scope: Scope, row: Value) {
        self.seq += 1;
        let id = Uuid::from_u128(id);
        let change = Change { op: Op::Put, kind: kind.into(), id, scope, rev: self.seq, row: Some(row) };
        self.rows.insert((kind.into(), id), change);
    }

    fn delete(&mut self, kind: &str, id: u128) {
        self.seq += 1;
        let change = self.rows.get_mut(&(kind.into(), Uuid::from_u128(id))).unwrap();
        (change.op, change.row, change.rev) = (Op::Del, None, self.seq);
    }

    /// All rows of a scope as this hub has them.
    fn of_scope(&self, scope: Scope) -> Vec<SnapshotRow> {
        let known = self.hub.rows_of(scope);
        let known = known.into_iter().filter(|row| !self.rows.contains_key(&(row.kind.clone(), row.id)));
        let future = self.rows.values().filter(|change| change.scope == scope && change.op == Op::Put);
        let future = future.map(|c| SnapshotRow {
            kind: c.kind.clone(),
            id: c.id,
            rev: c.rev,
            row: c.row.clone().unwrap_or_default(),
        });
        known.chain(future).collect()
    }

    fn page(&self) -> Changes {
        let from = self.store.cursor().unwrap();
        let mut page = self.hub.page(from);
        page.changes.extend(self.rows.values().filter(|change| change.rev > from).cloned());
        page.changes.sort_by_key(|change| change.rev);
        (page.to, page.head.seq) = (self.seq, self.seq);
        for scope in SCOPES {
            let sum = |sum: u64, row: &SnapshotRow| sum.wrapping_add(digest_of(&row.kind, row.id, row.rev));
            let sum = self.of_scope(scope).iter().fold(0, sum);
            page.digests.insert(scope.to_string(), format!("{sum:016x}"));
        }
        page
    }

    fn pull(&mut self) {
        let page = self.page();
        assert_eq!(self.store.apply_changes(&page).unwrap(), Applied::Done);
    }

    fn snapshot(&self, boot: &Boot) -> Snapshot {
        let mut page = self.hub.snapshot(boot);
        page.rows = self.of_scope(boot.scope);
        (page.as_of, page.head.seq) = (self.seq, self.seq);
        page
    }

    fn boot_all(&mut self) {
        while let Some(boot) = self.store.next_boot(7, &[]).unwrap() {
            assert!(self.store.apply_snapshot(&self.snapshot(&boot)).unwrap());
        }
    }

    /// Pulls again and again: nothing is ever loaded for a sum that differs.
    fn agrees(&mut self) {
        for _ in 0..5 {
            self.pull();
            assert!(!self.store.is_booting().unwrap(), "a scope differs");
        }
        assert_eq!(self.store.heals().unwrap(), 0);
    }

    fn unknown(&self) -> i64 {
        self.store.connection().query_row("SELECT count(*) FROM unknown", [], |r| r.get(0)).unwrap()
    }
}

#[test]
fn rows_of_an_unknown_kind_count_whether_they_come_change_or_go() {
    let mut newer = Newer::new();
    newer.put("reaction", 1, Scope::Channel(CHANNEL), json!({ "smile": true }));
    newer.put("reaction", 2, Scope::Channel(CHANNEL), json!({ "smile": true }));
    newer.put("schedule", 3, Scope::Org, json!([1, 2]));
    newer.agrees();
    assert_eq!(newer.unknown(), 3);
    newer.put("reaction", 1, Scope::Channel(CHANNEL), json!({ "smile": false }));
    newer.delete("reaction", 2);
    newer.agrees();
    assert_eq!(newer.unknown(), 2);
    // Loaded again from nothing, with one that went meanwhile.
    newer.store.write(|w| w.boot_all_in_place()).map_err(|e: StoreError| e).unwrap();
    newer.delete("schedule", 3);
    newer.boot_all();
    newer.agrees();
    assert_eq!(newer.unknown(), 1);
}

#[test]
fn a_row_that_a_newer_hub_writes_otherwise_is_shown_as_it_was_until_it_can_be_read() {
    let mut newer = Newer::new();
    let chat = newer.hub.customer(1, "hello");
    newer.seq = newer.hub.head().seq;
    newer.agrees();
    let before = newer.store.conversation(chat).unwrap().unwrap();
    newer.put("conversation", chat.0.as_u128(), Scope::Channel(CHANNEL), json!({ "other": "shape" }));
    newer.put("conversation", 77, Scope::Channel(CHANNEL), json!({ "other": "shape" }));
    newer.agrees();
    assert_eq!(newer.store.conversation(chat).unwrap(), Some(before.clone()));
    assert_eq!(newer.store.conversation(ChatId(Uuid::from_u128(77))).unwrap(), None);
    // Both come in a shape that is understood.
    let read = serde_json::to_value(&before).unwrap();
    newer.put("conversation", chat.0.as_u128(), Scope::Channel(CHANNEL), read.clone());
    let mut other = read;
    other["id"] = json!(Uuid::from_u128(77));
    newer.put("conversation", 77, Scope::Channel(CHANNEL), other);
    newer.agrees();
    assert_eq!(newer.unknown(), 0);
    assert!(newer.store.conversation(ChatId(Uuid::from_u128(77))).unwrap().is_some());
}

#[test]
fn what_was_not_understood_goes_with_its_scope() {
    let mut newer = Newer::new();
    newer.put("reaction", 1, Scope::Channel(CHANNEL), json!({}));
    newer.agrees();
    newer.hub.grant_again(Scope::Channel(CHANNEL));
    let page = newer.hub.page(newer.store.cursor().unwrap().min(newer.hub.head().seq - 1));
    let page = Changes { from: newer.store.cursor().unwrap(), to: newer.seq + 1, ..page };
    newer.store.apply_changes(&page).unwrap();
    assert_eq!(newer.unknown(), 0, "another epoch wipes all of the scope");
}

#[test]
fn a_page_with_scopes_operations_and_fields_of_the_future_is_read_without_them() {
    let newer = Newer::new();
    let mut page = serde_json::to_value(newer.page()).unwrap();
    let known = page["changes"].as_array().unwrap().len();
    page["weather"] = json!("fine");
    let changes = page["changes"].as_array_mut().unwrap();
    let id = Uuid::from_u128(9);
    changes.push(json!({ "op": "put", "kind": "tag", "id": id, "scope": "queue:1", "rev": 1, "row": {} }));
    changes.push(json!({ "op": "merge", "kind": "tag", "id": id, "scope": "org", "rev": 1, "row": {} }));
    changes.push(json!({ "op": "del", "kind": "tag", "id": id, "scope": "org", "rev": 1, "why": "so" }));
    let read: Changes = serde_json::from_value(page).unwrap();
    assert_eq!(read.changes.len(), known + 1);
    assert_eq!(Kind::parse(&read.changes[known].kind), Some(Kind::Tag));
}

/// A hub that always says that there is more: by going in a circle, or by making up rows.
fn endless(newer: &Newer, boot: &Boot, made_up: bool, n: u64) -> Snapshot {
    let mut page = newer.snapshot(boot);
    page.after = boot.after.clone();
    if made_up {
        let row = |n: u64| SnapshotRow { kind: "reaction".into(), id: Uuid::now_v7(), rev: 1, row: json!({ "n": n }) };
        page.rows = (0..500).map(row).collect();
        page.next = Some(format!("reaction:{n}"));
    } else {
        page.next = Some(format!("tag:{}", n % 7));
    }
    page
}

#[test]
fn a_snapshot_that_never_ends_is_given_up_and_the_others_are_loaded() {
    for made_up in [false, true] {
        let mut newer = Newer::new();
        newer.store.write(|w| w.boot_all_in_place()).map_err(|e: StoreError| e).unwrap();
        let mut resting = Vec::new();
        let mut pages = 0;
        while let Some(boot) = newer.store.next_boot(7, &resting).unwrap() {
            let page = match boot.scope {
                Scope::Inbox(_) => endless(&newer, &boot, made_up, pages),
                _ => newer.snapshot(&boot),
            };
            pages += 1;
            assert!(pages < 100, "it is not noticed");
            let applied = newer.store.apply_snapshot(&page).unwrap();
            let endless = newer.store.take_endless();
            assert_eq!(applied, endless.is_none());
            resting.extend(endless);
        }
        assert_eq!(resting, [Scope::Inbox(INBOX)]);
        assert!(!newer.store.is_booting_but(&resting).unwrap());
        // A hub that was mended is asked from the beginning.
        newer.boot_all();
        newer.agrees();
    }
}
