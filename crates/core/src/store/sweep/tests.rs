//! What is lost is gone at once, however much it was, and is swept a little at a time.

use crate::rpc::types::{Filter, ListChats, ListHistory, ListMessages, Place, Segment, Sort, Tab};
use crate::store::testing::{CHANNEL, FakeHub, ME, finds};
use crate::store::{Boot, Store, StoreError, Stored, memory, query};
use deskbell_domain::{ChatId, Effect, Grant, Kind, Row, Scope};
use deskbell_protocol::Snapshot;

struct Client {
    store: Store,
    hub: FakeHub,
    chats: Vec<ChatId>,
}

const CHANNEL_SCOPE: Scope = Scope::Channel(CHANNEL);

impl Client {
    /// Conversations of so many customers, all of them read in full.
    fn with_customers(customers: u32) -> Self {
        let mut hub = FakeHub::new();
        let chats = (0..customers).map(|n| hub.customer(n, &format!("needle of {n}"))).collect();
        let mut store = Store::new(memory().unwrap()).unwrap();
        store.sign_in("http://hub", "me@example.org", &hub.session()).unwrap();
        let mut client = Self { store, hub, chats };
        client.pull();
        client.boot();
        client
    }

    fn pull(&mut self) {
        let page = self.hub.page(self.store.cursor().unwrap());
        self.store.apply_changes(&page).unwrap();
    }

    fn epoch(&self, scope: Scope) -> u64 {
        let sql = "SELECT epoch FROM scope WHERE name = ?";
        let epoch = self.store.connection().query_row(sql, [scope.to_string()], |r| r.get::<_, i64>(0));
        epoch.unwrap() as u64
    }

    fn page(&self, boot: &Boot) -> Snapshot {
        Snapshot { epoch: self.epoch(boot.scope), ..self.hub.snapshot(boot) }
    }

    fn boot(&mut self) {
        while let Some(boot) = self.store.next_boot(7, &[]).unwrap() {
            let page = self.page(&boot);
            assert!(self.store.apply_snapshot(&page).unwrap());
        }
    }

    fn is_sound(&self) {
        assert_eq!(self.store.index_differences().unwrap(), Vec::<String>::new());
        assert_eq!(self.store.derived_differences().unwrap(), Vec::<String>::new());
    }

    fn revoke(&mut self, scope: Scope) {
        let grant = Grant::id_of(ME, scope);
        self.hub.put(vec![Effect::Put(Grant { member: ME, scope, epoch: 1, floor: 0 }.into())]);
        self.pull();
        self.hub.put(vec![Effect::Delete(Kind::Grant, grant)]);
        self.pull();
    }

    /// How many rows are still written down, of any kind.
    fn written(&self) -> i64 {
        let sql = "SELECT (SELECT count(*) FROM message) + (SELECT count(*) FROM entity WHERE kind = 'conversation')";
        self.store.connection().query_row(sql, [], |r| r.get(0)).unwrap()
    }

    fn rows(&self, kind: Kind) -> usize {
        self.store.visible_rows().unwrap().keys().filter(|(of, _)| *of == kind).count()
    }

    fn list(&self, sort: Sort) -> usize {
        let (place, tab, segment, filter) = (Place::Channel(CHANNEL), Tab::Open, Segment::All, Filter::All);
        let args = ListChats { place, tab, segment, with_me: false, filter, sort, after: None, limit: 200 };
        query::list_chats(self.store.connection(), &args).unwrap().unwrap().rows.len()
    }

    /// Everything that shows conversations, entries or counts of them shows nothing.
    fn sees_nothing(&self) {
        let c = self.store.connection();
        assert_eq!((self.rows(Kind::Conversation), self.rows(Kind::Message)), (0, 0));
        for sort in [Sort::RecentConversations, Sort::OldestConversations, Sort::RecentMessages, Sort::OldestMessages] {
            assert_eq!(self.list(sort), 0);
        }
        let counts = query::count_chats(c, &Place::Channel(CHANNEL)).unwrap();
        assert_eq!((counts.all, counts.closed, counts.archived), (0, 0, 0));
        assert_eq!(query::unread_badges(c).unwrap(), 0);
        for inbox in query::list_places(c).unwrap().inboxes {
            assert_eq!(inbox.unread, 0);
        }
        for text in ["needle", "in:shop needle", "is:unread", "is:open"] {
            assert_eq!(finds(&self.store, text), 0, "{text}");
        }
        for chat in &self.chats {
            assert!(self.store.conversation(*chat).unwrap().is_none());
            assert_eq!(self.store.last_pos(*chat).unwrap(), 0);
            let history = ListHistory { chat: *chat, after: None, limit: 50 };
            assert!(query::list_history(c, &history).unwrap().is_err());
        }
    }
}

#[test]
fn what_is_taken_from_a_member_is_seen_and_found_nowhere_from_that_moment_on() {
    let mut client = Client::with_customers(120);
    assert_eq!((client.list(Sort::RecentMessages), client.rows(Kind::Message)), (120, 120));
    assert_eq!(finds(&client.store, "in:shop needle"), 50);
    client.store.take_changed();
    client.revoke(CHANNEL_SCOPE);
    assert_eq!(client.written(), 240, "none of it was touched for that");
    assert!(client.store.take_changed().contains(crate::store::EVERYTHING), "what is on the screen is read again");
    client.sees_nothing();
    client.is_sound();
    let mut before = client.written();
    while client.store.has_to_sweep().unwrap() {
        client.store.sweep(50).unwrap();
        let now = client.written();
        assert!(before - now <= 50, "{} rows in one go", before - now);
        before = now;
        client.sees_nothing();
        client.is_sound();
    }
    assert_eq!(client.written(), 0);
    let left: i64 = client.store.connection().query_row("SELECT count(*) FROM chat", [], |r| r.get(0)).unwrap();
    assert_eq!(left, 0);
}

#[test]
fn a_channel_that_is_given_again_while_it_is_swept_shows_what_the_hub_has_and_nothing_of_before() {
    for swept in [0, 1, 40, 1000] {
        let mut client = Client::with_customers(60);
        client.revoke(CHANNEL_SCOPE);
        for _ in 0..swept / 20 {
            client.store.sweep(20).unwrap();
        }
        // One conversation is gone when access comes back, and one has a new message.
        let gone = client.chats.remove(3);
        let message =
            client.store.connection().query_row("SELECT id FROM message WHERE chat = ?", [gone.0.into_bytes()], |r| {
                r.get(0).map(super::uuid_from)
            });
        let message = message.ok();
        client.hub.put(vec![Effect::Delete(Kind::Conversation, gone.0)]);
        client.hub.put(message.map(|id| Effect::Delete(Kind::Message, id)).into_iter().collect());
        client.hub.customer(5, "needle, once more");
        client.pull();
        client.hub.grant_again(CHANNEL_SCOPE);
        client.pull();
        client.sees_nothing();
        client.boot();
        client.is_sound();
        let messages = if message.is_some() { 60 } else { client.rows(Kind::Message) };
        assert_eq!((client.list(Sort::OldestMessages), client.rows(Kind::Message)), (59, messages));
        while client.store.has_to_sweep().unwrap() {
            client.store.sweep(7).unwrap();
            client.is_sound();
        }
        assert_eq!((client.list(Sort::RecentConversations), client.rows(Kind::Message)), (59, messages));
        assert!(client.store.conversation(gone).unwrap().is_none());
        assert_eq!(query::count_chats(client.store.connection(), &Place::Channel(CHANNEL)).unwrap().all, 59);
    }
}

#[test]
fn a_program_that_dies_while_it_sweeps_goes_on_sweeping() {
    let mut client = Client::with_customers(80);
    client.revoke(CHANNEL_SCOPE);
    let mut starts = 0;
    while client.store.has_to_sweep().unwrap() {
        client.store.sweep(16).unwrap();
        // Another piece is under way as the program dies.
        let died = client.store.write(|w| {
            w.tx.execute("DELETE FROM dead", [])?;
            Err::<(), StoreError>(rusqlite::Error::InvalidQuery.into())
        });
        assert!(died.is_err());
        let disk = std::mem::replace(&mut client.store, Store::new(memory().unwrap()).unwrap()).into_connection();
        client.store = Store::new(disk).unwrap();
        client.sees_nothing();
        starts += 1;
    }
    assert!(starts > 5);
    assert_eq!(client.written(), 0);
    client.is_sound();
}

#[test]
fn what_the_hub_has_no_more_goes_piece_by_piece_at_the_end_of_a_boot() {
    let mut client = Client::with_customers(300);
    client.store.write(|w| w.boot_all_in_place()).unwrap();
    // The hub forgot everything in the channel but the channel itself.
    while let Some(boot) = client.store.next_boot(9, &[]).unwrap() {
        let mut page = client.page(&boot);
        page.rows.retain(|row| row.kind != "message" && row.kind != "conversation");
        assert!(client.store.apply_snapshot(&page).unwrap());
    }
    assert!(client.store.is_booting().unwrap(), "commands wait until all of it is gone");
    assert!(client.written() > 500, "not in one go");
    while client.store.has_to_sweep().unwrap() {
        let before = client.written();
        client.store.sweep(100).unwrap();
        assert!(before - client.written() <= 100);
        client.is_sound();
    }
    assert!(!client.store.is_booting().unwrap());
    client.sees_nothing();
}

#[test]
fn a_thread_that_is_open_as_its_channel_is_lost_has_no_entries() -> Stored<()> {
    let mut client = Client::with_customers(2);
    let chat = client.chats[0];
    client.revoke(CHANNEL_SCOPE);
    let args = ListMessages { chat, before: None, after: None, around: None, limit: 50 };
    assert!(query::list_messages(client.store.connection(), &args)?.entries.is_empty());
    Ok(())
}

#[test]
fn a_member_who_loses_everything_sees_nothing_and_their_own_scope_comes_back_with_the_next_grant() {
    let mut client = Client::with_customers(5);
    let grants = client.hub.session().grants.into_iter();
    let rows = grants.map(|g| Row::from(Grant { member: ME, scope: g.scope, epoch: g.epoch, floor: g.floor }));
    client.hub.put(rows.map(Effect::Put).collect());
    client.pull();
    let error = crate::rpc::errors::signed_out();
    client.store.member_removed(&error).unwrap();
    client.sees_nothing();
    assert_eq!(client.store.visible_rows().unwrap().len(), 0);
    while client.store.has_to_sweep().unwrap() {
        client.store.sweep(3).unwrap();
        client.is_sound();
    }
    for scope in [Scope::Org, Scope::Member(ME), CHANNEL_SCOPE] {
        client.hub.grant_again(scope);
    }
    client.pull();
    client.boot();
    client.is_sound();
    assert_eq!(client.rows(Kind::Conversation), 5);
}
