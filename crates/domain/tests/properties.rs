//! What must always hold, whatever happens in whatever order.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod world;
use deskbell_domain::command::*;
use deskbell_domain::*;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use world::*;

/// Something that happens. Numbers pick members, visitors, conversations and tags among those that exist.
#[derive(Debug, Clone)]
enum Act {
    Receive(u8),
    ReceiveAgain,
    Send { by: u8, chat: u8, blind: bool, late: bool },
    Claim { by: u8, chat: u8, saw_nobody: bool },
    Give { by: u8, chat: u8, to: Option<u8> },
    Close { by: u8, chat: u8, blind: bool },
    Reopen { by: u8, chat: u8 },
    Tag { by: u8, chat: u8, tag: u8, on: bool },
    Read { by: u8, chat: u8, pos: u64 },
    Undo { by: u8, chat: u8, close: bool },
    Pin { by: u8, chat: u8, order: i64 },
    Wait { days: u8 },
}

fn act() -> impl Strategy<Value = Act> {
    let (by, chat) = (0..5u8, any::<u8>());
    prop_oneof![
        4 => (0..3u8).prop_map(Act::Receive),
        1 => Just(Act::ReceiveAgain),
        4 => (by.clone(), chat, any::<bool>(), prop::bool::weighted(0.1))
            .prop_map(|(by, chat, blind, late)| Act::Send { by, chat, blind, late }),
        3 => (by.clone(), chat, any::<bool>()).prop_map(|(by, chat, saw_nobody)| Act::Claim { by, chat, saw_nobody }),
        2 => (by.clone(), chat, prop::option::of(0..5u8)).prop_map(|(by, chat, to)| Act::Give { by, chat, to }),
        3 => (by.clone(), chat, any::<bool>()).prop_map(|(by, chat, blind)| Act::Close { by, chat, blind }),
        1 => (by.clone(), chat).prop_map(|(by, chat)| Act::Reopen { by, chat }),
        2 => (by.clone(), chat, 0..3u8, any::<bool>()).prop_map(|(by, chat, tag, on)| Act::Tag { by, chat, tag, on }),
        1 => (by.clone(), chat, 0..4000u64).prop_map(|(by, chat, pos)| Act::Read { by, chat, pos }),
        2 => (by.clone(), chat, any::<bool>()).prop_map(|(by, chat, close)| Act::Undo { by, chat, close }),
        1 => (by, chat, -3..3i64).prop_map(|(by, chat, order)| Act::Pin { by, chat, order }),
        1 => (0..9u8).prop_map(|days| Act::Wait { days }),
    ]
}

/// The story so far.
struct Story {
    world: World,
    chats: Vec<ChatId>,
    inbound: Vec<(MessageId, ReceiveMessage)>,
    tags: Vec<TagId>,
}

impl Story {
    fn new() -> Self {
        let mut world = World::new();
        let tags = ["Parts", "Sales", "Fleet"].map(|name| {
            let tag = world.id();
            world.member(1, CreateTag { tag, name: TagName::parse(name).unwrap(), color: Tint::Moss }).unwrap();
            tag
        });
        Story { world, chats: vec![], inbound: vec![], tags: tags.to_vec() }
    }

    fn chat(&self, n: u8) -> Option<ChatId> {
        (!self.chats.is_empty()).then(|| self.chats[n as usize % self.chats.len()])
    }

    /// The command that an act comes to; `None` where there is nothing to act on.
    fn command(&mut self, act: &Act) -> Option<(Actor, Command, u64)> {
        let by = |n: u8| Actor::Member(member(n));
        let w = &mut self.world;
        Some(match act.clone() {
            Act::Wait { days } => {
                w.now_ms += i64::from(days) * 24 * 3600 * 1000;
                return None;
            }
            Act::Receive(n) => {
                let (message, new_chat) = (w.id(), w.id());
                let receive = ReceiveMessage {
                    channel: CHANNEL,
                    address: visitor(n),
                    profile_name: None,
                    message,
                    text: text("Hello"),
                    new_chat,
                };
                self.inbound.push((message, receive.clone()));
                (Actor::System, receive.into(), 0)
            }
            Act::ReceiveAgain => (Actor::System, self.inbound.last()?.1.clone().into(), 0),
            Act::Send { by: n, chat, blind, late } => {
                let chat = self.chat(chat)?;
                let seen = if blind { 0 } else { self.world.newest(chat) };
                let message = self.world.id();
                let age = if late { 13 * 3600 * 1000 } else { 0 };
                (by(n), SendMessage { chat, message, text: text("Reply"), seen }.into(), age)
            }
            Act::Claim { by: n, chat, saw_nobody } => {
                let chat = self.chat(chat)?;
                let has = self.world.conversation(chat).assignee.as_ref().map(|a| a.member);
                let seen = SeenAssignee { member: if saw_nobody { None } else { has } };
                let line = self.world.id();
                (by(n), AssignChat { chat, to: Some(member(n)), seen: Some(seen), line }.into(), 0)
            }
            Act::Give { by: n, chat, to } => {
                let (chat, line) = (self.chat(chat)?, self.world.id());
                (by(n), AssignChat { chat, to: to.map(member), seen: None, line }.into(), 0)
            }
            Act::Close { by: n, chat, blind } => {
                let (chat, line) = (self.chat(chat)?, self.world.id());
                let seen_inbound = if blind { 0 } else { self.world.newest(chat) };
                (by(n), CloseChat { chat, seen_inbound, line }.into(), 0)
            }
            Act::Reopen { by: n, chat } => {
                let (chat, line) = (self.chat(chat)?, self.world.id());
                (by(n), ReopenChat { chat, line }.into(), 0)
            }
            Act::Tag { by: n, chat, tag, on } => {
                let (chat, tag) = (self.chat(chat)?, self.tags[tag as usize]);
                let command: Command = if on { TagChat { chat, tag }.into() } else { UntagChat { chat, tag }.into() };
                (by(n), command, 0)
            }
            Act::Undo { by: n, chat, close } => {
                let (chat, line) = (self.chat(chat)?, self.world.id());
                let conversation = self.world.conversation(chat);
                let closed = conversation.closed.as_ref().and_then(|closed| closed.line);
                let act = if close { closed } else { conversation.assigned }?;
                (by(n), UndoAct { chat, act, line }.into(), 0)
            }
            Act::Pin { by: n, chat, order } => (by(n), PinChat { chat: self.chat(chat)?, order }.into(), 0),
            Act::Read { by: n, chat, pos } => (by(n), MarkRead { chat: self.chat(chat)?, pos, seen: None }.into(), 0),
        })
    }

    fn play(&mut self, act: &Act) {
        let Some((actor, command, age)) = self.command(act) else { return };
        let before = self.world.all.clone();
        let by_hub = decide(&command, &self.world.load(&command, actor), &self.context(actor, age, true));
        let by_client = decide(&command, &self.world.load(&command, actor), &self.context(actor, age, false));
        assert_eq!(by_hub.is_ok(), by_client.is_ok(), "client and hub decide alike on the same rows");
        // What reads() names is enough: with every row of the organization at hand the decision is the same.
        let with_all = decide(&command, &self.world.rows, &self.context(actor, age, true));
        assert_eq!(by_hub, with_all, "decide() looked at a row that reads() does not name");
        let result = self.world.act(actor, command.clone(), age);
        match &result {
            Err(_) => assert_eq!(self.world.all, before, "what is refused changes nothing"),
            Ok(decision) => assert!(decision.effects.len() <= 500),
        }
        if let (Command::ReceiveMessage(c), Ok(_)) = (&command, &result) {
            let Row::Message(m) = &self.world.all[&(Kind::Message, c.message.0)] else { unreachable!() };
            if !self.chats.contains(&m.chat) {
                self.chats.push(m.chat);
            }
        }
    }

    fn context(&self, actor: Actor, age_ms: u64, hub: bool) -> Context {
        Context { actor, now_ms: self.world.now_ms, age_ms, seq: hub.then_some(self.world.seq + 1) }
    }

    fn check(&self) {
        let w = &self.world;
        for (id, _) in &self.inbound {
            assert!(w.rows.message(*id).is_some(), "an inbound message is never lost");
        }
        let mut open = BTreeMap::new();
        for c in w.conversations() {
            if let Some(closed) = &c.closed {
                assert!(closed.by.is_some_and(|m| w.rows.member(m).is_some()), "a closed one has a closer");
            } else {
                assert_eq!(open.insert(c.address.clone(), c.id), None, "an address has at most one open conversation");
            }
            if let Some(a) = &c.assignee {
                assert!(c.participants.contains_key(&a.member), "an assignee is a participant");
            }
            let newest = w.messages().filter(|m| m.chat == c.id && m.is_message()).max_by_key(|m| m.pos).unwrap();
            assert_eq!(c.last_message.as_ref().map(|l| l.id), Some(newest.id), "the row shows the newest message");
        }
        let positions: BTreeSet<_> = w.messages().map(|m| m.pos.unwrap()).collect();
        assert_eq!(positions.len(), w.messages().count(), "every entry has a position of its own");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_the_invariants_hold(acts in prop::collection::vec(act(), 1..60)) {
        let mut story = Story::new();
        for act in &acts {
            story.play(act);
            story.check();
        }
    }

    #[test]
    fn a_claim_by_many_at_once_has_exactly_one_winner(order in Just((0..4u8).collect::<Vec<_>>()).prop_shuffle()) {
        let mut w = World::new();
        let chat = w.receive(0, "Hi");
        let won = order.iter().filter(|n| {
            let line = w.id();
            let seen = Some(SeenAssignee { member: None });
            w.member(**n, AssignChat { chat, to: Some(member(**n)), seen, line }).is_ok()
        }).count();
        prop_assert_eq!(won, 1);
        prop_assert_eq!(w.conversation(chat).assignee.as_ref().unwrap().member, member(order[0]));
    }

    #[test]
    fn commands_on_different_tags_commute_and_repeating_one_changes_nothing(
        ops in Just(vec![(0usize, true), (1, true), (2, false), (3, true), (4, false)]).prop_shuffle(),
    ) {
        let run = |ops: &[(usize, bool)]| {
            let mut w = World::new();
            let chat = w.receive(0, "Hi");
            let tags: Vec<TagId> = (0..5).map(|n| {
                let tag = w.id();
                let name = TagName::parse(&format!("tag {n}")).unwrap();
                w.member(1, CreateTag { tag, name, color: Tint::Rose }).unwrap();
                tag
            }).collect();
            for tag in [tags[2], tags[4]] {
                w.member(1, TagChat { chat, tag }).unwrap();
            }
            for (n, on) in ops {
                let command: Command = if *on {
                    TagChat { chat, tag: tags[*n] }.into()
                } else {
                    UntagChat { chat, tag: tags[*n] }.into()
                };
                w.member(2, command.clone()).unwrap();
                assert_eq!(w.member(3, command).unwrap(), Decision::nothing());
            }
            w.conversation(chat).tags.clone()
        };
        let mut sorted = ops.clone();
        sorted.sort_unstable();
        prop_assert_eq!(run(&ops), run(&sorted));
    }

    /// C077
    #[test]
    fn any_text_is_parsed_or_refused_and_a_preview_never_cuts_a_sign(s in any::<String>(), letters in 20..250usize) {
        let _ = (MessageText::parse(&s), Name::parse(&s), TagName::parse(&s), EmailAddress::parse(&s), plain_name(&s));
        let family = "👨‍👩‍👧‍👦";
        let line = preview(&format!("{}🎉{family}", "x".repeat(letters)));
        prop_assert!(!line.contains(char::REPLACEMENT_CHARACTER));
        let tail = line.trim_start_matches('x').trim_end_matches('…');
        prop_assert!(["", "🎉", "🎉👨‍👩‍👧‍👦"].contains(&tail), "cut inside a sign: {:?}", tail);
    }

    #[test]
    fn rows_come_back_from_their_json_as_they_were(acts in prop::collection::vec(act(), 1..20)) {
        let mut story = Story::new();
        acts.iter().for_each(|a| story.play(a));
        for row in story.world.all.values() {
            prop_assert_eq!(&Row::from_json(row.kind(), &row.to_json()).unwrap(), row);
            prop_assert_eq!(&Row::from_text(row.kind(), &row.to_text()).unwrap(), row);
            prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&row.to_text()).unwrap(), row.to_json());
        }
    }
}

#[test]
fn names_that_would_lie_about_themselves_are_refused_and_customers_are_not() {
    for bad in ["a\0b", "evil\u{202E}txt", "two\nlines", " ", ""] {
        assert!(Name::parse(bad).is_err(), "{bad:?}");
    }
    assert_eq!(plain_name("evil\u{202E}txt\0").unwrap().as_str(), "eviltxt");
    assert_eq!(plain_name("\u{202E}\0"), None);
    assert_eq!(plain_name("\"><img src=x onerror=alert(1)>").unwrap().as_str(), "\"><img src=x onerror=alert(1)>");
}

#[test]
fn a_message_holds_at_most_100_000_characters_and_400_000_bytes() {
    assert!(MessageText::parse(&"x".repeat(100_000)).is_ok());
    assert_eq!(MessageText::parse(&"x".repeat(100_001)), Err(TextError::TooLong));
    assert!(MessageText::parse(&"🎉".repeat(100_000)).is_ok());
    assert_eq!(MessageText::parse(&"🎉".repeat(100_001)), Err(TextError::TooLong));
    assert_eq!(MessageText::parse("\0 \r\n"), Err(TextError::Empty));
    assert_eq!(MessageText::parse("a\r\nb\0c").unwrap().as_str(), "a\nbc");
}

#[test]
fn an_unknown_a_newer_and_a_misshapen_command_are_told_apart() {
    assert!(matches!(Command::parse("fly", 1, "{}"), Err(CommandError::Unknown(_))));
    assert!(matches!(Command::parse("close_chat", 99, "{}"), Err(CommandError::Newer { .. })));
    assert!(matches!(Command::parse("close_chat", 0, "{}"), Err(CommandError::Older { .. })));
    assert!(matches!(Command::parse("close_chat", 1, "{}"), Err(CommandError::Invalid { .. })));
    assert!(matches!(Command::parse("close_chat", 1, "not json"), Err(CommandError::Invalid { .. })));
}
