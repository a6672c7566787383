//! How this computer shows things: where one was reading in a chat, how each list is shown, and which list and chat were
//! on screen. Of the member who is signed
//! in, and never brought to the hub.

use super::query::default_view;
use super::{Store, Stored, Write, meta};
use crate::rpc::types::{LastPlace, ListView, Place, SaveReading, ThreadPoint};
use deskbell_domain::ChatId;
use rusqlite::{Connection, OptionalExtension, params};

/// Where one was reading; the end, where nothing was kept.
pub(crate) fn reading_of(c: &Connection, chat: ChatId) -> Stored<ThreadPoint> {
    let kept =
        c.prepare_cached("SELECT pos, above FROM reading WHERE chat = ?")?.query_row([chat.0.into_bytes()], |r| {
            Ok(ThreadPoint { pos: Some(r.get::<_, i64>(0)?.unsigned_abs()), offset: r.get(1)? })
        });
    Ok(kept.optional()?.unwrap_or(ThreadPoint { pos: None, offset: 0 }))
}

/// How the list of a place is shown. What an older or newer program kept and this one cannot read is as good as nothing.
pub(crate) fn view_of(c: &Connection, place: &Place) -> Stored<ListView> {
    let kept: Option<String> = c
        .prepare_cached("SELECT view FROM list_view WHERE place = ?")?
        .query_row([serde_json::to_string(place)?], |r| r.get(0))
        .optional()?;
    match kept.and_then(|view| serde_json::from_str::<ListView>(&view).ok()) {
        Some(view) => Ok(view),
        None => default_view(c, place),
    }
}

const LAST_PLACE: &str = "last_place";

/// Where the member was when the window closed; nowhere, where this program cannot read what another one kept.
pub(crate) fn last_place(c: &Connection) -> Stored<LastPlace> {
    let kept: Option<serde_json::Value> = meta::get(c, LAST_PLACE)?;
    Ok(kept.and_then(|place| serde_json::from_value(place).ok()).unwrap_or_default())
}

impl Store {
    /// Remembers where the member is.
    pub fn save_last_place(&mut self, place: &LastPlace) -> Stored<()> {
        if last_place(&self.connection)? == *place {
            return Ok(());
        }
        self.write(|w| w.set(LAST_PLACE, place))
    }

    /// Remembers where one was reading in a chat.
    pub fn save_reading(&mut self, at: &SaveReading) -> Stored<()> {
        let wanted = ThreadPoint { pos: at.pos, offset: at.offset };
        // Nothing is kept of a chat that is not here: it would stay for ever.
        let here = super::project::is_listed(&self.connection, at.chat)?;
        if !here || reading_of(&self.connection, at.chat)? == wanted {
            return Ok(());
        }
        self.write(|w| {
            match at.pos {
                Some(pos) => {
                    w.tx.prepare_cached("INSERT OR REPLACE INTO reading (chat, pos, above) VALUES (?, ?, ?)")?
                        .execute(params![at.chat.0.into_bytes(), i64::try_from(pos).unwrap_or(i64::MAX), at.offset])?
                }
                None => w.forget_reading(at.chat)?,
            };
            Ok(())
        })
    }

    /// Remembers how the list of a place is shown.
    pub fn set_list_view(&mut self, view: &ListView) -> Stored<()> {
        if view_of(&self.connection, &view.place)? == *view {
            return Ok(());
        }
        let (place, kept) = (serde_json::to_string(&view.place)?, serde_json::to_string(view)?);
        self.write(|w| {
            w.tx.prepare_cached("INSERT OR REPLACE INTO list_view (place, view) VALUES (?, ?)")?
                .execute(params![place, kept])?;
            w.tag("list_views");
            Ok(())
        })
    }
}

impl Write<'_> {
    /// The chat has gone, or is read at its end.
    pub(super) fn forget_reading(&mut self, chat: ChatId) -> Stored<usize> {
        Ok(self.tx.prepare_cached("DELETE FROM reading WHERE chat = ?")?.execute([chat.0.into_bytes()])?)
    }
}
