//! What is rescued of a damaged cache: what the member did and the hub may not have, drafts, and who is signed in. All
//! else the hub has too.

mod cells;
mod pages;

use crate::store::{self, Identity, OutboxItem, OutboxState, StoredSession};
use cells::{Record, Value};
use deskbell_domain::{ChatId, Command, CommandId};
use deskbell_protocol::Stamp;
use deskbell_sqlite::encrypted::Key;
pub(crate) use pages::is_log_broken;
use pages::{Pages, Trust};
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::path::Path;
use uuid::Uuid;

/// A cache always has more pages than this; of a shorter one too little is left to tell whose it was.
const FEWEST_BYTES: u64 = 8192;

/// A row of the outbox as it was found.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundItem {
    /// The row.
    pub item: OutboxItem,
    /// Whether it is whole and nothing newer was lost: then it can go as if nothing had been.
    pub sound: bool,
}

/// What was found in a damaged cache.
#[derive(Clone, Default, PartialEq)]
pub struct Found {
    /// Whether the key is that of this file.
    pub key_fits: bool,
    /// Who is signed in.
    pub identity: Option<Identity>,
    /// The session.
    pub session: Option<StoredSession>,
    /// Cursor of the feed.
    pub cursor: Option<u64>,
    /// Newest point of the hub's history that was seen.
    pub stamp: Option<Stamp>,
    /// What is to be added to this computer's clock to get the hub's.
    pub skew_ms: Option<i64>,
    /// The outbox, in its order.
    pub outbox: Vec<FoundItem>,
    /// Drafts by chat.
    pub drafts: BTreeMap<Uuid, String>,
}

impl Found {
    /// Messages that had not reached the hub for sure.
    pub fn messages(&self) -> usize {
        self.outbox.iter().filter(|found| found.item.message.is_some()).count()
    }

    /// Whether anything of the member's own was found.
    pub fn is_empty(&self) -> bool {
        self.outbox.is_empty() && self.drafts.is_empty()
    }
}

/// Reads what can be read of the cache at `path` and its log. Never changes them.
pub fn read(path: &Path, log: &Path, key: &Key) -> std::io::Result<Found> {
    let length = |path: &Path| path.metadata().map_or(0, |about| about.len());
    let mut pages = Pages::open(path, log, key)?;
    let mut finds = Finds::default();
    for number in pages.numbers() {
        let images = [pages.page(number)?, pages.uncommitted(number)?];
        for page in images.into_iter().flatten() {
            let mut trust = page.trust;
            let mut overflow = |number| {
                let page = pages.page(number).ok().flatten()?;
                trust = trust.min(page.trust);
                Some(page.bytes)
            };
            let records = cells::records(number, &page.bytes, &mut overflow);
            records.into_iter().for_each(|record| finds.take(record, trust));
        }
    }
    let mut found = finds.found();
    found.key_fits = pages.is_proven() || !found.is_empty() || found.identity.is_some() || {
        length(path).max(length(log)) < FEWEST_BYTES
    };
    Ok(found)
}

/// The best of each row so far.
#[derive(Default)]
struct Finds {
    outbox: BTreeMap<CommandId, (Trust, OutboxItem)>,
    drafts: BTreeMap<Uuid, (Trust, String)>,
    meta: BTreeMap<String, (Trust, String)>,
}

impl Finds {
    fn take(&mut self, record: Record, trust: Trust) {
        match record.columns.as_slice() {
            [Value::Null, Value::Blob(_), Value::Blob(_), ..] if record.had >= store::OUTBOX_COLUMNS => {
                if let Some((item, whole)) = outbox_item(&record) {
                    better(&mut self.outbox, item.id, if whole { trust } else { Trust::Unproven }, item);
                }
            }
            [Value::Blob(chat), Value::Text(text)] if record.had == 2 && !is_natural_key(text) => {
                if let Some(chat) = uuid(chat) {
                    better(&mut self.drafts, chat, trust, text.clone());
                }
            }
            // Two identifiers are an alias, or a chat and its tag: nothing tells them apart, and a draft that went to a tag would be
            // seen by nobody. Aliases are not needed: where one was known, the outbox and the drafts have the other name already,
            // and the hub knows both.
            [Value::Text(key), Value::Text(value)] if record.had == 2 && store::is_rescued_fact(key) => {
                better(&mut self.meta, key.clone(), trust, value.clone());
            }
            _ => {}
        }
    }

    fn found(self) -> Found {
        let fact = |key: &str| self.meta.get(key).map(|(_, value)| value.as_str());
        let mut outbox: Vec<_> = self.outbox.into_values().collect();
        outbox.sort_by_key(|(_, item)| item.n);
        let sound = |trust| trust == Trust::Sound;
        Found {
            key_fits: false,
            identity: parsed(fact(store::IDENTITY)),
            session: parsed(fact(store::SESSION)),
            cursor: parsed(fact(store::CURSOR)),
            stamp: parsed(fact(store::STAMP)),
            skew_ms: parsed(fact(store::SKEW)),
            outbox: outbox.into_iter().map(|(trust, item)| FoundItem { item, sound: sound(trust) }).collect(),
            drafts: self.drafts.into_iter().map(|(chat, (_, text))| (chat, text)).collect(),
        }
    }
}

fn better<K: Ord, V>(kept: &mut BTreeMap<K, (Trust, V)>, key: K, trust: Trust, value: V) {
    if kept.get(&key).is_none_or(|(before, _)| *before < trust) {
        kept.insert(key, (trust, value));
    }
}

fn parsed<T: DeserializeOwned>(text: Option<&str>) -> Option<T> {
    serde_json::from_str(text?).ok()
}

fn uuid(bytes: &[u8]) -> Option<Uuid> {
    Uuid::from_slice(bytes).ok()
}

/// The index of natural keys has the shape of the drafts.
fn is_natural_key(text: &str) -> bool {
    ["address:", "conversation:", "pair:", "tag:"].iter().any(|begins| text.starts_with(begins))
}

/// A row of the outbox, and whether all of it could be read. What it does must be there to read; the rest is said anew.
fn outbox_item(record: &Record) -> Option<(OutboxItem, bool)> {
    let column = |n: usize| record.columns.get(n);
    let id = |n: usize| match column(n) {
        Some(Value::Blob(bytes)) => uuid(bytes),
        _ => None,
    };
    let text = |n: usize| match column(n) {
        Some(Value::Text(text)) => Some(text.clone()),
        _ => None,
    };
    let int = |n: usize| match column(n) {
        Some(Value::Int(number)) => Some(*number),
        _ => None,
    };
    let mut item = OutboxItem {
        n: record.rowid?,
        id: CommandId(id(1)?),
        lane: id(2)?,
        chat: id(3).map(ChatId),
        kind: text(4)?,
        version: u32::try_from(int(5)?).ok()?,
        args: text(6)?,
        depends_on: parsed(text(7).as_deref()).unwrap_or_default(),
        state: text(8).map_or(OutboxState::Waiting, |state| OutboxState::parse(&state)),
        created_ms: int(9).unwrap_or_default(),
        created_local_ms: int(10).unwrap_or_default(),
        transmitted: int(11) != Some(0),
        seq: None,
        reason: parsed(text(13).as_deref()),
        title: text(14).unwrap_or_default(),
        message: id(15).map(Into::into),
        text: text(16),
    };
    let mut whole = record.columns.len() >= store::OUTBOX_COLUMNS;
    match item.command() {
        Some(Command::SendMessage(send)) => {
            // The text stands in it twice.
            whole &= item.text.as_deref() == Some(send.text.as_str());
            (item.message, item.text) = (Some(send.message), Some(send.text.as_str().to_string()));
        }
        Some(_) => {}
        // What only a newer program understands is kept as it is.
        None => drop(serde_json::from_str::<serde_json::Value>(&item.args).ok()?),
    }
    Some((item, whole))
}

#[cfg(test)]
mod tests;
