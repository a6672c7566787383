//! What waits and what needs a decision, after the hub has said what it says.

use super::*;
use crate::rpc::types::{EntryAuthor, PendingMark};
use crate::store::query::outbox_case;
use crate::store::testing::{BOB, CHANNEL, FakeHub, ME};
use crate::store::{Applied, Moment, NewCommand, Store, StoreError, Submitted};
use deskbell_domain::command::{AssignChat, CloseChat, CreateTag, MarkRead, SeenAssignee, SendMessage, TagChat};
use deskbell_domain::{MessageText, Scope, TagName};

/// When everything here is made (UTC milliseconds).
const THEN: i64 = 1000;

struct Desk {
    store: Store,
    hub: FakeHub,
}

impl Desk {
    fn new() -> Self {
        let hub = FakeHub::new();
        let mut store = Store::new(deskbell_sqlite::open_memory().unwrap()).unwrap();
        store.sign_in("http://hub", "me@example.org", &hub.session()).unwrap();
        let mut desk = Self { store, hub };
        desk.pull();
        let booted = |w: &mut crate::store::Write<'_>| {
            Ok::<_, StoreError>(w.tx.execute("UPDATE scope SET state = 2 WHERE state = 1", [])?)
        };
        desk.store.write(booted).unwrap();
        desk
    }

    fn pull(&mut self) {
        let page = self.hub.page(self.store.cursor().unwrap());
        assert_eq!(self.store.apply_changes(&page).unwrap(), Applied::Done);
    }

    fn push(&mut self) {
        while let Some(push) = self.store.next_push(THEN, 64).unwrap() {
            let results = self.hub.push(ME, &push.commands);
            self.store.apply_results(&results).unwrap();
        }
    }

    fn give(&mut self, command: impl Into<Command>) -> CommandId {
        let id = CommandId(Uuid::now_v7());
        let new = NewCommand { id, command: command.into(), instead_of: None };
        assert_eq!(self.store.submit(&new, Moment { local_ms: THEN, skew_ms: 0 }).unwrap(), Submitted::Waiting);
        id
    }

    fn customer(&mut self, n: u32, text: &str) -> ChatId {
        let chat = self.hub.customer(n, text);
        self.pull();
        chat
    }

    fn send(&mut self, chat: ChatId, text: &str) -> CommandId {
        let seen = crate::store::query::last_pos(self.store.connection(), chat).unwrap();
        self.give(SendMessage { chat, message: Uuid::now_v7().into(), text: MessageText::parse(text).unwrap(), seen })
    }

    fn bob_sends(&mut self, chat: ChatId, text: &str) {
        let seen = crate::store::query::last_pos(self.store.connection(), chat).unwrap();
        let text = MessageText::parse(text).unwrap();
        self.hub.commit_as(BOB, SendMessage { chat, message: Uuid::now_v7().into(), text, seen });
    }

    fn close(&mut self, chat: ChatId) -> CommandId {
        let seen_inbound = self.store.conversation(chat).unwrap().unwrap().last_inbound;
        self.give(CloseChat { chat, seen_inbound, line: Uuid::now_v7().into() })
    }

    fn list(&self, part: OutboxPart) -> Outbox {
        list_outbox(self.store.connection(), &ListOutbox { part, ..Default::default() }).unwrap()
    }

    fn case(&self, id: CommandId) -> crate::rpc::types::OutboxCase {
        outbox_case(self.store.connection(), id).unwrap().unwrap()
    }

    /// The conversation is taken from the member, with everything that it holds.
    fn lose_the_channel(&mut self) {
        self.store
            .write(|w| {
                let scope: i64 =
                    w.tx.query_row("SELECT n FROM scope WHERE name = ?", [Scope::Channel(CHANNEL).to_string()], |r| {
                        r.get(0)
                    })?;
                w.tx.execute("DELETE FROM entity WHERE scope = ?", [scope])?;
                w.tx.execute("DELETE FROM message WHERE scope = ?", [scope])?;
                Ok::<_, StoreError>(())
            })
            .unwrap();
    }
}

fn can(case: &crate::rpc::types::OutboxCase) -> Vec<&str> {
    case.can.iter().map(String::as_str).collect()
}

#[test]
fn what_waits_says_its_place_and_what_goes_before_it() {
    let mut desk = Desk::new();
    let (rosa, omar) = (desk.customer(1, "hello"), desk.customer(2, "hi"));
    let first = desk.send(rosa, "one");
    let other = desk.send(omar, "two");
    let second = desk.send(rosa, "three");
    let close = desk.close(rosa);
    let rows = desk.list(OutboxPart::Waiting).rows;
    let told: Vec<_> = rows.iter().map(|row| (row.command, row.number)).collect();
    assert_eq!(told, [(first, Some(1)), (other, Some(2)), (second, Some(3)), (close, Some(4))]);
    assert_eq!((&rows[0].behind, &rows[1].behind), (&None, &None), "another chat is no reason to wait");
    let behind = |row: &OutboxRow| row.behind.as_ref().map(|b| (b.command, b.number, b.needed)).unwrap();
    assert_eq!(behind(&rows[2]), (first, Some(1), false), "the order within a conversation");
    assert_eq!(behind(&rows[3]), (second, Some(3), true), "a close stands on one's own reply");
    assert_eq!(rows[3].title, rows[0].title);
    assert!(rows.iter().all(|row| !row.transmitted && row.state == PendingMark::Waiting));
}

#[test]
fn a_part_is_read_in_pieces_that_join_without_a_gap() {
    let mut desk = Desk::new();
    let chat = desk.customer(1, "hello");
    let given: Vec<CommandId> = (0..7).map(|n| desk.send(chat, &format!("text {n}"))).collect();
    let seen = crate::store::query::last_pos(desk.store.connection(), chat).unwrap();
    desk.give(MarkRead { chat, pos: seen, seen: None });
    let mut read = Vec::new();
    for from in [0, 3, 6] {
        let args = ListOutbox { part: OutboxPart::Waiting, from, limit: Some(3), ..Default::default() };
        let page = list_outbox(desk.store.connection(), &args).unwrap();
        assert_eq!(page.counts.waiting, 7, "a read position is nobody's business");
        assert_eq!(page.oldest_ms, Some(THEN));
        read.extend(page.rows.iter().map(|row| (row.command, row.number)));
    }
    assert_eq!(read, given.iter().zip(1..).map(|(id, n)| (*id, Some(n))).collect::<Vec<_>>());
    let other = desk.customer(2, "hi");
    let args = ListOutbox { chat: Some(other), ..Default::default() };
    assert!(list_outbox(desk.store.connection(), &args).unwrap().rows.is_empty());
}

#[test]
fn a_held_reply_has_the_colleagues_beside_it_and_what_it_answered() {
    let mut desk = Desk::new();
    let chat = desk.customer(1, "When do you open?");
    let id = desk.send(chat, "At nine, I think.");
    let close = desk.close(chat);
    desk.bob_sends(chat, "At eight.");
    desk.hub.customer(1, "Thanks!");
    desk.push();
    desk.pull();

    let case = desk.case(id);
    let reason = case.row.reason.as_ref().unwrap();
    assert_eq!((reason.code.as_str(), reason.params["name"].as_str()), ("answered", "Bob"));
    let other = case.row.other.as_ref().unwrap();
    assert_eq!((other.author.name.as_str(), other.text.as_str()), ("Bob", "At eight."));
    assert_eq!(case.row.text.as_deref(), Some("At nine, I think."));
    assert_eq!(case.before.as_ref().unwrap().text, "When do you open?");
    let since: Vec<_> = case.since.iter().map(|said| said.text.as_str()).collect();
    assert_eq!((since, case.since_count), (vec!["At eight.", "Thanks!"], 2));
    assert!(matches!(case.since[1].author, EntryAuthor::Contact { .. }));
    assert_eq!(can(&case), ["open", "send_anyway", "edit", "discard", "copy"]);
    assert_eq!((case.at, case.of), (1, 2));

    // What stood on it is told with what it stood on, and is not tried again before that is settled.
    let item = desk.store.outbox_item(close).unwrap().unwrap();
    let reason = Reason::Refused { rejection: Rejection::DependsOn { command: id } };
    desk.store.write(|w| w.set_outbox(&item, OutboxState::Refused, None, Some(&reason))).unwrap();
    let dropped = desk.case(close);
    let behind = dropped.row.behind.as_ref().unwrap();
    assert_eq!((behind.command, behind.number, behind.needed), (id, None, true));
    assert_eq!(can(&dropped), ["open", "discard"]);
    let item = desk.store.outbox_item(id).unwrap().unwrap();
    desk.store.write(|w| w.discard(&item)).unwrap();
    assert_eq!(can(&desk.case(close)), ["open", "retry", "discard"]);
}

#[test]
fn a_reply_that_is_too_old_is_held_and_says_since_when() {
    let mut desk = Desk::new();
    let chat = desk.customer(1, "Are you there?");
    let id = desk.send(chat, "Yes.");
    let item = desk.store.outbox_item(id).unwrap().unwrap();
    let hold = deskbell_domain::Hold::Stale;
    desk.store.write(|w| w.set_outbox(&item, OutboxState::Held, None, Some(&Reason::Held { hold }))).unwrap();
    let case = desk.case(id);
    assert_eq!(case.row.reason.as_ref().unwrap().code, "stale");
    assert_eq!(case.row.created_ms, THEN);
    assert!(case.row.other.is_none());
    assert_eq!(can(&case), ["open", "send_anyway", "edit", "discard", "copy"]);
}

#[test]
fn held_stands_before_refused_before_what_nobody_knows() {
    let mut desk = Desk::new();
    let (rosa, omar, vera) = (desk.customer(1, "a"), desk.customer(2, "b"), desk.customer(3, "c"));
    let restored = desk.send(vera, "it may be there");
    let item = desk.store.outbox_item(restored).unwrap().unwrap();
    desk.store.write(|w| w.set_outbox(&item, OutboxState::Held, None, Some(&Reason::Restored))).unwrap();
    let seen = Some(SeenAssignee { member: None });
    let claim = desk.give(AssignChat { chat: omar, to: Some(ME), seen, line: Uuid::now_v7().into() });
    let line = Uuid::now_v7().into();
    desk.hub.commit_as(BOB, AssignChat { chat: omar, to: Some(BOB), seen, line });
    let held = desk.send(rosa, "late");
    desk.bob_sends(rosa, "early");
    desk.push();
    desk.pull();
    let waiting = desk.send(vera, "and this waits");

    let attention = desk.list(OutboxPart::Attention);
    let order: Vec<CommandId> = attention.rows.iter().map(|row| row.command).collect();
    assert_eq!(order, [held, claim, restored]);
    let counts = OutboxCounts { waiting: 1, held: 1, refused: 1, uncertain: 1 };
    assert_eq!(attention.counts, counts);
    assert_eq!(desk.list(OutboxPart::All).rows.len(), 4);
    let waits = desk.list(OutboxPart::Waiting).rows;
    assert_eq!(waits.iter().map(|row| (row.command, row.number)).collect::<Vec<_>>(), [(waiting, Some(1))]);
    assert!(waits[0].behind.is_none(), "what is held goes before nothing");

    let taken = desk.case(claim);
    assert_eq!(taken.row.to.as_ref().map(|to| to.me), Some(true));
    assert_eq!(can(&taken), ["open", "discard"], "the colleague has it: trying again would take it from them");
    assert_eq!(desk.case(restored).row.reason.as_ref().unwrap().code, "restored");
    assert_eq!((desk.case(restored).at, desk.case(restored).of), (3, 3));
}

#[test]
fn what_was_written_in_a_chat_that_is_gone_can_be_read_and_copied_and_not_sent() {
    let mut desk = Desk::new();
    let chat = desk.customer(1, "hello");
    let id = desk.send(chat, "one moment");
    let tag = desk.hub.tag("Repair");
    desk.pull();
    let tagged = desk.give(TagChat { chat, tag });
    let title = desk.case(id).row.title.clone();
    for id in [id, tagged] {
        let item = desk.store.outbox_item(id).unwrap().unwrap();
        let rejection = Rejection::Forbidden;
        desk.store
            .write(|w| w.set_outbox(&item, OutboxState::Refused, None, Some(&Reason::Refused { rejection })))
            .unwrap();
    }
    assert_eq!(desk.case(tagged).row.tag.as_deref(), Some("Repair"));
    assert_eq!(can(&desk.case(id)), ["open", "retry", "edit", "discard", "copy"]);
    desk.lose_the_channel();

    let case = desk.case(id);
    assert!(case.head.is_none() && !title.is_empty());
    assert_eq!((case.row.title.as_str(), case.row.text.as_deref()), (title.as_str(), Some("one moment")));
    assert_eq!(case.blocked.as_ref().unwrap().code, "chat_gone");
    assert_eq!(can(&case), ["discard", "copy"]);
    assert_eq!(can(&desk.case(tagged)), ["discard"]);
}

#[test]
fn what_was_on_the_wire_cannot_be_taken_back() {
    let mut desk = Desk::new();
    let chat = desk.customer(1, "hello");
    let id = desk.send(chat, "one moment");
    let tag = Uuid::now_v7().into();
    let made = desk.give(CreateTag { tag, name: TagName::parse("Repair").unwrap(), color: Tint::Sky });
    assert_eq!(can(&desk.case(id)), ["open", "take_back", "copy"]);
    assert_eq!(can(&desk.case(made)), ["take_back"]);
    assert_eq!(desk.case(made).row.tag.as_deref(), Some("Repair"));
    // The request leaves, and no answer comes.
    desk.store.next_push(THEN, 64).unwrap().unwrap();
    assert!(desk.case(id).row.transmitted);
    assert_eq!(can(&desk.case(id)), ["open", "copy"]);
}

#[test]
fn ten_thousand_rows_are_listed_from_anywhere() {
    let mut desk = Desk::new();
    let chat = desk.customer(1, "hello");
    let first = desk.send(chat, "text");
    let insert = "INSERT INTO outbox (id, lane, chat, kind, version, args, state, created_ms, created_local_ms, title, message, body)
                  SELECT randomblob(16), lane, chat, kind, version, args, state, created_ms, created_local_ms, title, message, body
                  FROM outbox, (WITH RECURSIVE k(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM k WHERE i < 9999) SELECT i FROM k)";
    desk.store.write(|w| Ok::<_, StoreError>(w.tx.execute(insert, [])?)).unwrap();
    let args = ListOutbox { part: OutboxPart::Waiting, from: 9_990, limit: Some(60), ..Default::default() };
    let page = list_outbox(desk.store.connection(), &args).unwrap();
    assert_eq!(page.counts.waiting, 10_000);
    assert_eq!(
        page.rows.iter().map(|row| row.number).collect::<Vec<_>>(),
        (9_991..=10_000).map(Some).collect::<Vec<_>>()
    );
    assert_eq!(page.rows[0].behind.as_ref().unwrap().number, Some(9_990));
    let beyond = ListOutbox { from: 20_000, ..args };
    assert!(list_outbox(desk.store.connection(), &beyond).unwrap().rows.is_empty());
    assert_eq!((desk.case(first).at, desk.case(first).of), (1, 10_000));
}
