//! Changes, snapshots and threads: everything of one's own, nothing of others, in pages that fit together.

use super::office::{Desk, Office, error, new_id, send};
use deskbell_domain::command::{AssignInbox, CloseChat, CreateChat, CreateContact, MarkRead, NewChat};
use deskbell_domain::*;
use deskbell_protocol::{Changes, MessagesPage, Op, Phase, SnapshotRow, code, digest_of};
use reqwest::StatusCode;
use std::collections::BTreeMap;
use uuid::Uuid;

const ALL_SEEN: u64 = 1 << 52;

/// A client as simple as one can be: it knows rows by scope.
#[derive(Default)]
struct Copy {
    rows: BTreeMap<(String, Uuid), (Scope, u64)>,
    cursor: u64,
}

impl Copy {
    fn apply(&mut self, page: &Changes) {
        assert_eq!(page.from, self.cursor);
        for change in &page.changes {
            assert!(change.rev > page.from && change.rev <= page.to);
            let key = (change.kind.clone(), change.id);
            match change.op {
                Op::Put => drop(self.rows.insert(key, (change.scope, change.rev))),
                Op::Del => drop(self.rows.remove(&key)),
            }
        }
        self.cursor = page.to;
    }

    fn digest(&self, scope: Scope) -> String {
        let of_scope = self.rows.iter().filter(|(_, (s, _))| *s == scope);
        let sum = of_scope.fold(0u64, |sum, ((kind, id), (_, rev))| sum.wrapping_add(digest_of(kind, *id, *rev)));
        format!("{sum:016x}")
    }

    async fn pull(&mut self, desk: &Desk, limit: u32) -> (Changes, usize) {
        for pages in 1.. {
            let page = desk.changes(self.cursor, limit).await;
            self.apply(&page);
            if !page.more {
                return (page, pages);
            }
        }
        unreachable!()
    }
}

async fn busy(office: &Office, desk: &Desk) -> ChatId {
    let mut last = None;
    for visitor in 0..4 {
        let chat = office.customer_writes(office.front_channel, &format!("v{visitor}"), "Hello?").await;
        desk.act(send(chat, "Good morning", ALL_SEEN)).await;
        last = Some(chat);
    }
    office.customer_writes(office.back_channel, "other", "Not for Priya").await;
    let chat = last.unwrap();
    desk.act(CloseChat { chat, seen_inbound: ALL_SEEN, line: MessageId(super::office::new_id()) }).await;
    chat
}

#[tokio::test]
async fn pages_of_any_size_add_up_to_the_same_copy_and_the_hubs_digest() {
    let office = Office::open().await;
    let desk = office.sign_in("priya@example.com").await;
    busy(&office, &desk).await;
    let mut copies = Vec::new();
    for (limit, many) in [(1, true), (3, true), (1000, false)] {
        let mut copy = Copy::default();
        let (last, pages) = copy.pull(&desk, limit).await;
        assert_eq!(pages > 1, many, "{pages} pages of {limit}");
        assert_eq!(last.to, office.hub.head().seq);
        assert_eq!(last.digests.len(), desk.session.grants.len());
        for grant in &desk.session.grants {
            assert_eq!(copy.digest(grant.scope), last.digests[&grant.scope.to_string()], "{}", grant.scope);
        }
        copies.push(copy.rows);
    }
    assert_eq!(copies[0], copies[1]);
    assert_eq!(copies[1], copies[2]);
    let back = Scope::Channel(office.back_channel);
    assert!(!copies[0].values().any(|(scope, _)| *scope == back), "another inbox is not in the feed");
}

#[tokio::test]
async fn a_snapshot_in_pages_is_the_feeds_copy_of_that_scope() {
    let office = Office::open().await;
    let desk = office.sign_in("priya@example.com").await;
    busy(&office, &desk).await;
    let mut copy = Copy::default();
    copy.pull(&desk, 1000).await;
    for grant in &desk.session.grants {
        let expected: Vec<_> =
            copy.rows.iter().filter(|(_, (s, _))| *s == grant.scope).map(|(k, (_, rev))| (k.clone(), *rev)).collect();
        for limit in [1, 4, 1000] {
            let (mut rows, mut after) = (Vec::new(), None);
            loop {
                let page = desk.snapshot(grant.scope, after, limit).await;
                assert_eq!((page.epoch, page.boot.as_str()), (grant.epoch, "b1"));
                assert!(page.rows.len() <= limit as usize);
                rows.extend(page.rows.into_iter().map(|r| ((r.kind, r.id), r.rev)));
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
            let count = rows.len();
            rows.sort();
            rows.dedup();
            assert_eq!(rows.len(), count, "no row twice");
            assert_eq!(rows, expected, "{}", grant.scope);
        }
    }
}

/// S14
#[tokio::test]
async fn a_hint_is_the_channel_and_its_open_conversations_the_newest_first_with_their_last_entries() {
    let office = Office::open().await;
    let desk = office.sign_in("priya@example.com").await;
    let closed = busy(&office, &desk).await;
    let long = office.customer_writes(office.front_channel, "v1", "first of many").await;
    for n in 0..60 {
        desk.act(send(long, &format!("{n}"), ALL_SEEN)).await;
    }
    let newest = office.customer_writes(office.front_channel, "v0", "Still there?").await;
    let scope = Scope::Channel(office.front_channel);
    let mut hints = Vec::new();
    for limit in [1, 2, 3, 4, 5, 7, 1000] {
        let (mut rows, mut after) = (Vec::<SnapshotRow>::new(), None);
        loop {
            let page = desk.snapshot_of(Phase::Hint, scope, after, limit).await;
            assert_eq!(page.phase, Phase::Hint);
            assert!(page.rows.len() <= limit as usize);
            let last = page.rows.last().unwrap();
            let alone = page.rows.len() == 1;
            assert!(
                last.kind != "conversation" || alone,
                "{limit}: a conversation is here, and nothing that was said in it"
            );
            rows.extend(page.rows);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        hints.push(rows);
    }
    let rows = hints.pop().unwrap();
    for hint in &hints {
        assert_eq!(hint, &rows, "the same rows in the same order, however small the pages are");
    }
    assert_eq!(rows[0].kind, "channel");
    let conversations: Vec<Uuid> = rows.iter().filter(|r| r.kind == "conversation").map(|r| r.id).collect();
    assert_eq!(conversations.len(), 3, "the closed one is not among them");
    assert_eq!(conversations[..2], [newest.0, long.0]);
    assert!(!conversations.contains(&closed.0));
    let of_long: Vec<u64> =
        (rows.iter().filter(|r| r.row["chat"] == long.to_string())).map(|r| r.row["pos"].as_u64().unwrap()).collect();
    assert_eq!(of_long.len(), 50);
    assert!(of_long.is_sorted_by(|a, b| a > b), "the newest entry first");
    // Every row is what the full pass has.
    let full = desk.snapshot(scope, None, 1000).await;
    assert!(rows.iter().all(|row| full.rows.contains(row)));
    // Small scopes have nothing to hint at.
    assert_eq!(desk.snapshot_of(Phase::Hint, Scope::Inbox(office.front), None, 10).await.rows, []);
}

async fn hint_of(desk: &Desk, scope: Scope, limit: u32) -> Vec<SnapshotRow> {
    let (mut rows, mut after) = (Vec::<SnapshotRow>::new(), None);
    loop {
        let page = desk.snapshot_of(Phase::Hint, scope, after, limit).await;
        assert!(page.rows.len() <= limit as usize);
        rows.extend(page.rows);
        after = page.next;
        if after.is_none() {
            return rows;
        }
    }
}

#[tokio::test]
async fn the_hint_of_the_organization_has_its_settings_and_whom_the_tops_of_ones_own_lists_name() {
    let office = Office::open().await;
    let desk = office.sign_in("priya@example.com").await;
    let contact = |visitor: &str| Contact {
        id: ContactId(new_id()),
        name: Name::parse(visitor).unwrap(),
        company: None,
        addresses: vec![Address { kind: AddressKind::Visitor, value: visitor.into() }],
        private_to: None,
    };
    let (waits, closed, elsewhere, silent) =
        (contact("waits"), contact("done"), contact("elsewhere"), contact("silent"));
    for contact in [&waits, &closed, &elsewhere, &silent] {
        desk.act(CreateContact { contact: contact.clone() }).await;
    }
    office.customer_writes(office.front_channel, "waits", "Hello?").await;
    office.customer_writes(office.back_channel, "elsewhere", "Not for Priya").await;
    let chat = office.customer_writes(office.front_channel, "done", "Thanks!").await;
    desk.act(CloseChat { chat, seen_inbound: ALL_SEEN, line: MessageId(new_id()) }).await;
    let full = desk.snapshot(Scope::Org, None, 1000).await;
    for limit in [1, 3, 1000] {
        let rows = hint_of(&desk, Scope::Org, limit).await;
        assert!(rows.iter().all(|row| full.rows.contains(row)));
        let kinds = |kind: &str| rows.iter().filter(|row| row.kind == kind).map(|row| row.id).collect::<Vec<_>>();
        assert_eq!((kinds("organization").len(), kinds("member").len()), (1, 3), "{rows:?}");
        // However small a page is, the settings are all there; what names the tops of lists is for what room there is.
        if limit == 1000 {
            assert_eq!(kinds("contact"), [waits.id.0]);
        }
    }
}

#[tokio::test]
async fn the_hint_of_what_is_ones_own_has_how_far_the_tops_of_lists_were_read_and_not_how_far_all_was() {
    let office = Office::open().await;
    let desk = office.sign_in("priya@example.com").await;
    let open = office.customer_writes(office.front_channel, "waits", "Hello?").await;
    let closed = office.customer_writes(office.front_channel, "done", "Thanks!").await;
    desk.act(CloseChat { chat: closed, seen_inbound: ALL_SEEN, line: MessageId(new_id()) }).await;
    let direct = ChatId(new_id());
    desk.act(CreateChat { chat: direct, new: NewChat::Direct { with: office.dana } }).await;
    for chat in [open, closed, direct] {
        desk.act(MarkRead { chat, pos: ALL_SEEN, seen: None }).await;
    }
    let scope = Scope::Member(office.priya);
    let full = desk.snapshot(scope, None, 1000).await;
    let positions = |rows: &[SnapshotRow]| {
        let read = rows.iter().filter(|row| row.kind == "read_position");
        read.map(|row| row.row["chat"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(positions(&full.rows).len(), 3);
    let hint = hint_of(&desk, scope, 1000).await;
    assert!(hint.iter().all(|row| full.rows.contains(row)));
    assert_eq!(positions(&hint), [direct, open].map(|chat| chat.to_string()));
    let others = full.rows.len() - 3;
    assert_eq!(hint.len() - 2, others, "all else of the member's own: {hint:?}");
    assert!(others > 0);
    // However small a page is, all else is there.
    assert_eq!(hint_of(&desk, scope, 1).await.iter().filter(|row| row.kind != "read_position").count(), others);
}

#[tokio::test]
async fn the_hint_of_a_direct_chat_is_the_chat_with_its_newest_entries() {
    let office = Office::open().await;
    let desk = office.sign_in("priya@example.com").await;
    let chat = ChatId(new_id());
    desk.act(CreateChat { chat, new: NewChat::Direct { with: office.dana } }).await;
    for n in 0..60 {
        desk.act(send(chat, &format!("{n}"), ALL_SEEN)).await;
    }
    let full = desk.snapshot(Scope::Chat(chat), None, 1000).await;
    let all = hint_of(&desk, Scope::Chat(chat), 1000).await;
    assert_eq!((all.len(), all[0].kind.as_str()), (51, "direct_chat"));
    assert!(all.iter().all(|row| full.rows.contains(row)));
    assert_eq!(hint_of(&desk, Scope::Chat(chat), 7).await, all);
}

#[tokio::test]
async fn the_place_of_a_hint_opens_nothing_else_and_nonsense_is_refused() {
    let office = Office::open().await;
    let desk = office.sign_in("priya@example.com").await;
    let secret = office.customer_writes(office.back_channel, "other", "Not for Priya").await;
    let scope = Scope::Channel(office.front_channel);
    let after = format!("hint:{}:{secret}:{}:50", i64::MAX, i64::MAX);
    assert_eq!(desk.snapshot_of(Phase::Hint, scope, Some(after), 100).await.rows, []);
    let path = |more: &str| format!("/v1/snapshot/{scope}?boot=b&{}{more}", desk.history());
    for wrong in ["&phase=hint&after=message:1", "&after=hint:1:2", "&phase=some", "&phase=hint&after=hint:1:2:3"] {
        assert_eq!(desk.get(&path(wrong)).await.status(), StatusCode::BAD_REQUEST, "{wrong}");
    }
}

#[tokio::test]
async fn a_thread_is_read_backwards() {
    let office = Office::open().await;
    let desk = office.sign_in("priya@example.com").await;
    let chat = busy(&office, &desk).await;
    let (mut before, mut seen) = (String::new(), Vec::new());
    loop {
        let path = format!("/v1/conversations/{chat}/messages?limit=2{before}");
        let page: MessagesPage = desk.get(&path).await.json().await.unwrap();
        seen.extend(page.rows.iter().map(|r| r.row["pos"].as_u64().unwrap()));
        if !page.more {
            break;
        }
        before = format!("&before={}", seen.last().unwrap());
    }
    assert_eq!(seen.len(), 4, "hello, taken, answered, closed");
    assert!(seen.is_sorted_by(|a, b| a > b), "{seen:?}");
}

#[tokio::test]
async fn a_new_grant_comes_with_its_epoch_and_a_taken_one_goes() {
    let office = Office::open().await;
    let (priya, kwame) = (office.sign_in("priya@example.com").await, office.sign_in("kwame@example.com").await);
    let chat = office.customer_writes(office.front_channel, "v1", "Before Kwame").await;
    let mut copy = Copy::default();
    copy.pull(&kwame, 1000).await;
    let scope = Scope::Channel(office.front_channel);
    let assign = |assigned| {
        let channels = vec![office.front_channel];
        AssignInbox { inbox: office.front, member: office.kwame, assigned, channels }
    };
    let given = office.hub.carry_out(Actor::System, assign(true)).await.unwrap().seq;
    let page = kwame.changes(copy.cursor, 1000).await;
    let grant = page.changes.iter().find(|c| c.id == Grant::id_of(office.kwame, scope)).unwrap();
    assert_eq!((grant.op, grant.rev, grant.scope), (Op::Put, given, Scope::Member(office.kwame)));
    let row = grant.row.as_ref().unwrap();
    assert_eq!((row["epoch"].as_u64(), row["floor"].as_u64()), (Some(given), Some(pos_of(given, 15))));
    copy.apply(&page);
    assert_eq!(kwame.snapshot(scope, None, 1000).await.epoch, given);
    // Given again while it is there changes nothing: a new epoch would make every client load it anew.
    assert_eq!(office.hub.carry_out(Actor::System, assign(true)).await.unwrap().seq, given);
    office.hub.carry_out(Actor::System, assign(false)).await.unwrap();
    let page = kwame.changes(copy.cursor, 1000).await;
    let gone = page.changes.iter().find(|c| c.id == Grant::id_of(office.kwame, scope)).unwrap();
    assert_eq!((gone.op, gone.row.clone()), (Op::Del, None));
    assert!(!page.changes.iter().any(|c| c.scope == scope), "nothing of a scope that was taken");
    let (status, told) = error(kwame.get(&format!("/v1/snapshot/{scope}?boot=b&{}", kwame.history())).await).await;
    assert_eq!((status, told.code.as_str()), (StatusCode::NOT_FOUND, code::NOT_FOUND));
    let thread = format!("/v1/conversations/{chat}/messages");
    assert_eq!(kwame.get(&thread).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(priya.get(&thread).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_cursor_from_elsewhere_is_told_what_to_do() {
    let office = Office::open().await;
    let desk = office.sign_in("priya@example.com").await;
    let head = office.hub.head();
    let generation = &desk.session.r#gen.0;
    let far = head.seq + 100;
    for (query, expected) in [
        (format!("since={far}&gen={generation}&seen={head}"), code::RESYNC),
        (format!("since=0&gen=another&seen={head}"), code::ROLLED_BACK),
        (format!("since=0&gen={generation}&seen={}.{:016x}", head.seq, head.mark ^ 1), code::ROLLED_BACK),
        (format!("since=0&gen={generation}&seen={far}.0000000000000001"), code::ROLLED_BACK),
        (format!("since=0&gen={generation}&seen={}.0", u64::MAX), code::ROLLED_BACK),
        (format!("since={}&gen={generation}&seen={head}", u64::MAX), code::RESYNC),
    ] {
        let (status, told) = error(desk.get(&format!("/v1/changes?{query}")).await).await;
        assert_eq!((status, told.code.as_str()), (StatusCode::GONE, expected), "{query}");
    }
    let scope = Scope::Org;
    let stale = format!("/v1/snapshot/{scope}?boot=b&gen={generation}&seen={}.{:016x}", head.seq, head.mark ^ 1);
    assert_eq!(error(desk.get(&stale).await).await.1.code, code::ROLLED_BACK);
}

#[tokio::test]
async fn a_page_of_long_messages_stays_small() {
    let office = Office::open().await;
    let desk = office.sign_in("priya@example.com").await;
    let chat = office.customer_writes(office.front_channel, "v1", "Hello?").await;
    let long = "ü".repeat(MAX_MESSAGE_CHARS);
    for _ in 0..30 {
        office.hub.execute(Actor::Member(office.priya), send(chat, &long, ALL_SEEN)).await.unwrap();
    }
    let response = desk.get(&format!("/v1/changes?since=0&{}", desk.history())).await;
    let bytes = response.bytes().await.unwrap();
    assert!(bytes.len() < 4 * 1024 * 1024, "{}", bytes.len());
    let mut copy = Copy::default();
    let (_, pages) = copy.pull(&desk, 1000).await;
    assert!(pages > 1);
    assert_eq!(copy.rows.keys().filter(|(kind, _)| kind == "message").count(), 32);
}

#[tokio::test]
async fn answers_are_compressed_for_who_can_read_it() {
    let office = Office::open().await;
    let desk = office.sign_in("priya@example.com").await;
    busy(&office, &desk).await;
    let path = format!("/v1/changes?since=0&{}", desk.history());
    let plain = desk.get(&path).await;
    assert!(!plain.headers().contains_key("content-encoding") || plain.content_length().is_none());
    let raw = reqwest::Client::builder().no_gzip().build().unwrap();
    let zipped = raw
        .get(format!("{}{path}", desk.url))
        .bearer_auth(&desk.session.token)
        .header("accept-encoding", "gzip")
        .send()
        .await
        .unwrap();
    assert_eq!(zipped.headers()["content-encoding"], "gzip");
    assert_eq!(zipped.bytes().await.unwrap()[..2], [0x1f, 0x8b]);
}
