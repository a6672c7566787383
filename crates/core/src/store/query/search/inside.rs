//! What is found within one chat.

use super::super::names::Names;
use super::known::Chats;
use super::messages::Wanted;
use super::narrowing::Narrowing;
use super::when::Here;
use crate::rpc::types::{FindInChat, FoundInChat, Hit};
use crate::store::Stored;
use deskbell_domain::search::{marks, parse_search, utf16};
use rusqlite::Connection;

/// Most messages that are marked.
const MOST_HITS: usize = 500;

/// Where a chat has all words.
pub(crate) fn find_in_chat(c: &Connection, args: &FindInChat, here: &Here) -> Stored<FoundInChat> {
    let c = &c.unchecked_transaction()?;
    let names = Names::new(c)?;
    let question = parse_search(&args.text);
    let chats = Chats::new(c, &names);
    let narrowing = Narrowing::of(c, &chats, &question, here)?;
    if question.phrases.is_empty() || !narrowing.can_find(&question) {
        return Ok(FoundInChat { hits: vec![], more: false });
    }
    let wanted = Wanted {
        question: &question,
        narrowing: &narrowing,
        chat: Some(args.chat),
        below: i64::MAX,
        most: MOST_HITS,
        here,
    };
    let page = wanted.page(c)?;
    let hits = wanted.unsent(c)?.into_iter().chain(page.messages).map(|hit| {
        let marks = utf16(&hit.text, &marks(&hit.text, &question.phrases));
        Hit { message: hit.message, pos: hit.pos, marks }
    });
    let mut hits: Vec<Hit> = hits.collect();
    hits.reverse();
    Ok(FoundInChat { hits, more: page.next.is_some() })
}
