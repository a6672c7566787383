//! The entries of threads: in their chat, in its scope, in the order of the commands that made them.

use super::world::{World, read};
use super::{Fault, Finding};
use crate::store::StoreError;
use deskbell_domain::{ChatId, ENTRIES_PER_COMMAND, Kind, Message, Row};
use rusqlite::Connection;
use uuid::Uuid;

/// An entry as its columns have it.
pub(super) struct Columns {
    pub pos: u64,
    pub id: Uuid,
    pub chat: Uuid,
    pub scope: String,
    pub rev: u64,
}

/// All entries by position, with what can be read of them.
pub(super) fn each(
    connection: &Connection,
    mut take: impl FnMut(Columns, Result<Message, String>),
) -> Result<(), StoreError> {
    let mut statement = connection.prepare("SELECT pos, id, chat, scope, rev, row FROM message ORDER BY pos")?;
    let mut found = statement.query([])?;
    while let Some(r) = found.next()? {
        let columns = Columns { pos: r.get(0)?, id: r.get(1)?, chat: r.get(2)?, scope: r.get(3)?, rev: r.get(4)? };
        let text = r.get_ref(5)?.as_str().map_err(rusqlite::Error::from)?;
        let message = read(Kind::Message.as_str(), columns.id, text).and_then(|row| match row {
            Row::Message(message) => Ok(message),
            _ => Err("it is no entry".into()),
        });
        take(columns, message);
    }
    Ok(())
}

pub(super) fn examine(
    connection: &Connection,
    world: &mut World,
    findings: &mut Vec<Finding>,
) -> Result<(), StoreError> {
    let mut before: Option<(u64, ChatId)> = None;
    let head = world.head.stamp.seq;
    each(connection, |columns, message| {
        let Columns { pos, id, chat, ref scope, rev } = columns;
        world.count(Kind::Message.as_str(), id, scope, rev);
        let mut say =
            |fault, message: String| findings.push(Finding::new(fault, format_args!("message {id}"), message));
        let seq = pos / ENTRIES_PER_COMMAND;
        if seq == 0 || seq > rev {
            say(Fault::WrongPosition, format!("its position {pos} is that of command {seq}, and its rev is {rev}"));
        } else if seq > head {
            say(Fault::HeadBehind, format!("its position {pos} is that of command {seq}, and the head is {head}"));
        }
        let message = match message {
            Ok(message) => message,
            Err(problem) => {
                say(Fault::UnreadableRow, problem);
                return;
            }
        };
        if let Some((last, elsewhere)) = before.replace((seq, message.chat))
            && last == seq
            && elsewhere != message.chat
        {
            say(Fault::WrongPosition, format!("command {seq} made an entry in chat {elsewhere} too"));
        }
        if message.pos != Some(pos) {
            let own = message.pos.map_or("none".into(), |pos| pos.to_string());
            // The position is the key under which clients and pages know it: nobody can say which one is right.
            say(Fault::WrongPosition, format!("it stands at {pos} and says {own}"));
            return;
        }
        if message.chat != ChatId(chat) {
            say(Fault::WrongColumn, format!("it stands in chat {chat} and belongs to {}", message.chat));
        }
        if message.scope.to_string() != *scope {
            say(Fault::WrongColumn, format!("it stands in {scope} and belongs to {}", message.scope));
        }
        match world.scope_of_chat(message.chat.0) {
            Some(of_chat) if of_chat == message.scope => {}
            Some(of_chat) => {
                say(Fault::WrongScope, format!("it is in {}, and its chat in {of_chat}", message.scope));
            }
            None if Kind::CHATS.into_iter().any(|kind| world.has(kind, message.chat.0)) => {}
            None => {
                let message = format!("its chat {} is not there", message.chat);
                findings.push(Finding::new(Fault::Orphan, format_args!("message {id}"), message).for_a_person());
            }
        }
    })
}
