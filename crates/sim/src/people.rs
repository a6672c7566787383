//! What people do at their computers. Each does what the window would do: it looks at what is in the cache, makes a
//! command of it, and gives it to the store.

use crate::client::SimClient;
use crate::env::Env;
use crate::own::Own;
use crate::plan::Act;
use crate::template::{MEMBERS, name_of, phone};
use anyhow::Result;
use deskbell_core::store::{NewCommand, OutboxItem, OutboxState, SubmitError, Submitted};
use deskbell_core::sync::Event;
use deskbell_domain::command::*;
use deskbell_domain::*;
use rusqlite::OptionalExtension;
use uuid::Uuid;

const TAGS: [&str; 4] = ["Repair", "repair", "Refund", "Urgent"];

impl SimClient {
    /// Its person does something; nothing, where there is nothing to do it to.
    pub fn act(&mut self, act: Act, number: usize, env: &mut Env<'_>) -> Result<()> {
        match act {
            Act::Send => self.send(number, env),
            Act::Draft => self.type_something(number, env),
            Act::Claim => self.claim(env),
            Act::Close => self.close_or_reopen(env),
            Act::HandOver => self.hand_over(env).and_then(|()| self.undo(env)),
            Act::Tag => self.tag(env).and_then(|()| self.pin(env)),
            Act::NewTag => {
                let name = TagName::parse(TAGS[env.chance.below(4) as usize])?;
                let tag = TagId(env.chance.id());
                self.give(CreateTag { tag, name, color: Tint::Moss }.into(), None, env)?;
                self.team(number, env)
            }
            Act::NewDirect => self.direct(number, env),
            Act::Read => {
                let Some(chat) = self.any_chat(env)? else { return Ok(()) };
                let pos = self.store()?.last_pos(chat)?;
                let seen = self.unread_mark(chat)?;
                self.give(MarkRead { chat, pos, seen }.into(), None, env).map(|_| ())
            }
            Act::Unread => {
                let Some(chat) = self.any_chat(env)? else { return Ok(()) };
                let (from, mark) = (self.store()?.last_pos(chat)?, UnreadMarkId(env.chance.id()));
                self.give(MarkUnread { chat, from, mark }.into(), None, env).map(|_| ())
            }
            Act::NewContact => self.new_contact(number, env).and_then(|()| self.favorite(env)),
            Act::Share => {
                let mut statement = self.connection()?.prepare_cached(
                    "SELECT id FROM entity WHERE kind = 'contact' AND json_extract(json, '$.private_to') IS NOT NULL ORDER BY id",
                )?;
                let found = statement.query_map([], |r| r.get::<_, [u8; 16]>(0))?.collect::<Result<Vec<_>, _>>()?;
                drop(statement);
                let Some(id) = env.chance.pick(&found) else { return Ok(()) };
                let contact = ContactId(Uuid::from_bytes(*id));
                self.give(ShareContact { contact }.into(), None, env).map(|_| ())
            }
            Act::Decide => self.decide(env),
            Act::TakeBack => self.take_back(env),
            _ => Ok(()),
        }
    }

    /// The identifiers of all visible rows of a kind.
    pub fn ids(&self, kind: Kind) -> Result<Vec<Uuid>> {
        let mut statement = self.connection()?.prepare_cached("SELECT id FROM entity WHERE kind = ?1 ORDER BY id")?;
        let ids = statement.query_map([kind.as_str()], |r| r.get::<_, [u8; 16]>(0))?;
        Ok(ids.map(|id| id.map(Uuid::from_bytes)).collect::<Result<_, _>>()?)
    }

    fn any_conversation(&self, env: &mut Env<'_>) -> Result<Option<Conversation>> {
        let ids = self.ids(Kind::Conversation)?;
        let Some(id) = env.chance.pick(&ids) else { return Ok(None) };
        Ok(self.store()?.conversation(ChatId(*id))?)
    }

    fn any_chat(&self, env: &mut Env<'_>) -> Result<Option<ChatId>> {
        let mut ids = self.ids(Kind::Conversation)?;
        ids.extend(self.ids(Kind::DirectChat)?);
        ids.extend(self.ids(Kind::TeamChat)?);
        Ok(env.chance.pick(&ids).map(|id| ChatId(*id)))
    }

    fn new_contact(&mut self, number: usize, env: &mut Env<'_>) -> Result<()> {
        let contact = Contact {
            id: ContactId(env.chance.id()),
            name: Name::parse(&format!("Contact {number}"))?,
            company: None,
            addresses: vec![phone(env.chance.below(4) as usize)],
            private_to: env.chance.once_in(2).then_some(self.who.member),
        };
        self.give(CreateContact { contact }.into(), None, env).map(|_| ())
    }

    /// The unread mark that its person sees on a chat.
    fn unread_mark(&self, chat: ChatId) -> Result<Option<UnreadMarkId>> {
        let id = ReadPosition::id_of(self.who.member, chat);
        let json: Option<String> = self
            .connection()?
            .prepare_cached("SELECT json FROM entity WHERE kind = 'read_position' AND id = ?1")?
            .query_row([id.into_bytes()], |r| r.get(0))
            .optional()?;
        let Some(json) = json else { return Ok(None) };
        Ok(match Row::from_text(Kind::ReadPosition, &json)? {
            Row::ReadPosition(read) => read.marked.map(|mark| mark.id),
            _ => None,
        })
    }

    fn send(&mut self, number: usize, env: &mut Env<'_>) -> Result<()> {
        match self.any_chat(env)? {
            Some(chat) => self.send_in(chat, number, env),
            None => Ok(()),
        }
    }

    fn send_in(&mut self, chat: ChatId, number: usize, env: &mut Env<'_>) -> Result<()> {
        let text = format!("words {number} of {}", name_of(self.who.member));
        let send = SendMessage {
            chat,
            message: MessageId(env.chance.id()),
            text: MessageText::parse(&text)?,
            seen: self.store()?.last_pos(chat)?,
        };
        let message = send.message;
        let new = NewCommand { id: CommandId(env.chance.id()), command: send.into(), instead_of: None };
        env.story
            .say(|| format!("On {} computer: writes {text:?} in {} ({})", self.name, short(chat.0), short(message.0)));
        let at = self.moment(env)?;
        let taken = self.store_mut()?.send(&new, chat, at);
        if self.finish(taken, env)? {
            let epoch = self.epoch_of(chat)?;
            self.own.push(Own {
                message,
                chat,
                text,
                taken_back: false,
                never_sent: false,
                wiped: false,
                left: false,
                epoch,
            });
            self.drafts.remove(&chat);
        }
        self.write_as_an_older_program()?;
        self.tell_outbox(env)
    }

    fn type_something(&mut self, number: usize, env: &mut Env<'_>) -> Result<()> {
        let Some(chat) = self.any_chat(env)? else { return Ok(()) };
        let text = format!("draft {number}");
        env.story.say(|| format!("On {} computer: types {text:?} in {}", self.name, short(chat.0)));
        let kept = self.store_mut()?.save_draft(chat, &text);
        let died = self.has_died(env)?;
        match kept {
            Ok(()) => drop(self.drafts.insert(chat, text)),
            Err(_) if died => {}
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    fn claim(&mut self, env: &mut Env<'_>) -> Result<()> {
        let Some(conversation) = self.any_conversation(env)? else { return Ok(()) };
        let has = conversation.assignee.as_ref().map(|a| a.member);
        let to = (has != Some(self.who.member)).then_some(self.who.member);
        let (chat, line) = (conversation.id, MessageId(env.chance.id()));
        self.give(AssignChat { chat, to, seen: Some(SeenAssignee { member: has }), line }.into(), None, env).map(|_| ())
    }

    fn hand_over(&mut self, env: &mut Env<'_>) -> Result<()> {
        let Some(conversation) = self.any_conversation(env)? else { return Ok(()) };
        let to = env.chance.pick(&MEMBERS).copied();
        let (chat, line) = (conversation.id, MessageId(env.chance.id()));
        self.give(AssignChat { chat, to, seen: None, line }.into(), None, env).map(|_| ())
    }

    fn close_or_reopen(&mut self, env: &mut Env<'_>) -> Result<()> {
        let Some(conversation) = self.any_conversation(env)? else { return Ok(()) };
        let (chat, line) = (conversation.id, MessageId(env.chance.id()));
        let command: Command = if conversation.is_open() {
            CloseChat { chat, seen_inbound: conversation.last_inbound, line }.into()
        } else {
            ReopenChat { chat, line }.into()
        };
        self.give(command, None, env).map(|_| ())
    }

    fn tag(&mut self, env: &mut Env<'_>) -> Result<()> {
        let Some(conversation) = self.any_conversation(env)? else { return Ok(()) };
        let tags = self.ids(Kind::Tag)?;
        let Some(tag) = env.chance.pick(&tags).map(|id| TagId(*id)) else { return Ok(()) };
        let chat = conversation.id;
        let command: Command = if conversation.tags.contains(&tag) {
            UntagChat { chat, tag }.into()
        } else {
            TagChat { chat, tag }.into()
        };
        self.give(command, None, env).map(|_| ())
    }

    fn direct(&mut self, number: usize, env: &mut Env<'_>) -> Result<()> {
        let others: Vec<_> = MEMBERS.into_iter().filter(|m| *m != self.who.member).collect();
        let Some(with) = env.chance.pick(&others).copied() else { return Ok(()) };
        let chat = ChatId(env.chance.id());
        let started = self.give(CreateChat { chat, new: NewChat::Direct { with } }.into(), None, env)?;
        let chat = match started {
            Some(Submitted::Exists(existing)) => ChatId(existing),
            Some(Submitted::Waiting) => chat,
            Some(Submitted::Nothing) | None => return Ok(()),
        };
        self.send_in(chat, number, env)
    }

    /// Now and then: starts a team chat, or does something to one.
    fn team(&mut self, number: usize, env: &mut Env<'_>) -> Result<()> {
        if !env.chance.once_in(2) {
            return Ok(());
        }
        let ids = self.ids(Kind::TeamChat)?;
        let other = env.chance.pick(&MEMBERS).copied().into_iter().collect();
        let (new, line) = (ChatId(env.chance.id()), MessageId(env.chance.id()));
        let name = Name::parse(&format!("Team {number}"))?;
        let Some(chat) = env.chance.pick(&ids).map(|id| ChatId(*id)).filter(|_| !env.chance.once_in(4)) else {
            let new_chat = NewChat::Team { name, members: other };
            self.give(CreateChat { chat: new, new: new_chat }.into(), None, env)?;
            return self.send_in(new, number, env);
        };
        let command: Command = match env.chance.below(4) {
            0 => {
                // Their words go out of their sight by their own will, maybe before the hub has ever granted the chat.
                for own in self.own.iter_mut().filter(|own| own.chat == chat) {
                    (own.wiped, own.left) = (true, true);
                }
                LeaveChat { chat, line }.into()
            }
            1 => RenameChat { chat, name, line }.into(),
            _ => AddToChat { chat, members: other, line }.into(),
        };
        self.give(command, None, env).map(|_| ())
    }

    /// Now and then: pins a chat, or takes one down.
    fn pin(&mut self, env: &mut Env<'_>) -> Result<()> {
        if !env.chance.once_in(4) {
            return Ok(());
        }
        let Some(chat) = self.any_chat(env)? else { return Ok(()) };
        let command: Command = if env.chance.once_in(3) {
            UnpinChat { chat }.into()
        } else {
            PinChat { chat, order: env.chance.below(9).cast_signed() }.into()
        };
        self.give(command, None, env).map(|_| ())
    }

    /// Now and then: makes a contact a favorite, or takes one off.
    fn favorite(&mut self, env: &mut Env<'_>) -> Result<()> {
        let ids = self.ids(Kind::Contact)?;
        let Some(contact) = env.chance.pick(&ids).map(|id| ContactId(*id)) else { return Ok(()) };
        let command: Command = match env.chance.below(4) {
            0 => AddFavorite { contact }.into(),
            1 => RemoveFavorite { contact }.into(),
            _ => return Ok(()),
        };
        self.give(command, None, env).map(|_| ())
    }

    /// Now and then: undoes the last assignment or the close of a conversation, where it was their own.
    fn undo(&mut self, env: &mut Env<'_>) -> Result<()> {
        let Some(conversation) = self.any_conversation(env)? else { return Ok(()) };
        let act = conversation.closed.as_ref().and_then(|closed| closed.line).or(conversation.assigned);
        let Some(act) = act.filter(|_| env.chance.once_in(2)) else { return Ok(()) };
        let (chat, line) = (conversation.id, MessageId(env.chance.id()));
        self.give(UndoAct { chat, act, line }.into(), None, env).map(|_| ())
    }

    /// Something is held or refused: its person sends it again, edits it, or lets go of it.
    fn decide(&mut self, env: &mut Env<'_>) -> Result<()> {
        let items: Vec<OutboxItem> = self.needs_attention()?;
        let Some(item) = env.chance.pick(&items).cloned() else { return Ok(()) };
        match env.chance.below(4) {
            0 => self.discard(&item, env),
            1 => self.edit(&item, env),
            _ => self.again(&item, env).map(|_| ()),
        }
    }

    /// What is held or refused.
    pub fn needs_attention(&self) -> Result<Vec<OutboxItem>> {
        let items = self.store()?.outbox()?;
        Ok(items.into_iter().filter(|i| matches!(i.state, OutboxState::Held | OutboxState::Refused)).collect())
    }

    /// *Send anyway*, or *Retry*: a new command that does the same, having seen what is here now (S18).
    /// `None`: it is not taken.
    pub fn again(&mut self, item: &OutboxItem, env: &mut Env<'_>) -> Result<Option<Submitted>> {
        let Some(command) = item.command() else { return self.discard(item, env).map(|()| None) };
        let store = self.store()?;
        let line = MessageId(env.chance.id());
        let command: Command = match command {
            Command::SendMessage(send) => SendMessage { seen: store.last_pos(send.chat)?, ..send }.into(),
            Command::AssignChat(assign) => {
                let has = store.conversation(assign.chat)?.and_then(|c| c.assignee).map(|a| a.member);
                let seen = assign.seen.map(|_| SeenAssignee { member: has });
                AssignChat { seen, line, ..assign }.into()
            }
            Command::CloseChat(close) => {
                let seen_inbound = store.conversation(close.chat)?.map_or(0, |c| c.last_inbound);
                CloseChat { seen_inbound, line, ..close }.into()
            }
            Command::ReopenChat(reopen) => ReopenChat { line, ..reopen }.into(),
            other => other,
        };
        self.give(command, Some(item.id), env)
    }

    fn discard(&mut self, item: &OutboxItem, env: &mut Env<'_>) -> Result<()> {
        env.story.say(|| format!("On {} computer: discards {} {}", self.name, item.kind, short(item.id.0)));
        let done = self.store_mut()?.discard(item);
        self.took_back(item, done.map_err(SubmitError::Store), env).map(|_| ())
    }

    fn edit(&mut self, item: &OutboxItem, env: &mut Env<'_>) -> Result<()> {
        let (Some(chat), Some(text)) = (item.chat.filter(|_| item.message.is_some()), &item.text) else {
            return self.discard(item, env);
        };
        env.story.say(|| format!("On {} computer: edits {text:?}", self.name));
        let done = self.store_mut()?.take_back_into_draft(item, chat, text).map(|_| ());
        if self.took_back(item, done.map_err(SubmitError::Store), env)? {
            self.drafts.insert(chat, text.clone());
        }
        Ok(())
    }

    fn take_back(&mut self, env: &mut Env<'_>) -> Result<()> {
        let waiting: Vec<_> = self
            .store()?
            .outbox()?
            .into_iter()
            .filter(|item| item.state == OutboxState::Waiting && !item.transmitted)
            .collect();
        let Some(item) = env.chance.pick(&waiting) else { return Ok(()) };
        self.discard(item, env)?;
        for own in self.own.iter_mut().filter(|own| Some(own.message) == item.message && own.taken_back) {
            own.never_sent = true;
        }
        Ok(())
    }

    fn took_back(&mut self, item: &OutboxItem, done: Result<(), SubmitError>, env: &mut Env<'_>) -> Result<bool> {
        let died = self.has_died(env)?;
        let done = match done {
            Ok(()) => true,
            Err(_) if died => false,
            Err(error) => return Err(error.into()),
        };
        if done {
            for own in self.own.iter_mut().filter(|own| Some(own.message) == item.message) {
                own.taken_back = true;
            }
        }
        self.tell_outbox(env)?;
        Ok(done)
    }

    /// Gives a command; `None` where it was not taken.
    pub fn give(
        &mut self,
        command: Command,
        instead_of: Option<CommandId>,
        env: &mut Env<'_>,
    ) -> Result<Option<Submitted>> {
        let new = NewCommand { id: CommandId(env.chance.id()), command, instead_of };
        env.story.say(|| {
            let chat = new.command.chat().map(|chat| format!(" in {}", short(chat.0))).unwrap_or_default();
            format!("On {} computer: {}{chat} {}", self.name, new.command.kind(), short(new.id.0))
        });
        self.stands_behind(&new, env)?;
        let at = self.moment(env)?;
        let submitted = self.store_mut()?.submit(&new, at);
        let known = submitted.as_ref().ok().cloned();
        let taken = self.finish(submitted.map(|_| ()), env)?;
        self.write_as_an_older_program()?;
        self.tell_outbox(env)?;
        Ok(known.filter(|_| taken))
    }

    /// A close or a hand-over is not to be carried out where the reply before it is not.
    fn stands_behind(&self, new: &NewCommand, env: &mut Env<'_>) -> Result<()> {
        if !matches!(new.command, Command::CloseChat(_) | Command::AssignChat(_)) {
            return Ok(());
        }
        let waiting = self.store()?.outbox()?.into_iter().filter(|item| {
            item.state == OutboxState::Waiting && item.kind == "send_message" && item.chat == new.command.chat()
        });
        env.hub.oracle.given_behind(new.id, waiting.map(|item| item.id).collect());
        Ok(())
    }

    /// Whether the store took it. A program that died over it did not, or did: then it is on the disk.
    fn finish(&mut self, submitted: Result<(), SubmitError>, env: &mut Env<'_>) -> Result<bool> {
        let died = self.has_died(env)?;
        match submitted {
            Ok(()) => Ok(true),
            Err(SubmitError::Refused(refusal)) => {
                env.story.say(|| format!("    not taken: {refusal:?}"));
                Ok(false)
            }
            Err(SubmitError::Store(_)) if died => Ok(false),
            Err(SubmitError::Store(error)) => Err(error.into()),
        }
    }

    /// An older program had other bytes for some commands.
    fn write_as_an_older_program(&mut self) -> Result<()> {
        if !self.older {
            return Ok(());
        }
        for item in self.store()?.outbox()?.into_iter().filter(|item| !item.transmitted && item.version == 1) {
            let (from, to) = match item.kind.as_str() {
                "send_message" => ("text", "body"),
                "create_tag" => ("name", "label"),
                _ => continue,
            };
            let mut args: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&item.args)?;
            if let Some(value) = args.remove(from) {
                args.insert(to.into(), value);
            }
            let args = serde_json::Value::Object(args).to_string();
            let sql = "UPDATE outbox SET version = 0, args = ?1 WHERE n = ?2";
            self.connection()?.execute(sql, rusqlite::params![args, item.n])?;
        }
        Ok(())
    }

    fn tell_outbox(&mut self, env: &mut Env<'_>) -> Result<()> {
        self.handle(Event::Outbox, env)
    }
}

/// Enough of an identifier to tell it from others.
pub fn short(id: Uuid) -> String {
    id.simple().to_string()[24..].to_string()
}
