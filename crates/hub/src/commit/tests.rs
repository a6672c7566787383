//! Batches in memory: no thread, no clock, no chance.

use super::*;
use crate::store::{SqliteStore, read_digest, read_row};
use deskbell_domain::command::{
    AddChannel, AddInbox, AddMember, AssignInbox, CloseChat, CreateContact, CreateTag, DeleteChat, MoveChannel,
    ReceiveMessage, ReopenChat, SendMessage, ShareContact, TagChat,
};
use deskbell_domain::*;
use deskbell_protocol::{Generation, digest_of};
use std::collections::BTreeMap;
use uuid::Uuid;

const NOW: i64 = 1_790_000_000_000;

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn own(actor: Actor, command: impl Into<Command>) -> Submission {
    Submission { seen: None, items: vec![Item::own(CommandId(id(0)), actor, command.into(), NOW)] }
}

fn member(n: u128, name: &str) -> Member {
    Member {
        id: MemberId(id(n)),
        name: Name::parse(name).unwrap(),
        email: EmailAddress::parse(&format!("{n}@example.com")).unwrap(),
        role: Role::Agent,
        active: true,
    }
}

const ADA: MemberId = MemberId(Uuid::from_u128(1));
const INBOX: InboxId = InboxId(Uuid::from_u128(10));
const CHANNEL: ChannelId = ChannelId(Uuid::from_u128(11));
const CHAT: ChatId = ChatId(Uuid::from_u128(20));

/// What makes an office, one submission each.
fn office() -> Vec<Submission> {
    let name = Name::parse("Front desk").unwrap();
    let channel = Channel::of_inbox(CHANNEL, INBOX, ChannelKind::Webchat, name.clone());
    let system = |command: Command| own(Actor::System, command);
    vec![
        system(AddMember { member: member(1, "Ada") }.into()),
        system(AddInbox { inbox: Inbox::new(INBOX, name, InboxKind::Shared) }.into()),
        system(AddChannel { channel }.into()),
        system(AssignInbox { inbox: INBOX, member: ADA, assigned: true, channels: vec![CHANNEL] }.into()),
        system(
            ReceiveMessage {
                channel: CHANNEL,
                address: Address { kind: AddressKind::Visitor, value: "v".into() },
                profile_name: None,
                message: MessageId(id(30)),
                text: MessageText::parse("Hello?").unwrap(),
                new_chat: CHAT,
            }
            .into(),
        ),
        own(Actor::Member(ADA), reply(31)),
    ]
}

fn reply(n: u128) -> SendMessage {
    SendMessage { chat: CHAT, message: MessageId(id(n)), text: MessageText::parse("Hi").unwrap(), seen: 1 << 50 }
}

fn store() -> SqliteStore {
    let mut store = SqliteStore::in_memory().unwrap();
    store.create(OrganizationId(id(99)), &Generation("g".into()), NOW).unwrap();
    store
}

/// Every row of the store with its place in history.
fn rows(store: &mut SqliteStore) -> BTreeMap<(String, Uuid), (String, u64, String)> {
    let sql =
        "SELECT kind, id, scope, rev, row FROM entity UNION ALL SELECT 'message', id, scope, rev, row FROM message";
    let mut statement = store.connection().prepare(sql).unwrap();
    let found = statement.query_map([], |r| Ok(((r.get(0)?, r.get(1)?), (r.get(2)?, r.get(3)?, r.get(4)?)))).unwrap();
    found.collect::<Result<_, _>>().unwrap()
}

#[test]
fn one_batch_and_one_by_one_come_to_the_same() {
    let (mut together, mut alone) = (store(), store());
    let batch = commit_batch(&mut together, &office(), 7).unwrap();
    let mut results = Vec::new();
    for submission in office() {
        results.push(commit_batch(&mut alone, &[submission], 8).unwrap());
    }
    let singles: Vec<_> = results.iter().map(|c| c.answers[0].clone()).collect();
    assert_eq!(batch.answers, singles);
    assert!(batch.answers.iter().flatten().flatten().all(|r| r.outcome.is_done()), "{:?}", batch.answers);
    // A row that several commands of a batch wrote is written once, with the last `rev`: the same as one by one.
    assert_eq!(rows(&mut together), rows(&mut alone));
    assert_eq!((batch.head.seq, batch.head.mark), (6, 7));
}

#[test]
fn the_digest_of_each_scope_is_the_sum_of_its_rows_whatever_happened() {
    let mut store = store();
    commit_batch(&mut store, &office(), 1).unwrap();
    let assign = |assigned| AssignInbox { inbox: INBOX, member: ADA, assigned, channels: vec![CHANNEL] };
    commit_batch(&mut store, &[own(Actor::System, assign(false)), own(Actor::Member(ADA), reply(32))], 2).unwrap();
    commit_batch(&mut store, &[own(Actor::System, assign(true)), own(Actor::System, assign(false))], 3).unwrap();
    let mut sums: BTreeMap<String, u64> = BTreeMap::new();
    for ((kind, id), (scope, rev, _)) in rows(&mut store) {
        let sum = sums.entry(scope).or_default();
        *sum = sum.wrapping_add(digest_of(&kind, id, rev));
    }
    let scopes = ["org".to_owned(), format!("channel:{CHANNEL}"), format!("inbox:{INBOX}"), format!("member:{ADA}")];
    for text in scopes {
        let scope: Scope = text.parse().unwrap();
        assert_eq!(read_digest(store.connection(), scope).unwrap(), sums.get(&text).copied().unwrap_or(0), "{text}");
    }
}

#[test]
fn a_row_that_changes_its_scope_leaves_a_tombstone_in_the_old_one() {
    let mut store = store();
    let contact = |private_to| {
        Row::from(Contact {
            id: ContactId(id(40)),
            name: Name::parse("Layla").unwrap(),
            company: None,
            addresses: vec![],
            private_to,
        })
    };
    let mut write = |row: Row, rev, before| {
        let rows = [((Kind::Contact, id(40)), crate::store::RowWrite { row: Some(row), rev, before })].into();
        store.begin().unwrap();
        store.write(&Writes { stamp: Stamp { seq: rev, mark: rev }, rows, ..Writes::default() }).unwrap();
        store.commit().unwrap();
        let mut statement = store.connection().prepare("SELECT scope, seq FROM tombstone").unwrap();
        let found = statement.query_map([], |r| Ok((r.get::<_, String>(0)?, r.get::<_, u64>(1)?))).unwrap();
        found.collect::<Result<Vec<_>, _>>().unwrap()
    };
    let private = Scope::Member(ADA);
    assert_eq!(write(contact(Some(ADA)), 1, None), []);
    assert_eq!(write(contact(None), 2, Some((1, private))), [(private.to_string(), 2)]);
    // Back again: what came back is not gone.
    assert_eq!(write(contact(Some(ADA)), 3, Some((2, Scope::Org))), [("org".to_owned(), 3)]);
}

#[test]
fn a_batch_that_fails_leaves_nothing_behind() {
    let mut store = store();
    commit_batch(&mut store, &office(), 1).unwrap();
    let before = (rows(&mut store), store.head().unwrap());
    let good = own(Actor::Member(ADA), reply(32));
    let bad = own(Actor::Member(ADA), TagChat { chat: CHAT, tag: TagId(id(50)) });
    store
        .connection()
        .execute("INSERT INTO entity (kind, id, scope, rev, row) VALUES ('tag', ?1, 'org', 1, '{')", [id(50)])
        .unwrap();
    assert!(commit_batch(&mut store, &[good.clone(), bad], 2).is_err());
    store.connection().execute("DELETE FROM entity WHERE kind = 'tag'", []).unwrap();
    assert_eq!((rows(&mut store), store.head().unwrap()), before);
    let after = commit_batch(&mut store, &[good], 3).unwrap();
    assert_eq!(after.head, Stamp { seq: 7, mark: 3 });
}

#[test]
fn a_command_whose_rule_would_write_too_much_writes_nothing() {
    let mut store = store();
    let mut batch = office();
    batch.truncate(2);
    commit_batch(&mut store, &batch, 1).unwrap();
    for n in 0..MAX_ROWS as u128 {
        let new = member(1000 + n, "Many");
        let assign = AssignInbox { inbox: INBOX, member: new.id, assigned: true, channels: vec![] };
        let both = [own(Actor::System, AddMember { member: new }), own(Actor::System, assign)];
        commit_batch(&mut store, &both, 2).unwrap();
    }
    let head = store.head().unwrap();
    let channel =
        Channel::of_inbox(CHANNEL, INBOX, ChannelKind::Webchat, Name::parse("Too many to grant at once").unwrap());
    let refused = commit_batch(&mut store, &[own(Actor::System, AddChannel { channel })], 3).unwrap();
    let outcome = &refused.answers[0].as_ref().unwrap()[0].outcome;
    assert!(matches!(outcome, Outcome::Rejected { reason: Rejection::Invalid { .. } }), "{outcome:?}");
    assert_eq!(store.head().unwrap(), head);
    assert!(read_row(store.connection(), Kind::Channel, CHANNEL.0).unwrap().is_none());
}

#[test]
fn an_identifier_that_stands_for_something_is_not_taken_by_a_command_that_claims_to_have_made_it() {
    let mut store = store();
    commit_batch(&mut store, &office(), 1).unwrap();
    let tag = |n, name: &str| {
        let name = TagName::parse(name).unwrap();
        own(Actor::Member(ADA), CreateTag { tag: TagId(id(n)), name, color: Tint::Moss })
    };
    let close = |line| own(Actor::Member(ADA), CloseChat { chat: CHAT, seen_inbound: 1 << 50, line });
    let reopen = |line| own(Actor::Member(ADA), ReopenChat { chat: CHAT, line });
    commit_batch(&mut store, &[tag(50, "Rush"), tag(51, "Later"), close(MessageId(id(60)))], 2).unwrap();
    let before = (rows(&mut store), store.head().unwrap());
    let key = NaturalKey::Conversation(CHANNEL, Address { kind: AddressKind::Visitor, value: "v".into() });
    let attempts = [
        ("a conversation as an alias of a tag", tag(20, "Rush")),
        ("a tag as an alias of another", tag(51, "rush")),
        ("a tag with a conversation's identifier, which would cost it its natural key", tag(20, "New")),
        ("a line in the place of an earlier one", reopen(MessageId(id(60)))),
    ];
    for (what, attempt) in attempts {
        let refused = commit_batch(&mut store, &[attempt], 3).unwrap();
        let outcome = &refused.answers[0].as_ref().unwrap()[0].outcome;
        assert_eq!(*outcome, Outcome::Rejected { reason: Rejection::Exists }, "{what}");
        assert_eq!((rows(&mut store), store.head().unwrap()), before, "{what}");
        assert_eq!(store.aliases(&[id(20), id(51)]).unwrap(), HashMap::new(), "{what}");
        let found = store.load(&[Ref::Key(key.clone())]).unwrap();
        assert!(matches!(found[..], [crate::store::Loaded::Key(_, Some(chat))] if chat == CHAT.0), "{what}");
    }
    // The same with identifiers of their own is what everybody does all day.
    let good = [tag(52, "rush"), reopen(MessageId(id(61))), own(Actor::Member(ADA), reply(33))];
    let done = commit_batch(&mut store, &good, 4).unwrap();
    assert!(done.answers.iter().flatten().flatten().all(|r| r.outcome.is_done()), "{:?}", done.answers);
}

#[test]
fn a_writer_tells_of_a_head_after_its_commit_and_only_who_is_the_cause_of_a_failure_suffers() {
    let mut store = store();
    commit_batch(&mut store, &office(), 1).unwrap();
    store
        .connection()
        .execute("INSERT INTO entity (kind, id, scope, rev, row) VALUES ('tag', ?1, 'org', 1, '{')", [id(50)])
        .unwrap();
    let mut writer = Writer::new(store);
    let bad = own(Actor::Member(ADA), TagChat { chat: CHAT, tag: TagId(id(50)) });
    let nothing = Submission { seen: None, items: vec![] };
    let batch = [own(Actor::Member(ADA), reply(32)), bad, nothing, own(Actor::Member(ADA), reply(33))];
    let (mut drawn, mut told) = (10, Vec::new());
    let mut mark = || {
        drawn += 1;
        drawn
    };
    let answers = writer.commit(&batch, &mut mark, &mut |committed| told.push(committed.head));
    let newest = writer.store().head().unwrap().stamp;
    assert_eq!(newest.seq, 8);
    assert_eq!(told.iter().map(|head| head.seq).collect::<Vec<_>>(), [7, 7, 8]);
    assert_eq!(told.last(), Some(&newest));
    assert_eq!(answers[1], Err(Refused::Internal));
    let seqs = |i: usize| answers[i].as_ref().unwrap().results.iter().map(|r| r.seq).collect::<Vec<_>>();
    assert_eq!((seqs(0), seqs(2), seqs(3)), (vec![7], vec![], vec![8]));
    assert!(answers.iter().flatten().all(|results| results.head == newest));
    assert!(!writer.write(|_| panic!("a write that fails")), "it is caught");
    assert_eq!(writer.commit(&batch[..1], &mut || 1, &mut |_| {})[0].as_ref().unwrap().head, newest);
}

fn contact(n: u128, phone: &str, private: bool) -> Submission {
    let contact = Contact {
        id: ContactId(id(n)),
        name: Name::parse("Layla").unwrap(),
        company: None,
        addresses: vec![PhoneNumber::parse(phone).unwrap().into()],
        private_to: private.then_some(ADA),
    };
    own(Actor::Member(ADA), CreateContact { contact })
}

fn share(n: u128) -> Submission {
    own(Actor::Member(ADA), ShareContact { contact: ContactId(id(n)) })
}

/// The same batch at once and one by one: the same outcomes, rows and keys.
fn comes_to_the_same(batch: Vec<Submission>) -> (SqliteStore, Vec<Outcome>) {
    let (mut together, mut alone) = (store(), store());
    for store in [&mut together, &mut alone] {
        commit_batch(store, &office(), 1).unwrap();
    }
    let at_once = commit_batch(&mut together, &batch, 2).unwrap();
    let outcome = |answer: &Result<Vec<CommandResult>, Refused>| answer.as_ref().unwrap()[0].outcome.clone();
    let outcomes: Vec<Outcome> = at_once.answers.iter().map(outcome).collect();
    let one_by_one: Vec<Outcome> =
        batch.into_iter().map(|one| outcome(&commit_batch(&mut alone, &[one], 3).unwrap().answers[0])).collect();
    assert_eq!(outcomes, one_by_one);
    assert_eq!(rows(&mut together), rows(&mut alone));
    let keys = |store: &mut SqliteStore| -> BTreeMap<String, Uuid> {
        let mut statement = store.connection().prepare("SELECT key, id FROM lookup").unwrap();
        let found = statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?))).unwrap();
        found.collect::<Result<_, _>>().unwrap()
    };
    assert_eq!(keys(&mut together), keys(&mut alone));
    (together, outcomes)
}

#[test]
fn contacts_made_and_shared_in_one_batch_are_who_they_would_be_one_by_one() {
    let (joined, phone) = (|n| Outcome::Joined { id: id(n) }, "+16505550101");
    let (mut store, outcomes) = comes_to_the_same(vec![
        contact(70, phone, true),
        share(70),
        // The private key is free again, the shared one is not.
        contact(71, phone, true),
        contact(72, phone, false),
        share(71),
        share(72),
    ]);
    let applied = Outcome::Applied;
    let expected = [applied.clone(), applied.clone(), applied.clone(), joined(70), joined(70), applied];
    assert_eq!(outcomes, expected);
    let aliases = store.aliases(&[id(71), id(72)]).unwrap();
    assert_eq!(aliases, HashMap::from([(id(71), id(70)), (id(72), id(70))]));
    assert!(read_row(store.connection(), Kind::Contact, id(71)).unwrap().is_none());
}

#[test]
fn a_key_that_the_store_still_knows_of_what_the_batch_deleted_leads_nowhere() {
    let address = Address { kind: AddressKind::Visitor, value: "v".into() };
    let receive = ReceiveMessage {
        channel: CHANNEL,
        address,
        profile_name: None,
        message: MessageId(id(35)),
        text: MessageText::parse("Hello again").unwrap(),
        new_chat: ChatId(id(21)),
    };
    let delete =
        DeleteChat { chat: CHAT, entries: vec![MessageId(id(30)), MessageId(id(31))], readers: vec![ADA], last: true };
    let (mut store, outcomes) = comes_to_the_same(vec![
        own(Actor::System, delete),
        own(Actor::System, receive),
        own(Actor::Member(ADA), reply(36)),
    ]);
    assert_eq!(outcomes[..2], [Outcome::Applied, Outcome::Applied]);
    assert_eq!(outcomes[2], Outcome::Rejected { reason: Rejection::NotFound }, "nobody writes in a chat that is gone");
    assert!(read_row(store.connection(), Kind::Conversation, CHAT.0).unwrap().is_none());
    assert!(read_row(store.connection(), Kind::Conversation, id(21)).unwrap().is_some());
}

#[test]
fn who_is_in_both_inboxes_keeps_the_epoch_of_a_channel_that_moves() {
    let mut store = store();
    commit_batch(&mut store, &office(), 1).unwrap();
    let other = InboxId(id(12));
    let bea = MemberId(id(2));
    let inbox = Inbox::new(other, Name::parse("Sales").unwrap(), InboxKind::Shared);
    let assign = |member| AssignInbox { inbox: other, member, assigned: true, channels: vec![] };
    let setup = [
        own(Actor::System, AddInbox { inbox }),
        own(Actor::System, AddMember { member: member(2, "Bea") }),
        own(Actor::System, assign(ADA)),
        own(Actor::System, assign(bea)),
    ];
    commit_batch(&mut store, &setup, 2).unwrap();
    let grant = |store: &mut SqliteStore, member| {
        read_row(store.connection(), Kind::Grant, Grant::id_of(member, Scope::Channel(CHANNEL))).unwrap()
    };
    let (before, conversation) =
        (grant(&mut store, ADA), read_row(store.connection(), Kind::Conversation, CHAT.0).unwrap());
    assert!(before.is_some() && grant(&mut store, bea).is_none());
    let moved = [own(Actor::System, MoveChannel { channel: CHANNEL, to: other })];
    let done = commit_batch(&mut store, &moved, 3).unwrap();
    assert_eq!(done.answers[0].as_ref().unwrap()[0].outcome, Outcome::Applied);
    assert_eq!(grant(&mut store, ADA), before);
    assert!(grant(&mut store, bea).is_some());
    assert_eq!(read_row(store.connection(), Kind::Conversation, CHAT.0).unwrap(), conversation);
}
