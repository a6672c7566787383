//! What members have beside conversations: numbers that moved, team chats, favorites, pins.

use super::people::{FAVORITES, NUMBERS, PINS, TEAMS};
use super::play::Player;
use super::{AdminError, unusable};
use deskbell_domain::command::{AddFavorite, AddToChat, CreateChat, MoveNumber, NewChat, PinChat};
use deskbell_domain::{Actor, ChatId, ContactId, MessageId, Name};
use std::collections::BTreeMap;

const MINUTE_MS: i64 = 60 * 1000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;

impl Player<'_> {
    /// Numbers come into inboxes: from then on what was exchanged on them is archived.
    pub(super) fn numbers_move(&mut self) -> Result<(), AdminError> {
        for number in &NUMBERS {
            let Some(moved) = &number.moved else { continue };
            let at_ms = self.now_ms - moved.days * DAY_MS;
            let old = format!("{}/old", number.owner);
            let old = *self.world.channels.get(&old).ok_or_else(|| unusable("number", number.name))?;
            let to = *self.world.inboxes.get(moved.to).ok_or_else(|| unusable("inbox", moved.to))?;
            let name = Name::parse(moved.name).map_err(|e| unusable("name", e))?;
            let channel = *self.world.channels.get(moved.word).ok_or_else(|| unusable("number", moved.word))?;
            let command = MoveNumber { number: old, channel, name, to, share: moved.share };
            self.push(Actor::System, command, at_ms);
        }
        Ok(())
    }

    /// The last of each team comes later: the thread says so.
    pub(super) fn team_chats(&mut self) -> Result<(), AdminError> {
        for (name, by, members, said) in TEAMS {
            let began = self.now_ms - (20 * DAY_MS);
            let (chat, starts) = (ChatId(self.world.id(began)), self.member(by)?);
            let mut members = members.iter().map(|m| self.member(m)).collect::<Result<Vec<_>, _>>()?;
            let late = members.pop();
            let new = NewChat::Team {
                name: Name::parse(name).map_err(|e| unusable("name", e))?,
                members: members.into_iter().collect(),
            };
            self.push(Actor::Member(starts), CreateChat { chat, new }, began);
            let (line, added) = (MessageId(self.world.id(began)), began + DAY_MS);
            let add = AddToChat { chat, members: late.into_iter().collect(), line };
            self.push(Actor::Member(starts), add, added);
            for (from, text, minutes) in said {
                let (from, at_ms) = (self.member(from)?, self.now_ms - minutes * MINUTE_MS);
                self.send(from, chat, text, at_ms)?;
                self.read(from, chat, at_ms);
            }
            self.chats.insert(name.into(), chat);
        }
        Ok(())
    }

    /// Favorites and pins.
    pub(super) fn kept(&mut self, contacts: &BTreeMap<String, ContactId>) -> Result<(), AdminError> {
        let at_ms = self.now_ms - MINUTE_MS;
        for (whose, who) in FAVORITES {
            let me = Actor::Member(self.member(whose)?);
            // A sample of few conversations lacks some.
            if let Some(contact) = contacts.get(who) {
                self.push(me, AddFavorite { contact: *contact }, at_ms);
            }
        }
        for (order, (whose, what)) in PINS.into_iter().enumerate() {
            let me = Actor::Member(self.member(whose)?);
            if let Some(chat) = self.chats.get(what) {
                self.push(me, PinChat { chat: *chat, order: order as i64 }, at_ms);
            }
        }
        Ok(())
    }
}
