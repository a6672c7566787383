//! What of a chat decides whether it, or a message in it, is found, and how it is shown.
//!
//! Each is looked up once, and no more of it than somebody asks for: most that a frequent word leads to are let through or
//! not by where they stand in their list, which is one small row, and only few are shown.

use super::super::chats::kind_of;
use super::super::names::{Names, Stands, Title, once, searched_contact, searched_conversation};
use super::super::waiting::mark;
use crate::rpc::types::PendingMark;
use crate::store::listed::{ListRow, Part};
use crate::store::{Stored, outbox, rows, uuid_from};
use deskbell_domain::{ChatId, Contact, Conversation, DirectChat, Inbox, MessageId, Row, TagId, TeamChat};
use rusqlite::{Connection, OptionalExtension};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

/// Where a chat stands: an index says it without the row.
pub(super) const PLACE: &str = "SELECT n, list, bucket FROM chat INDEXED BY chat_id
     WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM dead WHERE dead.list = chat.list)";

/// What was last in a chat.
pub(super) const LAST: &str = "SELECT unread, recent_message FROM chat WHERE n = ?1";

/// The tags of a chat, as they are called now.
pub(super) const TAGS: &str =
    "SELECT ifnull((SELECT winner FROM alias WHERE loser = chat_tag.tag), tag) FROM chat_tag WHERE chat = ?1";

/// How many messages could be read in the time in which one of these is looked up.
const PER_PLACE: usize = 3;
const PER_LAST: usize = 3;
const PER_TAGS: usize = 3;
const PER_ROW: usize = 12;

/// Any chat.
#[allow(clippy::large_enum_variant, reason = "each is kept once, behind an `Rc`")]
pub(super) enum Chat {
    /// With the contact that owns its address.
    Conversation(Conversation, Option<Contact>),
    Direct(DirectChat),
    Team(TeamChat),
}

/// A chat that the member has.
pub(super) struct Known {
    pub id: ChatId,
    /// The number of its row.
    n: i64,
    /// The list in which it is, as `chat` has it.
    pub list: Vec<u8>,
    pub part: Part,
}

/// What was last in a chat.
#[derive(Clone, Copy)]
pub(super) struct Last {
    pub unread: u32,
    /// When something was last said in it, else when it began (UTC milliseconds).
    pub at_ms: i64,
}

/// The row of a chat, with all by which it is called.
pub(super) struct Whole {
    pub chat: Chat,
    pub called: String,
}

/// The marks of messages that the hub has not taken.
type Sends = HashMap<MessageId, PendingMark>;

/// Where a chat is, for reading.
pub(super) struct Place {
    pub kind: &'static str,
    stands: Option<Rc<Stands>>,
}

impl Place {
    /// What kind of channel it is in.
    pub fn channel(&self) -> Option<String> {
        Some(self.stands.as_ref()?.channel.as_ref()?.kind.as_str().into())
    }

    pub fn inbox(&self) -> Option<&Inbox> {
        self.stands.as_ref()?.inbox.as_ref()
    }
}

/// Looks chats up.
pub(super) struct Chats<'a> {
    c: &'a Connection,
    pub names: &'a Names<'a>,
    known: RefCell<HashMap<ChatId, Option<Rc<Known>>>>,
    lasts: RefCell<HashMap<ChatId, Last>>,
    wholes: RefCell<HashMap<ChatId, Option<Rc<Whole>>>>,
    tags: RefCell<HashMap<ChatId, Rc<BTreeSet<TagId>>>>,
    sends: RefCell<HashMap<ChatId, Rc<Sends>>>,
    spent: Cell<usize>,
}

impl<'a> Chats<'a> {
    pub fn new(c: &'a Connection, names: &'a Names<'a>) -> Self {
        Self {
            c,
            names,
            known: RefCell::default(),
            lasts: RefCell::default(),
            wholes: RefCell::default(),
            tags: RefCell::default(),
            sends: RefCell::default(),
            spent: Cell::new(0),
        }
    }

    /// How many messages could have been read in the time that chats took so far.
    pub fn spent(&self) -> usize {
        self.spent.get()
    }

    fn spend(&self, messages: usize) {
        self.spent.set(self.spent.get() + messages);
    }

    /// `None` where the member has no such chat, or has it no more.
    pub fn known(&self, id: ChatId) -> Stored<Option<Rc<Known>>> {
        once(&self.known, id, || {
            self.spend(PER_PLACE);
            let mut statement = self.c.prepare_cached(PLACE)?;
            let row = statement.query_row([id.0.into_bytes()], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)));
            let Some((n, list, bucket)) = row.optional()? else { return Ok(None) };
            let Some((part, _)) = Part::of_bucket(bucket) else { return Ok(None) };
            Ok(Some(Rc::new(Known { id, n, list, part })))
        })
    }

    /// What was last in it.
    pub fn last(&self, known: &Known) -> Stored<Last> {
        once(&self.lasts, known.id, || {
            self.spend(PER_LAST);
            let mut statement = self.c.prepare_cached(LAST)?;
            let last = |r: &rusqlite::Row<'_>| Ok(Last { unread: r.get(0)?, at_ms: ListRow::at_ms(r.get(1)?) });
            Ok(statement.query_row([known.n], last)?)
        })
    }

    /// Newest message first.
    pub fn newest_first<T>(&self, found: Vec<T>, known: impl Fn(&T) -> &Known) -> Stored<Vec<T>> {
        let dated = found.into_iter().map(|one| {
            let known = known(&one);
            Ok(((-self.last(known)?.at_ms, known.id), one))
        });
        let mut dated = dated.collect::<Stored<Vec<_>>>()?;
        dated.sort_by_key(|(at, _)| *at);
        Ok(dated.into_iter().map(|(_, one)| one).collect())
    }

    /// All of it; `None` where the member has no such chat.
    pub fn whole(&self, id: ChatId) -> Stored<Option<Rc<Whole>>> {
        once(&self.wholes, id, || {
            let Some(known) = self.known(id)? else { return Ok(None) };
            self.spend(PER_ROW);
            let (chat, called) = match rows::numbered(self.c, known.n)? {
                Some(Row::Conversation(conversation)) => {
                    let contact = self.names.contact(&conversation.address)?;
                    // The contact that owns the address, else what it calls itself and the address.
                    let called =
                        contact.as_ref().map_or_else(|| searched_conversation(&conversation), searched_contact);
                    (Chat::Conversation(conversation, contact), called)
                }
                Some(Row::DirectChat(direct)) => {
                    let called = self.names.direct(&direct)?.0.text;
                    (Chat::Direct(direct), called)
                }
                Some(Row::TeamChat(team)) => {
                    let called = team.name.as_str().into();
                    (Chat::Team(team), called)
                }
                _ => return Ok(None),
            };
            Ok(Some(Rc::new(Whole { chat, called })))
        })
    }

    /// Its tags, as they are called now.
    pub fn tags(&self, id: ChatId) -> Stored<Rc<BTreeSet<TagId>>> {
        once(&self.tags, id, || {
            self.spend(PER_TAGS);
            let mut statement = self.c.prepare_cached(TAGS)?;
            let tags = statement.query_map([id.0.into_bytes()], |r| r.get(0).map(uuid_from).map(TagId))?;
            Ok(Rc::new(tags.collect::<Result<_, _>>()?))
        })
    }

    /// The mark of a message; none where the hub has it, or it is not one's own.
    pub fn pending(&self, chat: ChatId, message: MessageId) -> Stored<Option<PendingMark>> {
        let sends = once(&self.sends, chat, || {
            let items = outbox::of_chat(self.c, chat)?;
            Ok(Rc::new(items.iter().filter_map(|item| Some((item.message?, mark(item)?))).collect()))
        })?;
        Ok(sends.get(&message).copied())
    }

    /// How it is titled.
    pub fn title(&self, whole: &Whole) -> Stored<Title> {
        match &whole.chat {
            Chat::Conversation(conversation, contact) => Ok(Title::of(conversation, contact.as_ref())),
            Chat::Direct(direct) => Ok(self.names.direct(direct)?.0),
            Chat::Team(team) => Ok(self.names.team(team)),
        }
    }

    /// Where it is.
    pub fn place(&self, whole: &Whole) -> Stored<Place> {
        Ok(match &whole.chat {
            Chat::Direct(_) => Place { kind: "direct", stands: None },
            Chat::Team(_) => Place { kind: "team", stands: None },
            Chat::Conversation(conversation, _) => {
                let stands = self.names.stands(conversation.channel)?;
                Place { kind: kind_of(stands.channel.as_ref()), stands: Some(stands) }
            }
        })
    }
}
