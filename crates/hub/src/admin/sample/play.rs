//! Playing the stories: each step becomes a command at its time, all of them in the order of time.

use super::contacts::Book;
use super::people::{DIRECT, SILENT, another};
use super::story::{Step, Story, Who, desk_stories, stories};
use super::{AdminError, Sample, World, unusable};
use deskbell_domain::command::{
    AssignChat, CloseChat, CreateChat, MarkRead, NewChat, ReceiveMessage, SendMessage, TagChat,
};
use deskbell_domain::{Actor, Address, ChannelId, ChatId, Command, MemberId, MessageId};
use deskbell_domain::{MessageText, Name, plain_name};
use std::collections::BTreeMap;
use std::time::Duration;

/// Whoever acts has seen everything.
const ALL_SEEN: u64 = 1 << 52;

/// What was played.
pub struct Played {
    /// In the inboxes.
    pub conversations: usize,
    /// On members' own numbers, archived ones too.
    pub texts: usize,
    pub messages: usize,
}

pub struct Player<'a> {
    pub(super) world: &'a mut World,
    stories: Vec<Story>,
    pub(super) now_ms: i64,
    commands: Vec<(Actor, Command, i64)>,
    messages: usize,
    pub(super) book: Book,
    /// The newest chat with somebody, and the team chats by name.
    pub(super) chats: BTreeMap<String, ChatId>,
}

impl<'a> Player<'a> {
    /// The stories, told again by others until there are enough, with small talk until there are enough messages.
    pub fn new(world: &'a mut World, args: &Sample) -> Self {
        let told = stories();
        let mut all: Vec<Story> = told.iter().take(args.conversations).cloned().collect();
        for n in all.len()..args.conversations {
            let mut again = told[n % told.len()].clone();
            again.who = another(n - told.len());
            again.age += Duration::from_secs(13 * 60 * 60) * u32::try_from(n / told.len()).unwrap_or(u32::MAX);
            all.push(again);
        }
        talk_more(&mut all, args.messages);
        // What every place of the window needs to show something; told once, and the oldest first.
        all.extend(desk_stories());
        all.sort_by_key(|story| std::cmp::Reverse(story.age));
        let (now_ms, commands, chats) = (world.hub.now_ms(), Vec::new(), BTreeMap::new());
        Self { world, stories: all, now_ms, commands, messages: 0, book: Book::default(), chats }
    }

    pub async fn play(mut self) -> Result<Played, AdminError> {
        let told = std::mem::take(&mut self.stories);
        for story in &told {
            self.story(story)?;
        }
        self.book.silent(SILENT, self.now_ms - 24 * 60 * 60 * 1000)?;
        let made = std::mem::take(&mut self.book).into_commands(self.world)?;
        self.commands.extend(made.commands);
        self.direct_chats()?;
        self.numbers_move()?;
        self.team_chats()?;
        self.kept(&made.contacts)?;
        // Stable, so that steps of one moment keep their order.
        self.commands.sort_by_key(|(_, _, at_ms)| *at_ms);
        self.world.do_all(self.commands).await?;
        let texts = told.iter().filter(|story| story.owner().is_some()).count();
        Ok(Played { conversations: told.len() - texts, texts, messages: self.messages })
    }

    fn story(&mut self, story: &Story) -> Result<(), AdminError> {
        let mut at_ms = self.now_ms - millis(story.age);
        let chat = ChatId(self.world.id(at_ms));
        let channel = *self.world.channels.get(&story.inbox).ok_or_else(|| unusable("inbox", &story.inbox))?;
        let owner = story.owner().map(|owner| self.member(owner)).transpose()?;
        let address = self.book.address(self.world, story, owner, at_ms)?;
        let profile_name = if let Who::Named(name) = &story.who { plain_name(name) } else { None };
        if let Who::Contact(name) | Who::Private(name) = &story.who {
            self.chats.insert(name.clone(), chat);
        }
        let mut tags = story.tags.clone();
        for (wait, step) in &story.steps {
            at_ms += millis(*wait);
            match step {
                Step::In(text) => self.receive(channel, chat, &address, profile_name.clone(), text, at_ms)?,
                Step::Out(name, text) => {
                    let me = self.member(name)?;
                    self.send(me, chat, text, at_ms)?;
                    self.read(me, chat, at_ms);
                }
                Step::Give(by, to) => {
                    let (by, to) = (self.member(by)?, self.member(to)?);
                    self.assign(by, to, chat, at_ms);
                }
                Step::Take(name) => {
                    let me = self.member(name)?;
                    self.assign(self.member("dana")?, me, chat, at_ms);
                }
                Step::Read(name) => self.read(self.member(name)?, chat, at_ms),
                Step::Close(name) => {
                    let me = self.member(name)?;
                    let line = MessageId(self.world.id(at_ms));
                    self.push(Actor::Member(me), CloseChat { chat, seen_inbound: ALL_SEEN, line }, at_ms);
                    for reader in story.readers() {
                        self.read(self.member(reader)?, chat, at_ms);
                    }
                }
            }
            for tag in tags.drain(..) {
                let by = Actor::Member(self.member(story.owner().unwrap_or("dana"))?);
                let tag = self.world.tags[&tag];
                self.push(by, TagChat { chat, tag }, at_ms);
            }
        }
        Ok(())
    }

    fn direct_chats(&mut self) -> Result<(), AdminError> {
        let mut chats: BTreeMap<[MemberId; 2], ChatId> = BTreeMap::new();
        for (from, to, text, minutes) in DIRECT {
            let at_ms = self.now_ms - minutes * 60 * 1000;
            let (from, to) = (self.member(from)?, self.member(to)?);
            let mut pair = [from, to];
            pair.sort();
            let chat = match chats.get(&pair) {
                Some(chat) => *chat,
                None => {
                    let chat = ChatId(self.world.id(at_ms));
                    self.push(Actor::Member(from), CreateChat { chat, new: NewChat::Direct { with: to } }, at_ms);
                    chats.insert(pair, chat);
                    chat
                }
            };
            self.send(from, chat, text, at_ms)?;
            self.read(from, chat, at_ms);
        }
        Ok(())
    }

    fn receive(
        &mut self,
        channel: ChannelId,
        chat: ChatId,
        address: &Address,
        profile_name: Option<Name>,
        text: &str,
        at_ms: i64,
    ) -> Result<(), AdminError> {
        let text = MessageText::parse(text).map_err(|e| unusable("text", e))?;
        let message = MessageId(self.world.id(at_ms));
        let address = address.clone();
        let receive = ReceiveMessage { channel, address, profile_name, message, text, new_chat: chat };
        self.push(Actor::System, receive, at_ms);
        self.messages += 1;
        Ok(())
    }

    pub(super) fn send(&mut self, me: MemberId, chat: ChatId, text: &str, at_ms: i64) -> Result<(), AdminError> {
        let text = MessageText::parse(text).map_err(|e| unusable("text", e))?;
        let message = MessageId(self.world.id(at_ms));
        self.push(Actor::Member(me), SendMessage { chat, message, text, seen: ALL_SEEN }, at_ms);
        self.messages += 1;
        Ok(())
    }

    fn assign(&mut self, by: MemberId, to: MemberId, chat: ChatId, at_ms: i64) {
        let line = MessageId(self.world.id(at_ms));
        self.push(Actor::Member(by), AssignChat { chat, to: Some(to), seen: None, line }, at_ms);
    }

    pub(super) fn read(&mut self, me: MemberId, chat: ChatId, at_ms: i64) {
        self.push(Actor::Member(me), MarkRead { chat, pos: ALL_SEEN, seen: None }, at_ms);
    }

    pub(super) fn push(&mut self, actor: Actor, command: impl Into<Command>, at_ms: i64) {
        self.commands.push((actor, command.into(), at_ms));
    }

    pub(super) fn member(&self, name: &str) -> Result<MemberId, AdminError> {
        self.world.members.get(name).copied().ok_or_else(|| unusable("member", name))
    }
}

fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

/// Adds small talk before what each story says, in turn, until there are so many messages.
fn talk_more(stories: &mut [Story], messages: usize) {
    let said = |s: &Story| s.steps.iter().filter(|(_, step)| matches!(step, Step::In(_) | Step::Out(..))).count();
    let there: usize = stories.iter().map(said).sum();
    if stories.is_empty() || messages <= there {
        return;
    }
    let talk: Vec<&str> = include_str!("small_talk.txt").lines().collect();
    let each = (messages - there).div_ceil(stories.len());
    let pace = Duration::from_secs(60);
    for story in stories {
        // Long talks begin earlier, so that they still end before now.
        story.age += pace * u32::try_from(each).unwrap_or(u32::MAX);
        let before = (0..each).map(|i| {
            let line = talk[i % talk.len()];
            let text = line[2..].to_owned();
            (pace, if line.starts_with('>') { Step::In(text) } else { Step::Out("dana".into(), text) })
        });
        story.steps.splice(0..0, before.collect::<Vec<_>>());
    }
}
