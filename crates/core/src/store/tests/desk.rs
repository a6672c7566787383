//! The rail, history, threads in both directions, and what this computer remembers.

use super::*;
use crate::rpc::types::{
    ChatCounts, EntryContent, Filter, FindDate, HistoryPage, LastPlace, ListHistory, ListMessages, ListView, Places,
    SaveReading, Sort, ThreadPage, ThreadPoint,
};
use deskbell_domain::{
    Address, AddressKind, Assignee, Author, Channel, ChannelId, ChannelKind, Contact, ContactId, Content, Conversation,
    Delivery, Favorite, LastMessage, Message, Name, PhoneNumber, Pin, TeamChat,
};

const SMS: ChannelId = ChannelId(Uuid::from_u128(51));
const OWN: ChannelId = ChannelId(Uuid::from_u128(52));
const ARCHIVE: ChannelId = ChannelId(Uuid::from_u128(53));

fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

fn phone(number: &str) -> Address {
    Address { kind: AddressKind::Phone, value: number.into() }
}

fn channel(id: ChannelId, kind: ChannelKind, called: &str, number: &str) -> Channel {
    let number = PhoneNumber::parse(number).ok();
    Channel { id, inbox: Some(INBOX), owner: None, archived: false, kind, name: name(called), number, webchat: None }
}

/// A second channel of the inbox, a number of one's own, and what that number had before exchanged as another.
fn channels() -> Vec<Effect> {
    let own = Channel { inbox: None, owner: Some(ME), ..channel(OWN, ChannelKind::Sms, "Mine", "+15035550142") };
    let archive =
        Channel { owner: Some(ME), archived: true, ..channel(ARCHIVE, ChannelKind::Sms, "Before", "+442079460958") };
    let web = channel(SMS, ChannelKind::Webchat, "Web", "");
    [own, archive, web].map(|channel| Effect::Put(channel.into())).into()
}

fn conversation(n: u128, channel: ChannelId, address: &Address, created_ms: i64, closed: bool) -> Conversation {
    let id = ChatId(Uuid::from_u128(1000 + n));
    let last =
        LastMessage { id: Uuid::from_u128(1).into(), pos: None, at_ms: created_ms, by: None, preview: "hi".into() };
    let json = serde_json::json!({
        "id": id, "channel": channel, "address": address, "created_ms": created_ms, "inbound": true,
        "closed": closed.then(|| serde_json::json!({ "by": BOB, "at_ms": created_ms + 5 })), "last_message": last,
    });
    serde_json::from_value(json).unwrap()
}

impl Client {
    /// With grants of the channels that the hub of these tests knows nothing of.
    fn with_channels() -> Self {
        let mut client = Self::new();
        client
            .store
            .write::<_, StoreError>(|w| {
                for scope in [SMS, OWN, ARCHIVE].map(Scope::Channel) {
                    w.granted(scope, 1, 0)?;
                }
                w.tx.execute("UPDATE scope SET state = 2 WHERE state = 1", [])?;
                Ok(())
            })
            .unwrap();
        client.hub.put(channels());
        client.pull();
        client
    }

    fn places(&self) -> Places {
        query::list_places(self.store.connection()).unwrap()
    }

    fn history(&self, chat: ChatId, after: Option<String>, limit: u32) -> HistoryPage {
        query::list_history(self.store.connection(), &ListHistory { chat, after, limit }).unwrap().unwrap()
    }

    fn head(&self, chat: ChatId) -> crate::rpc::types::ChatHead {
        query::chat_head(self.store.connection(), chat).unwrap().unwrap()
    }

    fn thread(&self, chat: ChatId, part: (Option<u64>, Option<u64>, Option<u64>), limit: u32) -> ThreadPage {
        let (before, after, around) = part;
        let args = ListMessages { chat, before, after, around, limit };
        query::list_messages(self.store.connection(), &args).unwrap()
    }

    fn changed(&mut self) -> Vec<String> {
        self.store.take_changed().into_iter().collect()
    }
}

fn contact(n: u128, called: &str, addresses: Vec<Address>) -> (ContactId, Effect) {
    let id = ContactId(Uuid::from_u128(n));
    (id, Effect::Put(Contact { id, name: name(called), company: None, addresses, private_to: None }.into()))
}

/// C049
#[test]
fn all_forty_conversations_of_a_contact_on_two_channels_are_in_its_history_newest_first() {
    let mut client = Client::with_channels();
    let (home, work, other) = (phone("+16505550001"), phone("+16505550002"), phone("+16505550003"));
    let mut rows: Vec<Effect> = Vec::new();
    for n in 0..40u128 {
        let (channel, address) = if n % 2 == 0 { (CHANNEL, &home) } else { (SMS, &work) };
        let created_ms = 1000 + (n as i64 * 7) % 40 * 10;
        rows.push(Effect::Put(conversation(n, channel, address, created_ms, n > 1).into()));
    }
    rows.push(Effect::Put(conversation(90, CHANNEL, &other, 5000, true).into()));
    client.hub.put(rows);
    client.pull();
    let chat = ChatId(Uuid::from_u128(1000));
    assert_eq!(client.history(chat, None, 200).total, 19, "nobody owns the number: what was exchanged with it");
    let (_, ann) = contact(7, "Ann", vec![home, work.clone(), work]);
    client.hub.put(vec![ann]);
    client.pull();
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = client.history(chat, after, 6);
        assert_eq!(page.total, 39);
        seen.extend(page.rows);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let ids: std::collections::BTreeSet<ChatId> = seen.iter().map(|row| row.chat).collect();
    assert_eq!((seen.len(), ids.len(), ids.contains(&chat)), (39, 39, false));
    let since: Vec<i64> = seen.iter().map(|row| row.closed.as_ref().map_or(row.created_ms, |c| c.at_ms)).collect();
    assert!(since.is_sorted_by(|a, b| a >= b), "{since:?}");
    for row in &seen {
        assert_eq!(client.head(row.chat).title, "Ann");
        assert_eq!((row.kind.as_str(), row.direction.as_str()), ("conversation", "inbound"));
    }
    let next = client.history(chat, None, 1).next;
    let args = ListHistory { chat: seen[0].chat, after: next, limit: 1 };
    let other = query::list_history(client.store.connection(), &args).unwrap();
    assert_eq!(other.unwrap_err(), query::NoPage::OtherList);
    let nobody = ListHistory { chat: ChatId(Uuid::nil()), after: None, limit: 1 };
    let why = |client: &Client| query::list_history(client.store.connection(), &nobody).unwrap().unwrap_err();
    assert_eq!(why(&client), query::NoPage::NotYet, "it may come with the rest");
    client.store.set_up_to_date(1).unwrap();
    assert_eq!(why(&client), query::NoPage::NotFound);
}

#[test]
fn texts_and_archives_stand_in_their_own_places() {
    let mut client = Client::with_channels();
    let ann = phone("+16505550001");
    client.hub.put(vec![
        Effect::Put(conversation(1, OWN, &ann, 10, false).into()),
        Effect::Put(conversation(2, ARCHIVE, &ann, 20, false).into()),
        Effect::Put(conversation(3, CHANNEL, &ann, 30, false).into()),
    ]);
    client.pull();
    let [text, archived, shared] = [1, 2, 3].map(|n| ChatId(Uuid::from_u128(1000 + n)));
    let places = client.places();
    assert_eq!(places.inboxes.len(), 1);
    let channels: Vec<_> = places.inboxes[0].channels.iter().map(|c| (c.id, c.no_start.as_deref())).collect();
    assert_eq!(
        channels,
        [(CHANNEL, None), (SMS, Some("customer_writes_first"))],
        "by name, the archive not among them"
    );
    let number = &places.numbers[0];
    assert_eq!((number.id, number.number.as_deref(), places.numbers.len()), (OWN, Some("+1 503 555 0142"), 1));
    let counts = |place| query::count_chats(client.store.connection(), &place).unwrap();
    let of_inbox = ChatCounts { all: 1, me: 0, others: 0, unassigned: 1, closed: 0, archived: 1 };
    assert_eq!(counts(Place::Inbox(INBOX)), of_inbox);
    let of_number = ChatCounts { all: 1, me: 0, others: 0, unassigned: 0, closed: 0, archived: 0 };
    assert_eq!(counts(Place::Channel(OWN)), of_number);
    let heads = [text, archived, shared].map(|chat| client.head(chat));
    assert_eq!(
        heads.each_ref().map(|h| (h.kind.as_str(), h.archived)),
        [("text", false), ("conversation", true), ("conversation", false)]
    );
    assert!(heads[0].can.contains(&"close".to_string()) && !heads[0].can.contains(&"assign_to_me".to_string()));
    assert_eq!(heads[1].can, Vec::<String>::new(), "an archive is read, and nothing else");
    assert_eq!(heads[2].address.as_deref(), Some("+1 650 555 0001"));
    assert_eq!(
        client.history(shared, None, 9).rows.iter().map(|r| (r.chat, r.archived)).collect::<Vec<_>>(),
        [(archived, true), (text, false)]
    );
}

#[test]
fn a_favorite_opens_what_is_open_else_what_was_closed_last() {
    let mut client = Client::with_channels();
    let (home, work) = (phone("+16505550001"), phone("+16505550002"));
    let (ann, row) = contact(7, "Ann", vec![home.clone(), work.clone()]);
    let (zoe, zoes) = contact(8, "Zoe", vec![phone("+16505550009")]);
    let (gone, _) = contact(9, "Gone", vec![]);
    let favorites = [zoe, ann, gone].map(|contact| Effect::Put(Favorite { member: ME, contact }.into()));
    client.hub.put([row, zoes].into_iter().chain(favorites).collect());
    client.pull();
    let of = |client: &Client| {
        let places = client.places().favorites;
        places
            .into_iter()
            .map(|place| (place.name, place.chat.map(|c| c.0.as_u128() - 1000), place.gone))
            .collect::<Vec<_>>()
    };
    let nothing = [("Ann".to_string(), None, false), ("Zoe".into(), None, false), (String::new(), None, true)];
    assert_eq!(of(&client), nothing[..2], "who has not come yet is not gone");
    client.store.set_up_to_date(1).unwrap();
    assert_eq!(of(&client), nothing);
    let latest = |client: &mut Client, row: Conversation| {
        client.hub.put(vec![Effect::Put(row.into())]);
        client.pull();
        of(client)[0].1
    };
    assert_eq!(latest(&mut client, conversation(1, ARCHIVE, &home, 900, true)), Some(1));
    assert_eq!(latest(&mut client, conversation(2, CHANNEL, &home, 100, true)), Some(2));
    assert_eq!(latest(&mut client, conversation(3, SMS, &work, 200, true)), Some(3));
    assert_eq!(
        latest(&mut client, conversation(4, OWN, &work, 50, false)),
        Some(4),
        "an open one is older and goes on"
    );
    assert!(client.head(ChatId(Uuid::from_u128(1004))).favorite);
    assert!(!client.head(ChatId(Uuid::from_u128(1001))).can.contains(&"favorite".to_string()));
    client.changed();
    client.hub.put(vec![Effect::Delete(Kind::Favorite, Favorite::id_of(ME, ann))]);
    client.pull();
    assert!(!client.head(ChatId(Uuid::from_u128(1004))).favorite);
    let changed = client.changed();
    for tag in ["places".to_string(), format!("chat:{}", Uuid::from_u128(1004))] {
        assert!(changed.contains(&tag), "{tag}: {changed:?}");
    }
}

#[test]
fn a_favorite_counts_what_is_mine_or_nobodys_and_not_what_a_colleague_has() {
    let mut client = Client::with_channels();
    let home = phone("+16505550001");
    let (ann, contact) = contact(7, "Ann", vec![home.clone()]);
    let mut row = conversation(1, CHANNEL, &home, 100, false);
    let said = message(row.id, Scope::Channel(CHANNEL), 5, 100);
    let favorite = Favorite { member: ME, contact: ann };
    client.hub.put(vec![
        contact,
        Effect::Put(favorite.into()),
        Effect::Put(row.clone().into()),
        Effect::Put(said.into()),
    ]);
    client.pull();
    assert_eq!(client.places().favorites[0].unread, 1);
    row.assignee = Some(Assignee { member: BOB, by: Some(BOB), at_ms: 200 });
    client.hub.put(vec![Effect::Put(row.into())]);
    client.pull();
    assert_eq!(client.places().favorites[0].unread, 0);
}

#[test]
fn direct_and_team_chats_stand_unread_first_then_by_their_last_message() {
    let mut client = Client::with_channels();
    let team = |n: u128, at_ms: Option<i64>| {
        let last_message = at_ms.map(|at_ms| LastMessage {
            id: Uuid::from_u128(n).into(),
            pos: Some(n as u64),
            at_ms,
            by: Some(BOB),
            preview: "hi".into(),
        });
        let id = ChatId(Uuid::from_u128(n));
        TeamChat { id, name: name(&format!("Team {n}")), members: [ME, BOB].into(), created_ms: 5, last_message }
    };
    let teams = [team(101, Some(10)), team(102, Some(30)), team(103, None), team(104, Some(5))];
    client
        .store
        .write::<_, StoreError>(|w| {
            for n in 101..=105 {
                w.granted(Scope::Chat(ChatId(Uuid::from_u128(n))), 1, 0)?;
            }
            w.tx.execute("UPDATE scope SET state = 2 WHERE state = 1", [])?;
            Ok(())
        })
        .unwrap();
    let unread = message(teams[3].id, Scope::Chat(teams[3].id), 7, 0);
    let left = TeamChat { members: [BOB].into(), ..team(105, Some(40)) };
    let rows = teams.iter().cloned().chain([left]).map(Row::from).chain([unread.into()]);
    client.hub.put(rows.map(Effect::Put).collect());
    client.pull();
    let order: Vec<(String, u32)> = client.places().teams.into_iter().map(|t| (t.name, t.unread)).collect();
    let wanted = [("Team 104", 1), ("Team 103", 0), ("Team 102", 0), ("Team 101", 0)];
    assert_eq!(order, wanted.map(|(name, unread)| (name.to_string(), unread)), "who has left one has it no more");
    let head = client.head(teams[0].id);
    assert_eq!((head.kind.as_str(), head.members.len(), head.members[0].me), ("team", 2, true));
    assert_eq!(query::unread_badges(client.store.connection()).unwrap(), 1);
}

fn message(chat: ChatId, scope: Scope, pos: u64, at_ms: i64) -> Message {
    let text = MessageText::parse(&format!("entry {pos}")).unwrap();
    let (author, content, delivery) = (Author::Member(BOB), Content::Text { text }, Delivery::None);
    let id = Uuid::from_u128(u128::from(pos) << 64 | 3).into();
    Message { id, chat, scope, pos: Some(pos), at_ms, author, content, delivery }
}

/// Every third position is another chat's.
fn long_thread(length: u64) -> (Client, ChatId, Vec<u64>) {
    let mut client = Client::with_channels();
    let row = conversation(1, CHANNEL, &phone("+16505550001"), 0, false);
    let chat = row.id;
    let places: Vec<u64> = (0..length).map(|n| 100 + n * 3).collect();
    // Times go back and forth: what was written offline arrives late.
    let rows = places
        .iter()
        .map(|pos| message(chat, Scope::Channel(CHANNEL), *pos, (*pos as i64) * 10 - (*pos as i64 % 4) * 50));
    client.hub.put([row.into()].into_iter().chain(rows.map(Row::from)).map(Effect::Put).collect());
    client.pull();
    (client, chat, places)
}

fn positions(page: &ThreadPage) -> Vec<u64> {
    page.entries.iter().filter_map(|entry| entry.pos).collect()
}

#[test]
fn a_thread_is_walked_from_its_middle_to_both_ends() {
    let (mut client, chat, places) = long_thread(100);
    let page = client.thread(chat, (None, None, Some(places[50])), 9);
    assert_eq!(positions(&page), places[47..56]);
    assert!(page.more && page.more_after);
    let (mut up, mut more) = (positions(&page), page.more);
    while more {
        let page = client.thread(chat, (Some(up[0]), None, None), 7);
        assert!(page.more_after);
        up = [positions(&page), up].concat();
        more = page.more;
    }
    assert_eq!(up, places[..56]);
    let (mut down, mut more) = (vec![], true);
    while more {
        let page = client.thread(chat, (None, Some(down.last().copied().unwrap_or(places[55])), None), 7);
        assert!(page.more);
        down.extend(positions(&page));
        more = page.more_after;
    }
    assert_eq!(down, places[56..]);
    // At the end there is less before, at the start more after, and as many all the same.
    assert_eq!(positions(&client.thread(chat, (None, None, Some(places[99])), 9)), places[91..]);
    assert_eq!(positions(&client.thread(chat, (None, None, Some(0)), 9)), places[..6]);
    assert_eq!(positions(&client.thread(chat, (None, None, Some(u64::MAX)), 9)), places[91..]);
    let beyond = client.thread(chat, (None, Some(u64::MAX), None), 9);
    assert!(beyond.entries.is_empty() && beyond.more && !beyond.more_after);
    let first = client.thread(chat, (Some(places[0]), None, None), 9);
    assert!(first.entries.is_empty() && !first.more && first.more_after);
    // What has not reached the hub is in the last page alone.
    client.send(chat, "mine");
    let is_mine = |page: &ThreadPage| page.entries.iter().any(|entry| entry.pending.is_some());
    assert!(is_mine(&client.thread(chat, (None, None, None), 9)));
    assert!(is_mine(&client.thread(chat, (None, Some(places[99]), None), 9)));
    let before = client.thread(chat, (None, Some(places[80]), None), 9);
    assert!(!is_mine(&before) && before.more_after);
    // However many they are: no page could begin at them.
    for n in 0..20 {
        client.send(chat, &format!("mine {n}"));
    }
    let last = client.thread(chat, (None, None, None), 3);
    let mine = |page: &ThreadPage| page.entries.iter().filter(|entry| entry.pending.is_some()).count();
    assert_eq!((positions(&last), mine(&last)), (places[97..].to_vec(), 21));
    assert_eq!(mine(&client.thread(chat, (None, Some(places[96]), None), 3)), 21);
    let EntryContent::Text { parts } = &before.entries[0].content else { panic!("{before:?}") };
    assert_eq!(parts[0].text, format!("entry {}", places[81]));
    assert!(client.thread(ChatId(Uuid::nil()), (None, None, None), 9).entries.is_empty());
}

#[test]
fn a_date_is_found_where_the_first_entry_stands_that_was_not_written_before_it() {
    let (client, chat, places) = long_thread(60);
    let at = |pos: u64| (pos as i64) * 10 - (pos as i64 % 4) * 50;
    for at_ms in (900..2900).step_by(17).chain([i64::MIN, i64::MAX]) {
        let found = query::find_date(client.store.connection(), &FindDate { chat, at_ms }).unwrap();
        assert_eq!(found.pos, places.iter().copied().find(|pos| at(*pos) >= at_ms), "{at_ms}");
    }
}

#[test]
fn the_place_in_a_thread_is_kept_until_the_chat_goes() {
    let (mut client, chat, places) = long_thread(10);
    let of = |client: &Client| reading_of(client.store.connection(), chat).unwrap();
    assert_eq!(of(&client), ThreadPoint { pos: None, offset: 0 });
    client.changed();
    client.store.save_reading(&SaveReading { chat, pos: Some(places[3]), offset: -7 }).unwrap();
    assert_eq!(of(&client), ThreadPoint { pos: Some(places[3]), offset: -7 });
    assert_eq!(client.changed(), Vec::<String>::new(), "nothing on the screen follows from it");
    let nobody = SaveReading { chat: ChatId(Uuid::nil()), pos: Some(1), offset: 0 };
    client.store.save_reading(&nobody).unwrap();
    let kept = |client: &Client| -> u32 {
        client.store.connection().query_row("SELECT count(*) FROM reading", [], |r| r.get(0)).unwrap()
    };
    assert_eq!(kept(&client), 1, "of a chat that is not here nothing is kept");
    client.hub.put(vec![Effect::Delete(Kind::Conversation, chat.0)]);
    client.pull();
    assert_eq!(kept(&client), 0);
}

/// C050
#[test]
fn where_the_member_was_is_kept_over_a_restart_and_is_nobody_elses() {
    let mut client = Client::with_channels();
    assert_eq!(last_place(client.store.connection()).unwrap(), LastPlace::default());
    let was = LastPlace { place: Some(Place::Inbox(INBOX)), chat: Some(ChatId(Uuid::now_v7())) };
    client.store.save_last_place(&was).unwrap();
    let Client { store, hub } = client;
    let mut client = Client { store: Store::new(store.into_connection()).unwrap(), hub };
    assert_eq!(last_place(client.store.connection()).unwrap(), was);
    let place = "{\"place\": {\"place\": \"of another program\"}}";
    client.store.connection().execute("UPDATE meta SET value = ? WHERE key = 'last_place'", [place]).unwrap();
    assert_eq!(last_place(client.store.connection()).unwrap(), LastPlace::default());
    client.store.save_last_place(&was).unwrap();
    let mut other = client.hub.session();
    other.member = BOB;
    client.store.sign_in("http://hub", "bob@example.org", &other).unwrap();
    assert_eq!(last_place(client.store.connection()).unwrap(), LastPlace::default());
}

#[test]
fn every_list_keeps_its_own_view_over_a_restart_and_nobody_else_inherits_it() {
    let mut client = Client::with_channels();
    let view = |client: &Client, place: &Place| view_of(client.store.connection(), place).unwrap();
    let (inbox, own) = (Place::Inbox(INBOX), Place::Channel(OWN));
    assert_eq!(view(&client, &inbox).sort_open, Sort::RecentMessages);
    for place in [&own, &Place::Direct, &Place::Team] {
        assert_eq!(view(&client, place).sort_open, Sort::RecentConversations, "{place:?}");
    }
    let of_inbox = ListView {
        tab: Tab::Closed,
        segment: Segment::Me,
        with_me: true,
        filter: Filter::Unread,
        sort_open: Sort::OldestMessages,
        sort_closed: Sort::OldestConversations,
        ..view(&client, &inbox)
    };
    let of_direct = ListView { sort_open: Sort::OldestConversations, ..view(&client, &Place::Direct) };
    client.changed();
    client.store.set_list_view(&of_inbox).unwrap();
    client.store.set_list_view(&of_direct).unwrap();
    assert_eq!(client.changed(), ["list_views"]);
    let default = view(&client, &own);
    let Client { store, hub } = client;
    let mut client = Client { store: Store::new(store.into_connection()).unwrap(), hub };
    assert_eq!(
        [&inbox, &Place::Direct, &own].map(|place| view(&client, place)),
        [of_inbox, of_direct, default.clone()]
    );
    let mut other = client.hub.session();
    other.member = BOB;
    client.store.sign_in("http://hub", "bob@example.org", &other).unwrap();
    assert_eq!(view(&client, &Place::Direct), ListView { place: Place::Direct, ..default });
}

#[test]
fn a_pin_touches_the_list_and_not_the_thread() {
    let mut client = Client::new();
    let chat = client.hub.customer(1, "hello");
    client.pull();
    client.changed();
    client.hub.put(vec![Effect::Put(Pin { member: ME, chat, order: 4 }.into())]);
    client.pull();
    assert!(client.head(chat).pinned);
    let changed = client.changed();
    assert!(changed.contains(&format!("chat:{chat}")) && changed.contains(&"chats".into()), "{changed:?}");
    assert!(!changed.contains(&format!("thread:{chat}")), "{changed:?}");
    client.hub.put(vec![Effect::Delete(Kind::Pin, Pin::id_of(ME, chat))]);
    client.pull();
    assert!(!client.head(chat).pinned);
}

#[test]
fn where_there_is_no_room_a_pin_without_its_chat_is_in_nobodys_way() {
    let mut client = Client::new();
    let chats = [1, 2, 3].map(|n| client.hub.customer(n, "hello"));
    for (chat, order) in [(chats[0], 5), (chats[1], i64::MAX)] {
        client.hub.put(vec![Effect::Put(Pin { member: ME, chat, order }.into())]);
    }
    client.hub.put(vec![Effect::Delete(Kind::Conversation, chats[0].0)]);
    client.pull();
    let given = client.store.orders_to_pin(chats[2], None).unwrap();
    assert_eq!(given.iter().map(|(chat, _)| *chat).collect::<Vec<_>>(), chats[1..]);
    assert!(given.is_sorted_by_key(|(_, order)| *order));
    let unknown = ChatId(Uuid::from_u128(77));
    assert_eq!(client.store.orders_to_pin(unknown, None).unwrap().last().map(|(chat, _)| *chat), Some(unknown));
}

#[test]
fn lists_that_an_older_program_kept_in_another_way_are_made_anew() {
    let mut client = Client::new();
    let chat = client.hub.customer(1, "hello");
    client.pull();
    client.store.connection().execute_batch("DELETE FROM chat").unwrap();
    let Client { store, hub } = client;
    let client = Client { store: Store::new(store.into_connection()).unwrap(), hub };
    client.is_sound();
    assert_eq!(client.head(chat).unread, 1);
}
