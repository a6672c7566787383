//! What is found is what a naive reader finds, page by page, while everything changes.

mod naive;
mod plans;
mod texts;
mod world;

use super::*;
use crate::rpc::types::{FindInChat, FoundMessage};
use crate::store::Store;
use crate::store::query::{find_in_chat, search};
use deskbell_domain::fold_text;
use jiff::tz::TimeZone;
use naive::{Piece, Question, question};
use proptest::prelude::*;
use unicode_segmentation::UnicodeSegmentation;
use world::{CHATS, NOW, Op, World, chat, contact_id, message_id, ms, op};

fn berlin(patience: usize) -> Here {
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    Here { now_ms: ms(NOW), zone, patience, few: Here::FEW, many: Here::MANY }
}

fn page(store: &Store, text: &str, after: Option<String>, limit: u32, here: &Here) -> Found {
    let args = Search { text: text.into(), after, limit, others: None };
    search(store.connection(), &args, here).unwrap().unwrap()
}

/// What is marked of a text.
fn marked_of(text: &Marked) -> Vec<String> {
    let units: Vec<u16> = text.text.encode_utf16().collect();
    text.marks.iter().map(|(from, to)| String::from_utf16(&units[*from as usize..*to as usize]).unwrap()).collect()
}

fn signs(word: &str) -> usize {
    word.graphemes(true).count()
}

/// What is marked is what was looked for, and all of it.
fn is_marked_right(question: &Question, text: &Marked) -> Result<(), TestCaseError> {
    let marked = marked_of(text);
    let folded: Vec<String> = marked.iter().map(|mark| fold_text(mark)).collect();
    for piece in question.words() {
        let parts = match piece {
            Piece::Word(part) => std::slice::from_ref(part),
            Piece::Quoted(parts) => parts,
            _ => continue,
        };
        for part in parts {
            let is_marked = match part.run {
                true => marked.iter().any(|mark| mark.contains(&part.plain)),
                false => folded.iter().any(|mark| mark.split(' ').any(|word| word.starts_with(&part.plain))),
            };
            prop_assert!(is_marked, "{part:?} in {text:?}");
        }
    }
    for word in folded.iter().flat_map(|mark| mark.split(' ')) {
        let wanted = question.words().any(|piece| match piece {
            // A sign is marked with what is written over it.
            Piece::Word(part) if part.run => {
                let over = '\u{e47}';
                word.chars().all(|c| c == over || part.plain.contains(c) || part.plain.contains(over))
            }
            Piece::Word(part) => word.starts_with(&part.plain) && signs(word) == signs(&part.plain),
            Piece::Quoted(parts) => parts.iter().any(|part| part.plain == word),
            _ => false,
        });
        // Two runs that are looked for may be one mark.
        let runs = question.words().filter(|piece| matches!(piece, Piece::Word(part) if part.run)).count();
        prop_assert!(wanted || runs > 1, "{word} of {text:?} was not looked for");
    }
    Ok(())
}

fn ids(messages: &[FoundMessage]) -> Vec<deskbell_domain::MessageId> {
    messages.iter().map(|message| message.message).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn what_is_found_is_what_a_naive_reader_finds_page_by_page_while_rows_change(
        filled in prop::collection::vec(op(), 20..40),
        questions in prop::collection::vec((question(), 1..5u32, 1..40usize, 0..4usize, 0..6usize), 8),
        changes in prop::collection::vec(prop::collection::vec(op(), 0..3), 8),
    ) {
        let (mut world, mut store) = World::new();
        world.apply(&mut store, &filled);
        for ((question, limit, patience, few, many), change) in questions.iter().zip(&changes) {
            let (text, here) = (question.text(), Here { few: *few, many: *many, ..berlin(*patience) });
            let first = page(&store, &text, None, 200, &Here { patience: Here::PATIENCE, ..here.clone() });
            let problems: Vec<_> = first.terms.iter().map(|term| term.problem).collect();
            prop_assert_eq!(&problems, &question.problems(&world), "{}", text);
            let can = question.can_find(&world);
            let chats: Vec<_> = question.chats(&world).into_iter().filter(|_| can).map(chat).collect();
            let shown: Vec<_> = first.conversations.iter().map(|found| found.chat).collect();
            prop_assert_eq!(&shown, &chats[..chats.len().min(A_FEW)], "{} in {:?}", text, world);
            prop_assert_eq!(first.more_conversations, chats.len() > A_FEW);
            let has = |slot: &u8| {
                let name = world.conversations[usize::from(*slot)].contact.as_ref();
                can && !question.narrows() && name.is_some_and(|name| question.has_words(name))
            };
            let mut contacts: Vec<_> = first.contacts.iter().map(|found| found.contact.0).collect();
            contacts.sort_unstable();
            prop_assert_eq!(contacts, (0..4).filter(has).map(contact_id).collect::<Vec<_>>());
            for n in 0..CHATS {
                let inside = find_in_chat(store.connection(), &FindInChat { chat: chat(n), text: text.clone() }, &berlin(Here::PATIENCE)).unwrap();
                let naive = world.newest_first().into_iter().rev().filter(|(_, _, said)| {
                    can && question.words().next().is_some() && said.chat == n && question.finds(&world, said)
                });
                let hits: Vec<_> = inside.hits.iter().map(|hit| hit.message).collect();
                prop_assert_eq!(hits, naive.map(|(_, slot, _)| message_id(slot)).collect::<Vec<_>>(), "{} in {}", text, n);
            }
            // A page after the other, and before each something changes.
            let (mut after, mut below) = (None, i64::MAX);
            let mut turns = change.iter();
            loop {
                let found = page(&store, &text, after.clone(), *limit, &here);
                let can = question.can_find(&world);
                let to = found.next.as_ref().map(|next| next.split_once('.').unwrap().1.parse::<i64>().unwrap());
                let naive: Vec<_> = world.newest_first().into_iter()
                    .filter(|(place, _, said)| can && *place < below && to.is_none_or(|to| *place >= to) && question.finds(&world, said))
                    .map(|(_, slot, _)| message_id(slot)).collect();
                prop_assert_eq!(ids(&found.messages), naive, "{} in {:?}", text, world);
                for message in &found.messages {
                    is_marked_right(question, &message.text)?;
                }
                prop_assert!(found.messages.len() <= *limit as usize);
                let (Some(next), Some(to)) = (found.next, to) else { break };
                prop_assert!(to < below, "it goes on");
                (after, below) = (Some(next), to);
                if let Some(op) = turns.next() {
                    world.apply(&mut store, std::slice::from_ref(op));
                }
            }
            world.apply(&mut store, turns.as_slice());
            prop_assert_eq!(store.index_differences().unwrap(), Vec::<String>::new());
            prop_assert_eq!(store.derived_differences().unwrap(), Vec::<String>::new());
        }
    }
}

#[test]
fn a_page_of_another_text_is_refused() {
    let (_, store) = World::new();
    let args = Search { text: "other".into(), after: Some(format!("{}.5", name_of("text"))), limit: 5, others: None };
    for after in ["", "5", "x.y", &args.after.clone().unwrap()] {
        let args = Search { after: Some(after.into()), ..args.clone() };
        assert_eq!(search(store.connection(), &args, &berlin(9)).unwrap(), Err(NoPage::OtherList), "{after}");
    }
}

/// Somebody says something.
fn say(slot: u8, n: u8, pos: Option<u64>, text: &str) -> Op {
    let part = world::Part { written: text.into(), plain: text.to_lowercase(), run: false };
    Op::Say(slot, world::Said { chat: n, pos, time: 4, by: 1, text: vec![part], between: 0 })
}
