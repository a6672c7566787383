//! Who and what is called so, for going there.

use super::super::lists::channels;
use super::super::names::Names;
use super::super::people::by_name;
use super::called::named;
use super::chats::{newest, shown};
use super::known::Chats;
use super::narrowing::Narrowing;
use super::{chats, contacts, marked, tags};
use crate::rpc::types::{FindNames, FoundMember, FoundNames};
use crate::store::listed::{ListId, Part};
use crate::store::{Stored, index, rows};
use deskbell_domain::search::{Phrase, Question};
use deskbell_domain::{ChatId, Kind, MemberId, NaturalKey};
use rusqlite::Connection;
use std::collections::BTreeSet;

/// Most rows of a kind.
const MOST_ROWS: u32 = 100;

/// Chats, contacts, members and tags that are called so.
pub(crate) fn find_names(c: &Connection, args: &FindNames) -> Stored<FoundNames> {
    let c = &c.unchecked_transaction()?;
    let names = Names::new(c)?;
    let phrases = Phrase::beginnings(&args.text);
    let most = args.limit.clamp(1, MOST_ROWS) as usize;
    let mut found = FoundNames {
        chats: Vec::new(),
        contacts: Vec::new(),
        members: Vec::new(),
        tags: Vec::new(),
        here: index::messages_here(c)?,
    };
    let known = Chats::new(c, &names);
    if args.text.trim().is_empty() {
        for chat in newest(c, &everywhere(c)?, most)? {
            if let Some(chat) = known.known(chat)? {
                found.chats.extend(shown(c, &known, &chat, None, &phrases)?);
            }
        }
    } else if !phrases.is_empty() {
        let question = Question { phrases: phrases.clone(), terms: Vec::new() };
        let everything = Narrowing::nothing(c, &known);
        found.chats = chats::found(c, &question, &BTreeSet::new(), &everything, most)?.0;
    }
    found.contacts = contacts::found(c, &phrases, most)?.0;
    // One more, as one oneself is none of them: nobody has a chat with themselves.
    for id in named(c, Kind::Member, &phrases, most + 1)?.into_iter().map(MemberId) {
        if names.me != Some(id) && found.members.len() < most {
            found.members.extend(member(c, &names, id, &phrases)?);
        }
    }
    by_name(&mut found.members, |found| (&found.member.name, found.member.id.0));
    for id in named(c, Kind::Tag, &phrases, most)? {
        found.tags.extend(tags::shown(c, &names, id.into(), &phrases)?);
    }
    by_name(&mut found.tags, |found| (&found.tag.name, found.tag.id.0));
    Ok(found)
}

/// All parts of all lists.
fn everywhere(c: &Connection) -> Stored<Vec<(ListId, Part)>> {
    let channels = channels(c)?.into_iter().map(|channel| ListId::of_channel(c, channel.id));
    let lists: Vec<ListId> = channels.chain([Ok(ListId::Direct), Ok(ListId::Team)]).collect::<Stored<_>>()?;
    Ok(lists.into_iter().flat_map(|list| Part::ALL.map(|part| (list, part))).collect())
}

fn member(c: &Connection, names: &Names<'_>, id: MemberId, phrases: &[Phrase]) -> Stored<Option<FoundMember>> {
    if !rows::member(c, id)?.is_some_and(|member| member.active) {
        return Ok(None);
    }
    let member = names.member(id)?;
    let pair = names.me.filter(|me| *me != id).map(|me| NaturalKey::pair(me, id));
    let chat = pair.map(|pair| rows::key(c, &pair.to_string())).transpose()?.flatten();
    Ok(Some(FoundMember { name: marked(&member.name, phrases), member, chat: chat.map(ChatId) }))
}
