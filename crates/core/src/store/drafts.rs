//! Drafts: one per chat, on disk at once.

use super::{Store, StoreError, Stored, Write};
use deskbell_domain::ChatId;
use deskbell_domain::plant::{Plant, planted};
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

/// The draft of a chat; empty where there is none.
pub(crate) fn get(c: &Connection, chat: ChatId) -> Stored<String> {
    let text = c
        .prepare_cached("SELECT body FROM draft WHERE chat = ?")?
        .query_row([chat.0.into_bytes()], |r| r.get(0))
        .optional()?;
    Ok(text.unwrap_or_default())
}

impl Store {
    /// Keeps the draft of a chat; empty = none.
    pub fn save_draft(&mut self, chat: ChatId, text: &str) -> Stored<()> {
        self.write(|w| w.save_draft(chat, text))
    }
}

impl Write<'_> {
    pub(crate) fn save_draft(&mut self, chat: ChatId, text: &str) -> Stored<()> {
        if get(&self.tx, chat)? == text {
            return Ok(());
        }
        if text.is_empty() {
            self.tx.prepare_cached("DELETE FROM draft WHERE chat = ?")?.execute([chat.0.into_bytes()])?;
        } else {
            self.tx
                .prepare_cached("INSERT INTO draft (chat, body) VALUES (?, ?) ON CONFLICT (chat) DO UPDATE SET body = excluded.body")?
                .execute(params![chat.0.into_bytes(), text])?;
        }
        self.tag(format!("draft:{chat}"));
        // Not `chats`: nothing is counted or ordered otherwise, and a draft is written with every few letters.
        self.tag("drafts");
        Ok(())
    }

    /// Puts a text into the draft, behind what is there.
    pub(crate) fn append_draft(&mut self, chat: ChatId, text: &str) -> Result<String, StoreError> {
        let before = get(&self.tx, chat)?;
        let whole = if before.is_empty() { text.to_string() } else { format!("{before}\n{text}") };
        self.save_draft(chat, &whole)?;
        Ok(whole)
    }

    /// Drafts of chats that are known to be others by now go there.
    pub(crate) fn join_late_drafts(&mut self) -> Stored<()> {
        let late: Vec<([u8; 16], [u8; 16])> = {
            let sql = "SELECT a.loser, a.winner FROM draft d JOIN alias a ON a.loser = d.chat";
            let mut statement = self.tx.prepare_cached(sql)?;
            let rows = statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?;
            rows.collect::<Result<_, _>>()?
        };
        for (made, existing) in late.into_iter().filter(|_| !planted(Plant::DraftKey)) {
            self.join_drafts(Uuid::from_bytes(made), Uuid::from_bytes(existing))?;
        }
        Ok(())
    }

    /// A chat made here is another one: its draft goes there.
    pub(super) fn join_drafts(&mut self, made: Uuid, existing: Uuid) -> Stored<()> {
        let text = get(&self.tx, ChatId(made))?;
        if !text.is_empty() {
            self.append_draft(ChatId(existing), &text)?;
            self.save_draft(ChatId(made), "")?;
        }
        Ok(())
    }
}
