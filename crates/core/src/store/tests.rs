//! The cache against a hub of a few lines that decides by the same rules.

use super::*;
use crate::rpc::types::{Filter, ListChats, Place, Segment, Sort, Tab};
use deskbell_domain::command::{
    AssignChat, CloseChat, CreateChat, CreateTag, MarkRead, NewChat, SeenAssignee, SendMessage, TagChat,
};
use deskbell_domain::{ChatId, Command, CommandId, Effect, Kind, MemberId, MessageText, Row, Scope, TagName, Tint};
use deskbell_protocol::{Op, Phase, Snapshot, SnapshotRow};
use testing::{BOB, CHANNEL, FakeHub, INBOX, ME};

mod contacts;
mod desk;
mod hints;
mod lists;
mod migrations;
mod older;
mod reading;
mod sizes;

struct Client {
    store: Store,
    hub: FakeHub,
}

impl Client {
    fn new() -> Self {
        Self::on(memory().unwrap())
    }

    fn on(connection: Connection) -> Self {
        let hub = FakeHub::new();
        let mut store = Store::new(connection).unwrap();
        store.sign_in("http://hub", "me@example.org", &hub.session()).unwrap();
        let mut client = Self { store, hub };
        client.pull();
        // What the feed brought is all there is: nothing needs to be booted.
        client
            .store
            .write(|w| Ok::<_, StoreError>(w.tx.execute("UPDATE scope SET state = 2 WHERE state = 1", [])?))
            .unwrap();
        client
    }

    fn pull(&mut self) {
        let page = self.hub.page(self.store.cursor().unwrap());
        assert_eq!(self.store.apply_changes(&page).unwrap(), Applied::Done);
        self.is_sound();
    }

    /// What is derived from the rows follows from them.
    fn is_sound(&self) {
        assert_eq!(self.store.index_differences().unwrap(), Vec::<String>::new());
        assert_eq!(self.store.derived_differences().unwrap(), Vec::<String>::new());
    }

    fn push(&mut self) {
        while let Some(push) = self.store.next_push(0, 64).unwrap() {
            let results = self.hub.push(ME, &push.commands);
            self.store.apply_results(&results).unwrap();
            self.is_sound();
        }
    }

    fn give(&mut self, command: impl Into<Command>) -> CommandId {
        let id = CommandId(Uuid::now_v7());
        let new = NewCommand { id, command: command.into(), instead_of: None };
        let given = self.store.submit(&new, Moment { local_ms: 1000, skew_ms: 0 }).unwrap();
        assert_eq!(given, Submitted::Waiting);
        self.is_sound();
        id
    }

    fn conversation(&self, chat: ChatId) -> deskbell_domain::Conversation {
        self.store.conversation(chat).unwrap().unwrap()
    }

    fn state(&self, id: CommandId) -> Option<OutboxState> {
        self.store.outbox_item(id).unwrap().map(|item| item.state)
    }

    fn send(&mut self, chat: ChatId, text: &str) -> CommandId {
        let seen = self.store.last_pos(chat).unwrap();
        let text = MessageText::parse(text).unwrap();
        self.give(SendMessage { chat, message: Uuid::now_v7().into(), text, seen })
    }

    fn claim(&mut self, chat: ChatId) -> CommandId {
        let seen = Some(SeenAssignee { member: None });
        self.give(AssignChat { chat, to: Some(ME), seen, line: Uuid::now_v7().into() })
    }

    fn tag(&mut self, name: &str) -> (CommandId, deskbell_domain::TagId) {
        let tag = Uuid::now_v7().into();
        (self.give(CreateTag { tag, name: TagName::parse(name).unwrap(), color: Tint::Sky }), tag)
    }
}

fn assignee(conversation: &deskbell_domain::Conversation) -> Option<MemberId> {
    conversation.assignee.as_ref().map(|a| a.member)
}

#[test]
fn a_click_shows_at_once_and_a_refusal_takes_it_back() {
    let mut client = Client::new();
    let chat = client.hub.customer(1, "hello");
    client.pull();
    let before = client.store.visible_rows().unwrap();
    // Bob was first, and this client has not heard of it.
    client.hub.commit_as(
        BOB,
        AssignChat { chat, to: Some(BOB), seen: Some(SeenAssignee { member: None }), line: Uuid::now_v7().into() },
    );
    let id = client.claim(chat);
    assert_eq!(assignee(&client.conversation(chat)), Some(ME));
    client.push();
    assert_eq!(client.state(id), Some(OutboxState::Refused));
    assert_eq!(client.store.visible_rows().unwrap(), before, "what is refused leaves nothing behind");
    client.pull();
    assert_eq!(assignee(&client.conversation(chat)), Some(BOB));
    assert_eq!(client.store.shadows().unwrap(), 0);
}

#[test]
fn what_waits_stays_on_top_of_what_comes() {
    let mut client = Client::new();
    let chat = client.hub.customer(1, "hello");
    client.pull();
    let (_, tag) = client.tag("Repair");
    client.give(TagChat { chat, tag });
    client.hub.customer(1, "are you there?");
    client.pull();
    let conversation = client.conversation(chat);
    assert!(conversation.tags.contains(&tag), "mine");
    assert_eq!(conversation.last_message.unwrap().preview, "are you there?", "and theirs");
    client.push();
    client.pull();
    assert!(client.conversation(chat).tags.contains(&tag));
    assert!(client.store.outbox().unwrap().is_empty());
    assert_eq!(client.store.shadows().unwrap(), 0);
}

/// S8
#[test]
fn an_answered_command_stays_until_its_rows_are_here() {
    let mut client = Client::new();
    let chat = client.hub.customer(1, "hello");
    client.pull();
    let id = client.send(chat, "hi");
    client.push();
    assert_eq!(client.state(id), Some(OutboxState::Done));
    assert_eq!(client.conversation(chat).last_message.unwrap().preview, "hi");
    client.pull();
    assert_eq!(client.state(id), None);
    assert!(client.conversation(chat).last_message.unwrap().pos.is_some());
}

#[test]
fn a_page_that_does_not_begin_at_the_cursor_is_not_applied() {
    let mut client = Client::new();
    client.hub.customer(1, "hello");
    let page = client.hub.page(client.store.cursor().unwrap());
    assert_eq!(client.store.apply_changes(&page).unwrap(), Applied::Done);
    assert_eq!(client.store.apply_changes(&page).unwrap(), Applied::OutOfTurn);
    let mut other = client.hub.page(client.store.cursor().unwrap());
    other.r#gen = deskbell_protocol::Generation("another".into());
    assert_eq!(client.store.apply_changes(&other).unwrap(), Applied::OtherGeneration);
}

/// S6
#[test]
fn a_page_of_a_snapshot_brings_nothing_back_that_was_deleted_since() {
    let mut client = Client::new();
    let chat = client.hub.customer(1, "hello");
    let (row, rev) = client.hub.row(Kind::Conversation, chat.0);
    client.store.write(|w| w.boot_all_in_place()).unwrap();
    let mut page = client.hub.page(client.store.cursor().unwrap());
    for change in &mut page.changes {
        (change.op, change.row) = (Op::Del, None);
    }
    client.store.apply_changes(&page).unwrap();
    let mut boots = 0;
    while let Some(boot) = client.store.next_boot(7, &[]).unwrap() {
        boots += 1;
        let late = boot.scope == Scope::Channel(CHANNEL);
        let rows = if late {
            vec![SnapshotRow { kind: "conversation".into(), id: chat.0, rev: rev - 1, row: row.to_json() }]
        } else {
            client.hub.rows_of(boot.scope)
        };
        let page = Snapshot { rows, ..client.hub.snapshot(&boot) };
        let mut stray = page.clone();
        stray.boot = "another boot".into();
        assert!(!client.store.apply_snapshot(&stray).unwrap(), "S7");
        assert!(client.store.apply_snapshot(&page).unwrap());
    }
    assert_eq!(boots, 4);
    assert_eq!(client.store.conversation(chat).unwrap(), None);
}

/// S3, S15
#[test]
fn another_epoch_wipes_the_scope_and_keeps_what_was_written() {
    let mut client = Client::new();
    let chat = client.hub.customer(1, "secret");
    client.pull();
    let id = client.send(chat, "mine");
    client.hub.grant_again(Scope::Channel(CHANNEL));
    client.pull();
    assert_eq!(client.store.conversation(chat).unwrap(), None);
    assert!(client.store.is_booting().unwrap());
    let item = client.store.outbox_item(id).unwrap().unwrap();
    assert_eq!(
        (item.state, item.text.as_deref(), item.title.as_str()),
        (OutboxState::Waiting, Some("mine"), "+1 650 555 0001")
    );
}

/// S16
#[test]
fn what_stands_on_something_refused_is_refused_too() {
    let mut client = Client::new();
    let chat = client.hub.customer(1, "hello");
    client.pull();
    let reply = client.send(chat, "hi");
    let close = client.give(CloseChat {
        chat,
        seen_inbound: client.conversation(chat).last_inbound,
        line: Uuid::now_v7().into(),
    });
    let direct = ChatId(Uuid::now_v7());
    client.give(CreateChat { chat: direct, new: NewChat::Direct { with: BOB } });
    let item = client.store.outbox_item(reply).unwrap().unwrap();
    client.store.write(|w| w.discard(&item)).unwrap();
    assert_eq!(client.state(reply), None);
    let refused = client.store.outbox_item(close).unwrap().unwrap();
    assert!(
        matches!(refused.reason, Some(Reason::Refused { rejection: deskbell_domain::Rejection::DependsOn { command } }) if command == reply)
    );
    assert!(client.conversation(chat).is_open());
    assert!(client.store.visible_rows().unwrap().contains_key(&(Kind::DirectChat, direct.0)), "other lanes go on");
}

/// S16
#[test]
fn a_tag_made_twice_is_one_and_what_waits_says_so() {
    let mut client = Client::new();
    let chat = client.hub.customer(1, "hello");
    client.pull();
    let (_, mine) = client.tag("Repair");
    client.give(TagChat { chat, tag: mine });
    let theirs = client.hub.tag("repair");
    let first = client.store.next_push(0, 1).unwrap().unwrap();
    let results = client.hub.push(ME, &first.commands);
    client.store.apply_results(&results).unwrap();
    let waiting = client.store.outbox().unwrap().pop().unwrap();
    assert!(waiting.args.contains(&theirs.to_string()), "{}", waiting.args);
    // The list shows the one that was made here until the other arrives, and it can be clicked.
    let click = NewCommand {
        id: CommandId(Uuid::now_v7()),
        command: deskbell_domain::command::UntagChat { chat, tag: mine }.into(),
        instead_of: None,
    };
    client.store.submit(&click, Moment { local_ms: 0, skew_ms: 0 }).unwrap();
    client.push();
    client.pull();
    assert_eq!(client.conversation(chat).tags.into_iter().collect::<Vec<_>>(), [theirs]);
    assert!(client.store.outbox().unwrap().is_empty());
}

#[test]
fn chats_without_a_message_stand_first_and_ties_go_by_id() {
    let mut client = Client::new();
    let mut chats: Vec<ChatId> = (1..=5).map(|n| client.hub.customer(n, "same second")).collect();
    let empty = client.hub.customer(9, "x");
    let (Row::Conversation(mut row), _) = client.hub.row(Kind::Conversation, empty.0) else { panic!("a conversation") };
    row.last_message = None;
    client.hub.put(vec![Effect::Put(row.into())]);
    client.pull();
    chats.sort();
    let list = |after: Option<String>| {
        let args = ListChats {
            place: Place::Inbox(INBOX),
            tab: Tab::Open,
            segment: Segment::All,
            with_me: false,
            filter: Filter::All,
            sort: Sort::RecentMessages,
            after,
            limit: 2,
        };
        query::list_chats(client.store.connection(), &args).unwrap().unwrap()
    };
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = list(after);
        seen.extend(page.rows.iter().map(|row| row.chat));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, [vec![empty], chats].concat());
}

#[test]
fn a_read_position_goes_only_forward_and_is_nobodys_decision() {
    let mut client = Client::new();
    let chat = client.hub.customer(1, "one");
    client.pull();
    let last = client.store.last_pos(chat).unwrap();
    client.give(MarkRead { chat, pos: last, seen: None });
    let again = NewCommand {
        id: CommandId(Uuid::now_v7()),
        command: MarkRead { chat, pos: last - 1, seen: None }.into(),
        instead_of: None,
    };
    let nothing = client.store.submit(&again, Moment { local_ms: 0, skew_ms: 0 }).unwrap();
    assert_eq!(nothing, Submitted::Nothing);
    assert_eq!(waiting_counts(client.store.connection()).unwrap().total(), 0);
    assert_eq!(query::unread_badges(client.store.connection()).unwrap(), 0);
    client.hub.customer(1, "two");
    client.pull();
    assert_eq!(query::unread_badges(client.store.connection()).unwrap(), 1);
    let last = client.store.last_pos(chat).unwrap();
    let later = client.give(MarkRead { chat, pos: last, seen: None });
    let waiting: Vec<_> = client.store.outbox().unwrap().into_iter().map(|item| item.id).collect();
    assert_eq!(waiting, [later], "the later one says all that the earlier did");
    client.push();
    client.pull();
    assert_eq!(query::unread_badges(client.store.connection()).unwrap(), 0);
}

#[test]
fn a_scope_that_differs_from_the_hub_is_loaded_again_and_not_for_ever() {
    let mut client = Client::new();
    for round in 0..6 {
        client.hub.customer(1, "hello");
        let mut page = client.hub.page(client.store.cursor().unwrap());
        page.digests.insert(Scope::Channel(CHANNEL).to_string(), "00000000deadbeef".into());
        client.store.apply_changes(&page).unwrap();
        assert_eq!(client.store.is_booting().unwrap(), round < 3);
        client
            .store
            .write(|w| Ok::<_, StoreError>(w.tx.execute("UPDATE scope SET state = 2 WHERE state = 1", [])?))
            .unwrap();
    }
    assert_eq!(client.store.heals().unwrap(), 3);
}

/// Answers for a hub: what of a scope a phase has, as pages of one row.
fn page_of(client: &Client, boot: &Boot, rows: &[SnapshotRow]) -> Snapshot {
    let at: usize = boot.after.as_deref().map_or(0, |after| after.parse().unwrap());
    let next = (at + 1 < rows.len()).then(|| (at + 1).to_string());
    let rows = rows.iter().skip(at).take(1).cloned().collect();
    let (after, phase) = (boot.after.clone(), boot.phase);
    Snapshot { after, phase, rows, next, ..client.hub.snapshot(boot) }
}

fn listed(store: &Store, tab: Tab) -> Vec<(String, u32)> {
    let args = ListChats {
        place: Place::Inbox(INBOX),
        tab,
        segment: Segment::All,
        with_me: false,
        filter: Filter::All,
        sort: Sort::RecentMessages,
        after: None,
        limit: 50,
    };
    let page = query::list_chats(store.connection(), &args).unwrap().unwrap();
    page.rows.into_iter().map(|row| (row.preview.map(|p| p.text).unwrap_or_default(), row.unread)).collect()
}

#[test]
fn a_chat_stays_in_its_inbox_when_the_settings_of_the_inbox_come_anew() {
    let mut client = Client::new();
    client.hub.customer(1, "hello");
    client.pull();
    assert_eq!(listed(&client.store, Tab::Open).len(), 1);
    client.hub.grant_again(Scope::Inbox(INBOX));
    client.pull();
    while let Some(boot) = client.store.next_boot(7, &[]).unwrap() {
        let epoch = client.store.connection.query_row(
            "SELECT epoch FROM scope WHERE name = ?",
            [boot.scope.to_string()],
            |r| r.get::<_, i64>(0),
        );
        let page = client.hub.snapshot(&boot);
        client.store.apply_snapshot(&Snapshot { epoch: epoch.unwrap() as u64, ..page }).unwrap();
    }
    assert_eq!(listed(&client.store, Tab::Open).len(), 1);
    client.is_sound();
}
