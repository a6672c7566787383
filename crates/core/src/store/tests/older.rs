//! An outbox that an older program filled (S17).

use super::*;
use rusqlite::params;

impl Client {
    /// The row as a program of the version before would have written it.
    fn written_before(&mut self, id: CommandId, args: &str) {
        let sql = "UPDATE outbox SET version = 0, args = ? WHERE id = ?";
        self.store.connection().execute(sql, params![args, id.0.into_bytes()]).unwrap();
    }

    fn bytes(&self, id: CommandId) -> (u32, String) {
        let item = self.store.outbox_item(id).unwrap().unwrap();
        (item.version, item.args)
    }
}

#[test]
fn bytes_of_an_older_version_are_shown_sent_as_they_are_and_carried_out() {
    let mut client = Client::new();
    let chat = client.hub.customer(1, "hello");
    client.pull();
    let id = client.send(chat, "from before the update");
    let old = client.bytes(id).1.replace("\"text\"", "\"body\"");
    client.written_before(id, &old);
    // What comes replays what waits.
    client.hub.customer(1, "are you there?");
    client.pull();
    let shown = client.conversation(chat).last_message.unwrap().preview;
    assert_eq!(shown, "from before the update");
    assert_eq!(client.bytes(id), (0, old.clone()));
    let pushed = client.store.next_push(0, 64).unwrap().unwrap();
    let sent = &pushed.commands.commands[0];
    assert_eq!((sent.version, sent.args.get()), (0, old.as_str()), "the hub compares these bytes");
    client.push();
    client.pull();
    let messages = query::list_messages(
        client.store.connection(),
        &crate::rpc::types::ListMessages { chat, before: None, after: None, around: None, limit: 10 },
    );
    assert_eq!(messages.unwrap().entries.iter().filter(|e| e.pending.is_some()).count(), 0);
    assert!(client.store.outbox().unwrap().is_empty());
    assert_eq!(client.conversation(chat).last_message.unwrap().preview, "from before the update");
}

#[test]
fn what_is_rewritten_for_an_alias_is_of_the_newest_version_and_the_rest_keeps_its_bytes() {
    let mut client = Client::new();
    let other = client.hub.customer(1, "hello");
    client.pull();
    let (mine, theirs): (ChatId, ChatId) = (Uuid::now_v7().into(), Uuid::now_v7().into());
    client.give(CreateChat { chat: mine, new: NewChat::Direct { with: BOB } });
    let first = client.store.next_push(0, 1).unwrap().unwrap();
    let (in_it, elsewhere) = (client.send(mine, "to Bob"), client.send(other, "to the customer"));
    for id in [in_it, elsewhere] {
        let old = client.bytes(id).1.replace("\"text\"", "\"body\"");
        client.written_before(id, &old);
    }
    let untouched = client.bytes(elsewhere);
    client.hub.commit_as(BOB, CreateChat { chat: theirs, new: NewChat::Direct { with: ME } });
    let results = client.hub.push(ME, &first.commands);
    client.store.apply_results(&results).unwrap();
    let (version, args) = client.bytes(in_it);
    assert_eq!(version, 1);
    assert!(args.contains(&theirs.to_string()) && args.contains("\"text\":\"to Bob\""), "{args}");
    assert_eq!(client.bytes(elsewhere), untouched);
    client.push();
    client.pull();
    assert!(client.store.outbox().unwrap().is_empty());
}
