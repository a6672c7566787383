//! Who else has a chat before their eyes, and who is writing in it. True for seconds, stored nowhere, and known only while
//! the hub is reached.
//!
//! [`Presence`] takes what happened and says what to do; [`courier`] gives it a network and a clock. A sign is true for ten
//! seconds unless it is given again, so whoever loses their network, or dies, is gone from the others' screens by themselves.

pub(crate) mod courier;

use crate::notify::View;
use deskbell_domain::{ChatId, MemberId};
use deskbell_protocol::{Ephemeral, EventEphemeral, SIGN_LASTS_MS, Sign};
use std::collections::{BTreeMap, BTreeSet};

/// What lasts is said again so often: one lost sign in a row is not seen.
const AGAIN_MS: u64 = SIGN_LASTS_MS * 2 / 5;
/// With nobody else there nobody has to be told again: who comes says so, and is answered. Only a sign that was lost would be
/// missed for as long. Each is a request, and a window that is only looked at is to cost nothing.
const AGAIN_ALONE_MS: u64 = 30_000;
/// So long after a key a person is still writing.
const WRITES_MS: u64 = 5_000;
/// Writing is said again at most so often, whatever is typed.
const TYPING_EVERY_MS: u64 = 3_000;
/// Who comes to look is told of the others, but not more often than this.
const ANSWER_EVERY_MS: u64 = 1_000;

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Do {
    /// Tell the hub.
    Tell(Ephemeral),
    /// Who is in this chat has changed.
    Changed(ChatId),
}

/// What a colleague does in a chat, and until when that is true.
#[derive(Debug, Clone, Copy)]
struct Seen {
    sign: Sign,
    until_ms: u64,
}

/// Who does what in a chat.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Here {
    /// Who has it before their eyes; who writes in it too.
    pub viewing: BTreeSet<MemberId>,
    /// Who writes in it.
    pub typing: BTreeSet<MemberId>,
}

/// What is known of the others, and what they were told. Times are milliseconds of a clock that only rises.
#[derive(Debug, Default)]
pub(crate) struct Presence {
    online: bool,
    others: BTreeMap<(ChatId, MemberId), Seen>,
    view: View,
    /// What the hub was told last, and when.
    told: Option<(Ephemeral, u64)>,
    typed: Option<(ChatId, u64)>,
}

impl Presence {
    /// Who else is in a chat; `None` while nobody knows.
    pub fn here(&self, chat: ChatId, now_ms: u64) -> Option<Here> {
        if !self.online {
            return None;
        }
        let mut here = Here::default();
        for ((_, member), seen) in self.others.range((chat, MIN_MEMBER)..=(chat, MAX_MEMBER)) {
            if seen.until_ms <= now_ms {
                continue;
            }
            here.viewing.insert(*member);
            if seen.sign == Sign::Typing {
                here.typing.insert(*member);
            }
        }
        Some(here)
    }

    /// The hub is reached, or not any more: then nothing is known of anybody.
    pub fn set_online(&mut self, online: bool, now_ms: u64) -> Vec<Do> {
        if self.online == online {
            return Vec::new();
        }
        self.online = online;
        let mut chats: BTreeSet<ChatId> = self.others.keys().map(|(chat, _)| *chat).collect();
        chats.extend(self.view.chat);
        self.others.clear();
        self.told = None;
        let mut todo: Vec<Do> = chats.into_iter().map(Do::Changed).collect();
        todo.extend(self.say(now_ms));
        todo
    }

    /// A colleague's sign.
    pub fn heard(&mut self, event: EventEphemeral, now_ms: u64) -> Vec<Do> {
        let key = (event.chat, event.member);
        let before = self.others.get(&key).filter(|seen| seen.until_ms > now_ms).map(|seen| seen.sign);
        let after = match event.sign {
            Sign::Left => {
                self.others.remove(&key);
                None
            }
            sign => {
                self.others.insert(key, Seen { sign, until_ms: now_ms.saturating_add(SIGN_LASTS_MS) });
                Some(sign)
            }
        };
        let mut todo = Vec::new();
        if before != after {
            todo.push(Do::Changed(event.chat));
        }
        // Who has just come does not know yet who was here.
        let comes = before.is_none() && after.is_some();
        if comes && self.view.shows(event.chat) && self.told.is_none_or(|(_, at)| now_ms >= at + ANSWER_EVERY_MS) {
            self.told = None;
            todo.extend(self.say(now_ms));
        }
        todo
    }

    /// What is before the person's eyes from now on.
    pub fn look(&mut self, view: View, now_ms: u64) -> Vec<Do> {
        self.view = view;
        self.say(now_ms)
    }

    /// The person writes in a chat.
    pub fn types(&mut self, chat: ChatId, now_ms: u64) -> Vec<Do> {
        self.typed = Some((chat, now_ms));
        self.say(now_ms)
    }

    /// What they wrote is sent: they do not write any more.
    pub fn sent(&mut self, chat: ChatId, now_ms: u64) -> Vec<Do> {
        self.typed = self.typed.filter(|(typed, _)| *typed != chat);
        self.say(now_ms)
    }

    /// Time has passed.
    pub fn tick(&mut self, now_ms: u64) -> Vec<Do> {
        let mut over = BTreeSet::new();
        self.others.retain(|(chat, _), seen| {
            let lasts = seen.until_ms > now_ms;
            if !lasts {
                over.insert(*chat);
            }
            lasts
        });
        let mut todo: Vec<Do> = over.into_iter().map(Do::Changed).collect();
        todo.extend(self.say(now_ms));
        todo
    }

    /// When time alone changes something.
    pub fn wakes_ms(&self) -> Option<u64> {
        let ends = self.others.values().map(|seen| seen.until_ms);
        let told = self.told.filter(|(told, _)| told.sign != Sign::Left);
        let again = told.map(|(told, at)| at + self.again_ms(told));
        let stops = self.typed.map(|(_, at)| at + WRITES_MS);
        ends.chain(again).chain(stops).min()
    }

    /// After how long a sign is given again.
    fn again_ms(&self, told: Ephemeral) -> u64 {
        let alone = self.others.range((told.chat, MIN_MEMBER)..=(told.chat, MAX_MEMBER)).next().is_none();
        match told.sign {
            Sign::Typing => TYPING_EVERY_MS,
            _ if alone => AGAIN_ALONE_MS,
            _ => AGAIN_MS,
        }
    }

    /// Tells the hub what is true now, where it does not know it or would forget it.
    fn say(&mut self, now_ms: u64) -> Vec<Do> {
        self.typed = self.typed.filter(|(_, at)| now_ms < at + WRITES_MS);
        if !self.online {
            return Vec::new();
        }
        let now = self.view.chat.filter(|_| self.view.focused).map(|chat| {
            let writes = self.typed.is_some_and(|(typed, _)| typed == chat);
            Ephemeral { chat, sign: if writes { Sign::Typing } else { Sign::Viewing } }
        });
        let told = self.told.filter(|(told, _)| told.sign != Sign::Left);
        let mut todo = Vec::new();
        if let Some((told, _)) = told.filter(|(told, _)| now.is_none_or(|now| now.chat != told.chat)) {
            let left = Ephemeral { chat: told.chat, sign: Sign::Left };
            self.told = Some((left, now_ms));
            todo.push(Do::Tell(left));
        }
        if let Some(now) = now
            && told.is_none_or(|(told, at)| told != now || now_ms >= at + self.again_ms(now))
        {
            self.told = Some((now, now_ms));
            todo.push(Do::Tell(now));
        }
        todo
    }
}

const MIN_MEMBER: MemberId = MemberId(uuid::Uuid::nil());
const MAX_MEMBER: MemberId = MemberId(uuid::Uuid::max());

#[cfg(test)]
mod tests;
