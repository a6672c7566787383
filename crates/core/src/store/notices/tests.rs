use crate::notify::{
    Language, NO_CHAT, Notice, NoticeEvent, View, is_digest, quiet::WallTime, rule::MOST_AT_ONCE, rule::Reason,
};
use crate::store::{Moment, NewCommand, Store};
use deskbell_domain::{
    Address, AddressKind, Assignee, Author, Channel, ChannelId, ChannelKind, ChatId, Content, Conversation, Delivery,
    DeviceId, EmailAddress, Inbox, InboxId, InboxKind, Member, MemberId, Message, MessageId, MessageText, Name,
    OrganizationId, Quiet, QuietHours, ReadPosition, Role, Row, Scope, pos_of,
};
use deskbell_protocol::{Change, Changes, Generation, GrantedScope, Limits, Op, Session, Stamp};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

mod reader;

const ME: MemberId = MemberId(Uuid::from_u128(1));
const BOB: MemberId = MemberId(Uuid::from_u128(2));
const INBOX: InboxId = InboxId(Uuid::from_u128(3));
const CHANNEL: ChannelId = ChannelId(Uuid::from_u128(4));
/// `seq` of the hub when the device signs in.
const SIGNED_IN: u64 = 100;

fn chat(n: u128) -> ChatId {
    ChatId(Uuid::from_u128(100 + n))
}

/// A cache and the feed that fills it.
struct Cache {
    store: Store,
    seq: u64,
}

impl Cache {
    fn new() -> Self {
        let mut cache = Self { store: Store::new(deskbell_sqlite::open_memory().unwrap()).unwrap(), seq: SIGNED_IN };
        cache.store.sign_in("http://hub", "me@example.com", &session(SIGNED_IN)).unwrap();
        let name = |name: &str| Name::parse(name).unwrap();
        let member = |id, who: &str| Member {
            id,
            name: name(who),
            email: EmailAddress::parse("someone@example.com").unwrap(),
            role: Role::Agent,
            active: true,
        };
        let mut inbox = Inbox::new(INBOX, name("Support"), InboxKind::Shared);
        inbox.members = BTreeSet::from([ME, BOB]);
        let channel = Channel::of_inbox(CHANNEL, INBOX, ChannelKind::Webchat, name("Site"));
        let settings: Vec<Row> = vec![member(ME, "Me").into(), member(BOB, "Bob").into(), inbox.into(), channel.into()];
        cache.page(settings);
        cache
    }

    /// A page of the feed with these rows, all of one command.
    fn page(&mut self, rows: Vec<Row>) -> Vec<NoticeEvent> {
        self.seq += 1;
        let head = Stamp { seq: self.seq, mark: self.seq };
        let changes = rows.iter().map(|row| Change {
            op: Op::Put,
            kind: row.kind().as_str().into(),
            id: row.id(),
            scope: row.scope(),
            rev: self.seq,
            row: Some(row.to_json()),
        });
        let page = Changes {
            r#gen: Generation("g".into()),
            from: self.seq - 1,
            to: self.seq,
            head,
            more: false,
            changes: changes.collect(),
            digests: BTreeMap::new(),
        };
        self.store.apply_changes(&page).unwrap();
        self.store.take_notices()
    }

    /// A page of the feed in which these rows go.
    fn deleted(&mut self, rows: Vec<(deskbell_domain::Kind, Uuid)>) -> Vec<NoticeEvent> {
        self.seq += 1;
        let changes = rows.into_iter().map(|(kind, id)| Change {
            op: Op::Del,
            kind: kind.as_str().into(),
            id,
            scope: Scope::Channel(CHANNEL),
            rev: self.seq,
            row: None,
        });
        let page = Changes {
            r#gen: Generation("g".into()),
            from: self.seq - 1,
            to: self.seq,
            head: Stamp { seq: self.seq, mark: self.seq },
            more: false,
            changes: changes.collect(),
            digests: BTreeMap::new(),
        };
        self.store.apply_changes(&page).unwrap();
        self.store.take_notices()
    }

    /// The hub answers a command.
    fn result(&mut self, id: deskbell_domain::CommandId, outcome: deskbell_domain::Outcome) {
        self.store.next_push(0, 64).unwrap().unwrap();
        let results = vec![deskbell_protocol::CommandResult { id, seq: self.seq, outcome }];
        let head = Stamp { seq: self.seq, mark: self.seq };
        self.store.apply_results(&deskbell_protocol::Results { results, head }).unwrap();
    }

    /// The member may see a scope from now on.
    fn grant(&mut self, scope: Scope) {
        let epoch = self.seq + 1;
        self.page(vec![deskbell_domain::Grant { member: ME, scope, epoch, floor: 0 }.into()]);
    }

    /// The customer writes in a conversation that `assignee` has.
    fn written(&mut self, n: u128, text: &str, assignee: Option<MemberId>) -> Vec<NoticeEvent> {
        let rows = self.message_rows(n, text, assignee);
        self.page(rows)
    }

    fn message_rows(&self, n: u128, text: &str, assignee: Option<MemberId>) -> Vec<Row> {
        let text = Content::Text { text: MessageText::parse(text).unwrap() };
        vec![conversation(n, assignee).into(), self.entry(n, 0, Author::Contact, text)]
    }

    fn entry(&self, n: u128, index: u64, author: Author, content: Content) -> Row {
        let pos = pos_of(self.seq + 1, index) + n as u64 % 10;
        Row::Message(Message {
            id: MessageId(Uuid::from_u128(u128::from(pos) << 32)),
            chat: chat(n),
            scope: Scope::Channel(CHANNEL),
            pos: Some(pos),
            at_ms: 0,
            author,
            content,
            delivery: Delivery::None,
        })
    }

    /// The program starts and has everything.
    fn start(&mut self) -> Vec<NoticeEvent> {
        self.store.notices_at_start().unwrap();
        self.caught_up(true)
    }

    fn caught_up(&mut self, as_one: bool) -> Vec<NoticeEvent> {
        self.store.caught_up(as_one).unwrap();
        self.store.take_notices()
    }

    /// It is `minute` of the day, and the member's quiet is this.
    fn quiet(&mut self, until_ms: Option<i64>, hours: Option<QuietHours>) {
        self.page(vec![Quiet { member: ME, until_ms, hours }.into()]);
    }

    fn it_is(&mut self, local_ms: i64, minute: u32) {
        self.store.set_reader(Some(WallTime { local_ms, minute }), Language::English);
    }

    fn read(&mut self, n: u128) -> Vec<NoticeEvent> {
        let pos = pos_of(self.seq, 15);
        self.page(vec![ReadPosition { member: ME, chat: chat(n), pos, marked: None }.into()])
    }
}

fn session(seq: u64) -> Session {
    let grant = |scope| GrantedScope { scope, epoch: 1, floor: 0 };
    Session {
        token: "token".into(),
        device: DeviceId(Uuid::from_u128(5)),
        member: ME,
        organization: OrganizationId(Uuid::from_u128(6)),
        r#gen: Generation("g".into()),
        head: Stamp { seq, mark: 1 },
        grants: vec![
            grant(Scope::Org),
            grant(Scope::Member(ME)),
            grant(Scope::Inbox(INBOX)),
            grant(Scope::Channel(CHANNEL)),
        ],
        capabilities: Vec::new(),
        limits: Limits { message_chars: 1, message_bytes: 1, commands: 1 },
        server_time_ms: 0,
        wrap_key: String::new(),
    }
}

fn conversation(n: u128, assignee: Option<MemberId>) -> Conversation {
    Conversation {
        id: chat(n),
        channel: CHANNEL,
        address: Address { kind: AddressKind::Visitor, value: format!("visitor-{n}") },
        profile_name: Name::parse("Ada").ok(),
        created_ms: 0,
        closed: None,
        assigned: None,
        assignee: assignee.map(|member| Assignee { member, by: Some(BOB), at_ms: 0 }),
        tags: BTreeSet::new(),
        last_message: None,
        last_inbound: 0,
        unanswered: None,
        participants: BTreeMap::new(),
        inbound: true,
    }
}

fn shown(events: Vec<NoticeEvent>) -> Vec<Notice> {
    events
        .into_iter()
        .map(|event| match event {
            NoticeEvent::Show(notice) => notice,
            NoticeEvent::Retract { chat } => panic!("{chat} was retracted"),
        })
        .collect()
}

#[test]
fn a_new_message_is_notified_once_however_often_it_comes() {
    let mut cache = Cache::new();
    let rows = cache.message_rows(1, "hello", None);
    let notices = shown(cache.page(rows.clone()));
    assert_eq!(notices.len(), 1);
    assert_eq!((notices[0].title.as_str(), notices[0].body.as_str()), ("Ada", "hello"));
    assert_eq!(cache.page(rows), []);
}

#[test]
fn what_was_there_when_the_device_signed_in_is_no_news() {
    let mut cache = Cache::new();
    let Row::Message(mut old) =
        cache.entry(1, 0, Author::Contact, Content::Text { text: MessageText::parse("x").unwrap() })
    else {
        unreachable!()
    };
    old.pos = Some(pos_of(SIGNED_IN, 15));
    assert_eq!(cache.page(vec![conversation(1, None).into(), old.into()]), []);
    assert_eq!(shown(cache.written(1, "new", None)).len(), 1);
}

#[test]
fn nothing_before_the_eyes_is_notified_now_or_later() {
    let mut cache = Cache::new();
    cache.store.set_view(View { chat: Some(chat(1)), focused: true });
    assert_eq!(cache.written(1, "seen", None), []);
    cache.store.set_view(View::default());
    let rows = vec![conversation(1, None).into()];
    assert_eq!(cache.page(rows), []);
    assert_eq!(shown(cache.written(1, "unseen", None)).len(), 1);
}

#[test]
fn a_notification_goes_when_the_message_is_read_or_the_conversation_taken() {
    let mut cache = Cache::new();
    assert_eq!(shown(cache.written(1, "a", None)).len(), 1);
    assert_eq!(cache.read(1), [NoticeEvent::Retract { chat: chat(1) }]);
    assert_eq!(cache.read(1), []);
    assert_eq!(shown(cache.written(2, "b", None)).len(), 1);
    let taken = cache.page(vec![conversation(2, Some(BOB)).into()]);
    assert_eq!(taken, [NoticeEvent::Retract { chat: chat(2) }]);
    assert_eq!(cache.written(2, "to Bob", Some(BOB)), []);
}

#[test]
fn a_hand_over_takes_the_place_of_what_was_shown() {
    let mut cache = Cache::new();
    assert_eq!(shown(cache.written(1, "a", Some(ME))).len(), 1);
    let line = cache.entry(1, 0, Author::Member(BOB), Content::Assigned { to: Some(BOB), from: Some(ME) });
    let notices = shown(cache.page(vec![conversation(1, Some(BOB)).into(), line]));
    assert_eq!(notices.len(), 1);
    assert_eq!(notices[0].body, "Bob took over this conversation");
}

#[test]
fn many_chats_in_one_page_are_one_digest() {
    let mut cache = Cache::new();
    let many = MOST_AT_ONCE as u128 + 1;
    let rows = (0..many).flat_map(|n| cache.message_rows(n, "hello", None)).collect();
    let notices = shown(cache.page(rows));
    assert_eq!(notices.len(), 1);
    assert!(is_digest(&notices[0].id));
    assert_eq!(notices[0].title, "Unread messages in 6 chats");
    // Confirmed as a whole: the next start has nothing to add.
    cache.store.notice_shown(&notices[0].id).unwrap();
    assert_eq!(cache.start(), []);
}

#[test]
fn after_an_unclean_stop_what_was_not_confirmed_comes_as_one_digest() {
    let mut cache = Cache::new();
    for n in 1..=4 {
        assert_eq!(shown(cache.written(n, "hello", None)).len(), 1);
    }
    // The first was confirmed, the second read elsewhere in the meantime.
    let first = crate::notify::notice_id(chat(1), pos_of(SIGNED_IN + 2, 1));
    cache.store.notice_shown(&first).unwrap();
    cache.read(2);
    let digest = shown(cache.start());
    assert_eq!(digest.len(), 1);
    assert_eq!((digest[0].title.as_str(), digest[0].chat), ("Unread messages in 2 chats", chat(4)));
    // Killed again before the desktop confirmed it: still one digest. Confirmed: nothing.
    assert_eq!(shown(cache.start()), digest);
    cache.store.notice_shown(&digest[0].id).unwrap();
    assert_eq!(cache.start(), []);
}

#[test]
fn a_hub_that_went_back_in_time_makes_news_again() {
    let mut cache = Cache::new();
    for _ in 0..3 {
        cache.written(1, "lost by the hub", None);
    }
    let back = SIGNED_IN - 50;
    let mut restored = session(back);
    restored.r#gen = Generation("h".into());
    cache.store.resync(&restored, true).unwrap();
    cache.store.take_notices();
    cache.seq = back + 1;
    let text = Content::Text { text: MessageText::parse("after the restore").unwrap() };
    let entry = cache.entry(1, 0, Author::Contact, text);
    cache.seq = back;
    let page = Changes {
        r#gen: Generation("h".into()),
        from: back,
        to: back + 1,
        head: Stamp { seq: back + 1, mark: 9 },
        more: false,
        changes: [Row::from(conversation(1, None)), entry]
            .iter()
            .map(|row| Change {
                op: Op::Put,
                kind: row.kind().as_str().into(),
                id: row.id(),
                scope: row.scope(),
                rev: back + 1,
                row: Some(row.to_json()),
            })
            .collect(),
        digests: BTreeMap::new(),
    };
    cache.store.apply_changes(&page).unwrap();
    assert_eq!(shown(cache.store.take_notices())[0].body, "after the restore");
}
