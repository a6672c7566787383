//! What is found within one chat.

use super::super::names::Names;
use super::messages::{page, text_of};
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
    let narrowing = Narrowing::of(c, &names, &question, here)?;
    if question.phrases.is_empty() || !narrowing.can_find(&question) {
        return Ok(FoundInChat { hits: vec![], more: false });
    }
    let page = page(c, &question, &narrowing, Some(args.chat), i64::MAX, MOST_HITS)?;
    let hits = page.messages.iter().rev().map(|hit| {
        let text = text_of(&hit.message);
        let marks = utf16(text, &marks(text, &question.phrases));
        Hit { message: hit.message.id, pos: hit.message.pos, marks }
    });
    Ok(FoundInChat { hits: hits.collect(), more: page.next.is_some() })
}
