//! A hub that was restored from a backup, or lost what the cache has seen (S13), and booting again in place.

use super::pending::Lanes;
use super::{
    Identity, OutboxItem, OutboxState, Reason, Store, Stored, StoredSession, Write, meta, outbox, query, rows,
};
use deskbell_domain::plant::{Plant, planted};
use deskbell_domain::{Author, Command, Content, Grant, Kind, MemberId, Message, Row, command::SendMessage};
use deskbell_protocol::Session;
use rusqlite::params;
use std::collections::BTreeMap;

/// Set while the scopes are booted after the hub went back in time.
const ROLLED_BACK: &str = "rolled_back";

/// What a hub says of the session.
fn grants_of(session: &Session) -> Vec<Grant> {
    let member: MemberId = session.member;
    session.grants.iter().map(|g| Grant { member, scope: g.scope, epoch: g.epoch, floor: g.floor }).collect()
}

impl Store {
    /// The first sign-in on this cache, or a renewed one of the same member: then everything stays, the outbox and the
    /// cursor too, and the hub says whether it can go on from there.
    pub fn sign_in(&mut self, hub: &str, email: &str, session: &Session) -> Stored<()> {
        let before = self.session()?;
        if let (Some(identity), Some(before)) = (self.identity.filter(|i| i.me == session.member), before) {
            return self.write(|w| {
                let renewed = StoredSession { r#gen: before.r#gen, ..stored(session, hub, email, &session.token) };
                w.set_session(&renewed, Identity { device: session.device, ..identity })
            });
        }
        // What was rescued without knowing who was signed in is theirs: who calls has made sure of that.
        if self.identity.is_some() || !self.is_rebuilding()? {
            self.clear()?;
        }
        self.write(|w| {
            let identity = Identity { me: session.member, device: session.device, generation: 1 };
            w.set_session(&stored(session, hub, email, &session.token), identity)?;
            w.set_cursor(session.head.seq)?;
            w.set_whole(session.head.seq)?;
            w.set_stamp(session.head)?;
            w.notices_begin(session.head.seq)?;
            w.rebuild_has_begun()?;
            w.set_grants(&grants_of(session))
        })
    }

    /// What the hub says of the session now, after it could not go on from the cursor: everything is booted again in
    /// place. Where it `rolled_back`, what was on the wire is held or goes again.
    pub fn resync(&mut self, session: &Session, rolled_back: bool) -> Stored<()> {
        let (Some(before), Some(identity)) = (self.session()?, self.identity) else { return Ok(()) };
        self.write(|w| {
            w.restore(&Lanes::All)?;
            let mut identity = Identity { device: session.device, ..identity };
            if rolled_back || before.r#gen != session.r#gen {
                identity.generation += 1;
                w.lose_what_was_sent()?;
                w.set(ROLLED_BACK, &true)?;
                w.notices_went_back(session.head.seq)?;
            }
            w.set_session(&stored(session, &before.hub, &before.email, &before.token), identity)?;
            w.set_cursor(session.head.seq)?;
            w.set_whole(session.head.seq)?;
            w.set_stamp(session.head)?;
            w.set_grants(&grants_of(session))?;
            w.rebuild_has_begun()?;
            if !planted(Plant::ResyncForgotten) {
                w.boot_all_in_place()?;
            }
            w.replay(&Lanes::All)?;
            w.tag("status");
            Ok(())
        })
    }
}

fn stored(session: &Session, hub: &str, email: &str, token: &str) -> StoredSession {
    StoredSession {
        hub: hub.into(),
        token: token.into(),
        email: email.into(),
        organization: session.organization,
        r#gen: session.r#gen.clone(),
        capabilities: session.capabilities.clone(),
    }
}

impl Write<'_> {
    /// Sends that were ever on the wire may have gone out: only a person can tell whether to send them again. Everything
    /// else loses its result and goes again.
    fn lose_what_was_sent(&mut self) -> Stored<()> {
        for item in outbox::pending(&self.tx)? {
            if item.message.is_some() && item.transmitted {
                self.set_outbox(&item, OutboxState::Held, None, Some(&Reason::Restored))?;
            } else {
                self.set_outbox(&item, OutboxState::Waiting, None, None)?;
            }
        }
        Ok(())
    }

    /// The same for all of a scope that is lost: a hub that went back in time may have lost the chat itself. Reads all of it,
    /// which happens after a restored backup and else never.
    pub(super) fn keep_own_messages_of(&mut self, n: i64) -> Stored<()> {
        let rolled_back: Option<bool> = meta::get(&self.tx, ROLLED_BACK)?;
        let Some(identity) = self.identity.filter(|_| rolled_back == Some(true)) else { return Ok(()) };
        let own: Vec<String> = {
            let mut statement = self.tx.prepare("SELECT json FROM live_message WHERE scope = ? AND author = ?")?;
            let found = statement.query_map(params![n, identity.me.0.into_bytes()], |r| r.get(0))?;
            found.collect::<Result<_, _>>()?
        };
        let own = own.into_iter().map(|json| rows::parsed(Kind::Message, &json)).collect::<Stored<_>>()?;
        self.keep_own_messages(own)
    }

    /// After the hub went back in time: the member's own messages that it does not have any more are kept, held.
    pub(super) fn keep_own_messages(&mut self, gone: Vec<Row>) -> Stored<()> {
        let rolled_back: Option<bool> = meta::get(&self.tx, ROLLED_BACK)?;
        let Some(identity) = self.identity.filter(|_| rolled_back == Some(true) && !planted(Plant::RestoredForgotten))
        else {
            return Ok(());
        };
        // The chat may be among what goes: its title is frozen here.
        let mut titles = BTreeMap::new();
        for row in &gone {
            match row {
                Row::Conversation(chat) => drop(titles.insert(chat.id, query::conversation_title(&self.tx, chat)?)),
                Row::DirectChat(chat) => {
                    drop(titles.insert(chat.id, query::direct_title(&self.tx, identity.me, chat)?))
                }
                Row::TeamChat(chat) => drop(titles.insert(chat.id, chat.name.to_string())),
                _ => {}
            }
        }
        for row in gone {
            if let Row::Message(message) = row
                && message.author == Author::Member(identity.me)
            {
                self.keep_own_message(&message, titles.get(&message.chat).cloned())?;
            }
        }
        Ok(())
    }

    fn keep_own_message(&mut self, message: &Message, title: Option<String>) -> Stored<()> {
        let Content::Text { text } = &message.content else { return Ok(()) };
        let kept = outbox::of_chat(&self.tx, message.chat)?;
        if kept.iter().any(|item| item.message == Some(message.id)) {
            return Ok(());
        }
        let command: Command =
            SendMessage { chat: message.chat, message: message.id, text: text.clone(), seen: 0 }.into();
        let title = match title {
            Some(title) => title,
            None => query::title_of(&self.tx, message.chat)?.unwrap_or_default(),
        };
        // Named by the message: held once, however often this runs.
        let id = deskbell_domain::derived_id("restored", &[message.id.0.as_bytes()]);
        self.insert_outbox(&OutboxItem {
            n: 0,
            id: id.into(),
            lane: command.lane().0,
            chat: Some(message.chat),
            kind: command.kind().into(),
            version: command.version(),
            args: command.args().to_string(),
            depends_on: Vec::new(),
            state: OutboxState::Held,
            created_ms: message.at_ms,
            created_local_ms: message.at_ms,
            transmitted: true,
            seq: None,
            reason: Some(Reason::Restored),
            title,
            message: Some(message.id),
            text: Some(text.as_str().into()),
        })?;
        Ok(())
    }

    /// All scopes are as the restored hub has them. What it has after all was decided as it came
    /// ([`Write::needs_no_decision`]).
    pub(super) fn rolled_back_is_over(&mut self) -> Stored<()> {
        self.rebuilt()?;
        self.tx.execute("DELETE FROM meta WHERE key = ?", [ROLLED_BACK])?;
        Ok(())
    }
}
