//! What must hold: at every step of a client, and of everything in the end.

use crate::client::SimClient;
use crate::failure::Broken;
use crate::hold;
use crate::hub::SimHub;
use crate::own::Own;
use crate::people::short;
use crate::plan::ORIGINAL;
use crate::template::name_of;
use anyhow::Result;
use deskbell_core::store::{OutboxState, Reason};
use deskbell_domain::{ChatId, Kind, MemberId, Outcome, Rejection, Scope};
use deskbell_hub::feed::grants_of;
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

impl SimClient {
    /// Epoch of the scope of a chat, as the client has it; 0 = none.
    pub fn epoch_of(&self, chat: ChatId) -> Result<u64> {
        let sql = "SELECT s.epoch FROM entity e JOIN scope s ON s.n = e.scope WHERE e.id = ?1 AND e.kind IN ('conversation', 'direct_chat', 'team_chat')";
        let mut statement = self.connection()?.prepare_cached(sql)?;
        let epoch = statement.query_row([self.known_as(chat)?.0.into_bytes()], |r| r.get::<_, i64>(0)).optional()?;
        Ok(epoch.unwrap_or(0).unsigned_abs())
    }

    fn known_as(&self, chat: ChatId) -> Result<ChatId> {
        let winner = self
            .connection()?
            .prepare_cached("SELECT winner FROM alias WHERE loser = ?1")?
            .query_row([chat.0.into_bytes()], |r| r.get::<_, [u8; 16]>(0))
            .optional()?;
        Ok(winner.map_or(chat, |id| ChatId(Uuid::from_bytes(id))))
    }

    fn sees(&self, own: &Own) -> Result<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM live_message WHERE id = ?1) OR EXISTS (SELECT 1 FROM outbox WHERE message = ?1)";
        let mut statement = self.connection()?.prepare_cached(sql)?;
        Ok(statement.query_row([own.message.0.into_bytes()], |r| r.get(0))?)
    }

    /// After a step: nothing that its person wrote is out of their sight, but where access was taken or the chat was
    /// deleted; what was typed stands where it was typed.
    pub fn check_step(&mut self, deleted: &BTreeSet<Uuid>) -> Result<()> {
        let mut own = std::mem::take(&mut self.own);
        let checked = own.iter_mut().try_for_each(|own| {
            if own.taken_back || deleted.contains(&own.chat.0) || deleted.contains(&self.known_as(own.chat)?.0) {
                return Ok(());
            }
            let epoch = self.epoch_of(own.chat)?;
            if own.epoch == 0 {
                own.epoch = epoch;
            }
            if !own.wiped && !self.sees(own)? {
                own.wiped = own.epoch != epoch;
                hold!(
                    "in-sight",
                    own.wiped,
                    "{:?} ({}) has vanished from {} computer",
                    own.text,
                    short(own.message.0),
                    self.name
                );
            }
            Ok(())
        });
        self.own = own;
        checked?;
        for (chat, text) in &self.drafts {
            // A chat that is another one is on the screen under its own identifier until that one is here.
            let sql =
                "SELECT body FROM draft WHERE chat = ?1 OR (chat = ?2 AND EXISTS (SELECT 1 FROM entity WHERE id = ?2))";
            let known = self.known_as(*chat)?.0.into_bytes();
            let mut statement = self.connection()?.prepare_cached(sql)?;
            let bodies = statement.query_map([known, chat.0.into_bytes()], |r| r.get::<_, String>(0))?;
            let kept = bodies.collect::<Result<Vec<_>, _>>()?.join("\n");
            hold!(
                "draft",
                kept.contains(text),
                "{text:?}, typed on {} computer in {}, stands there no more: {kept:?}",
                self.name,
                short(chat.0)
            );
        }
        Ok(())
    }

    /// In the end: it has what the hub says that its member may see, and nothing else.
    pub fn check_end(&self, hub: &mut SimHub) -> Result<()> {
        let (name, store) = (&self.name, self.store()?);
        hold!("digest", store.heals()? == 0, "{name} cache differed from the hub and was loaded again");
        hold!("shadow", store.shadows()? == 0, "{name} cache keeps confirmed rows and nothing is pending");
        let mut theirs = BTreeMap::new();
        let mut digests = BTreeMap::new();
        for grant in grants_of(hub.connection(), self.who.member)? {
            theirs.extend(rows_of_hub(hub.connection(), grant.scope)?);
            digests.insert(grant.scope.to_string(), deskbell_hub::store::read_digest(hub.connection(), grant.scope)?);
        }
        let ours = rows_of_cache(self.connection()?)?;
        for (key, row) in &theirs {
            hold!(
                "equal",
                ours.get(key) == Some(row),
                "{name} cache has {:?} of {} instead of {row}",
                ours.get(key),
                key.0
            );
        }
        for (key, row) in &ours {
            hold!("equal", theirs.contains_key(key), "{name} cache has what is not there (for it): {} {row}", key.0);
        }
        let mut statement =
            self.connection()?.prepare_cached("SELECT name, digest, state FROM scope WHERE state <> 0")?;
        let kept =
            statement.query_map([], |r| Ok((r.get::<_, String>(0)?, r.get::<_, i64>(1)?, r.get::<_, i64>(2)?)))?;
        let kept: Vec<_> = kept.collect::<Result<_, _>>()?;
        hold!("equal", kept.len() == digests.len(), "{name} cache has the scopes {kept:?}, the hub says {digests:?}");
        for (scope, digest, state) in kept {
            let theirs = digests.get(&scope).copied();
            hold!(
                "digest",
                theirs == Some(digest.cast_unsigned()) && state == 2,
                "the digest of {scope} in {name} cache is {digest}, of the hub {theirs:?}"
            );
        }
        self.check_outbox(hub)
    }

    /// In the end: what is kept beside the rows follows from them, and so does the search index.
    pub fn check_derived(&self) -> Result<()> {
        let (name, store) = (&self.name, self.store()?);
        let derived = store.derived_differences()?;
        hold!("derived", derived.is_empty(), "{name} cache: {derived:?}");
        let index = store.index_differences()?;
        hold!("index", index.is_empty() && store.is_indexed()?, "{name} cache: {index:?}");
        Ok(())
    }

    /// What it says of a command is what the hub answered.
    fn check_outbox(&self, hub: &mut SimHub) -> Result<()> {
        for item in self.store()?.outbox()? {
            let said = match (&item.state, &item.reason) {
                (OutboxState::Waiting | OutboxState::Done, _) => {
                    return Err(Broken::error(
                        "stalls",
                        format!("{} of {} computer is never done", item.kind, self.name),
                    ));
                }
                (_, Some(Reason::Held { hold })) => Outcome::Held { reason: hold.clone() },
                // Its own judgement, about what never travelled.
                (_, Some(Reason::Refused { rejection: Rejection::DependsOn { .. } })) => continue,
                (_, Some(Reason::Refused { rejection })) => Outcome::Rejected { reason: rejection.clone() },
                (_, Some(Reason::Restored)) => continue,
                (_, reason) => {
                    return Err(Broken::error(
                        "honest",
                        format!("{} of {} computer: {reason:?}", item.kind, self.name),
                    ));
                }
            };
            // What a hub said before it went back, it may say otherwise after.
            if hub.oracle.has_gone_back() {
                continue;
            }
            if let Some(answered) = hub.oracle.outcome(item.id) {
                hold!(
                    "honest",
                    *answered == said,
                    "{} of {} computer is {said:?}, the hub said {answered:?}",
                    item.kind,
                    self.name
                );
            } else {
                let what = format!("{} of {} computer is {said:?}, and the hub said nothing", item.kind, self.name);
                return Err(Broken::error("honest", what));
            }
        }
        Ok(())
    }
}

/// What is owed to authors: each message is on the hub once, or one of their computers asks them what to do.
pub fn check_messages(clients: &[SimClient], hub: &mut SimHub, deleted: &BTreeSet<Uuid>, lost: &Lost) -> Result<()> {
    let mut waiting: BTreeSet<(MemberId, Uuid)> = BTreeSet::new();
    for client in clients {
        for item in client.store()?.outbox()? {
            waiting.extend(item.message.map(|message| (client.who.member, message.0)));
        }
    }
    let mut texts: BTreeMap<String, usize> = BTreeMap::new();
    {
        let mut statement =
            hub.connection().prepare_cached("SELECT json_extract(row, '$.content.text') FROM message")?;
        let found = statement.query_map([], |r| r.get::<_, Option<String>>(0))?;
        for text in found {
            *texts.entry(text?.unwrap_or_default()).or_default() += 1;
        }
    }
    for client in clients {
        for own in &client.own {
            let times = texts.get(&own.text).copied().unwrap_or(0);
            hold!("twice", times < 2, "{:?} stands on the hub {times} times", own.text);
            hold!(
                "taken-back",
                times == 0 || !own.never_sent || clients.len() > ORIGINAL,
                "{:?} was taken back before it went, and stands on the hub",
                own.text
            );
            let there = times == 1 || hub.row(Kind::Message, own.message.0)?.is_some();
            let asked = waiting.contains(&(client.who.member, own.message.0));
            if there || asked || own.taken_back || deleted.contains(&own.chat.0) || lost.excuses(client.who.member, own)
            {
                continue;
            }
            if deleted.contains(&client.known_as(own.chat)?.0) {
                continue;
            }
            return Err(Broken::error(
                "lost",
                format!("{:?} by {} is neither on the hub nor in sight", own.text, name_of(client.who.member)),
            ));
        }
    }
    Ok(())
}

/// Members of whom access was taken in a history in which the hub also went back: what they could not see any more,
/// their computers could not bring back.
#[derive(Debug, Default)]
pub struct Lost {
    /// From whom access was taken.
    pub access: BTreeSet<MemberId>,
    /// The hub went back.
    pub went_back: bool,
}

impl Lost {
    fn excuses(&self, member: MemberId, own: &Own) -> bool {
        self.went_back && (own.left || self.access.contains(&member))
    }
}

type Key = (String, Uuid);

fn rows_of_hub(connection: &Connection, scope: Scope) -> Result<BTreeMap<Key, String>> {
    let mut statement = connection.prepare_cached(
        "SELECT kind, id, rev, row FROM entity WHERE scope = ?1 UNION ALL SELECT 'message', id, rev, row FROM message WHERE scope = ?1",
    )?;
    let rows = statement.query_map(params![scope.to_string()], |r| {
        Ok((
            (r.get::<_, String>(0)?, r.get::<_, Uuid>(1)?),
            format!("{} {}", r.get::<_, i64>(2)?, r.get::<_, String>(3)?),
        ))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn rows_of_cache(connection: &Connection) -> Result<BTreeMap<Key, String>> {
    let mut statement = connection.prepare_cached(
        "SELECT kind, id, rev, json FROM entity UNION ALL SELECT 'message', id, rev, json FROM message",
    )?;
    let rows = statement.query_map([], |r| {
        let rev = r.get::<_, i64>(2)? & ((1 << 48) - 1);
        let id = Uuid::from_bytes(r.get(1)?);
        Ok(((r.get::<_, String>(0)?, id), format!("{rev} {}", r.get::<_, String>(3)?)))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
