//! A history: the plan happens, everything heals, and what must hold is checked.

use crate::chance::Chance;
use crate::check::{Lost, check_messages};
use crate::client::SimClient;
use crate::env::Env;
use crate::failure::Broken;
use crate::hold;
use crate::hub::SimHub;
use crate::people::short;
use crate::plan::{Act, Begins, CLIENTS, ORIGINAL, Plan, Step};
use crate::story::Story;
use crate::template::{self, BEGIN_MS, CHANNELS, INBOXES, MEMBERS, Template, WHO, name_of};
use anyhow::Result;
use deskbell_core::store::Reason;
use deskbell_core::sync::Event;
use deskbell_domain::command::{ApplyStatus, AssignInbox, DeleteChat, MoveChannel};
use deskbell_domain::{ChatId, Delivery, Kind, MemberId, MessageId, Row};
use deskbell_hub::upkeep::doctor::examine_rows;
use deskbell_protocol::Generation;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Rounds in which everybody must have reached the head: each carries all that is on its way and lets time pass.
const ROUNDS: usize = 120;

struct History<'a> {
    plan: &'a Plan,
    hub: SimHub,
    clients: Vec<SimClient>,
    now_ms: i64,
    story: &'a mut Story,
    deleted: BTreeSet<Uuid>,
    lost: Lost,
    /// Chance of the time after the plan.
    after: Chance,
    /// Whose access to which inbox was changed last.
    access: Option<(usize, MemberId)>,
    /// A chat of which a part is deleted.
    deleting: Option<ChatId>,
}

/// Lets a plan happen.
pub fn run(template: &Template, plan: &Plan, story: &mut Story) -> Result<()> {
    let mut clients = Vec::with_capacity(CLIENTS);
    for (n, (name, who)) in WHO.into_iter().enumerate() {
        let disk = match plan.begins[n] {
            Begins::Complete => &template.complete[n],
            Begins::Fresh => &template.fresh[n],
            Begins::Hinted => &template.hinted[n],
        };
        let mut client = SimClient::start(name, who, template::copy(disk)?)?;
        client.older = plan.older[n];
        client.writes_at_once(plan.pieces());
        clients.push(client);
    }
    let mut hub = SimHub::new(&template.hub)?;
    hub.page = plan.page as usize;
    let lost = Lost::default();
    let mut history = History {
        plan,
        hub,
        clients,
        now_ms: BEGIN_MS,
        story,
        deleted: BTreeSet::new(),
        lost,
        after: Chance::new(plan.seed),
        deleting: None,
        access: None,
    };
    for step in &plan.steps {
        history.step(step)?;
    }
    history.end()
}

impl History<'_> {
    fn step(&mut self, step: &Step) -> Result<()> {
        let mut chance = Chance::new(step.salt);
        self.now_ms += chance.below(2_000) as i64;
        let at = if step.client < self.clients.len() { step.client } else { step.client % ORIGINAL };
        if step.act == Act::Clone {
            return self.clone_disk(at, &mut chance);
        }
        let mut env =
            Env { hub: &mut self.hub, now_ms: self.now_ms, chance, faults: self.plan.faults, story: &mut *self.story };
        let client = &mut self.clients[at];
        match step.act {
            Act::Network => (0..self.plan.pace).try_for_each(|_| client.network(&mut env))?,
            Act::Cable => {
                let plugged = !client.is_plugged();
                client.plug(plugged, &mut env)?;
            }
            Act::Crash => client.die_after(env.chance.below(3) as i64),
            Act::Clock => {
                let minutes = env.chance.below(4 * 24 * 60) as i64 - 2 * 24 * 60;
                client.clock_off_ms = minutes * 60_000;
                env.story.say(|| format!("{} clock is wrong by {minutes} minutes", client.name));
            }
            Act::Upgrade if client.older => {
                env.story.say(|| format!("On {} computer the program is replaced by a newer one", client.name));
                client.upgrade()?;
                client.handle(Event::Tick, &mut env)?;
            }
            Act::Upgrade => {}
            Act::Wait => {
                let long = env.chance.once_in(6);
                self.now_ms += if long { 13 * 3_600_000 } else { 40_000 };
                env.story.say(|| format!("{} pass", if long { "Thirteen hours" } else { "Forty seconds" }));
            }
            Act::Customer
            | Act::Status
            | Act::Access
            | Act::MoveChannel
            | Act::Delete
            | Act::Compact
            | Act::Backup
            | Act::Restore
            | Act::Rollback
            | Act::HubCrash => return self.world(step),
            act => {
                client.act(act, step.number, &mut env)?;
                self.copies_have_left(at);
            }
        }
        self.after(at)
    }

    /// Who leaves a chat on one of two copies of a disk leaves it on the other as well, and the hub may never have granted it.
    fn copies_have_left(&mut self, at: usize) {
        let member = self.clients[at].who.member;
        let left = self.clients[at].own.iter().filter(|own| own.left).map(|own| own.message);
        let left: BTreeSet<MessageId> = left.collect();
        let copies = self.clients.iter_mut().filter(|client| client.who.member == member);
        for own in copies.flat_map(|copy| &mut copy.own).filter(|own| left.contains(&own.message)) {
            own.left = true;
            own.wiped |= own.epoch == 0;
        }
    }

    /// Lets something happen at a client.
    fn at_client<T>(
        &mut self,
        at: usize,
        chance: Chance,
        faults: u64,
        happens: impl FnOnce(&mut SimClient, &mut Env<'_>) -> Result<T>,
    ) -> Result<T> {
        let mut env = Env { hub: &mut self.hub, now_ms: self.now_ms, chance, faults, story: &mut *self.story };
        happens(&mut self.clients[at], &mut env)
    }

    /// The hub died in what was done last: it is started again, and everybody has lost it.
    fn start_hub_again(&mut self) -> Result<()> {
        if !std::mem::take(&mut self.hub.crashed) {
            return Ok(());
        }
        self.story.say(|| "The hub dies and is started again".into());
        self.lose_connections()
    }

    /// What must hold after each step.
    fn after(&mut self, at: usize) -> Result<()> {
        self.start_hub_again()?;
        self.clients[at].check_step(&self.deleted)
    }

    fn lose_connections(&mut self) -> Result<()> {
        (0..self.clients.len()).try_for_each(|at| {
            self.at_client(at, Chance::new(at as u64), self.plan.faults, SimClient::lose_connections)
        })
    }

    fn clone_disk(&mut self, at: usize, chance: &mut Chance) -> Result<()> {
        if self.clients.len() == CLIENTS {
            return Ok(());
        }
        let of = &self.clients[at];
        let name = format!("the copy of {}", of.name);
        self.story.say(|| format!("{} disk is copied and runs on another computer", of.name));
        let mut copy = SimClient::start(&name, of.who, template::copy(of.connection()?)?)?;
        self.hub.oracle.copied(of.who.device);
        copy.writes_at_once(self.plan.pieces());
        (copy.own, copy.drafts) = (of.own.clone(), of.drafts.clone());
        copy.clock_off_ms = of.clock_off_ms + chance.below(10_000) as i64;
        self.clients.push(copy);
        Ok(())
    }

    /// What happens at the hub, and outside.
    fn world(&mut self, step: &Step) -> Result<()> {
        let mut chance = Chance::new(step.salt ^ 1);
        match step.act {
            Act::Customer => {
                let (channel, who) = (*chance.pick(&CHANNELS).unwrap_or(&CHANNELS[0]), chance.below(4) as usize);
                let text = format!("customer {}", step.number);
                let command = template::received(channel, who, chance.id(), chance.id(), &text)?;
                self.story.say(|| format!("A customer writes {text:?}"));
                self.hub.system(command, self.now_ms, &mut chance)?;
            }
            Act::Status => self.status(&mut chance)?,
            Act::Access => {
                // Often the same one again: taken and given before anybody has heard of it.
                let drawn = (chance.below(2) as usize, MEMBERS[chance.below(3) as usize]);
                let (inbox, member) = self.access.filter(|_| chance.once_in(2)).unwrap_or(drawn);
                self.access = Some((inbox, member));
                let Some(Row::Inbox(row)) = self.hub.row(Kind::Inbox, INBOXES[inbox].0)? else { return Ok(()) };
                let assigned = !row.members.contains(&member);
                let channels = CHANNELS.to_vec();
                self.story.say(|| {
                    format!(
                        "{} is {} {}",
                        name_of(member),
                        if assigned { "put on" } else { "taken off" },
                        row.name.as_str()
                    )
                });
                if !assigned {
                    self.lost.access.insert(member);
                }
                self.hub.system(
                    AssignInbox { inbox: INBOXES[inbox], member, assigned, channels },
                    self.now_ms,
                    &mut chance,
                )?;
            }
            Act::Backup => {
                self.story.say(|| "The hub is copied".into());
                self.hub.back_up()?;
            }
            Act::Restore | Act::Rollback => {
                let says = step.act == Act::Restore;
                let generation = says.then(|| Generation(format!("{:016x}", chance.draw())));
                if self.hub.go_back(generation, chance.draw())? {
                    self.lost.went_back = true;
                    self.story.say(|| {
                        format!(
                            "The hub goes back to its copy{}",
                            if says { " and says so" } else { ", and nobody knows" }
                        )
                    });
                    self.lose_connections()?;
                }
            }
            Act::MoveChannel => {
                let channel = CHANNELS[chance.below(3) as usize];
                let to = INBOXES[chance.below(2) as usize];
                self.story.say(|| format!("The channel {} moves to inbox {}", short(channel.0), short(to.0)));
                self.lost.access.extend(MEMBERS);
                self.hub.system(MoveChannel { channel, to }, self.now_ms, &mut chance)?;
            }
            Act::Delete => self.delete(&mut chance)?,
            Act::Compact => {
                self.story.say(|| "The hub forgets what is old".into());
                let later_ms = chance.below(2_000_000) as i64 - 1_000_000;
                self.hub.compact(self.now_ms + later_ms)?;
            }
            Act::HubCrash => self.hub.die_after(chance.below(3) as i64),
            _ => {}
        }
        self.start_hub_again()
    }

    /// Deletes a chat in pieces: one that was begun goes on.
    fn delete(&mut self, chance: &mut Chance) -> Result<()> {
        let begun = self.deleting.take();
        let chat = match begun {
            Some(chat) => chat,
            None => {
                let chats = self.hub.chats()?;
                let Some(chat) = chance.pick(&chats) else { return Ok(()) };
                *chat
            }
        };
        self.story.say(|| format!("The hub deletes {}", short(chat.0)));
        self.deleted.insert(chat.0);
        let entries = self.hub.entries(chat)?;
        // Half of it, for others to come between.
        let half = begun.is_none() && entries.len() > 1 && chance.once_in(2);
        let entries = if half { entries[..entries.len() / 2].to_vec() } else { entries };
        let delete = DeleteChat { chat, entries, readers: if half { vec![] } else { MEMBERS.to_vec() }, last: !half };
        self.hub.system(delete, self.now_ms, chance)?;
        self.deleting = half.then_some(chat);
        Ok(())
    }

    fn status(&mut self, chance: &mut Chance) -> Result<()> {
        let found: Vec<(Uuid, Uuid)> = {
            let mut statement = self.hub.connection().prepare_cached(
                "SELECT id, chat FROM message WHERE json_extract(row, '$.delivery') = 'sent' ORDER BY pos",
            )?;
            let found = statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?;
            found.collect::<Result<_, _>>()?
        };
        let Some((message, chat)) = chance.pick(&found) else { return Ok(()) };
        let status = if chance.once_in(2) { Delivery::Delivered } else { Delivery::Read };
        let command = ApplyStatus { chat: (*chat).into(), messages: vec![MessageId(*message)], status };
        self.hub.system(command, self.now_ms, chance)?;
        Ok(())
    }

    /// Everything heals; then people decide about what needs their attention; then it is checked.
    fn end(&mut self) -> Result<()> {
        self.story.say(|| "From here on nothing goes wrong any more".into());
        self.hub.die_after(i64::MAX);
        self.hub.page = usize::MAX;
        if self.deleting.is_some() {
            let mut chance = Chance::new(self.after.draw());
            self.delete(&mut chance)?;
        }
        for client in &mut self.clients {
            client.die_after(i64::MAX);
            client.clock_off_ms = 0;
        }
        self.settle()?;
        self.check()?;
        for at in 0..self.clients.len() {
            let mut taken = BTreeSet::new();
            for item in self.clients[at].needs_attention()? {
                let chance = Chance::new(self.after.draw());
                if self.at_client(at, chance, 0, |client, env| client.again(&item, env))?.is_some() {
                    taken.extend(item.message);
                }
            }
            // One after the other: nobody is before anybody else.
            self.settle()?;
            for item in self.clients[at].needs_attention()? {
                let held = matches!(item.reason, Some(Reason::Held { .. }))
                    && item.message.is_some_and(|message| taken.contains(&message));
                hold!(
                    "again",
                    !held,
                    "{} of {} was sent again in spite of all, and is held still: {:?}",
                    item.kind,
                    self.clients[at].name,
                    item.reason
                );
            }
        }
        self.check()?;
        self.clients.iter().try_for_each(SimClient::check_derived)?;
        let findings = examine_rows(self.hub.connection())?;
        hold!("doctor", findings.is_empty(), "the hub's doctor finds {findings:?}");
        Ok(())
    }

    fn settle(&mut self) -> Result<()> {
        for _ in 0..ROUNDS {
            let mut quiet = true;
            for at in 0..self.clients.len() {
                let chance = Chance::new(self.after.draw());
                self.at_client(at, chance, 0, SimClient::carry_all)?;
                quiet &= self.clients[at].is_quiet(&mut self.hub)?;
                self.clients[at].check_step(&self.deleted)?;
            }
            if quiet {
                return Ok(());
            }
            self.now_ms += 3_000;
        }
        for client in &self.clients {
            if !client.is_quiet(&mut self.hub)? {
                let head = self.hub.head()?;
                return Err(Broken::error(
                    "stalls",
                    format!("{} computer never comes to rest at {head}: {}", client.name, client.state()),
                ));
            }
        }
        Ok(())
    }

    fn check(&mut self) -> Result<()> {
        for client in &self.clients {
            client.check_end(&mut self.hub)?;
        }
        check_messages(&self.clients, &mut self.hub, &self.deleted, &self.lost)
    }
}
