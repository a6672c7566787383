//! Large pages are written piece by piece, and a first sync goes on from where it was.

use super::*;
use crate::store::{Boot, StoreError};
use deskbell_domain::{Kind as RowKind, Scope};
use deskbell_protocol::{Changes, Generation, Snapshot};

/// A page of what the hub has for a boot.
fn page_of(hub: &FakeHub, boot: &Boot, most: usize) -> Snapshot {
    let whole = hub.snapshot(boot);
    let from: usize = boot.after.as_ref().map_or(0, |after| after.parse().unwrap());
    let upto = whole.rows.len().min(from + most);
    let next = (upto < whole.rows.len()).then(|| upto.to_string());
    Snapshot { after: boot.after.clone(), rows: whole.rows[from..upto].to_vec(), next, ..whole }
}

impl Client {
    fn with_customers(customers: u32) -> Self {
        let mut client = Self::new();
        for n in 0..customers {
            client.hub.customer(n, &format!("question {n}"));
        }
        client
    }

    fn entries(&self) -> usize {
        self.store.visible_rows().unwrap().keys().filter(|(kind, _)| *kind == RowKind::Message).count()
    }

    /// Answers what is asked, until nothing is or `stop` says so. Pages of snapshots have `most` rows.
    fn sync(&mut self, most: usize, stop: impl FnMut(&Self, &Request) -> bool) -> Vec<Boot> {
        self.try_sync(most, stop).unwrap()
    }

    fn try_tell(&mut self, event: Event) -> Result<Vec<Action>, StoreError> {
        let now = Now { steady_ms: self.now_ms, wall_ms: 1_000 };
        self.machine.handle(event, &mut self.store, now, &mut || 0)
    }

    fn try_sync(
        &mut self,
        most: usize,
        mut stop: impl FnMut(&Self, &Request) -> bool,
    ) -> Result<Vec<Boot>, StoreError> {
        let mut boots = Vec::new();
        let mut actions = self.try_tell(Event::Tick)?;
        loop {
            let Some(action) = actions.pop() else {
                if !self.machine.has_unwritten() {
                    return Ok(boots);
                }
                actions = self.try_tell(Event::Tick)?;
                continue;
            };
            let request = match action {
                Action::Send(request) => request,
                Action::OpenEvents { .. } => {
                    actions.extend(self.try_tell(Event::EventsOpen)?);
                    continue;
                }
                _ => continue,
            };
            if stop(self, &request) {
                return Ok(boots);
            }
            let reply = match request {
                Request::Hub => Reply::Hub(info()),
                Request::Session { .. } => Reply::Session(self.hub.session()),
                Request::Pull { since, .. } => Reply::Pull(self.hub.page(since)),
                Request::Push(commands) => Reply::Push(self.hub.push(ME, &commands)),
                Request::Snapshot { boot, .. } => {
                    boots.push(boot.clone());
                    Reply::Snapshot(page_of(&self.hub, &boot, most))
                }
            };
            actions.extend(self.try_tell(Event::Answer(reply))?);
        }
    }

    /// The program dies; its disk stays.
    fn start_again(&mut self) {
        let disk = std::mem::replace(&mut self.store, Store::new(memory().unwrap()).unwrap()).into_connection();
        self.store = Store::new(disk).unwrap();
        self.machine = Machine::new("http://hub");
    }

    /// The channel's pass over everything is about to be answered.
    fn until_full_pass(&mut self) -> Boot {
        let mut found = None;
        self.sync(10_000, |_, request| match request {
            Request::Snapshot { boot, .. } if boot.phase.is_full() && matches!(boot.scope, Scope::Channel(_)) => {
                found = Some(boot.clone());
                true
            }
            _ => false,
        });
        found.unwrap()
    }
}

fn goes_on_at_once(actions: &[Action], client: &Client) -> bool {
    actions.iter().any(|action| matches!(action, Action::WakeAt(at) if *at <= client.now_ms))
}

#[test]
fn a_click_waits_for_a_piece_of_a_large_page_and_not_for_all_of_it() {
    let mut client = Client::with_customers(0);
    let boot = client.until_full_pass();
    for n in 0..60 {
        client.hub.customer(n, "hello");
    }
    client.machine.set_pace(Pace::steady(25));
    let page = client.hub.snapshot(&boot);
    let rows = page.rows.len();
    let before = client.store.visible_rows().unwrap().len();
    let mut actions = client.tell(Event::Answer(Reply::Snapshot(page)));
    let mut pieces = 1;
    let mut seen = before;
    while goes_on_at_once(&actions, &client) && client.machine.has_unwritten() {
        let now = client.store.visible_rows().unwrap().len();
        assert!(now - seen <= 25, "{} rows in one go", now - seen);
        assert!(!actions.iter().any(|action| matches!(action, Action::Send(Request::Snapshot { .. }))));
        seen = now;
        // Between two pieces the store is free, and whole.
        assert_eq!(client.store.derived_differences().unwrap(), Vec::<String>::new());
        actions = client.tell(Event::Tick);
        pieces += 1;
    }
    assert_eq!(pieces, rows.div_ceil(25));
    assert_eq!(client.entries(), 60);
    assert!(!client.store.is_booting().unwrap());
}

#[test]
fn a_long_piece_gives_way_to_a_click_wherever_it_is_and_nothing_of_it_stays() {
    let mut client = Client::with_customers(0);
    let boot = client.until_full_pass();
    for n in 0..60 {
        client.hub.customer(n, "hello");
    }
    client.machine.set_pace(Pace::steady(1_000));
    let page = client.hub.snapshot(&boot);
    let before = client.store.visible_rows().unwrap();
    for changes in (0..600).step_by(13) {
        let (waits, mut left) = (client.store.waits(), changes);
        let hook = move |_, _: &str, _: &str, _| {
            left -= 1;
            if left <= 0 {
                waits.store(true, std::sync::atomic::Ordering::Relaxed);
            }
        };
        client.store.connection_mut().update_hook(Some(hook)).unwrap();
        let actions = client.tell(Event::Answer(Reply::Snapshot(page.clone())));
        client.store.connection_mut().update_hook(None::<fn(rusqlite::hooks::Action, &str, &str, i64)>).unwrap();
        client.store.waits().store(false, std::sync::atomic::Ordering::Relaxed);
        if !client.machine.has_unwritten() {
            assert!(changes > 100, "it gave way at each of its rows: {changes}");
            break;
        }
        assert!(goes_on_at_once(&actions, &client));
        assert_eq!(client.store.visible_rows().unwrap(), before);
        assert_eq!(client.store.derived_differences().unwrap(), Vec::<String>::new());
        assert_eq!(client.store.index_differences().unwrap(), Vec::<String>::new());
        client.machine.forget_pages();
    }
    client.sync(10_000, |_, _| false);
    assert_eq!(client.entries(), 60);
    assert_eq!(client.store.derived_differences().unwrap(), Vec::<String>::new());
    assert_eq!(client.store.index_differences().unwrap(), Vec::<String>::new());
}

#[test]
fn who_clicks_without_a_pause_does_not_hold_up_a_first_sync() {
    let mut client = Client::with_customers(40);
    client.machine.set_pace(Pace::steady(7));
    client.store.waits().store(true, std::sync::atomic::Ordering::Relaxed);
    client.sync(20, |_, _| false);
    assert_eq!(client.entries(), 40);
    assert!(!client.store.is_booting().unwrap());
}

#[test]
fn what_a_customer_writes_is_written_before_the_rest_of_older_rows() {
    let mut client = Client::with_customers(60);
    let boot = client.until_full_pass();
    client.machine.set_pace(Pace::steady(5));
    let page = client.hub.snapshot(&boot);
    client.tell(Event::Answer(Reply::Snapshot(page)));
    assert!(client.machine.has_unwritten());
    let cursor = client.store.cursor().unwrap();
    client.hub.customer(99, "Is anybody there?");
    let news = client.hub.page(cursor);
    let actions = client.tell(Event::EventsChanges(news));
    assert_eq!(client.store.cursor().unwrap(), client.hub.head().seq, "at once");
    assert!(client.machine.has_unwritten() && goes_on_at_once(&actions, &client));
    client.sync(10_000, |_, _| false);
    assert_eq!(client.entries(), 61);
}

#[test]
fn pages_that_wait_behind_one_another_are_written_as_one() {
    let mut client = Client::new();
    client.online();
    let cursor = client.store.cursor().unwrap();
    let pages: Vec<_> = (0..5)
        .map(|n| {
            let before = client.hub.head().seq;
            client.hub.customer(n % 2, &format!("line {n}"));
            client.hub.page(before)
        })
        .collect();
    let mut all = pages[0].clone();
    assert!(pages[1..].iter().all(|next| join(&mut all, next.clone()).is_none()));
    assert_eq!((all.from, all.to, all.head), (cursor, client.hub.head().seq, client.hub.head()));
    client.tell(Event::EventsChanges(all.clone()));
    assert!(!client.machine.has_unwritten(), "in one go");
    assert_eq!(client.store.cursor().unwrap(), client.hub.head().seq);
    assert_eq!(client.entries(), 5);
    assert_eq!(client.store.derived_differences().unwrap(), Vec::<String>::new());
    // One that is missing in between, one of another history, and one that says who sees what are pages by themselves.
    let mut first = pages[0].clone();
    assert_eq!(join(&mut first, pages[2].clone()), Some(pages[2].clone()));
    let other = Changes { r#gen: Generation("another".into()), ..pages[1].clone() };
    assert_eq!(join(&mut first, other.clone()), Some(other));
    let head = client.hub.head().seq;
    client.hub.grant_again(Scope::Org);
    let grant = client.hub.page(head);
    assert_eq!(join(&mut all, grant.clone()), Some(grant.clone()));
    let mut grant = grant;
    let head = client.hub.head().seq;
    client.hub.customer(7, "after it");
    let after = client.hub.page(head);
    assert_eq!(join(&mut grant, after.clone()), Some(after));
}

#[test]
fn ten_thousand_messages_of_one_second_are_written_in_pieces_and_fetched_once() {
    let mut client = Client::new();
    client.online();
    let cursor = client.store.cursor().unwrap();
    for n in 0..10_000 {
        client.hub.customer(n % 40, "all at once");
    }
    client.machine.set_pace(Pace::steady(500));
    let mut actions = client.tell(Event::EventsChanges(client.hub.page(cursor)));
    client.tell(Event::EventsHead(client.hub.head()));
    let mut pieces = 1;
    while client.machine.has_unwritten() {
        assert!(goes_on_at_once(&actions, &client));
        assert!(!client.machine.view().current, "not all of it is here");
        actions = client.tell(Event::Tick);
        assert!(!kinds(&actions).contains(&Kind::Pull), "it is here already");
        pieces += 1;
    }
    assert!(pieces >= 20, "{pieces} pieces");
    assert_eq!(client.entries(), 10_000);
    assert!(client.machine.view().current);
    assert_eq!(client.store.index_differences().unwrap(), Vec::<String>::new());
    assert_eq!(client.store.derived_differences().unwrap(), Vec::<String>::new());
}

#[test]
fn a_first_sync_that_is_stopped_anywhere_goes_on_from_the_page_that_it_was_at() {
    let whole = Client::with_customers(40).sync(20, |_, _| false).len();
    for stop_after in 0..whole {
        let mut client = Client::with_customers(40);
        client.machine.set_pace(Pace::steady(7));
        let mut asked = 0;
        let before = client.sync(20, |_, request| {
            asked += usize::from(matches!(request, Request::Snapshot { .. }));
            asked > stop_after
        });
        assert_eq!(before.len(), stop_after);
        client.start_again();
        let after = client.sync(20, |_, _| false);
        // One page may have been half written, and the next one on its way.
        let written = before.len().saturating_sub(2);
        assert!(before.len() + after.len() <= whole + 2, "pages are fetched twice");
        for boot in &after {
            assert!(!before[..written].contains(boot), "{boot:?} was here already");
        }
        assert_eq!(client.entries(), 40);
        assert_eq!(client.store.index_differences().unwrap(), Vec::<String>::new());
        assert_eq!(client.store.derived_differences().unwrap(), Vec::<String>::new());
    }
}

#[test]
fn a_program_that_dies_within_a_page_asks_for_that_page_alone_again() {
    let mut client = Client::with_customers(40);
    let boot = client.until_full_pass();
    client.machine.set_pace(Pace::steady(7));
    client.tell(Event::Answer(Reply::Snapshot(page_of(&client.hub, &boot, 20))));
    assert!(client.machine.has_unwritten());
    client.start_again();
    let after = client.sync(20, |_, _| false);
    assert_eq!(after[0], boot, "nothing before it");
    assert_eq!(after.iter().filter(|again| **again == boot).count(), 1);
    assert_eq!(client.entries(), 40);
}

#[test]
fn a_disk_that_is_full_during_a_first_sync_is_said_and_it_goes_on_when_there_is_room() {
    let mut client = Client::with_customers(400);
    let pages: i64 = client.store.connection().query_row("PRAGMA page_count", [], |r| r.get(0)).unwrap();
    let room = |client: &Client, pages: i64| {
        client.store.connection().pragma_update(None, "max_page_count", pages).unwrap();
    };
    room(&client, pages + 60);
    let full = client.try_sync(50, |_, _| false).unwrap_err();
    assert!(full.is_disk_full(), "{full}");
    assert_eq!(client.machine.view().problem.unwrap().code, "disk_full");
    let had = client.entries();
    assert!(had < 400);
    assert_eq!(client.store.derived_differences().unwrap(), Vec::<String>::new(), "what is here is whole");
    room(&client, 1 << 30);
    client.sync(50, |_, _| false);
    assert_eq!(client.machine.view().problem, None);
    assert_eq!(client.entries(), 400);
    assert!(!client.store.is_booting().unwrap());
}

#[test]
fn the_next_page_is_on_its_way_while_one_is_written_and_no_other() {
    let mut client = Client::with_customers(60);
    let boot = client.until_full_pass();
    client.machine.set_pace(Pace::steady(5));
    let asked = |actions: &[Action]| -> Vec<Boot> {
        let boots = actions.iter().filter_map(|action| match action {
            Action::Send(Request::Snapshot { boot, .. }) => Some(boot.clone()),
            _ => None,
        });
        boots.collect()
    };
    let first = page_of(&client.hub, &boot, 40);
    let after = first.next.clone();
    let next = asked(&client.tell(Event::Answer(Reply::Snapshot(first))));
    assert_eq!(next, [Boot { after, ..boot }], "before the first is written");
    let second = page_of(&client.hub, &next[0], 40);
    let actions = client.tell(Event::Answer(Reply::Snapshot(second)));
    assert_eq!(asked(&actions), [], "two are enough to hold");
    while client.store.next_boot(0, &[]).unwrap().is_some_and(|boot| boot.after != next[0].after) {
        client.tell(Event::Tick);
    }
    assert!(client.machine.has_unwritten(), "and it is written after the first");
}

#[test]
fn a_stream_that_ends_while_a_page_is_written_is_asked_after_when_it_is() {
    let mut client = Client::new();
    client.online();
    let cursor = client.store.cursor().unwrap();
    for n in 0..20 {
        client.hub.customer(n, "hello");
    }
    client.machine.set_pace(Pace::steady(5));
    client.tell(Event::EventsChanges(client.hub.page(cursor)));
    assert!(client.machine.has_unwritten());
    let mut asked = kinds(&client.tell(Event::EventsEnded(Some(Failure::Network))));
    while client.machine.has_unwritten() {
        let actions = client.tell(Event::Tick);
        assert!(!opens(&actions), "from a place that is not reached yet");
        asked.extend(kinds(&actions));
    }
    assert_eq!(asked, [Kind::Pull], "whether the hub is there is what the pull finds out");
}

#[test]
fn a_failure_that_comes_late_while_a_page_is_written_is_not_the_last_word() {
    let mut client = Client::new();
    client.online();
    let cursor = client.store.cursor().unwrap();
    for n in 0..20 {
        client.hub.customer(n, "hello");
    }
    client.tell(Event::EventsEnded(None));
    client.machine.set_pace(Pace::steady(5));
    client.tell(Event::Answer(Reply::Pull(client.hub.page(cursor))));
    assert!(client.machine.has_unwritten());
    let busy = Failure::Busy { error: api_error("unavailable"), retry_after_ms: None };
    client.tell(Event::Failed(Kind::Pull, busy));
    let mut asked = Vec::new();
    for _ in 0..20 {
        client.now_ms += 60_000;
        asked.extend(kinds(&client.tell(Event::Tick)));
    }
    assert!(asked.contains(&Kind::Pull), "{asked:?}");
}
