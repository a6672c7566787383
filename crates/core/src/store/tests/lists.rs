//! Lists against a naive evaluation of what is asked: every place, tab, segment, filter and order, page by page, while chats
//! come, change and go.

use super::*;
use crate::rpc::types::{ChatCounts, ChatPage, Filter, Sort};
use crate::store::rows::Kept;
use deskbell_domain::{
    Address, AddressKind, Assignee, Author, Channel, ChannelId, ChannelKind, Closed, Content, Conversation, Delivery,
    DirectChat, Inbox, InboxId, InboxKind, LastMessage, Message, MessageId, Name, PhoneNumber, Pin, ReadPosition,
    TeamChat,
};
use proptest::prelude::*;
use std::cmp::Ordering;
use std::collections::BTreeMap;

const GONE: MemberId = MemberId(Uuid::from_u128(77));
const OFF: InboxId = InboxId(Uuid::from_u128(31));
const EMPTY: InboxId = InboxId(Uuid::from_u128(32));

fn channel_id(n: u8) -> ChannelId {
    ChannelId(Uuid::from_u128(40 + u128::from(n)))
}

/// Inbox, owner, archived, number.
type ChannelFacts = (Option<InboxId>, Option<MemberId>, bool, Option<&'static str>);

const CHANNELS: [ChannelFacts; 7] = [
    (Some(INBOX), None, false, Some("+15035550001")),
    (Some(INBOX), None, false, None),
    // What the first one's number exchanged before it came here, as its owner sees it; and another's, shared.
    (Some(INBOX), Some(ME), true, Some("+15035550001")),
    (Some(INBOX), None, true, Some("+15035550002")),
    (Some(OFF), None, false, Some("+15035550001")),
    (Some(OFF), None, true, Some("+15035550001")),
    (None, Some(ME), false, Some("+15035550003")),
];

#[derive(Debug, Clone)]
enum Of {
    Conversation { channel: u8, closed: Option<i64>, assignee: Option<u8>, with: u8 },
    Direct,
    Team,
}

/// A chat, as far as lists go.
#[derive(Debug, Clone)]
struct Chat {
    of: Of,
    created: i64,
    last: Option<i64>,
    unread: bool,
    pin: Option<i64>,
}

fn chat() -> impl Strategy<Value = Chat> {
    let conversation = (0..7u8, prop::option::of(0..4i64), prop::option::of(0..3u8), 0..4u8)
        .prop_map(|(channel, closed, assignee, with)| Of::Conversation { channel, closed, assignee, with });
    let of = prop_oneof![6 => conversation, 1 => Just(Of::Direct), 1 => Just(Of::Team)];
    (of, 0..4i64, prop::option::weighted(0.7, 0..4i64), any::<bool>(), prop::option::weighted(0.15, 0..3i64))
        .prop_map(|(of, created, last, unread, pin)| Chat { of, created, last, unread, pin })
}

fn id_of(slot: u8) -> ChatId {
    // The order of ids is not the order of slots.
    ChatId(Uuid::from_u128(u128::from(slot.wrapping_mul(151)) << 64 | 9))
}

fn member(n: u8) -> MemberId {
    [ME, BOB, GONE][usize::from(n)]
}

type World = BTreeMap<u8, Chat>;

struct Lists {
    client: Client,
    world: World,
    written: u64,
}

impl Lists {
    fn new(world: &World) -> Self {
        let mut client = Client::new();
        let name = |text: &str| Name::parse(text).unwrap();
        let mut off = Inbox::new(OFF, name("Off"), InboxKind::Shared);
        off.members = [ME, BOB].into();
        off.assignment = false;
        let mut rows: Vec<Row> = vec![off.into()];
        for (n, (inbox, owner, archived, number)) in (0..).zip(CHANNELS) {
            let (id, name, kind) = (channel_id(n), name("Channel"), ChannelKind::Sms);
            let number = number.map(|number| PhoneNumber::parse(number).unwrap());
            rows.push(Channel { id, inbox, owner, archived, kind, name, number, webchat: None }.into());
        }
        client.store.write(|w| rows.iter().try_for_each(|row| put(w, row))).unwrap();
        let mut lists = Self { client, world: World::new(), written: 0 };
        for (slot, chat) in world {
            lists.set(*slot, Some(chat.clone()));
        }
        lists
    }

    /// A chat comes, changes or goes.
    fn set(&mut self, slot: u8, chat: Option<Chat>) {
        let id = id_of(slot);
        self.written += 1;
        let pos = self.written;
        let rows = chat.as_ref().map(|chat| rows_of(id, chat, pos)).unwrap_or_default();
        let message = Uuid::from_u128(u128::from(slot) << 64 | 7);
        self.client
            .store
            .write::<_, StoreError>(|w| {
                for kind in [Kind::Conversation, Kind::DirectChat, Kind::TeamChat] {
                    w.delete_visible(kind, id.0)?;
                }
                w.delete_visible(Kind::Message, message)?;
                w.delete_visible(Kind::ReadPosition, ReadPosition::id_of(ME, id))?;
                w.delete_visible(Kind::Pin, Pin::id_of(ME, id))?;
                rows.iter().try_for_each(|row| put(w, row))
            })
            .unwrap();
        match chat {
            Some(chat) => drop(self.world.insert(slot, chat)),
            None => drop(self.world.remove(&slot)),
        }
    }

    fn page(&self, args: &ListChats) -> ChatPage {
        query::list_chats(self.client.store.connection(), args).unwrap().unwrap()
    }
}

fn put(w: &mut Write<'_>, row: &Row) -> Stored<()> {
    let scope = w.scope_no(row.scope())?;
    let kept = Kept { json: row.to_json().to_string(), scope, rev: 0, boot: 0 };
    w.put_visible(row, &kept, 0)
}

fn rows_of(id: ChatId, chat: &Chat, pos: u64) -> Vec<Row> {
    let message = MessageId(Uuid::from_u128(u128::from(id.0.as_u128() as u8) << 64 | u128::from(pos) << 8 | 7));
    let last_message =
        chat.last.map(|at_ms| LastMessage { id: message, pos: Some(pos), at_ms, by: None, preview: "hello".into() });
    let created_ms = chat.created;
    let (row, scope): (Row, Scope) = match &chat.of {
        Of::Conversation { channel, closed, assignee, with } => {
            let by = Some(ME);
            let row = Conversation {
                id,
                channel: channel_id(*channel),
                address: Address { kind: AddressKind::Phone, value: "+16505550101".into() },
                profile_name: None,
                created_ms,
                closed: closed.map(|at_ms| Closed { by, at_ms, line: None }),
                assigned: None,
                assignee: assignee.map(|n| Assignee { member: member(n), by, at_ms: 0 }),
                tags: Default::default(),
                last_message,
                last_inbound: 0,
                unanswered: None,
                participants: (0..2).filter(|n| with >> n & 1 == 1).map(|n| (member(n), None)).collect(),
                inbound: true,
            };
            (row.into(), Scope::Channel(channel_id(*channel)))
        }
        Of::Direct => (DirectChat { id, members: [ME, BOB], created_ms, last_message }.into(), Scope::Chat(id)),
        Of::Team => {
            let name = Name::parse("Team").unwrap();
            (TeamChat { id, name, members: [ME, BOB].into(), created_ms, last_message }.into(), Scope::Chat(id))
        }
    };
    let text = MessageText::parse("hello").unwrap();
    let (author, content, delivery) = (Author::Member(BOB), Content::Text { text }, Delivery::None);
    let said = Message { id: message, chat: id, scope, pos: Some(pos), at_ms: 0, author, content, delivery };
    let read = ReadPosition { member: ME, chat: id, pos: if chat.unread { pos - 1 } else { pos }, marked: None };
    let pin = chat.pin.map(|order| Pin { member: ME, chat: id, order }.into());
    [row, said.into(), read.into()].into_iter().chain(pin).collect()
}

/// Whether a chat is in a list, as a person would say it.
fn is_in(chat: &Chat, args: &ListChats) -> bool {
    let unread = args.filter != Filter::Unread || chat.unread;
    let (channel, closed, assignee, with) = match (&chat.of, &args.place) {
        (Of::Direct, Place::Direct) | (Of::Team, Place::Team) => return unread && args.filter != Filter::Archived,
        (Of::Conversation { channel, closed, assignee, with }, _) => (*channel, closed, *assignee, *with),
        _ => return false,
    };
    let (inbox, _, archived, number) = CHANNELS[usize::from(channel)];
    let here = match &args.place {
        Place::Inbox(id) => inbox == Some(*id),
        Place::Channel(id) => {
            let (of_inbox, _, is_archive, of_number) =
                (0..).zip(CHANNELS).find(|(n, _)| channel_id(*n) == *id).unwrap().1;
            *id == channel_id(channel)
                || archived && !is_archive && inbox == of_inbox && number.is_some() && number == of_number
        }
        Place::Direct | Place::Team => false,
    };
    let of = match &args.place {
        Place::Channel(id) => (0..).zip(CHANNELS).find(|(n, _)| channel_id(*n) == *id).unwrap().1.0,
        Place::Inbox(id) => Some(*id),
        Place::Direct | Place::Team => None,
    };
    let assignment = of == Some(INBOX);
    let shown = match args.filter {
        Filter::Archived => archived || closed.is_some(),
        _ if assignment && args.tab == Tab::Open && args.segment == Segment::Me && args.with_me => {
            !archived && with & 1 == 1
        }
        _ => match args.tab {
            Tab::Archived => archived,
            Tab::Closed => !archived && closed.is_some(),
            Tab::Open => {
                let whose = assignee.filter(|n| *n < 2);
                let segment = match args.segment {
                    Segment::All => true,
                    Segment::Me => whose == Some(0),
                    Segment::Others => whose == Some(1),
                    Segment::Unassigned => whose.is_none(),
                };
                !archived && closed.is_none() && (segment || !assignment)
            }
        },
    };
    here && shown && unread
}

/// Which of two stands above.
fn order(sort: Sort, (a_slot, a): (u8, &Chat), (b_slot, b): (u8, &Chat)) -> Ordering {
    let since = |chat: &Chat| match chat.of {
        Of::Conversation { closed: Some(closed), .. } => closed,
        _ => chat.created,
    };
    let messages = |turn: fn(Ordering) -> Ordering| match (a.last, b.last) {
        (None, None) => turn(a.created.cmp(&b.created)),
        (None, Some(_)) => Ordering::Less,
        (Some(_), None) => Ordering::Greater,
        (Some(a), Some(b)) => turn(a.cmp(&b)),
    };
    let by = match sort {
        Sort::RecentConversations => since(b).cmp(&since(a)),
        Sort::OldestConversations => since(a).cmp(&since(b)),
        Sort::RecentMessages => messages(Ordering::reverse),
        Sort::OldestMessages => messages(|order| order),
    };
    by.then(id_of(a_slot).cmp(&id_of(b_slot)))
}

/// Pinned ones and the others.
fn naive(world: &World, args: &ListChats) -> (Vec<ChatId>, Vec<ChatId>) {
    let mut chosen: Vec<(u8, &Chat)> =
        world.iter().map(|(slot, chat)| (*slot, chat)).filter(|(_, chat)| is_in(chat, args)).collect();
    chosen.sort_by(|a, b| order(args.sort, *a, *b));
    let (mut pinned, rows): (Vec<_>, Vec<_>) = chosen.into_iter().partition(|(_, chat)| chat.pin.is_some());
    pinned.sort_by_key(|(slot, chat)| (chat.pin, id_of(*slot)));
    let ids = |chats: Vec<(u8, &Chat)>| chats.into_iter().map(|(slot, _)| id_of(slot)).collect();
    (ids(pinned), ids(rows))
}

fn places() -> Vec<Place> {
    let channels = (0..7).map(|n| Place::Channel(channel_id(n)));
    [Place::Inbox(INBOX), Place::Inbox(OFF), Place::Inbox(EMPTY), Place::Direct, Place::Team]
        .into_iter()
        .chain(channels)
        .collect()
}

/// All that can be asked.
fn everything(limit: u32) -> Vec<ListChats> {
    let mut all = Vec::new();
    for place in places() {
        for tab in [Tab::Open, Tab::Closed, Tab::Archived] {
            for segment in [Segment::All, Segment::Me, Segment::Others, Segment::Unassigned] {
                for with_me in [false, true] {
                    for filter in [Filter::All, Filter::Unread, Filter::Archived] {
                        for sort in [
                            Sort::RecentConversations,
                            Sort::OldestConversations,
                            Sort::RecentMessages,
                            Sort::OldestMessages,
                        ] {
                            let place = place.clone();
                            all.push(ListChats { place, tab, segment, with_me, filter, sort, after: None, limit });
                        }
                    }
                }
            }
        }
    }
    all
}

fn world() -> impl Strategy<Value = World> {
    prop::collection::btree_map(0..40u8, chat(), 0..36)
}

fn ids(rows: &[crate::rpc::types::ChatRow]) -> Vec<ChatId> {
    rows.iter().map(|row| row.chat).collect()
}

/// As they are counted by a person.
fn naive_counts(world: &World, place: &Place) -> ChatCounts {
    let count = |tab: Tab, segment: Segment| {
        let args = ListChats {
            place: place.clone(),
            tab,
            segment,
            with_me: false,
            filter: Filter::All,
            sort: Sort::default(),
            after: None,
            limit: 1,
        };
        world.values().filter(|chat| is_in(chat, &args)).count() as u32
    };
    let plain = matches!(place, Place::Direct | Place::Team);
    let segments = matches!(place, Place::Inbox(INBOX)) || (0..4).any(|n| *place == Place::Channel(channel_id(n)));
    let of = |segment| if segments { count(Tab::Open, segment) } else { 0 };
    let of_tab = |tab| if plain { 0 } else { count(tab, Segment::All) };
    ChatCounts {
        all: count(Tab::Open, Segment::All),
        me: of(Segment::Me),
        others: of(Segment::Others),
        unassigned: of(Segment::Unassigned),
        closed: of_tab(Tab::Closed),
        archived: of_tab(Tab::Archived),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4, max_shrink_iters: 40, ..ProptestConfig::default() })]

    #[test]
    fn every_list_is_what_a_person_would_pick_and_put_in_order(world in world(), limit in 1..7u32) {
        let lists = Lists::new(&world);
        lists.client.is_sound();
        for mut args in everything(limit) {
            let (pinned, rows) = naive(&world, &args);
            let (mut seen, mut first) = (Vec::new(), true);
            loop {
                let page = lists.page(&args);
                prop_assert_eq!(ids(&page.pinned), if first { pinned.clone() } else { vec![] }, "{:?}", &args);
                prop_assert!(page.rows.len() == limit as usize || page.next.is_none());
                seen.extend(ids(&page.rows));
                (args.after, first) = (page.next, false);
                if args.after.is_none() {
                    break;
                }
            }
            prop_assert_eq!(seen, rows, "{:?}", &args);
        }
        for place in places() {
            let counts = query::count_chats(lists.client.store.connection(), &place).unwrap();
            prop_assert_eq!(counts, naive_counts(&world, &place), "{:?}", place);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 100, ..ProptestConfig::default() })]

    #[test]
    fn what_does_not_change_is_listed_once_and_in_order_while_all_else_does(
        world in world(),
        questions in prop::collection::vec((any::<prop::sample::Index>(), 1..5u32), 20),
        changes in prop::collection::vec((0..40u8, prop::option::weighted(0.8, chat())), 60),
    ) {
        let mut lists = Lists::new(&world);
        let all = everything(1);
        let mut changes = changes.into_iter().cycle();
        for (question, limit) in questions {
            let mut args = ListChats { limit, ..question.get(&all).clone() };
            let mut moments = vec![lists.world.clone()];
            let mut seen = Vec::new();
            // The list may grow before the page for ever: what is asked is finite all the same.
            for _ in 0..100 {
                let page = lists.page(&args);
                seen.extend(ids(&page.rows));
                args.after = page.next;
                if args.after.is_none() {
                    break;
                }
                for (slot, chat) in changes.by_ref().take(2) {
                    lists.set(slot, chat);
                }
                moments.push(lists.world.clone());
            }
            let unchanged = |slot: &u8| {
                let told: Vec<String> = moments.iter().map(|world| format!("{:?}", world.get(slot))).collect();
                told.iter().all(|chat| *chat == told[0])
            };
            let mut still = lists.world.clone();
            still.retain(|slot, _| unchanged(slot));
            let still_ids: Vec<ChatId> = still.keys().map(|slot| id_of(*slot)).collect();
            seen.retain(|id| still_ids.contains(id));
            prop_assert_eq!(seen, naive(&still, &args).1, "{:?}", args);
        }
        lists.client.is_sound();
    }
}

#[test]
fn the_next_page_of_another_list_is_refused() {
    let chat = Chat { of: Of::Direct, created: 0, last: None, unread: false, pin: None };
    let lists = Lists::new(&(0..3).map(|slot| (slot, chat.clone())).collect());
    let all = everything(2);
    let direct = all.iter().find(|args| args.place == Place::Direct).unwrap();
    let next = lists.page(direct).next;
    assert!(next.is_some());
    let c = lists.client.store.connection();
    for other in &all {
        let answer = query::list_chats(c, &ListChats { after: next.clone(), limit: 9, ..other.clone() }).unwrap();
        assert_eq!(answer.is_ok(), other == direct, "{other:?}");
    }
    for wrong in ["", "0", "x.y.z", "....", &next.clone().unwrap().replace('.', "-"), &format!("{}.1", next.unwrap())] {
        let args = ListChats { after: Some(wrong.into()), ..direct.clone() };
        assert_eq!(query::list_chats(c, &args).unwrap().unwrap_err(), query::NoPage::OtherList, "{wrong:?}");
    }
}
