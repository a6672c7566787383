//! A small desk, and what a naive reader finds in it: everything is read, nothing is folded, no index is asked.

use crate::store::rows::Kept;
use crate::store::testing::{BOB, CHANNEL, FakeHub, INBOX, ME};
use crate::store::{LOCAL_POS, Store, Stored, Write, memory};
use deskbell_domain::*;
use jiff::Timestamp;
use proptest::prelude::*;
use std::collections::BTreeMap;
use uuid::Uuid;

/// As it is written, and as it is without what folding takes away.
const WORDS: [[(&str, &str); 3]; 6] = [
    [("Crème", "creme"), ("CREMONA", "cremona"), ("brûlée", "brulee")],
    [("ΟΔΌΣ", "οδοσ"), ("οδοντωτός", "οδοντωτοσ"), ("Νερό", "νερο")],
    [("Ёлка", "елка"), ("ель", "ель"), ("СКЛАД", "склад")],
    [("مُحَمَّد", "محمد"), ("أحمد", "احمد"), ("علـــي", "علي")],
    [("שָׁלוֹם", "שלום"), ("שלג", "שלג"), ("תודה", "תודה")],
    [("हिन्दी", "हिन्दी"), ("हिम", "हिम"), ("कीमत", "कीमत")],
];
/// Han, Kana, Hangul, Thai: any part of a run is found.
const RUNS: [&[char]; 4] = [&['東', '京', '都'], &['カ', 'ガ', 'ー'], &['전', '화', '번'], &['ก', '็', 'า']];

/// A word of a text, or a run of a script without spaces.
#[derive(Debug, Clone)]
pub struct Part {
    pub written: String,
    pub plain: String,
    pub run: bool,
}

pub fn part() -> impl Strategy<Value = Part> {
    let word = (0..6usize, 0..3usize).prop_map(|(script, word)| {
        let (written, plain) = WORDS[script][word];
        Part { written: written.into(), plain: plain.into(), run: false }
    });
    let run = (0..4usize, prop::collection::vec(0..3usize, 1..6)).prop_map(|(script, signs)| {
        let run: String = signs.into_iter().map(|sign| RUNS[script][sign]).collect();
        Part { written: run.clone(), plain: run, run: true }
    });
    prop_oneof![word, run]
}

/// The beginning of a word, any piece of a run.
pub fn piece() -> impl Strategy<Value = Part> {
    (part(), 1..4usize, 0..3usize).prop_map(|(mut part, keep, from)| {
        let signs: Vec<char> = part.plain.chars().collect();
        if part.run {
            let from = from.min(signs.len() - 1);
            part.plain = signs[from..signs.len().min(from + keep)].iter().collect();
            part.written = part.plain.clone();
        } else if keep < 3 {
            part.plain = signs[..keep].iter().collect();
            part.written = part.plain.to_uppercase();
        }
        part
    })
}

/// What stands between two words, and is no word.
const BETWEEN: [&str; 4] = [" ", ", ", " 👍🏽 ", "\u{200f} \u{2067}"];

pub fn written(parts: &[Part], between: usize) -> String {
    let words: Vec<&str> = parts.iter().map(|part| part.written.as_str()).collect();
    if words.is_empty() { "👨‍👩‍👧".into() } else { words.join(BETWEEN[between]) }
}

/// When something was said: on both sides of midnights in Berlin, and where only a wrong clock puts it.
pub const TIMES: [&str; 8] = [
    "1969-12-31T23:00:00Z",
    "2024-02-29T22:59:59Z",
    "2024-02-29T23:00:00Z",
    "2025-12-31T22:30:00Z",
    "2026-03-01T12:00:00Z",
    "2026-03-28T22:59:59Z",
    "2026-03-28T23:00:00Z",
    "2150-06-01T00:00:00Z",
];
/// It is in Berlin: half past midnight on the 29th.
pub const NOW: &str = "2026-03-28T23:30:00Z";
/// Days, months and years, with when they begin.
pub const DATES: [(&str, &str); 6] = [
    ("2024", "2023-12-31T23:00:00Z"),
    ("2024-03", "2024-02-29T23:00:00Z"),
    ("2024-03-01", "2024-02-29T23:00:00Z"),
    ("2026", "2025-12-31T23:00:00Z"),
    ("yesterday", "2026-03-27T23:00:00Z"),
    ("today", "2026-03-28T23:00:00Z"),
];

pub fn ms(time: &str) -> i64 {
    time.parse::<Timestamp>().unwrap().as_millisecond()
}

const ARCHIVE: ChannelId = ChannelId(Uuid::from_u128(60));
const WEB: ChannelId = ChannelId(Uuid::from_u128(61));
const WORKSHOP: InboxId = InboxId(Uuid::from_u128(62));
/// Chats 0 to 3 are conversations on these channels, 4 is a direct chat with Bob, 5 a team chat.
const CHANNELS: [ChannelId; 4] = [CHANNEL, CHANNEL, ARCHIVE, WEB];
pub const CHATS: u8 = 6;

pub fn chat(n: u8) -> ChatId {
    ChatId(Uuid::from_u128(1000 + u128::from(n)))
}

#[derive(Debug, Clone, Default)]
pub struct Conv {
    pub here: bool,
    pub contact: Option<Vec<Part>>,
    pub profile: Option<Vec<Part>>,
    pub tags: [bool; 2],
    pub closed: bool,
}

#[derive(Debug, Clone)]
pub struct Said {
    pub chat: u8,
    pub pos: Option<u64>,
    pub time: usize,
    /// 0 the contact, 1 me, 2 Bob.
    pub by: u8,
    pub text: Vec<Part>,
    pub between: usize,
}

/// What changes.
#[derive(Debug, Clone)]
pub enum Op {
    Say(u8, Said),
    Take(u8),
    Conversation(u8, Conv),
    Bob(Vec<Part>),
    Tag(u8, Part),
    Team(Option<Vec<Part>>),
}

pub fn op() -> impl Strategy<Value = Op> {
    let names = || prop::collection::vec(part(), 1..3);
    let said = (
        0..CHATS,
        prop::option::weighted(0.8, 0..4u64),
        0..TIMES.len(),
        0..3u8,
        prop::collection::vec(part(), 0..4),
        0..4usize,
    );
    let conv = (
        prop::bool::weighted(0.8),
        prop::option::of(names()),
        prop::option::of(names()),
        prop::array::uniform2(prop::bool::ANY),
        prop::bool::ANY,
    );
    prop_oneof![
        8 => (0..10u8, said).prop_map(|(slot, (chat, pos, time, by, text, between))| {
            // Each has places of its own.
            let pos = pos.map(|pos| 10 * pos + u64::from(slot) + 1);
            Op::Say(slot, Said { chat, pos, time, by: if chat < 4 { by } else { by.max(1) }, text, between })
        }),
        1 => (0..10u8).prop_map(Op::Take),
        4 => (0..4u8, conv).prop_map(|(slot, (here, contact, profile, tags, closed))| {
            Op::Conversation(slot, Conv { here, contact, profile, tags, closed })
        }),
        1 => names().prop_map(Op::Bob),
        1 => (0..2u8, part()).prop_map(|(slot, name)| Op::Tag(slot, name)),
        1 => prop::option::of(names()).prop_map(Op::Team),
    ]
}

/// The desk, as a naive reader knows it.
#[derive(Debug, Clone, Default)]
pub struct World {
    pub said: BTreeMap<u8, Said>,
    pub conversations: [Conv; 4],
    pub bob: Vec<Part>,
    pub tags: [Option<Part>; 2],
    pub team: Option<Vec<Part>>,
}

fn name(parts: &[Part]) -> Name {
    Name::parse(&written(parts, 0)).unwrap()
}

fn put(w: &mut Write<'_>, row: &Row) -> Stored<()> {
    let kept = Kept { json: row.to_json().to_string(), scope: w.scope_no(row.scope())?, rev: 0, boot: 0 };
    w.put_visible(row, &kept, i64::from(row.id().as_bytes()[15]))
}

fn member(id: MemberId, name: Name) -> Row {
    let email = EmailAddress::parse("somebody@example.org").unwrap();
    Member { id, name, email, role: Role::Agent, active: true }.into()
}

impl World {
    /// With somebody signed in, two inboxes, and nobody who says anything.
    pub fn new() -> (Self, Store) {
        let mut store = Store::new(memory().unwrap()).unwrap();
        store.sign_in("http://hub", "me@example.org", &FakeHub::new().session()).unwrap();
        let bob = vec![Part { written: "Bob".into(), plain: "bob".into(), run: false }];
        let named = |name: &str| Name::parse(name).unwrap();
        let inbox = |id, name: &str| Inbox { members: [ME].into(), ..Inbox::new(id, named(name), InboxKind::Shared) };
        let channel = |id, inbox, kind, name: &str| Channel::of_inbox(id, inbox, kind, named(name));
        let before = Channel { archived: true, ..channel(ARCHIVE, INBOX, ChannelKind::Sms, "Before") };
        let direct = DirectChat { id: chat(4), members: [ME, BOB], created_ms: 4, last_message: None };
        let rows: [Row; 8] = [
            member(ME, named("Ada")),
            member(BOB, named("Bob")),
            inbox(INBOX, "Front desk").into(),
            inbox(WORKSHOP, "Workshop").into(),
            channel(CHANNEL, INBOX, ChannelKind::Sms, "Shop").into(),
            before.into(),
            channel(WEB, WORKSHOP, ChannelKind::Webchat, "Web chat").into(),
            direct.into(),
        ];
        store.write(|w| rows.iter().try_for_each(|row| put(w, row))).unwrap();
        (Self { bob, ..Self::default() }, store)
    }

    /// Changes both.
    pub fn apply(&mut self, store: &mut Store, ops: &[Op]) {
        ops.iter().for_each(|op| self.remember(op));
        store.write(|w| ops.iter().try_for_each(|op| write(w, op))).unwrap();
    }

    fn remember(&mut self, op: &Op) {
        match op.clone() {
            Op::Say(slot, said) => drop(self.said.insert(slot, said)),
            Op::Take(slot) => drop(self.said.remove(&slot)),
            Op::Conversation(slot, conv) => self.conversations[usize::from(slot)] = conv,
            Op::Bob(name) => self.bob = name,
            Op::Tag(slot, name) => self.tags[usize::from(slot)] = Some(name),
            Op::Team(name) => self.team = name,
        }
    }

    /// What a chat is called; `None` where it is not there.
    pub fn called(&self, chat: u8) -> Option<Vec<Part>> {
        match chat {
            4 => Some(self.bob.clone()),
            5 => self.team.clone(),
            _ => {
                let conv = &self.conversations[usize::from(chat)];
                let called = conv.contact.clone().or_else(|| conv.profile.clone()).unwrap_or_default();
                conv.here.then_some(called)
            }
        }
    }

    pub fn is_unread(&self, chat: u8) -> bool {
        self.said.values().any(|said| said.chat == chat && said.by != 1 && said.pos.is_some())
    }

    /// Newest first: what only this device has, then by the hub's order.
    pub fn newest_first(&self) -> Vec<(i64, u8, &Said)> {
        let place = |slot: u8, said: &Said| said.pos.map_or(LOCAL_POS + i64::from(slot), |pos| pos as i64);
        let mut all: Vec<_> = self.said.iter().map(|(slot, said)| (place(*slot, said), *slot, said)).collect();
        all.sort_by_key(|(place, ..)| -place);
        all
    }
}

pub fn message_id(slot: u8) -> MessageId {
    MessageId(Uuid::from_u128(0x100 * 20 + u128::from(slot)))
}

pub fn contact_id(slot: u8) -> Uuid {
    Uuid::from_u128(3000 + u128::from(slot))
}

pub fn tag_id(slot: u8) -> TagId {
    TagId(Uuid::from_u128(4000 + u128::from(slot)))
}

fn write(w: &mut Write<'_>, op: &Op) -> Stored<()> {
    match op {
        Op::Say(slot, said) => {
            let scope = match said.chat {
                4 | 5 => Scope::Chat(chat(said.chat)),
                n => Scope::Channel(CHANNELS[usize::from(n)]),
            };
            let author = [Author::Contact, Author::Member(ME), Author::Member(BOB)][usize::from(said.by)];
            let text = MessageText::parse(&written(&said.text, said.between)).unwrap();
            let message = Message {
                id: message_id(*slot),
                chat: chat(said.chat),
                scope,
                pos: said.pos,
                at_ms: ms(TIMES[said.time]),
                author,
                content: Content::Text { text },
                delivery: Delivery::None,
            };
            // No message ever goes to another chat: this is another one.
            w.delete_visible(Kind::Message, message.id.0)?;
            put(w, &message.into())
        }
        Op::Take(slot) => w.delete_visible(Kind::Message, message_id(*slot).0),
        Op::Conversation(slot, conv) => {
            let address = Address { kind: AddressKind::Phone, value: format!("+1650555010{slot}") };
            let contact = |parts: &Vec<Part>| Contact {
                id: contact_id(*slot).into(),
                name: name(parts),
                company: None,
                addresses: vec![address.clone()],
                private_to: None,
            };
            match &conv.contact {
                Some(parts) => put(w, &contact(parts).into())?,
                None => w.delete_visible(Kind::Contact, contact_id(*slot))?,
            }
            if !conv.here {
                return w.delete_visible(Kind::Conversation, chat(*slot).0);
            }
            let tags: Vec<TagId> = (0..2).filter(|n| conv.tags[usize::from(*n)]).map(tag_id).collect();
            let row = serde_json::json!({
                "id": chat(*slot), "channel": CHANNELS[usize::from(*slot)], "address": address,
                "profile_name": conv.profile.as_ref().map(|parts| name(parts)), "created_ms": slot, "inbound": true, "tags": tags,
                "closed": conv.closed.then(|| serde_json::json!({ "by": BOB, "at_ms": 5 })),
            });
            let conversation: Conversation = serde_json::from_value(row).unwrap();
            put(w, &conversation.into())
        }
        Op::Bob(parts) => put(w, &member(BOB, name(parts))),
        Op::Tag(slot, part) => {
            let name = TagName::parse(&part.written).unwrap();
            put(w, &Tag { id: tag_id(*slot), name, color: Tint::Rose }.into())
        }
        Op::Team(None) => w.delete_visible(Kind::TeamChat, chat(5).0),
        Op::Team(Some(parts)) => {
            let team = TeamChat {
                id: chat(5),
                name: name(parts),
                members: [ME, BOB].into(),
                created_ms: 5,
                last_message: None,
            };
            put(w, &team.into())
        }
    }
}
