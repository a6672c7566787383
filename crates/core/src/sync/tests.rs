//! What the machine asks for, and when.

use super::*;
use crate::rpc::types::Network;
use crate::store::testing::{FakeHub, ME};
use crate::store::{Moment, NewCommand, OutboxState, Reason, Store, memory};
use deskbell_domain::command::SendMessage;
use deskbell_domain::{CommandId, Effect, Grant, MessageText};
use deskbell_protocol::{ApiError, HubInfo};
use uuid::Uuid;

struct Client {
    store: Store,
    machine: Machine,
    hub: FakeHub,
    now_ms: u64,
}

impl Client {
    fn new() -> Self {
        let hub = FakeHub::new();
        let mut store = Store::new(memory().unwrap()).unwrap();
        store.sign_in("http://hub", "me@example.org", &hub.session()).unwrap();
        Self { store, machine: Machine::new("http://hub"), hub, now_ms: 0 }
    }

    fn tell(&mut self, event: Event) -> Vec<Action> {
        let now = Now { steady_ms: self.now_ms, wall_ms: 1_000 + self.now_ms as i64 };
        self.machine.handle(event, &mut self.store, now, &mut || 0).unwrap()
    }

    /// Everything is asked and answered; the stream is open.
    fn online(&mut self) {
        let mut actions = self.tell(Event::Tick);
        while let Some(action) = actions.pop() {
            let Action::Send(request) = action else {
                if let Action::OpenEvents { .. } = action {
                    actions.extend(self.tell(Event::EventsOpen));
                }
                continue;
            };
            let reply = match request {
                Request::Hub => Reply::Hub(info()),
                Request::Session { .. } => Reply::Session(self.hub.session()),
                Request::Pull { since, .. } => Reply::Pull(self.hub.page(since)),
                Request::Push(commands) => Reply::Push(self.hub.push(ME, &commands)),
                Request::Snapshot { boot, .. } => Reply::Snapshot(self.hub.snapshot(&boot)),
            };
            actions.extend(self.tell(Event::Answer(reply)));
        }
        assert_eq!(self.machine.view().network, Network::Online);
        assert!(self.machine.view().current);
    }

    fn send(&mut self) {
        let chat = self.hub.customer(1, "hello");
        let page = self.hub.page(self.store.cursor().unwrap());
        self.store.apply_changes(&page).unwrap();
        let text = MessageText::parse("hi").unwrap();
        let command = SendMessage { chat, message: Uuid::now_v7().into(), text, seen: u64::MAX }.into();
        let new = NewCommand { id: CommandId(Uuid::now_v7()), command, instead_of: None };
        self.store.submit(&new, Moment { local_ms: 0, skew_ms: 0 }).unwrap();
    }
}

fn info() -> HubInfo {
    HubInfo { service: "deskbell".into(), protocol: 1, oldest_protocol: 1, organization: "Kestrel Cycles".into() }
}

fn kinds(actions: &[Action]) -> Vec<Kind> {
    actions
        .iter()
        .filter_map(|action| match action {
            Action::Send(request) => Some(request.kind()),
            _ => None,
        })
        .collect()
}

fn wake(actions: &[Action]) -> Option<u64> {
    actions.iter().find_map(|action| match action {
        Action::WakeAt(at) => Some(*at),
        _ => None,
    })
}

fn opens(actions: &[Action]) -> bool {
    actions.iter().any(|action| matches!(action, Action::OpenEvents { .. }))
}

fn api_error(code: &str) -> ApiError {
    ApiError { code: code.into(), message: "No.".into(), retryable: true, params: Default::default() }
}

#[test]
fn a_hub_that_is_away_is_asked_by_one_request_and_less_and_less_often() {
    let mut client = Client::new();
    client.online();
    client.send();
    let pushed = client.tell(Event::Outbox);
    assert_eq!(kinds(&pushed), [Kind::Push]);
    let failed = client.tell(Event::Failed(Kind::Push, Failure::Network));
    client.tell(Event::EventsEnded(Some(Failure::Network)));
    assert_eq!(kinds(&failed), [], "not in a circle");
    assert_eq!(client.machine.view().network, Network::Offline);
    let mut waits = Vec::new();
    for _ in 0..5 {
        let at = wake(&client.tell(Event::Tick)).unwrap();
        waits.push(at - client.now_ms);
        client.now_ms = at;
        let actions = client.tell(Event::Tick);
        assert_eq!(kinds(&actions), [Kind::Pull], "the outbox waits until the hub answers");
        client.tell(Event::Failed(Kind::Pull, Failure::Network));
    }
    assert!(waits.iter().all(|wait| (500..=30_000).contains(wait)), "{waits:?}");
    client.now_ms += 30_000;
    client.tell(Event::Tick);
    let page = client.hub.page(client.store.cursor().unwrap());
    let actions = client.tell(Event::Answer(Reply::Pull(page)));
    assert_eq!(kinds(&actions), [Kind::Push]);
}

#[test]
fn a_hub_that_asks_for_time_gets_it_unless_the_person_cannot_wait() {
    let mut client = Client::new();
    client.online();
    client.send();
    client.tell(Event::Outbox);
    let busy = Failure::Busy { error: api_error("unavailable"), retry_after_ms: Some(120_000) };
    let actions = client.tell(Event::Failed(Kind::Push, busy));
    assert_eq!((kinds(&actions), wake(&actions)), (vec![], Some(120_000)));
    assert_eq!(client.machine.view().network, Network::Online, "the feed goes on");
    let actions = client.tell(Event::SyncNow);
    assert!(kinds(&actions).contains(&Kind::Push));
}

#[test]
fn a_stream_that_something_on_the_way_ends_is_not_opened_in_a_circle() {
    let mut client = Client::new();
    client.online();
    client.now_ms = 60_000;
    let pull = client.tell(Event::EventsEnded(None));
    assert_eq!(kinds(&pull), [Kind::Pull]);
    let page = client.hub.page(client.store.cursor().unwrap());
    let opened = client.tell(Event::Answer(Reply::Pull(page)));
    assert!(opens(&opened), "one that worked is opened again at once");
    client.tell(Event::EventsOpen);
    client.tell(Event::EventsEnded(None));
    let page = client.hub.page(client.store.cursor().unwrap());
    let actions = client.tell(Event::Answer(Reply::Pull(page)));
    assert!(!opens(&actions));
    assert!(wake(&actions).is_some_and(|at| at > client.now_ms));
}

#[test]
fn a_hub_that_goes_away_leaves_a_cache_that_was_up_to_date_until_then() {
    let mut client = Client::new();
    client.online();
    let up_to_date = |client: &Client| crate::store::up_to_date_ms(client.store.connection()).unwrap();
    assert_eq!(up_to_date(&client), Some(1_000));
    client.now_ms = 3_600_000;
    client.tell(Event::EventsEnded(Some(Failure::Network)));
    assert_eq!(up_to_date(&client), Some(3_601_000), "nothing came for an hour, and nothing was missing");
    client.now_ms = 7_200_000;
    client.tell(Event::Failed(Kind::Pull, Failure::Network));
    client.tell(Event::EventsEnded(Some(Failure::Network)));
    assert_eq!(up_to_date(&client), Some(3_601_000));
}

#[test]
fn a_computer_that_has_slept_asks_at_once_and_opens_another_stream() {
    let mut client = Client::new();
    client.online();
    let actions = client.tell(Event::Woke);
    assert!(actions.iter().any(|action| matches!(action, Action::CloseEvents)));
    assert_eq!(kinds(&actions), [Kind::Pull]);
    let page = client.hub.page(client.store.cursor().unwrap());
    assert!(opens(&client.tell(Event::Answer(Reply::Pull(page)))));
}

#[test]
fn a_device_that_was_signed_out_asks_for_nothing() {
    let mut client = Client::new();
    client.online();
    let gone = Failure::Refused { status: 401, error: api_error("device_revoked") };
    let actions = client.tell(Event::EventsEnded(Some(gone)));
    assert!(kinds(&actions).is_empty() && !opens(&actions));
    client.send();
    client.now_ms += 3_600_000;
    for event in [Event::Tick, Event::Outbox, Event::SyncNow] {
        assert!(client.tell(event).is_empty());
    }
    assert_eq!(client.machine.view().problem.unwrap().code, "device_revoked");
    assert!(client.machine.is_settled(&client.store).unwrap());
}

/// C004
#[test]
fn a_member_who_was_removed_keeps_only_what_they_had_not_sent_and_is_told_why() {
    let mut client = Client::new();
    // A member's own scope holds the grants, that of itself among them.
    let grants = client.hub.session().grants.into_iter();
    let rows = grants.map(|g| Grant { member: ME, scope: g.scope, epoch: g.epoch, floor: g.floor }.into());
    client.hub.put(rows.map(Effect::Put).collect());
    client.online();
    client.send();
    let chat = client.store.outbox().unwrap()[0].chat.unwrap();
    client.store.save_draft(chat, "half a thought").unwrap();
    client.tell(Event::Outbox);
    let removed = Failure::Refused { status: 401, error: api_error("member_removed") };
    for _ in 0..2 {
        let actions = client.tell(Event::Failed(Kind::Push, removed.clone()));
        assert!(kinds(&actions).is_empty() && !opens(&actions), "nothing is asked any more");
    }
    assert_eq!(client.store.visible_rows().unwrap().len(), 0, "nothing of the organization is left");
    assert!(client.store.conversation(chat).unwrap().is_none());
    let kept = client.store.outbox().unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!((kept[0].state, kept[0].text.as_deref()), (OutboxState::Refused, Some("hi")));
    let Some(Reason::Request { error }) = &kept[0].reason else { panic!("{:?}", kept[0].reason) };
    assert_eq!(error.code, "member_removed");
    assert_eq!(crate::store::draft_of(client.store.connection(), chat).unwrap(), "half a thought");
    assert_eq!(client.machine.view().problem.unwrap().code, "member_removed");
    assert!(client.machine.is_settled(&client.store).unwrap());
}

#[test]
fn of_a_batch_that_is_refused_whole_only_the_guilty_command_comes_back() {
    let mut client = Client::new();
    client.online();
    client.send();
    client.send();
    let actions = client.tell(Event::Outbox);
    let Some(Action::Send(Request::Push(batch))) = actions.first() else { panic!("{actions:?}") };
    assert_eq!(batch.commands.len(), 2);
    let too_large = || Failure::Refused { status: 413, error: api_error("too_large") };
    let actions = client.tell(Event::Failed(Kind::Push, too_large()));
    let Some(Action::Send(Request::Push(one))) = actions.first() else { panic!("{actions:?}") };
    assert_eq!(one.commands.len(), 1);
    let guilty = one.commands[0].id;
    let actions = client.tell(Event::Failed(Kind::Push, too_large()));
    assert_eq!(kinds(&actions), [Kind::Push], "the other goes on");
    let refused = client.store.outbox_item(guilty).unwrap().unwrap();
    assert!(refused.reason.is_some() && refused.text.is_some());
}

#[test]
fn a_snapshot_that_never_ends_is_said_and_everything_else_goes_on() {
    let mut client = Client::new();
    let mut asked = 0;
    let mut actions = client.tell(Event::Tick);
    while let Some(action) = actions.pop() {
        let Action::Send(request) = action else {
            if let Action::OpenEvents { .. } = action {
                actions.extend(client.tell(Event::EventsOpen));
            }
            continue;
        };
        let reply = match request {
            Request::Hub => Reply::Hub(info()),
            Request::Session { .. } => Reply::Session(client.hub.session()),
            Request::Pull { since, .. } => Reply::Pull(client.hub.page(since)),
            Request::Push(commands) => Reply::Push(client.hub.push(ME, &commands)),
            Request::Snapshot { boot, .. } => {
                let mut page = client.hub.snapshot(&boot);
                if boot.scope == deskbell_domain::Scope::Org {
                    asked += 1;
                    assert!(asked < 20, "it is asked for ever");
                    (page.after, page.next) = (boot.after, Some("tag:1".into()));
                }
                Reply::Snapshot(page)
            }
        };
        actions.extend(client.tell(Event::Answer(reply)));
    }
    assert_eq!(client.machine.view().problem.unwrap().code, "hub_endless");
    assert!(client.machine.is_settled(&client.store).unwrap(), "nothing more can be done now");
    client.send();
    let pushed = client.tell(Event::Outbox);
    assert!(pushed.iter().any(|action| matches!(action, Action::Send(Request::Push(_)))), "what is written goes");
    // Much later, or when the person asks, it is tried again.
    client.now_ms += 3_600_000;
    let again = client.tell(Event::Tick);
    assert!(again.iter().any(|action| matches!(action, Action::Send(Request::Snapshot { .. }))));
}

#[test]
fn an_answer_that_was_on_its_way_as_the_device_was_signed_out_takes_nothing_back() {
    for (kind, status, why) in [(Kind::Session, 401, "device_revoked"), (Kind::Push, 409, "device_cloned")] {
        let mut client = Client::new();
        client.online();
        client.send();
        client.tell(Event::Outbox);
        client.tell(Event::Failed(kind, Failure::Refused { status, error: api_error(why) }));
        let page = client.hub.page(client.store.cursor().unwrap());
        client.tell(Event::Answer(Reply::Pull(page)));
        client.tell(Event::EventsHead(client.hub.head()));
        assert_eq!(client.machine.view().problem.unwrap().code, why);
    }
}

/// While `f` runs nothing can be written, as on a full disk.
fn unable_to_write(client: &mut Client, f: impl FnOnce(&mut Client)) {
    let writable =
        |client: &Client, is: bool| client.store.connection().pragma_update(None, "query_only", !is).unwrap();
    writable(client, false);
    f(client);
    writable(client, true);
}

#[test]
fn what_could_not_be_stored_on_a_full_disk_is_asked_for_again_when_there_is_room() {
    let mut client = Client::new();
    client.online();
    client.send();
    let now = Now { steady_ms: 0, wall_ms: 1_000 };
    unable_to_write(&mut client, |client| {
        // The pull is about to go as marking the command as sent fails: neither goes.
        client.machine.handle(Event::SyncNow, &mut client.store, now, &mut || 0).unwrap_err();
    });
    assert_eq!(kinds(&client.tell(Event::Tick)), [Kind::Pull, Kind::Push]);

    let mut client = Client::new();
    client.online();
    client.hub.customer(1, "Anybody?");
    let page = client.hub.page(client.store.cursor().unwrap());
    unable_to_write(&mut client, |client| {
        client.machine.handle(Event::EventsChanges(page), &mut client.store, now, &mut || 0).unwrap_err();
    });
    assert_eq!(kinds(&client.tell(Event::Tick)), [Kind::Pull], "no later event brings it");
}

mod pieces;
