//! How far the member has read, and *Mark unread from here*.

use super::*;
use deskbell_domain::command::MarkUnread;
use deskbell_domain::{ReadPosition, UnreadMark, UnreadMarkId};

impl Client {
    /// Reads to the end, having seen what is here.
    fn read(&mut self, chat: ChatId) -> CommandId {
        let pos = self.store.last_pos(chat).unwrap();
        let seen = query::unread_mark(self.store.connection(), chat).unwrap();
        self.give(MarkRead { chat, pos, seen })
    }

    fn mark(&mut self, chat: ChatId, from: u64) -> UnreadMarkId {
        let mark = UnreadMarkId(Uuid::now_v7());
        self.give(MarkUnread { chat, from, mark });
        mark
    }

    fn unread(&self, chat: ChatId) -> u32 {
        query::chat_head(self.store.connection(), chat).unwrap().unwrap().unread
    }

    fn kinds(&self) -> Vec<String> {
        self.store.outbox().unwrap().into_iter().map(|item| item.kind).collect()
    }

    fn at_hub(&self, chat: ChatId) -> (u64, Option<UnreadMark>) {
        match self.hub.row(Kind::ReadPosition, ReadPosition::id_of(ME, chat)).0 {
            Row::ReadPosition(row) => (row.pos, row.marked),
            other => panic!("{other:?}"),
        }
    }
}

fn three_messages() -> (Client, ChatId, Vec<u64>) {
    let mut client = Client::new();
    let chat = client.hub.customer(1, "one");
    client.pull();
    let mut at = vec![client.store.last_pos(chat).unwrap()];
    for text in ["two", "three"] {
        client.hub.customer(1, text);
        client.pull();
        at.push(client.store.last_pos(chat).unwrap());
    }
    (client, chat, at)
}

#[test]
fn reading_touches_the_list_and_not_the_thread() {
    let (mut client, chat, _) = three_messages();
    client.store.take_changed();
    client.read(chat);
    let given = client.store.take_changed();
    client.push();
    for changed in [given, client.store.take_changed()] {
        assert!(changed.contains(&format!("chat:{chat}")) && changed.contains("chats"), "{changed:?}");
        assert!(!changed.contains(&format!("thread:{chat}")), "{changed:?}");
    }
}

#[test]
fn a_chat_is_unread_from_the_mark_on_until_it_is_read_on() {
    let (mut client, chat, at) = three_messages();
    client.read(chat);
    assert_eq!(client.unread(chat), 0);
    client.mark(chat, at[1]);
    let head = query::chat_head(client.store.connection(), chat).unwrap().unwrap();
    assert_eq!((head.unread, head.read_pos), (2, at[1] - 1));
    assert_eq!(query::unread_badges(client.store.connection()).unwrap(), 1);
    assert_eq!(waiting_counts(client.store.connection()).unwrap().total(), 0, "nobody decides about it");
    client.push();
    client.pull();
    assert_eq!(client.unread(chat), 2);
    client.hub.customer(1, "four");
    client.pull();
    assert_eq!(client.unread(chat), 3);
    client.read(chat);
    assert_eq!(client.unread(chat), 0);
    client.push();
    client.pull();
    assert_eq!((client.unread(chat), client.at_hub(chat).1), (0, None));
    assert!(client.kinds().is_empty());
}

#[test]
fn what_is_marked_counts_as_unread_even_where_only_ones_own_words_follow() {
    let (mut client, chat, _) = three_messages();
    client.read(chat);
    client.send(chat, "my own");
    client.push();
    client.pull();
    let newest = client.store.last_pos(chat).unwrap();
    client.mark(chat, newest);
    assert_eq!(client.unread(chat), 1);
    client.mark(chat, newest + 1);
    assert_eq!(client.unread(chat), 0, "behind the end there is nothing to come back to");
    client.hub.customer(1, "four");
    client.pull();
    assert_eq!(client.unread(chat), 1);
}

#[test]
fn what_another_computer_read_before_it_heard_of_the_mark_does_not_undo_it() {
    let (mut client, chat, at) = three_messages();
    let mark = client.mark(chat, at[0]);
    client.push();
    client.pull();
    client.hub.commit_as(ME, MarkRead { chat, pos: at[2], seen: None });
    client.pull();
    assert_eq!(client.unread(chat), 3);
    assert_eq!(client.at_hub(chat), (at[2], Some(UnreadMark { id: mark, from: at[0] })));
    // That other computer has heard of it by now.
    client.hub.commit_as(ME, MarkRead { chat, pos: at[2], seen: Some(mark) });
    client.pull();
    assert_eq!(client.unread(chat), 0);
}

#[test]
fn a_read_is_not_forgotten_that_a_mark_lies_behind_nor_one_that_alone_has_seen_it() {
    let (mut client, chat, at) = three_messages();
    client.give(MarkRead { chat, pos: at[0], seen: None });
    let before = client.read(chat);
    assert_eq!(client.kinds(), ["mark_read"], "the later one says all that the earlier did");
    let mark = client.mark(chat, at[0]);
    // Read on only as far as the mark: the position of before must not be lost.
    let clears = client.give(MarkRead { chat, pos: at[0], seen: Some(mark) });
    assert_eq!(client.kinds(), ["mark_read", "mark_unread", "mark_read"]);
    assert_eq!(client.unread(chat), 0);
    client.hub.customer(1, "four");
    client.pull();
    let last = client.read(chat);
    let left: Vec<CommandId> = client.store.outbox().unwrap().into_iter().map(|item| item.id).collect();
    assert!(
        [before, clears, last].iter().all(|id| left.contains(id)),
        "the last one has seen no mark: it had gone here"
    );
    client.push();
    client.pull();
    let newest = client.store.last_pos(chat).unwrap();
    assert_eq!((client.unread(chat), client.at_hub(chat)), (0, (newest, None)));
}
