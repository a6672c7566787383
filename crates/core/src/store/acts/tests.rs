//! Undoing: what has not left as if it had never been, what has by its inverse, and nothing behind anybody's back.

use super::*;
use crate::store::testing::{BOB, FakeHub, ME};
use crate::store::{StoreError, draft_of, memory};
use crate::sync::Reply;
use deskbell_domain::command::{AssignChat, CloseChat, SeenAssignee, TagChat, UntagChat};
use deskbell_domain::{Conversation, MessageId, MessageText};
use deskbell_protocol::HubInfo;
use uuid::Uuid;

/// A member's cache beside a hub.
pub(in crate::store) struct Desk {
    pub store: Store,
    hub: FakeHub,
}

/// A moment by this computer's clock, which is right.
pub(in crate::store) fn at(local_ms: i64) -> Moment {
    Moment { local_ms, skew_ms: 0 }
}

impl Desk {
    pub fn new() -> Self {
        let hub = FakeHub::new();
        let mut store = Store::new(memory().unwrap()).unwrap();
        store.sign_in("http://hub", "me@example.org", &hub.session()).unwrap();
        let mut desk = Self { store, hub };
        desk.pull();
        let all = "UPDATE scope SET state = 2 WHERE state = 1";
        desk.store.write(|w| Ok::<_, StoreError>(w.tx.execute(all, [])?)).unwrap();
        desk
    }

    pub fn pull(&mut self) {
        let page = self.hub.page(self.store.cursor().unwrap());
        self.store.apply_changes(&page).unwrap();
        assert_eq!(self.store.derived_differences().unwrap(), Vec::<String>::new());
    }

    pub fn push(&mut self) {
        while let Some(push) = self.store.next_push(0, 64).unwrap() {
            let results = self.hub.push(ME, &push.commands);
            self.store.apply_results(&results).unwrap();
        }
        self.pull();
    }

    /// The program dies and is started on the same disk.
    pub fn start_again(&mut self) {
        let store = std::mem::replace(&mut self.store, Store::new(memory().unwrap()).unwrap());
        self.store = Store::new(store.into_connection()).unwrap();
    }

    pub fn customer(&mut self, n: u32) -> ChatId {
        let chat = self.hub.customer(n, "hello");
        self.pull();
        chat
    }

    pub fn send_later(&mut self, chat: ChatId, text: &str, at: Moment, hold_ms: i64) -> CommandId {
        let (text, seen) = (MessageText::parse(text).unwrap(), self.store.last_pos(chat).unwrap());
        let id = CommandId(Uuid::now_v7());
        let command = deskbell_domain::command::SendMessage { chat, message: Uuid::now_v7().into(), text, seen }.into();
        self.store.send_later(&NewCommand { id, command, instead_of: None }, chat, at, hold_ms).unwrap();
        id
    }

    fn act(&mut self, command: impl Into<Command>, at: Moment) -> CommandId {
        let id = CommandId(Uuid::now_v7());
        let given = self.store.submit_act(&NewCommand { id, command: command.into(), instead_of: None }, at).unwrap();
        assert_eq!(given, Submitted::Waiting);
        id
    }

    pub fn close(&mut self, chat: ChatId, at: Moment) -> CommandId {
        let seen_inbound = self.conversation(chat).last_inbound;
        self.act(CloseChat { chat, seen_inbound, line: line() }, at)
    }

    fn claim(&mut self, chat: ChatId, at: Moment) -> CommandId {
        let seen = Some(SeenAssignee { member: None });
        self.act(AssignChat { chat, to: Some(ME), seen, line: line() }, at)
    }

    fn undo(&mut self, at: Moment) -> Undone {
        self.store.undo(Uuid::now_v7().into(), at).unwrap()
    }

    fn undone(&mut self, at: Moment) -> &'static str {
        match self.undo(at) {
            Undone::Act(act) => act.deed.kind(),
            other => panic!("{other:?}"),
        }
    }

    fn newest(&self, now_ms: i64) -> Option<&'static str> {
        newest_act(self.store.connection(), now_ms).unwrap().map(|(act, _)| act.deed.kind())
    }

    fn conversation(&self, chat: ChatId) -> Conversation {
        self.store.conversation(chat).unwrap().unwrap()
    }

    fn assignee(&self, chat: ChatId) -> Option<MemberId> {
        self.conversation(chat).assignee.map(|assignee| assignee.member)
    }

    fn draft(&self, chat: ChatId) -> String {
        draft_of(self.store.connection(), chat).unwrap()
    }

    /// Commands that may go now.
    pub fn ready(&self) -> Vec<CommandId> {
        outbox::waiting(self.store.connection(), 64).unwrap().into_iter().map(|item| item.id).collect()
    }

    /// What the hub answers a program that has just been started.
    pub fn first_answers(&self) -> [Reply; 2] {
        let info = HubInfo {
            service: "deskbell".into(),
            protocol: 1,
            oldest_protocol: 1,
            organization: "Kestrel Cycles".into(),
        };
        [Reply::Hub(info), Reply::Pull(self.hub.page(self.store.cursor().unwrap()))]
    }

    /// Messages of a chat as the hub has them.
    pub fn texts_at_hub(&self, chat: ChatId) -> Vec<String> {
        self.hub.texts(chat)
    }
}

fn line() -> MessageId {
    Uuid::now_v7().into()
}

#[test]
fn a_message_that_is_held_back_comes_back_into_the_composer_behind_what_is_there() {
    let mut desk = Desk::new();
    let chat = desk.customer(1);
    desk.send_later(chat, "too early", at(0), 5_000);
    assert_eq!(desk.assignee(chat), Some(ME), "the reply claims");
    let (act, leaves) = newest_act(desk.store.connection(), 1_000).unwrap().unwrap();
    assert_eq!((act.deed, leaves), (Deed::Send, Some(5_000)));
    desk.store.save_draft(chat, "meanwhile").unwrap();

    assert_eq!(desk.undone(at(1_000)), "send_message");
    assert_eq!(desk.draft(chat), "meanwhile\ntoo early");
    assert_eq!((desk.assignee(chat), desk.ready()), (None, vec![]), "as if it had never been");
    assert!(matches!(desk.undo(at(1_000)), Undone::Nothing));
    desk.push();
    assert_eq!(desk.texts_at_hub(chat), ["hello"]);
}

#[test]
fn a_message_that_has_left_is_not_undone() {
    let mut desk = Desk::new();
    let chat = desk.customer(1);
    desk.send_later(chat, "gone", at(0), 5_000);
    desk.store.end_holds(5_000).unwrap();
    assert_eq!(desk.newest(5_000), None, "its time is over, though it has not gone yet");
    desk.push();
    assert!(matches!(desk.undo(at(5_100)), Undone::Nothing));
    assert_eq!(desk.texts_at_hub(chat), ["hello", "gone"]);
}

#[test]
fn acts_are_undone_newest_first_and_one_that_never_left_leaves_no_trace() {
    let mut desk = Desk::new();
    let (chat, tag) = (desk.customer(1), desk.hub.tag("Stock"));
    desk.pull();
    desk.claim(chat, at(0));
    desk.act(TagChat { chat, tag }, at(1));
    desk.close(chat, at(2));
    assert_eq!(desk.newest(10), Some("close_chat"));
    assert_eq!(desk.undone(at(10)), "close_chat");
    assert!(desk.conversation(chat).is_open());
    assert_eq!(desk.undone(at(10)), "tag_chat");
    assert!(desk.conversation(chat).tags.is_empty());
    assert_eq!(desk.undone(at(10)), "assign_chat");
    assert_eq!((desk.assignee(chat), desk.ready()), (None, vec![]));
    assert!(matches!(desk.undo(at(10)), Undone::Nothing));
}

#[test]
fn what_the_hub_has_done_is_undone_by_its_inverse() {
    let mut desk = Desk::new();
    let (chat, tag) = (desk.customer(1), desk.hub.tag("Stock"));
    desk.pull();
    desk.claim(chat, at(0));
    desk.act(TagChat { chat, tag }, at(1));
    desk.act(UntagChat { chat, tag }, at(2));
    desk.close(chat, at(3));
    desk.push();
    for (kind, open, tagged, assignee) in [
        ("close_chat", true, false, Some(ME)),
        ("untag_chat", true, true, Some(ME)),
        ("tag_chat", true, false, Some(ME)),
        ("assign_chat", true, false, None),
    ] {
        assert_eq!(desk.newest(10), Some(kind));
        assert_eq!(desk.undone(at(10)), kind);
        desk.push();
        let now = desk.conversation(chat);
        let has = now.assignee.as_ref().map(|assignee| assignee.member);
        assert_eq!((now.is_open(), now.tags.contains(&tag), has), (open, tagged, assignee), "{kind}");
    }
    assert_eq!(desk.newest(10), None, "undoing is nothing to undo");
}

#[test]
fn nothing_is_undone_behind_somebodys_back() {
    let mut desk = Desk::new();
    let chat = desk.customer(1);
    desk.claim(chat, at(0));
    desk.push();
    // Bob takes it over.
    let seen = Some(SeenAssignee { member: Some(ME) });
    desk.hub.commit_as(BOB, AssignChat { chat, to: Some(BOB), seen, line: line() });
    desk.pull();
    assert_eq!(desk.newest(10), None);
    assert!(matches!(desk.undo(at(10)), Undone::Refused(act, refusal)
        if act.chat == chat && refusal == Rejection::ActedSince.into()));
    assert_eq!(desk.assignee(chat), Some(BOB));
    assert!(matches!(desk.undo(at(10)), Undone::Nothing), "said once");
}

#[test]
fn who_acts_at_the_same_time_wins_and_the_undo_is_refused() {
    let mut desk = Desk::new();
    let chat = desk.customer(1);
    desk.claim(chat, at(0));
    desk.push();
    let seen = Some(SeenAssignee { member: Some(ME) });
    desk.hub.commit_as(BOB, AssignChat { chat, to: Some(BOB), seen, line: line() });
    // This client has not heard of it.
    assert_eq!(desk.undone(at(10)), "assign_chat");
    desk.push();
    assert_eq!(desk.assignee(chat), Some(BOB));
    assert_eq!(outbox::undecided(desk.store.connection(), Some(chat)).unwrap().len(), 1, "and the member is told");
}

#[test]
fn an_act_survives_a_restart_and_is_forgotten_after_a_while() {
    let mut desk = Desk::new();
    let chat = desk.customer(1);
    desk.claim(chat, at(1_000));
    desk.push();
    desk.start_again();
    assert_eq!(desk.newest(2_000), Some("assign_chat"));
    assert_eq!(desk.newest(1_000 + LASTS_MS + 1), None);
    assert_eq!(desk.newest(999), None, "a clock that was set back makes nothing young again");
    assert!(matches!(desk.undo(at(1_000 + LASTS_MS + 1)), Undone::Nothing));
}

#[test]
fn only_so_many_acts_are_remembered() {
    let mut desk = Desk::new();
    let chat = desk.customer(1);
    for n in 0..MOST_ACTS as i64 + 5 {
        let tag = desk.hub.tag(&format!("Tag {n}"));
        desk.pull();
        desk.act(TagChat { chat, tag }, at(n));
    }
    let mut undone = 0;
    while let Undone::Act(_) = desk.undo(at(100)) {
        undone += 1;
    }
    assert_eq!((undone, desk.conversation(chat).tags.len()), (MOST_ACTS, 5));
}

#[test]
fn a_chat_that_is_gone_has_nothing_to_undo() {
    let mut desk = Desk::new();
    let chat = desk.customer(1);
    desk.claim(chat, at(0));
    desk.push();
    desk.hub.put(vec![deskbell_domain::Effect::Delete(deskbell_domain::Kind::Conversation, chat.0)]);
    desk.pull();
    assert_eq!(desk.newest(10), None);
    assert!(matches!(desk.undo(at(10)), Undone::Nothing));
}
