//! What the member did last on this computer, as far as it can be undone.
//!
//! What has not left this computer is taken back as if it had never been. What has is undone by the inverse command, which
//! holds only where everything still is as the act left it: of who acted since nothing is undone behind their back.

use super::pending::{decide_on, loaded};
use super::{NewCommand, OutboxItem, OutboxState, Store, Stored, SubmitError, Submitted, Write, meta, outbox};
use crate::store::Moment;
use deskbell_domain::{ChatId, Command, CommandId, MemberId, Refusal, Rejection, TagId, derived_id};
use deskbell_protocol::parse_command;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

const ACTS: &str = "acts";
/// So many acts are remembered.
const MOST_ACTS: usize = 20;
/// What is older is nobody's last act any more.
const LASTS_MS: i64 = 10 * 60 * 1000;

/// An act of the member.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Act {
    /// The command by which it was done.
    pub command: CommandId,
    /// Where.
    pub chat: ChatId,
    /// When, by the hub's clock.
    pub at_ms: i64,
    /// When, by this computer's clock.
    pub at_local_ms: i64,
    /// What.
    pub deed: Deed,
    /// What takes it back once it has left this computer; a message nothing does.
    inverse: Option<Inverse>,
}

/// A command that was not given yet, as it would travel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Inverse {
    kind: String,
    version: u32,
    args: serde_json::Value,
}

impl Inverse {
    fn of(command: &Command) -> Self {
        Self { kind: command.kind().into(), version: command.version(), args: command.args() }
    }

    fn command(&self) -> Option<Command> {
        parse_command(&self.kind, self.version, &self.args.to_string()).ok()
    }
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "deed", rename_all = "snake_case")]
pub enum Deed {
    /// Given to somebody, or to nobody.
    Assign {
        /// Who has it since.
        to: Option<MemberId>,
    },
    /// Closed.
    Close,
    /// A tag was put on.
    Tag {
        /// Which.
        tag: TagId,
    },
    /// A tag was taken off.
    Untag {
        /// Which.
        tag: TagId,
    },
    /// Written.
    Send,
}

impl Deed {
    /// Kind of the command.
    pub fn kind(self) -> &'static str {
        match self {
            Deed::Assign { .. } => "assign_chat",
            Deed::Close => "close_chat",
            Deed::Tag { .. } => "tag_chat",
            Deed::Untag { .. } => "untag_chat",
            Deed::Send => "send_message",
        }
    }
}

/// Whether an act can be undone now.
enum Standing {
    /// It has not left this computer.
    Unsent(Box<OutboxItem>),
    /// It was done, and this takes it back.
    Stands(Box<Command>),
    /// Somebody acted since, or may not take it back any more.
    Refused(Refusal),
    /// A message that is out, or what came to nothing, or was taken back by somebody else.
    Past,
}

/// What came of undoing.
#[derive(Debug)]
pub enum Undone {
    /// There was nothing to undo.
    Nothing,
    /// This was undone.
    Act(Act),
    /// Somebody acted since, or it may not be taken back any more: this stands.
    Refused(Act, Refusal),
}

/// The newest act that can be undone now, and until when a message among them is held back.
pub(crate) fn newest_act(c: &Connection, now_local_ms: i64) -> Stored<Option<(Act, Option<i64>)>> {
    for act in recent(c, now_local_ms)?.into_iter().rev() {
        match standing(c, &act)? {
            Standing::Unsent(item) => return Ok(Some((act, super::held_until(c, item.id)?))),
            Standing::Stands(_) => return Ok(Some((act, None))),
            Standing::Refused(_) | Standing::Past => {}
        }
    }
    Ok(None)
}

/// Oldest first. A clock that was set back makes nothing young again.
fn recent(c: &Connection, now_local_ms: i64) -> Stored<Vec<Act>> {
    let mut acts: Vec<Act> = meta::get(c, ACTS)?.unwrap_or_default();
    acts.retain(|act| (0..=LASTS_MS).contains(&now_local_ms.saturating_sub(act.at_local_ms)));
    Ok(acts)
}

fn standing(c: &Connection, act: &Act) -> Stored<Standing> {
    let item = outbox::find(c, act.command)?;
    match item {
        Some(item) if matches!(item.state, OutboxState::Held | OutboxState::Refused) => return Ok(Standing::Past),
        Some(item) if item.state == OutboxState::Waiting && !item.transmitted => {
            let gone = act.deed == Deed::Send && super::held_until(c, item.id)?.is_none();
            return Ok(if gone { Standing::Past } else { Standing::Unsent(Box::new(item)) });
        }
        _ if act.deed == Deed::Send => return Ok(Standing::Past),
        _ => {}
    }
    let inverse = act.inverse.as_ref().and_then(Inverse::command);
    let (Some(command), Some(identity)) = (inverse, meta::identity(c)?) else { return Ok(Standing::Past) };
    Ok(match decide_on(&command, identity.me, &loaded(c, &command, identity.me)?, act.at_ms) {
        Ok(decision) if decision.effects.is_empty() => Standing::Past,
        Ok(_) => Standing::Stands(Box::new(command)),
        Err(Refusal::Rejected(Rejection::NotFound)) => Standing::Past,
        Err(refusal) => Standing::Refused(refusal),
    })
}

impl Store {
    /// Gives a command that can be undone.
    pub fn submit_act(&mut self, new: &NewCommand, at: Moment) -> Result<Submitted, SubmitError> {
        self.write(|w| w.submit_act(new, at))
    }

    /// Undoes the newest act; `id` is for the command that may be needed.
    pub fn undo(&mut self, id: CommandId, at: Moment) -> Result<Undone, SubmitError> {
        self.write(|w| w.undo(id, at))
    }
}

impl Write<'_> {
    /// Gives a command that can be undone.
    pub(crate) fn submit_act(&mut self, new: &NewCommand, at: Moment) -> Result<Submitted, SubmitError> {
        let inverse = self.inverse(new)?;
        let submitted = self.submit(new, at)?;
        if let (Some((deed, inverse)), Some(chat), Submitted::Waiting) = (inverse, new.command.chat(), &submitted) {
            self.remember(new.id, chat, deed, Some(&inverse), at)?;
        }
        Ok(submitted)
    }

    /// What kind of act it is and what takes it back; `None` where nothing does.
    fn inverse(&self, new: &NewCommand) -> Stored<Option<(Deed, Command)>> {
        let deed = match &new.command {
            Command::AssignChat(c) => Deed::Assign { to: c.to },
            Command::CloseChat(_) => Deed::Close,
            Command::TagChat(c) => Deed::Tag { tag: c.tag },
            Command::UntagChat(c) => Deed::Untag { tag: c.tag },
            _ => return Ok(None),
        };
        let Some(identity) = self.identity else { return Ok(None) };
        let mut command = new.command.clone();
        self.resolve(&mut command)?;
        // Named by the act, so that chance is asked once.
        let line = derived_id("undo", &[new.id.0.as_bytes()]).into();
        let before = loaded(&self.tx, &command, identity.me)?;
        Ok(command.undone_by(&before, line).map(|inverse| (deed, inverse)))
    }

    pub(super) fn remember(
        &mut self,
        command: CommandId,
        chat: ChatId,
        deed: Deed,
        inverse: Option<&Command>,
        at: Moment,
    ) -> Stored<()> {
        let mut acts = recent(&self.tx, at.local_ms)?;
        let inverse = inverse.map(Inverse::of);
        acts.push(Act { command, chat, at_ms: at.hub_ms(), at_local_ms: at.local_ms, deed, inverse });
        let surplus = acts.len().saturating_sub(MOST_ACTS);
        self.keep_acts(&acts[surplus..])
    }

    fn keep_acts(&mut self, acts: &[Act]) -> Stored<()> {
        self.tag("undo");
        self.set(ACTS, &acts)
    }

    fn undo(&mut self, id: CommandId, at: Moment) -> Result<Undone, SubmitError> {
        let mut acts = recent(&self.tx, at.local_ms)?;
        let mut undone = Undone::Nothing;
        while let Some(act) = acts.pop() {
            undone = match standing(&self.tx, &act)? {
                Standing::Past => continue,
                Standing::Refused(refusal) => Undone::Refused(act, refusal),
                Standing::Unsent(item) => self.take_back(&item, act)?,
                Standing::Stands(command) => {
                    self.submit(&NewCommand { id, command: *command, instead_of: None }, at)?;
                    Undone::Act(act)
                }
            };
            break;
        }
        self.keep_acts(&acts)?;
        Ok(undone)
    }

    /// As if it had never been; the text of a message goes into the draft, behind what is there.
    fn take_back(&mut self, item: &OutboxItem, act: Act) -> Result<Undone, SubmitError> {
        self.discard(item)?;
        if let (Some(chat), Some(_), Some(text)) = (item.chat, item.message, &item.text) {
            self.append_draft(chat, text)?;
        }
        Ok(Undone::Act(act))
    }
}

#[cfg(test)]
pub(in crate::store) mod tests;
