//! A click: decided, shown and stored in one transaction, before anything travels.

use super::pending::Replayed;
use super::{OutboxItem, OutboxState, Store, StoreError, Stored, Write, outbox, query};
use deskbell_domain::command::{MarkRead, NewChat};
use deskbell_domain::plant::{Plant, planted};
use deskbell_domain::{ChatId, Command, CommandId, Effect, Refusal, Rejection};
use std::collections::BTreeSet;
use uuid::Uuid;

/// When something happens, by both clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// This computer's clock (UTC milliseconds).
    pub local_ms: i64,
    /// What is to be added to it to get the hub's.
    pub skew_ms: i64,
}

impl Moment {
    /// The hub's clock.
    pub fn hub_ms(self) -> i64 {
        self.local_ms.saturating_add(self.skew_ms)
    }
}

/// A command to give.
#[derive(Debug, Clone, PartialEq)]
pub struct NewCommand {
    /// Its identifier.
    pub id: CommandId,
    /// What.
    pub command: Command,
    /// The refused or held row that it takes the place of.
    pub instead_of: Option<CommandId>,
}

/// What became of it here.
#[derive(Debug, Clone, PartialEq)]
pub enum Submitted {
    /// It waits for the hub; its effects show.
    Waiting,
    /// Nothing had to change.
    Nothing,
    /// The thing exists already, under this identifier.
    Exists(Uuid),
}

/// Why a command was not taken. Nothing was stored.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    /// The rules refuse it already here.
    #[error("refused: {0:?}")]
    Refused(Refusal),
    /// The cache failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Refusal> for SubmitError {
    fn from(refusal: Refusal) -> Self {
        SubmitError::Refused(refusal)
    }
}

impl Store {
    /// Gives a command.
    pub fn submit(&mut self, new: &NewCommand, at: Moment) -> Result<Submitted, SubmitError> {
        self.write(|w| w.submit(new, at))
    }

    /// Gives the command that sends what stood in a chat's draft, and clears the draft in the same transaction: a crash
    /// leaves the one or the other, never both or none.
    pub fn send(&mut self, new: &NewCommand, chat: ChatId, at: Moment) -> Result<(), SubmitError> {
        self.write(|w| {
            w.submit(new, at)?;
            Ok(w.save_draft(chat, "")?)
        })
    }

    /// Takes a command away that its author does not want any more.
    pub fn discard(&mut self, item: &OutboxItem) -> Stored<()> {
        self.write(|w| w.discard(item))
    }

    /// Moves the text of a command into the draft of its chat, behind what is there. Returns the whole draft.
    pub fn take_back_into_draft(&mut self, item: &OutboxItem, chat: ChatId, text: &str) -> Stored<String> {
        self.write(|w| {
            w.discard(item)?;
            w.append_draft(chat, text)
        })
    }
}

impl Write<'_> {
    pub(crate) fn submit(&mut self, new: &NewCommand, at: Moment) -> Result<Submitted, SubmitError> {
        let mut command = new.command.clone();
        self.resolve(&mut command)?;
        if let Some(before) = new.instead_of {
            self.delete_outbox(before)?;
        }
        let mut decided = self.decide(&command, at.hub_ms())?;
        if decided == Err(Rejection::NotFound.into()) && command != new.command {
            // What it turned out to be has not arrived yet; the hub knows both names.
            command = new.command.clone();
            decided = self.decide(&command, at.hub_ms())?;
        }
        let decision = decided.map_err(SubmitError::Refused)?;
        // A contact that joins another when it is shared still has to go.
        if let Some(existing) = decision.joined.filter(|_| decision.effects.iter().all(is_alias)) {
            return Ok(Submitted::Exists(existing));
        }
        if decision.effects.is_empty() {
            return Ok(Submitted::Nothing);
        }
        if let Command::MarkRead(read) = &command {
            self.forget_earlier_reads(read)?;
        }
        let id = new.instead_of.filter(|_| planted(Plant::S18Identity)).unwrap_or(new.id);
        let item = self.item(id, &command, at)?;
        let n = self.insert_outbox(&item)?;
        self.show(&decision.effects, Replayed { n, lane: item.lane, acknowledged: None })?;
        Ok(Submitted::Waiting)
    }

    /// A later read position says all that an earlier one did: a day of reading offline is one command for each chat. Not
    /// where the member marked the chat unread in between, nor where the earlier one alone says that it saw a mark.
    fn forget_earlier_reads(&mut self, read: &MarkRead) -> Stored<()> {
        let items = outbox::of_chat(&self.tx, read.chat)?;
        let since = items.iter().rposition(|item| item.kind == "mark_unread").map_or(0, |at| at + 1);
        for item in &items[since..] {
            if item.state != OutboxState::Waiting || item.transmitted {
                continue;
            }
            if let Some(Command::MarkRead(earlier)) = item.command()
                && (earlier.seen.is_none() || earlier.seen == read.seen)
            {
                self.tx.prepare_cached("DELETE FROM outbox WHERE n = ?")?.execute([item.n])?;
            }
        }
        Ok(())
    }

    fn item(&mut self, id: CommandId, command: &Command, at: Moment) -> Stored<OutboxItem> {
        let earlier = self.may_be_stood_on(command)?;
        // What the hub has done already cannot be refused any more.
        let earlier: Vec<(CommandId, Command)> = earlier
            .iter()
            .filter(|e| e.state == OutboxState::Waiting)
            .filter_map(|e| Some((e.id, e.command()?)))
            .collect();
        let depends_on = command.depends_on(earlier.iter().map(|(id, c)| (*id, c)));
        let (message, text) = match command {
            Command::SendMessage(c) => (Some(c.message), Some(c.text.as_str().to_string())),
            Command::CreateTag(c) => (None, Some(c.name.as_str().to_string())),
            Command::CreateContact(c) => (None, Some(c.contact.name.as_str().to_string())),
            _ => (None, None),
        };
        let title = self.title_of(command)?;
        Ok(OutboxItem {
            n: 0,
            id,
            lane: command.lane().0,
            chat: command.chat(),
            kind: command.kind().into(),
            version: command.version(),
            args: command.args().to_string(),
            depends_on,
            state: OutboxState::Waiting,
            created_ms: at.hub_ms(),
            created_local_ms: at.local_ms,
            transmitted: false,
            seq: None,
            reason: None,
            title,
            message,
            text,
        })
    }

    /// Commands on which this one may stand: those of its lane, and those that make something. Reading the whole outbox
    /// for each click would make the ten-thousandth wait for the others.
    fn may_be_stood_on(&mut self, command: &Command) -> Stored<Vec<OutboxItem>> {
        let mut earlier = outbox::pending_of(&self.tx, &BTreeSet::from([command.lane().0]))?;
        earlier.extend(outbox::making(&self.tx)?.into_iter().filter(|item| item.lane != command.lane().0));
        earlier.sort_by_key(|item| item.n);
        Ok(earlier)
    }

    /// Title to freeze: it stays readable when the chat has gone.
    fn title_of(&self, command: &Command) -> Stored<String> {
        if let Command::CreateChat(create) = command {
            return Ok(match &create.new {
                NewChat::Direct { with } => {
                    super::rows::member(&self.tx, *with)?.map(|m| m.name.to_string()).unwrap_or_default()
                }
                NewChat::Team { name, .. } => name.to_string(),
            });
        }
        let contact = match command {
            Command::ShareContact(c) => Some(c.contact),
            Command::AddFavorite(c) => Some(c.contact),
            Command::RemoveFavorite(c) => Some(c.contact),
            _ => None,
        };
        if let Some(contact) = contact {
            let contact = super::rows::contact(&self.tx, contact)?;
            return Ok(contact.map(|c| c.name.as_str().to_string()).unwrap_or_default());
        }
        let Some(chat) = command.chat() else { return Ok(String::new()) };
        Ok(query::title_of(&self.tx, chat)?.unwrap_or_default())
    }
}

fn is_alias(effect: &Effect) -> bool {
    matches!(effect, Effect::Alias { .. })
}
