//! Chats that were found by what they are called or by a tag.

use super::super::head::closed_info;
use super::super::lists::{At, Page, START};
use super::super::names::once;
use super::called::{Candidates, NamedRows, OF_CHATS, named};
use super::known::{Chat, Chats, Known};
use super::narrowing::Narrowing;
use super::tags::tagged;
use super::{marked, tags};
use crate::rpc::types::{FoundChat, FoundTag};
use crate::store::Stored;
use crate::store::listed::{ListId, Part};
use deskbell_domain::search::{Phrase, Question, matches};
use deskbell_domain::{ChatId, Kind, TagId};
use rusqlite::{Connection, params};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

/// Most messages of a chat that are counted; more are said as this many.
const MOST_COUNTED: u32 = 1000;

/// Most chats of one name of which the newest are chosen. Where there are more nobody finds one by that name alone, and a few
/// of those that were named last are looked at.
const MOST_CANDIDATES: usize = 150;
const FEW_CANDIDATES: usize = 12;

/// Of those, at least so many for each chat that is wanted.
const AT_LEAST: usize = 2;

/// How far chats are looked through for what names alone do not lead to.
struct Effort {
    /// Chats, newest first.
    chats: usize,
    /// What may be spent on them, in messages that could be read meanwhile.
    spent: usize,
}

/// While somebody types, for the few that are shown.
const AT_ONCE: Effort = Effort { chats: 40, spent: 300 };
/// For somebody who asked for all.
const THOROUGH: Effort = Effort { chats: 4000, spent: 40_000 };
/// More than so many are asked for, not shown beside messages.
const MANY: usize = 10;

impl Effort {
    fn to_find(most: usize) -> Self {
        if most > MANY { THOROUGH } else { AT_ONCE }
    }
}

/// A part of a list, newest message first.
pub(super) const NEWEST: &str = "SELECT recent_message, id, n FROM chat INDEXED BY chat_recent_message
     WHERE list = ?1 AND bucket = ?2 AND (recent_message, id) > (?3, ?4) ORDER BY recent_message, id";

/// How many messages a chat has, as far as they are counted.
pub(super) const COUNT: &str = "SELECT count(*) FROM (SELECT 1 FROM live_message WHERE chat = ? AND said = 1 LIMIT ?)";

/// The tags that are called so.
pub(super) fn tags_called(c: &Connection, phrases: &[Phrase]) -> Stored<BTreeSet<TagId>> {
    Ok(named(c, Kind::Tag, phrases, MOST_CANDIDATES)?.into_iter().map(TagId).collect())
}

/// A few of the chats that are called so or have one of the tags, newest first, and whether there may be more.
pub(super) fn found(
    c: &Connection,
    question: &Question,
    tags: &BTreeSet<TagId>,
    narrowing: &Narrowing<'_>,
    most: usize,
) -> Stored<(Vec<FoundChat>, bool)> {
    let chats = narrowing.chats;
    let effort = Effort::to_find(most);
    let mut looking = Looking {
        phrases: &question.phrases,
        tags,
        narrowing,
        // One more says that there are more.
        most: most + 1,
        until: chats.spent() + effort.spent,
        seen: BTreeSet::new(),
        found: Vec::new(),
    };
    let few = FEW_CANDIDATES.max(AT_LEAST * most);
    let ways = Ways::to(c, &question.phrases, tags, narrowing, few)?;
    let follow = || ways.chats(c, narrowing, if ways.are_many() { few } else { MOST_CANDIDATES });
    let all_ways = if ways.are_many() { None } else { Some(follow()?) };
    let mut all = all_ways.as_ref().is_some_and(|ways| ways.all);
    if !all {
        // What is frequent is found among the newest at once.
        let newest = newest(c, &narrowing.parts()?, effort.chats)?;
        all = newest.len() < effort.chats;
        all &= looking.look_at(newest)?;
    }
    if looking.found.len() < looking.most {
        let led_to = all_ways.map_or_else(follow, Ok)?;
        let mut others: Vec<Rc<Known>> = Vec::new();
        for chat in led_to.chats {
            others.extend(chats.known(chat)?);
        }
        let others = chats.newest_first(others, |known| known)?;
        // Those that names lead to are nearly all of them called so: looking through the newest takes nothing from them.
        looking.until = chats.spent() + effort.spent;
        all &= looking.look_at(others.into_iter().map(|known| known.id))?;
    }
    let mut found = chats.newest_first(looking.found, |(known, _)| known)?;
    let more = found.len() > most || !all;
    found.truncate(most);
    let shown_tags = RefCell::default();
    let shown = found.into_iter().map(|(known, tag)| {
        let shown_tag = |id| once(&shown_tags, id, || tags::shown(c, chats.names, id, &question.phrases));
        shown(c, chats, &known, tag.map(shown_tag).transpose()?.flatten(), &question.phrases)
    });
    Ok((shown.collect::<Stored<Vec<_>>>()?.into_iter().flatten().collect(), more))
}

/// Looks at chats until there are enough.
struct Looking<'a> {
    phrases: &'a [Phrase],
    tags: &'a BTreeSet<TagId>,
    narrowing: &'a Narrowing<'a>,
    most: usize,
    /// What may be spent on chats by then.
    until: usize,
    seen: BTreeSet<ChatId>,
    found: Vec<(Rc<Known>, Option<TagId>)>,
}

impl Looking<'_> {
    /// Looks at those that come newest first; `false`: it was given up before the last, and not because there are enough.
    fn look_at(&mut self, newest_first: impl IntoIterator<Item = ChatId>) -> Stored<bool> {
        let chats = self.narrowing.chats;
        for chat in newest_first {
            if self.found.len() == self.most {
                break;
            }
            if chats.spent() >= self.until {
                return Ok(false);
            }
            if !self.seen.insert(chat) {
                continue;
            }
            let Some(known) = chats.known(chat)? else { continue };
            let tag =
                if self.tags.is_empty() { None } else { chats.tags(chat)?.intersection(self.tags).next().copied() };
            let called =
                self.phrases.is_empty() || chats.whole(chat)?.is_some_and(|whole| matches(&whole.called, self.phrases));
            if (called || tag.is_some()) && self.narrowing.lets_chat(&known)? {
                self.found.push((known, tag.filter(|_| !called)));
            }
        }
        Ok(true)
    }
}

/// What leads to chats.
enum Ways {
    /// An operator, to all that can be found.
    Only(BTreeSet<ChatId>),
    /// Their names, and their tags; and whether these are all that have them.
    Called(NamedRows<'static>, (Vec<ChatId>, bool)),
    /// Nothing.
    None,
}

impl Ways {
    /// Of what is frequent a `few` of each kind are enough.
    fn to(
        c: &Connection,
        phrases: &[Phrase],
        tags: &BTreeSet<TagId>,
        narrowing: &Narrowing<'_>,
        few: usize,
    ) -> Stored<Self> {
        if let Some(only) = narrowing.leads_to()?
            && (phrases.is_empty() || only.len() <= MOST_CANDIDATES)
        {
            return Ok(Ways::Only(only));
        }
        if phrases.is_empty() {
            return Ok(Ways::None);
        }
        let rows = NamedRows::of(c, &OF_CHATS, phrases, MOST_CANDIDATES, few)?;
        Ok(Ways::Called(rows, tagged(c, tags, MOST_CANDIDATES)?))
    }

    /// Whether there are certainly more than can be followed.
    fn are_many(&self) -> bool {
        match self {
            Ways::Only(_) => false,
            Ways::Called(rows, (_, all_tagged)) => !rows.all || !all_tagged,
            Ways::None => true,
        }
    }

    /// Where they lead: to about so many by each kind of row, and as many by their tags.
    fn chats(&self, c: &Connection, narrowing: &Narrowing<'_>, most: usize) -> Stored<Candidates> {
        match self {
            Ways::Only(only) => Ok(Candidates { all: true, chats: only.clone() }),
            Ways::Called(rows, (tagged, all_tagged)) => {
                let mut called = rows.chats(c, narrowing.chats.names, most * OF_CHATS.len())?;
                called.all &= *all_tagged;
                called.chats.extend(tagged.iter().rev().take(most));
                Ok(called)
            }
            Ways::None => Ok(Candidates { all: false, chats: BTreeSet::new() }),
        }
    }
}

/// The chats with the newest messages in some parts of lists.
pub(super) fn newest(c: &Connection, parts: &[(ListId, Part)], most: usize) -> Stored<Vec<ChatId>> {
    let mut statement = c.prepare_cached(NEWEST)?;
    let mut page = Page::new(most);
    for (list, part) in parts {
        for pinned in [false, true] {
            let (after, id) = START;
            let mut rows = statement.query(params![list.bytes(), part.bucket(pinned), after, id.into_bytes()])?;
            while let Some(r) = rows.next()? {
                if !page.takes(At::of(r)?) {
                    break;
                }
            }
        }
    }
    Ok(page.sorted().into_iter().map(At::chat).collect())
}

/// As it is shown; `None` where its row is not here.
pub(super) fn shown(
    c: &Connection,
    chats: &Chats<'_>,
    known: &Known,
    tag: Option<FoundTag>,
    phrases: &[Phrase],
) -> Stored<Option<FoundChat>> {
    let Some(whole) = chats.whole(known.id)? else { return Ok(None) };
    let (title, place) = (chats.title(&whole)?, chats.place(&whole)?);
    let (mut closed, mut assignee) = (None, None);
    if let Chat::Conversation(conversation, _) = &whole.chat {
        closed = closed_info(chats.names, conversation)?;
        let id = chats.names.assignee(conversation, place.inbox())?;
        assignee = id.map(|id| chats.names.member(id)).transpose()?;
    }
    let last = chats.last(known)?;
    let messages = c.prepare_cached(COUNT)?.query_row(params![known.id.0.into_bytes(), MOST_COUNTED], |r| r.get(0))?;
    Ok(Some(FoundChat {
        chat: known.id,
        kind: place.kind.into(),
        title: marked(&title.text, phrases),
        initials: title.initials,
        tint: title.tint,
        channel: place.channel(),
        inbox: place.inbox().map(|inbox| inbox.name.to_string()),
        at_ms: last.at_ms,
        tag,
        messages,
        closed,
        archived: known.part == Part::Archived,
        assignee,
        unread: last.unread,
    }))
}
