//! Where the rows of a list come from: parts of lists that are in order each, merged as far as a page goes.
//!
//! An inbox is the lists of its channels, a tab a few parts of each. So nothing is sorted and nothing but the page is read,
//! whatever is chosen: every part has an index for every order, and what is rare (unread, *Conversations with me*) an index
//! without the rest.

use crate::rpc::types::{Filter, ListChats, ListView, Place, Segment, Sort, Tab};
use crate::store::listed::{ListId, Part};
use crate::store::{Stored, rows, uuid_from};
use deskbell_domain::{Channel, ChannelId, ChatId, InboxId, Kind, Row, derived_id};
use rusqlite::{Connection, params};
use std::collections::{BTreeSet, BinaryHeap};
use uuid::Uuid;

/// Where a row stands in an order: ascending by the first, ties by the second.
pub(super) type Key = (i64, Uuid);

/// Before all rows.
pub(super) const START: Key = (i64::MIN, Uuid::nil());

/// A chat in an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct At {
    pub key: Key,
    /// The number of its row.
    pub n: i64,
}

impl At {
    /// Of a statement that answers with the order, the identifier and the number.
    pub fn of(r: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self { key: (r.get(0)?, r.get(1).map(uuid_from)?), n: r.get(2)? })
    }

    pub fn chat(self) -> ChatId {
        ChatId(self.key.1)
    }
}

/// A place, as far as it decides what its lists have.
pub(super) struct Spot {
    /// Lists with open and closed chats.
    pub live: Vec<ListId>,
    /// Lists with archived conversations.
    pub archives: Vec<ListId>,
    /// What tabs and segments it has.
    pub shape: Shape,
}

/// What tabs and segments a place has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Tabs and segments.
    Assigned,
    /// Tabs: a member's own number, or an inbox without assignment mode.
    Tabs,
    /// Neither: direct and team chats.
    Plain,
}

impl Spot {
    pub fn of(c: &Connection, place: &Place) -> Stored<Self> {
        Ok(match place {
            Place::Inbox(id) => {
                let (mut archives, mut live) = (Vec::new(), Vec::new());
                for channel in channels(c)?.into_iter().filter(|channel| channel.inbox == Some(*id)) {
                    let list = ListId::of_channel(c, channel.id)?;
                    if channel.archived { &mut archives } else { &mut live }.push(list);
                }
                Self { live, archives, shape: shape_of(c, Some(*id))? }
            }
            Place::Channel(id) => Self::of_channel(c, *id)?,
            Place::Direct => Self { live: vec![ListId::Direct], archives: vec![], shape: Shape::Plain },
            Place::Team => Self { live: vec![ListId::Team], archives: vec![], shape: Shape::Plain },
        })
    }

    /// With a channel of an inbox stands what its number had exchanged before it came there.
    fn of_channel(c: &Connection, id: ChannelId) -> Stored<Self> {
        let list = ListId::of_channel(c, id)?;
        let Some(channel) = rows::channel(c, id)? else {
            return Ok(Self { live: vec![list], archives: vec![], shape: Shape::Tabs });
        };
        let shape = shape_of(c, channel.inbox)?;
        if channel.archived {
            return Ok(Self { live: vec![], archives: vec![list], shape });
        }
        let archives = match (channel.inbox, &channel.number) {
            (Some(_), Some(_)) => channels(c)?
                .into_iter()
                .filter(|other| other.archived && other.inbox == channel.inbox && other.number == channel.number)
                .map(|other| ListId::of_channel(c, other.id))
                .collect::<Stored<_>>()?,
            _ => vec![],
        };
        Ok(Self { live: vec![list], archives, shape })
    }
}

/// All channels that are here.
pub(crate) fn channels(c: &Connection) -> Stored<Vec<Channel>> {
    let channels = rows::all(c, Kind::Channel)?.into_iter().filter_map(|row| match row {
        Row::Channel(channel) => Some(channel),
        _ => None,
    });
    Ok(channels.collect())
}

fn shape_of(c: &Connection, inbox: Option<InboxId>) -> Stored<Shape> {
    let inbox = inbox.map(|id| rows::inbox(c, id)).transpose()?.flatten();
    Ok(if inbox.is_some_and(|inbox| inbox.assignment) { Shape::Assigned } else { Shape::Tabs })
}

/// What a list has.
pub(super) struct Selection {
    /// Parts of lists.
    pub legs: Vec<(ListId, Part)>,
    /// Only those in which the member takes part.
    pub with_me: bool,
    /// Only those with something unread.
    pub unread: bool,
}

impl Selection {
    /// What is chosen in a place.
    pub fn of(spot: &Spot, args: &ListChats) -> Self {
        let completed = args.filter == Filter::Archived;
        let with_me = !completed
            && spot.shape == Shape::Assigned
            && (args.tab, args.segment, args.with_me) == (Tab::Open, Segment::Me, true);
        let (live, archives): (&[Part], bool) = match (spot.shape, args.tab, args.segment) {
            // Nothing in them is ever completed.
            (Shape::Plain, ..) if completed => (&[], false),
            (Shape::Plain, ..) => (&[Part::Unassigned], false),
            _ if completed => (&[Part::Closed], true),
            _ if with_me => (&[Part::Unassigned, Part::Mine, Part::Others, Part::Closed], false),
            (_, Tab::Closed, _) => (&[Part::Closed], false),
            (_, Tab::Archived, _) => (&[], true),
            (Shape::Tabs, Tab::Open, _) | (_, Tab::Open, Segment::All) => (&Part::OPEN, false),
            (_, Tab::Open, Segment::Me) => (&[Part::Mine], false),
            (_, Tab::Open, Segment::Others) => (&[Part::Others], false),
            (_, Tab::Open, Segment::Unassigned) => (&[Part::Unassigned], false),
        };
        let of_live = spot.live.iter().flat_map(|list| live.iter().map(|part| (*list, *part)));
        let of_archives = spot.archives.iter().filter(|_| archives).map(|list| (*list, Part::Archived));
        Self { legs: of_live.chain(of_archives).collect(), with_me, unread: args.filter == Filter::Unread }
    }

    /// Whether a chat is among them.
    fn has(&self, list: &[u8], part: Part, with_me: bool, unread: bool) -> bool {
        let chosen = self.legs.iter().any(|(id, of)| *of == part && id.bytes() == list);
        chosen && (with_me || !self.with_me) && (unread || !self.unread)
    }

    /// Chats after a place in the order, those apart that the member pinned.
    pub fn page(&self, c: &Connection, sort: Sort, after: Key, most: usize) -> Stored<Vec<At>> {
        let mut statement = c.prepare_cached(&self.sql(sort))?;
        let mut page = Page::new(most);
        // The index of those with the member knows no parts.
        let mut read = BTreeSet::new();
        for (list, part) in &self.legs {
            if self.by_list() && !read.insert(*list) {
                continue;
            }
            let (list, bucket) = (list.bytes(), part.bucket(false));
            let mut rows = statement.query(params![list, bucket, after.0, after.1.into_bytes()])?;
            while let Some(r) = rows.next()? {
                if !page.takes(At::of(r)?) {
                    break;
                }
            }
        }
        Ok(page.sorted())
    }

    fn by_list(&self) -> bool {
        self.with_me && !self.unread
    }

    /// What reads one part of a list in its order.
    fn sql(&self, sort: Sort) -> String {
        let column = column(sort);
        let (index, wanted) = match (self.unread, self.with_me) {
            (false, false) => ("", "bucket = ?2"),
            (true, false) => ("unread_", "bucket = ?2 AND unread > 0"),
            (true, true) => ("unread_", "bucket = ?2 AND unread > 0 AND with_me = 1"),
            (false, true) => ("with_", "with_me = 1 AND pin IS NULL AND ?2 IS NOT NULL"),
        };
        format!(
            "SELECT {column}, id, n FROM chat INDEXED BY chat_{index}{column}
             WHERE list = ?1 AND {wanted} AND ({column}, id) > (?3, ?4) ORDER BY {column}, id"
        )
    }

    /// The numbers of those that the member pinned, in their order.
    pub fn pinned(&self, c: &Connection) -> Stored<Vec<i64>> {
        let mut statement = c.prepare_cached(PINNED)?;
        let mut rows = statement.query([])?;
        let mut pinned = Vec::new();
        while let Some(r) = rows.next()? {
            let Some((part, _)) = Part::of_bucket(r.get(2)?) else { continue };
            let list = r.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
            if self.has(list, part, r.get(3)?, r.get::<_, i64>(4)? > 0) {
                pinned.push(r.get(0)?);
            }
        }
        Ok(pinned)
    }
}

const PINNED: &str = "SELECT n, list, bucket, with_me, unread FROM chat INDEXED BY chat_pin WHERE pin IS NOT NULL
                      ORDER BY pin, id";

/// The column that ascends in this order.
fn column(sort: Sort) -> &'static str {
    match sort {
        Sort::RecentConversations => "recent",
        Sort::OldestConversations => "oldest",
        Sort::RecentMessages => "recent_message",
        Sort::OldestMessages => "oldest_message",
    }
}

/// The first rows of several that are in order each.
pub(super) struct Page {
    most: usize,
    rows: BinaryHeap<At>,
}

impl Page {
    pub fn new(most: usize) -> Self {
        Self { most, rows: BinaryHeap::with_capacity(most + 1) }
    }

    /// Takes a row; `false`: it and all that follow it in its part come after the page.
    pub fn takes(&mut self, at: At) -> bool {
        if self.rows.len() == self.most && self.rows.peek().is_none_or(|last| *last <= at) {
            return false;
        }
        self.rows.push(at);
        if self.rows.len() > self.most {
            self.rows.pop();
        }
        true
    }

    pub fn sorted(self) -> Vec<At> {
        self.rows.into_sorted_vec()
    }
}

/// How a page says where the next one begins: of which list, and after which row.
pub(super) fn next_of(list: &str, key: Key) -> String {
    format!("{}.{}.{}", name_of(list), key.0, key.1)
}

/// The place that such a text names; `None` where it is none of this list.
pub(super) fn parse_next(list: &str, next: &str) -> Option<Key> {
    let mut parts = next.split('.');
    let (name, order, id) = (parts.next()?, parts.next()?, parts.next()?);
    (name == name_of(list) && parts.next().is_none()).then_some((order.parse().ok()?, id.parse().ok()?))
}

/// The place in one column that such a text names.
pub(super) fn parse_after(list: &str, next: &str) -> Option<i64> {
    let (name, at) = next.split_once('.')?;
    (name == name_of(list)).then(|| at.parse().ok()).flatten()
}

/// What tells a list from others.
pub(super) fn name_of(list: &str) -> String {
    derived_id("list", &[list.as_bytes()]).simple().to_string()[..12].into()
}

/// How the list of a place is shown when it is new.
pub(crate) fn default_view(c: &Connection, place: &Place) -> Stored<ListView> {
    // Only conversations of inboxes are sorted by messages.
    let of_inbox = match place {
        Place::Inbox(_) => true,
        Place::Channel(id) => rows::channel(c, *id)?.is_some_and(|channel| channel.inbox.is_some()),
        Place::Direct | Place::Team => false,
    };
    let sort = if of_inbox { Sort::RecentMessages } else { Sort::RecentConversations };
    Ok(ListView {
        place: place.clone(),
        tab: Tab::Open,
        segment: Segment::All,
        with_me: false,
        filter: Filter::All,
        sort_open: sort,
        sort_closed: sort,
        sort_archived: sort,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Store, memory};

    /// What SQLite would do for a statement.
    fn plan(c: &Connection, sql: &str) -> Vec<String> {
        let mut statement = c.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let count = statement.parameter_count();
        let lines = statement.query_map(rusqlite::params_from_iter(vec![0; count]), |r| r.get(3)).unwrap();
        lines.map(Result::unwrap).collect()
    }

    #[test]
    fn every_list_is_read_in_the_order_of_an_index() {
        let mut store = Store::new(memory().unwrap()).unwrap();
        store
            .write::<_, crate::store::StoreError>(|w| {
                for n in 0..2000u128 {
                    let id = Uuid::from_u128(n).into_bytes();
                    w.tx.execute(
                        "INSERT INTO chat VALUES (?2, ?1, x'05', ?2 % 5, NULL, ?2 % 2, 'phone:+1', ?2 % 9, 0, ?2, -?2, ?2, -?2)",
                        params![id, n as i64],
                    )?;
                }
                w.tx.execute_batch("ANALYZE")?;
                Ok(())
            })
            .unwrap();
        let c = store.connection();
        for sort in [Sort::RecentConversations, Sort::OldestConversations, Sort::RecentMessages, Sort::OldestMessages] {
            for (unread, with_me) in [(false, false), (false, true), (true, false), (true, true)] {
                let sql = Selection { legs: vec![], with_me, unread }.sql(sort);
                let plan = plan(c, &sql);
                let parts = if with_me && !unread { "" } else { " AND bucket=?" };
                let wanted = format!("(list=?{parts} AND ({},id)>(?,?))", column(sort));
                assert!(
                    plan.len() == 1 && plan[0].contains("USING COVERING INDEX") && plan[0].ends_with(&wanted),
                    "{sql}: {plan:?}"
                );
            }
        }
        for sql in [PINNED, super::super::history::OF_ADDRESS] {
            let plan = plan(c, sql);
            let scans = plan.iter().any(|line| line.starts_with("SCAN dead"));
            assert!(plan[0].contains("INDEX chat_") && !scans, "{plan:?}");
        }
    }
}
