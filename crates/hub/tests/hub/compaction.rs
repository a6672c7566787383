//! Compaction: what is old goes, and who was away for long loads again, in place.

use super::office::{Desk, Office, error, new_id, send};
use deskbell_domain::command::{AssignInbox, CreateTag};
use deskbell_domain::*;
use deskbell_hub::store::SqliteStore;
use deskbell_hub::upkeep::doctor::repair;
use deskbell_hub::upkeep::{Compacted, MARKS_KEPT_MS, TOMBSTONES_KEPT_MS, VISITORS_KEPT_MS, compact};
use deskbell_protocol::{Op, Session, Stamp, code};
use reqwest::StatusCode;
use rusqlite::params;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
const ALL_SEEN: u64 = 1 << 52;

impl Office {
    async fn compact(&self) -> Compacted {
        let now_ms = self.hub.now_ms();
        self.hub.write(move |c| compact(c, now_ms)).await.unwrap()
    }

    /// Dana leaves the front desk: that is a tombstone for each of its grants. The `seq` of it.
    async fn dana_leaves(&self) -> u64 {
        let (inbox, channels) = (self.front, vec![self.front_channel]);
        let off = AssignInbox { inbox, member: self.dana, assigned: false, channels };
        self.hub.carry_out(Actor::System, off).await.unwrap().seq
    }
}

async fn pull(desk: &Desk, since: u64, seen: Stamp) -> Result<StatusCode, (StatusCode, String)> {
    let path = format!("/v1/changes?since={since}&gen={}&seen={seen}", desk.session.r#gen.0);
    let response = desk.get(&path).await;
    if response.status().is_success() {
        return Ok(response.status());
    }
    let (status, told) = error(response).await;
    Err((status, told.code))
}

fn gone(code: &str) -> Result<StatusCode, (StatusCode, String)> {
    Err((StatusCode::GONE, code.into()))
}

#[tokio::test]
async fn a_tombstone_goes_after_its_time_and_who_is_further_behind_loads_again_in_place() {
    let office = Office::open().await;
    let desk = office.sign_in("dana@example.com").await;
    let before = desk.session.head;
    let left = office.dana_leaves().await;
    assert!(desk.changes(before.seq, 100).await.changes.iter().any(|c| c.op == Op::Del && c.kind == "grant"));
    office.clock.advance_ms(TOMBSTONES_KEPT_MS - 1000);
    office.customer_writes(office.front_channel, "v1", "Much later").await;
    assert_eq!(office.compact().await, Compacted::default(), "none is old enough");
    assert_eq!(pull(&desk, before.seq, before).await, Ok(StatusCode::OK));
    office.clock.advance_ms(2000);
    let compacted = office.compact().await;
    assert_eq!((compacted.tombstones, compacted.marks), (2, 0));
    assert_eq!(office.hub.state().await.unwrap().low_seq, left);
    assert_eq!(pull(&desk, before.seq, before).await, gone(code::RESYNC));
    assert_eq!(pull(&desk, left, before).await, Ok(StatusCode::OK), "nothing that it has not seen went");
    let stream = desk.request(reqwest::Method::GET, "/v1/events").header("last-event-id", before.seq);
    assert_eq!(error(stream.send().await.unwrap()).await.1.code, code::RESYNC);
    // Its marks are kept for longer: a hub that went back in time is still noticed.
    let forged = Stamp { mark: before.mark ^ 1, ..before };
    assert_eq!(pull(&desk, before.seq, forged).await, gone(code::ROLLED_BACK));
    assert_eq!(office.compact().await, Compacted::default(), "it is done once");
}

#[tokio::test]
async fn a_stamp_whose_mark_is_dropped_means_to_load_again_and_never_that_the_hub_went_back() {
    let office = Office::open().await;
    let desk = office.sign_in("priya@example.com").await;
    let chat = office.customer_writes(office.front_channel, "v1", "Hello?").await;
    let old = office.hub.head();
    office.clock.advance_ms(MARKS_KEPT_MS + DAY_MS);
    office.customer_writes(office.front_channel, "v1", "More than a year later").await;
    let young = office.hub.head();
    let compacted = office.compact().await;
    assert!(compacted.marks > 5, "{compacted:?}");
    assert_eq!(office.hub.state().await.unwrap().low_mark, old.seq + 1);
    // The device has slept for as long: it signs in again, and what it has seen is as old as before.
    let response = office.try_sign_in("priya@example.com", super::office::PASSWORD, Some(desk.session.device)).await;
    let fresh = Desk::new(&office.url, response.json::<Session>().await.unwrap());
    for mark in [old.mark, old.mark ^ 1] {
        let seen = Stamp { mark, ..old };
        assert_eq!(pull(&fresh, old.seq, seen).await, gone(code::RESYNC));
        let path = format!("/v1/snapshot/org?boot=b&gen={}&seen={seen}", fresh.session.r#gen.0);
        assert_eq!(error(fresh.get(&path).await).await.1.code, code::RESYNC);
        let mut batch = fresh.batch(vec![fresh.command(send(chat, "Written long ago", ALL_SEEN))]);
        batch.seen = seen;
        let (status, told) = error(fresh.try_push(&batch).await).await;
        assert_eq!((status, told.code.as_str()), (StatusCode::GONE, code::RESYNC));
        assert_eq!(office.hub.head(), young, "nothing was carried out");
    }
    let forged = Stamp { mark: young.mark ^ 1, ..young };
    assert_eq!(pull(&fresh, young.seq, forged).await, gone(code::ROLLED_BACK), "what can be known is said");
    assert!(fresh.act(send(chat, "After loading again", ALL_SEEN)).await.outcome.is_done());
    assert_eq!(pull(&fresh, young.seq, fresh.session.head).await, Ok(StatusCode::OK));
    // However quiet it is, the head keeps its mark.
    office.clock.advance_ms(2 * MARKS_KEPT_MS);
    office.compact().await;
    assert_eq!(office.hub.state().await.unwrap().stamp, office.hub.head());
}

#[tokio::test]
async fn sessions_of_visitors_end_long_after_their_last_message_or_soon_when_they_never_wrote() {
    let office = Office::open().await;
    let (silent, talking) = (new_id(), new_id());
    let (channel, now_ms) = (office.front_channel, office.hub.now_ms());
    office
        .hub
        .write(move |c| {
            for (n, visitor) in [(1u8, silent), (2, talking)] {
                c.execute(
                    "INSERT INTO visitor_session (token_hash, visitor, channel, site, created_ms) VALUES (?1, ?2, ?3, 's', ?4)",
                    params![[n; 32], visitor, channel.0, now_ms],
                )?;
            }
            Ok(())
        })
        .await
        .unwrap();
    office.clock.advance_ms(20 * DAY_MS);
    let chat = office.customer_writes(channel, &talking.to_string(), "I am here").await;
    assert_eq!(office.compact().await.visitor_sessions, 0);
    office.clock.advance_ms(10 * DAY_MS);
    assert_eq!(office.compact().await.visitor_sessions, 1, "who never wrote");
    office.clock.advance_ms(VISITORS_KEPT_MS - 20 * DAY_MS);
    let desk = office.sign_in("priya@example.com").await;
    desk.act(send(chat, "We are still here too", ALL_SEEN)).await;
    office.clock.advance_ms(VISITORS_KEPT_MS - 1);
    assert_eq!(office.compact().await.visitor_sessions, 0, "an answer counts as well");
    office.clock.advance_ms(1);
    assert_eq!(office.compact().await.visitor_sessions, 1);
    assert_eq!(office.conversation(chat).await.id, chat, "what was written stays");
}

#[tokio::test]
async fn a_wrong_clock_drops_nothing_that_is_young() {
    let office = Office::open().await;
    let desk = office.sign_in("dana@example.com").await;
    let before = desk.session.head;
    office.dana_leaves().await;
    office.clock.advance_ms(-10 * DAY_MS);
    assert_eq!(office.compact().await, Compacted::default(), "everything lies in the future");
    office.clock.advance_ms(10 * DAY_MS + 1000 * DAY_MS);
    office.customer_writes(office.front_channel, "v1", "Written in a far future").await;
    office.clock.advance_ms(-1000 * DAY_MS);
    assert_eq!(office.compact().await, Compacted::default());
    assert_eq!(pull(&desk, before.seq, before).await, Ok(StatusCode::OK));
}

#[tokio::test]
async fn many_tombstones_go_in_short_transactions_and_aliases_of_what_is_gone_with_them() {
    let mut office = Office::open().await;
    let desk = office.sign_in("priya@example.com").await;
    let name = |n: u32| TagName::parse(&format!("tag {n}")).unwrap();
    let (first, twice) = (TagId(new_id()), TagId(new_id()));
    for tag in [first, twice] {
        desk.act(CreateTag { tag, name: name(1), color: Tint::Moss }).await;
    }
    let (kept, joined) = (TagId(new_id()), TagId(new_id()));
    for tag in [kept, joined] {
        desk.act(CreateTag { tag, name: name(2), color: Tint::Moss }).await;
    }
    let seq = office.hub.head().seq;
    let write = move |c: &mut rusqlite::Connection| {
        // As if the tag had been deleted, and much besides it.
        c.execute("DELETE FROM entity WHERE kind = 'tag' AND id = ?1", [first.0])?;
        c.execute("INSERT INTO tombstone (scope, kind, id, seq) VALUES ('org', 'tag', ?1, ?2)", params![first.0, seq])?;
        for _ in 0..1300 {
            let id = new_id();
            c.execute("INSERT INTO tombstone (scope, kind, id, seq) VALUES ('org', 'tag', ?1, ?2)", params![id, seq])?;
        }
        Ok(())
    };
    office.hub.write(write).await.unwrap();
    office.clock.advance_ms(TOMBSTONES_KEPT_MS + 1);
    assert_eq!(office.compact().await.tombstones, 1301);
    let aliases = office.hub.read(|c| {
        let mut statement = c.prepare("SELECT from_id, to_id FROM alias")?;
        let rows = statement.query_map([], |r| Ok((TagId(r.get(0)?), TagId(r.get(1)?))))?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
    });
    assert_eq!(aliases.await.unwrap(), [(joined, kept)]);
    office.stop().await;
    let mut store = SqliteStore::open(&office.dir.path().join("hub.db")).unwrap();
    assert_eq!(repair(&mut store, &mut || 1, 0).unwrap().remaining, [], "the test's own doing");
}
