//! A tiny organization in memory, on which commands are decided in order as the hub does.

#![allow(dead_code, reason = "each test binary uses its part")]

use deskbell_domain::command::*;
use deskbell_domain::*;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Everything there is, and what happened.
pub struct World {
    pub rows: Rows,
    pub all: BTreeMap<(Kind, Uuid), Row>,
    pub seq: u64,
    pub now_ms: i64,
    next_id: u128,
}

pub const INBOX: InboxId = InboxId(Uuid::from_u128(0x100));
pub const CHANNEL: ChannelId = ChannelId(Uuid::from_u128(0x200));

/// The n-th member; 0 is a manager, the others are agents.
pub fn member(n: u8) -> MemberId {
    MemberId(Uuid::from_u128(0x300 + u128::from(n)))
}

pub fn name(s: &str) -> Name {
    Name::parse(s).expect("a name")
}

pub fn visitor(n: u8) -> Address {
    Address { kind: AddressKind::Visitor, value: format!("v{n}") }
}

pub fn phone(n: u16) -> Address {
    PhoneNumber::parse(&format!("+1 650 555 {n:04}")).expect("a number").into()
}

pub fn text(s: &str) -> MessageText {
    MessageText::parse(s).expect("a text")
}

impl World {
    /// Two inboxes' worth of nothing: one inbox, one web chat channel, four members of it and one outside it.
    pub fn new() -> Self {
        let mut world =
            World { rows: Rows::new(), all: BTreeMap::new(), seq: 0, now_ms: 1_700_000_000_000, next_id: 0x10_000 };
        for n in 0..5 {
            let role = if n == 0 { Role::Manager } else { Role::Agent };
            let email = EmailAddress::parse(&format!("m{n}@example.com")).expect("an address");
            let member = Member { id: member(n), name: name(&format!("Member {n}")), email, role, active: true };
            world.system(AddMember { member }).expect("added");
        }
        world.system(AddInbox { inbox: Inbox::new(INBOX, name("Front desk"), InboxKind::Shared) }).expect("added");
        let channel = Channel::of_inbox(CHANNEL, INBOX, ChannelKind::Webchat, name("Web chat"));
        world.system(AddChannel { channel }).expect("added");
        for n in 0..4 {
            world
                .system(AssignInbox { inbox: INBOX, member: member(n), assigned: true, channels: vec![CHANNEL] })
                .expect("assigned");
        }
        world
    }

    pub fn id<T: From<Uuid>>(&mut self) -> T {
        self.next_id += 1;
        Uuid::from_u128(self.next_id).into()
    }

    /// Loads what the command reads, and nothing else, to a fixpoint.
    pub fn load(&self, command: &Command, actor: Actor) -> Rows {
        let mut loaded = Rows::new();
        for _ in 0..MAX_READ_ROUNDS {
            let refs = reads(command, actor, &loaded);
            if refs.is_empty() {
                return loaded;
            }
            for r in refs {
                match r {
                    Ref::Row(kind, id) => loaded.insert(kind, id, self.rows.row(kind, id).cloned()),
                    Ref::Key(key) => {
                        let id = self.rows.key(&key);
                        loaded.insert_key(key, id);
                    }
                }
            }
        }
        let left = reads(command, actor, &loaded);
        assert!(left.is_empty(), "{} still reads {left:?} after the last round", command.kind());
        loaded
    }

    /// Decides and applies, as the hub.
    pub fn act(&mut self, actor: Actor, command: impl Into<Command>, age_ms: u64) -> Result<Decision, Refusal> {
        let command = command.into();
        let loaded = self.load(&command, actor);
        let context = Context { actor, now_ms: self.now_ms, age_ms, seq: Some(self.seq + 1) };
        let decision = decide(&command, &loaded, &context)?;
        if !decision.effects.is_empty() {
            self.seq += 1;
        }
        self.rows.apply(&decision.effects);
        for effect in &decision.effects {
            match effect {
                Effect::Put(row) => drop(self.all.insert((row.kind(), row.id()), row.clone())),
                Effect::Delete(kind, id) => drop(self.all.remove(&(*kind, *id))),
                Effect::Grant(..) | Effect::Revoke(..) | Effect::Alias { .. } => {}
            }
        }
        Ok(decision)
    }

    pub fn member(&mut self, n: u8, command: impl Into<Command>) -> Result<Decision, Refusal> {
        self.act(Actor::Member(member(n)), command, 0)
    }

    pub fn system(&mut self, command: impl Into<Command>) -> Result<Decision, Refusal> {
        self.act(Actor::System, command, 0)
    }

    /// Visitor `n` writes; returns the conversation.
    pub fn receive(&mut self, n: u8, body: &str) -> ChatId {
        let (message, new_chat) = (self.id(), self.id());
        let command = ReceiveMessage {
            channel: CHANNEL,
            address: visitor(n),
            profile_name: None,
            message,
            text: text(body),
            new_chat,
        };
        self.system(command).expect("an inbound message is never refused");
        match &self.all[&(Kind::Message, message.0)] {
            Row::Message(m) => m.chat,
            _ => unreachable!("a message row"),
        }
    }

    pub fn send(&mut self, n: u8, chat: ChatId, seen: u64) -> Result<Decision, Refusal> {
        let message = self.id();
        self.member(n, SendMessage { chat, message, text: text("Hello"), seen })
    }

    pub fn conversation(&self, chat: ChatId) -> &Conversation {
        self.rows.conversation(chat).expect("the conversation")
    }

    pub fn conversations(&self) -> impl Iterator<Item = &Conversation> {
        self.all.values().filter_map(|r| match r {
            Row::Conversation(c) => Some(c),
            _ => None,
        })
    }

    pub fn messages(&self) -> impl Iterator<Item = &Message> {
        self.all.values().filter_map(|r| match r {
            Row::Message(m) => Some(m),
            _ => None,
        })
    }

    /// Newest position of the chat.
    pub fn newest(&self, chat: ChatId) -> u64 {
        self.messages().filter(|m| m.chat == chat).filter_map(|m| m.pos).max().unwrap_or(0)
    }
}
