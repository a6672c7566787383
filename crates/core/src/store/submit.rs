//! A click: decided, shown and stored in one transaction, before anything travels.

use super::pending::Replayed;
use super::{OutboxItem, OutboxState, Store, StoreError, Stored, Write, outbox, query};
use deskbell_domain::command::NewChat;
use deskbell_domain::{ChatId, Command, CommandId, Refusal, Rejection};
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

impl Store {
    /// Gives a command.
    pub fn submit(&mut self, new: &NewCommand, at: Moment) -> Result<Submitted, SubmitError> {
        self.write(|w| w.submit(new, at))
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
        if let Some(existing) = decision.joined {
            return Ok(Submitted::Exists(existing));
        }
        if decision.effects.is_empty() {
            return Ok(Submitted::Nothing);
        }
        if let Command::MarkRead(read) = &command {
            self.forget_earlier_reads(read.chat)?;
        }
        let item = self.item(new.id, &command, at)?;
        let n = self.insert_outbox(&item)?;
        self.show(&decision.effects, Replayed { n, lane: item.lane, acknowledged: None })?;
        Ok(Submitted::Waiting)
    }

    /// A later read position says all that an earlier one did: a day of reading offline is one command for each chat.
    fn forget_earlier_reads(&mut self, chat: ChatId) -> Stored<()> {
        let sql = "DELETE FROM outbox WHERE chat = ? AND kind = 'mark_read' AND state = 'waiting' AND transmitted = 0";
        self.tx.prepare_cached(sql)?.execute([chat.0.into_bytes()])?;
        Ok(())
    }

    fn item(&mut self, id: CommandId, command: &Command, at: Moment) -> Stored<OutboxItem> {
        let earlier = outbox::pending(&self.tx)?;
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

    /// Title to freeze: it stays readable when the chat has gone.
    fn title_of(&self, command: &Command) -> Stored<String> {
        if let Command::CreateChat(create) = command {
            let NewChat::Direct { with } = create.new;
            return Ok(super::rows::member(&self.tx, with)?.map(|m| m.name.as_str().to_string()).unwrap_or_default());
        }
        let Some(chat) = command.chat() else { return Ok(String::new()) };
        Ok(query::title_of(&self.tx, chat)?.unwrap_or_default())
    }
}
