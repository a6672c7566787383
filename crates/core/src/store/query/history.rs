//! What a contact has exchanged with the organization, over all its addresses and channels.

use super::chats::{MOST_ROWS, NoPage, absent, kind_of, preview_of};
use super::head::closed_info;
use super::lists::{At, Key, Page, START, next_of, parse_next};
use super::names::Names;
use super::places::channel_place;
use crate::rpc::types::{HistoryPage, HistoryRow, ListHistory};
use crate::store::listed::Part;
use crate::store::{Stored, rows};
use deskbell_domain::{Address, ChatId, Contact, Conversation, Row};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::BTreeSet;

/// All conversations of one address in a part, by when they were closed, else created, newest first.
pub(super) const OF_ADDRESS: &str = "SELECT recent, id, n FROM chat INDEXED BY chat_address
     WHERE address = ?1 AND bucket = ?2 AND (recent, id) > (?3, ?4)
     AND NOT EXISTS (SELECT 1 FROM dead WHERE dead.list = chat.list) ORDER BY recent, id";

/// A page of the other conversations of a chat's contact; where nobody owns the address, of that address.
pub(crate) fn list_history(c: &Connection, args: &ListHistory) -> Stored<Result<HistoryPage, NoPage>> {
    let c = &c.unchecked_transaction()?;
    let list = format!("history {}", args.chat);
    let after = match &args.after {
        None => START,
        Some(next) => match parse_next(&list, next) {
            Some(key) => key,
            None => return Ok(Err(NoPage::OtherList)),
        },
    };
    let Some(conversation) = rows::conversation(c, args.chat)? else {
        let members = rows::direct_chat(c, args.chat)?.is_some() || rows::team_chat(c, args.chat)?.is_some();
        // Nobody outside is in it, so nothing was exchanged with them.
        return if members { Ok(Ok(HistoryPage { rows: vec![], total: 0, next: None })) } else { absent(c) };
    };
    let names = Names::new(c)?;
    let addresses = match names.contact(&conversation.address)? {
        Some(contact) => addresses_of(&contact),
        None => BTreeSet::from([conversation.address.to_string()]),
    };
    let limit = args.limit.clamp(1, MOST_ROWS) as usize;
    let mut found = page(c, &addresses, args.chat, after, limit + 1)?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|at| next_of(&list, at.key));
    let mut page = HistoryPage { rows: Vec::with_capacity(found.len()), total: total(c, &addresses)?, next };
    for at in found {
        if let Some(Row::Conversation(conversation)) = rows::numbered(c, at.n)? {
            page.rows.push(row(c, &names, &conversation)?);
        }
    }
    Ok(Ok(page))
}

/// The addresses of a contact, each once.
pub(super) fn addresses_of(contact: &Contact) -> BTreeSet<String> {
    contact.addresses.iter().map(Address::to_string).collect()
}

/// The conversations of the addresses without `but`, from a place on.
fn page(c: &Connection, addresses: &BTreeSet<String>, but: ChatId, after: Key, most: usize) -> Stored<Vec<At>> {
    let mut statement = c.prepare_cached(OF_ADDRESS)?;
    let mut page = Page::new(most);
    for address in addresses {
        for bucket in buckets(&Part::ALL) {
            let mut rows = statement.query(params![address, bucket, after.0, after.1.into_bytes()])?;
            while let Some(r) = rows.next()? {
                let at = At::of(r)?;
                if at.chat() != but && !page.takes(at) {
                    break;
                }
            }
        }
    }
    Ok(page.sorted())
}

/// How many there are beside the one that is asked about.
fn total(c: &Connection, addresses: &BTreeSet<String>) -> Stored<u32> {
    let mut statement = c.prepare_cached(
        "SELECT count(*) FROM chat INDEXED BY chat_address
         WHERE address = ? AND NOT EXISTS (SELECT 1 FROM dead WHERE dead.list = chat.list)",
    )?;
    let mut total: u32 = 0;
    for address in addresses {
        total += statement.query_row([address], |r| r.get::<_, u32>(0))?;
    }
    Ok(total.saturating_sub(1))
}

fn buckets(parts: &[Part]) -> impl Iterator<Item = i64> {
    parts.iter().flat_map(|part| [part.bucket(false), part.bucket(true)])
}

/// The conversation or text to open for a contact: what is open, else what was closed last, else what was archived.
pub(super) fn latest(c: &Connection, contact: &Contact) -> Stored<Option<ChatId>> {
    let addresses = addresses_of(contact);
    let mut statement = c.prepare_cached(&format!("{OF_ADDRESS} LIMIT 1"))?;
    for parts in [&Part::OPEN[..], &[Part::Closed], &[Part::Archived]] {
        let mut newest: Option<At> = None;
        for address in &addresses {
            for bucket in buckets(parts) {
                let first =
                    statement.query_row(params![address, bucket, START.0, START.1.into_bytes()], At::of).optional()?;
                newest = newest.into_iter().chain(first).min();
            }
        }
        if let Some(newest) = newest {
            return Ok(Some(newest.chat()));
        }
    }
    Ok(None)
}

fn row(c: &Connection, names: &Names<'_>, conversation: &Conversation) -> Stored<HistoryRow> {
    let stands = names.stands(conversation.channel)?;
    let channel = stands.channel.as_ref();
    let assignee = names.assignee(conversation, stands.inbox.as_ref())?;
    let messages = c
        .prepare_cached("SELECT count(*) FROM live_message WHERE chat = ? AND said = 1")?
        .query_row([conversation.id.0.into_bytes()], |r| r.get(0))?;
    Ok(HistoryRow {
        chat: conversation.id,
        kind: kind_of(channel).into(),
        channel: channel.map(|channel| channel_place(channel, 0)),
        inbox: stands.inbox.as_ref().map(|inbox| inbox.name.as_str().into()),
        created_ms: conversation.created_ms,
        closed: closed_info(names, conversation)?,
        archived: channel.is_some_and(|channel| channel.archived),
        direction: super::head::direction(conversation),
        assignee: assignee.map(|id| names.member(id)).transpose()?,
        messages,
        preview: preview_of(names, conversation.last_message.as_ref())?,
    })
}
