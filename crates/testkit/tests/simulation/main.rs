//! Random histories: clients that work offline, crash and reconnect, a network that loses, repeats and reorders, members
//! that are taken off an inbox and put back. At the end everybody must have what somebody has who starts from nothing,
//! and no text may be lost or doubled. A failing history prints its seed; `DESKBELL_SIM_SEED` runs that one alone,
//! `DESKBELL_SIM_RUNS` more or fewer.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod chance;
mod client;
mod network;

use anyhow::{Result, ensure};
use chance::Chance;
use client::SimClient;
use deskbell_domain::{Content, Row};
use deskbell_testkit::test_hub::TestHub;
use std::collections::{BTreeMap, BTreeSet};

const RUNS: u64 = 15;
const STEPS: usize = 160;
const PHONES: [&str; 3] = ["+16505550101", "+16505550102", "+16505550103"];

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_history_ends_with_everybody_knowing_the_same_and_nothing_lost() -> Result<()> {
    let seeds: Vec<u64> = match number("DESKBELL_SIM_SEED") {
        Some(seed) => vec![seed],
        None => (1..=number("DESKBELL_SIM_RUNS").unwrap_or(RUNS)).collect(),
    };
    for seed in seeds {
        history(seed).await.map_err(|error| error.context(format!("history of seed {seed}")))?;
    }
    Ok(())
}

async fn history(seed: u64) -> Result<()> {
    let mut chance = Chance::new(seed);
    let mut hub = TestHub::start().await?;
    hub.customer(PHONES[0], "the first of all").await?;
    // In one history of three the hub is restored from a backup, so that it forgets what everybody has seen.
    let restores = chance.below(3) == 0;
    let (backup_at, restore_at) = (chance.below(STEPS as u64 / 2) as usize, STEPS / 2 + chance.below(40) as usize);
    let mut backup = None;
    let mut clients = Vec::new();
    for (name, member) in [("alice", hub.alice), ("bob", hub.bob), ("alice", hub.alice)] {
        clients.push(SimClient::sign_in(&hub, name, member).await?);
    }
    let mut on_inbox = true;
    for step in 0..STEPS {
        if restores && step == backup_at {
            backup = Some((hub.back_up().await?, on_inbox));
        }
        if restores
            && step == restore_at
            && let Some((copy, was_on_inbox)) = &backup
        {
            hub.go_back_to(copy).await?;
            on_inbox = *was_on_inbox;
        }
        match chance.below(20) {
            0..=1 => {
                let phone = chance.pick(&PHONES);
                hub.customer(phone, &format!("customer {step}")).await?;
            }
            // Bob is taken off the inbox, or put back on it.
            2 if chance.below(4) == 0 => {
                on_inbox = !on_inbox;
                hub.assign_inbox(hub.bob, on_inbox).await?;
            }
            3..=8 => {
                let at = chance.below(clients.len() as u64) as usize;
                clients[at].act(&mut chance, &hub, step)?;
            }
            _ => {
                let at = chance.below(clients.len() as u64) as usize;
                clients[at].network(&mut chance, &hub).await?;
            }
        }
    }
    for client in &mut clients {
        client.settle(&mut chance, &hub).await?;
    }
    // What one client's last words did has to reach the others.
    for client in &mut clients {
        client.settle(&mut chance, &hub).await?;
    }
    judge(&hub, &clients, &mut chance).await
}

async fn judge(hub: &TestHub, clients: &[SimClient], chance: &mut Chance) -> Result<()> {
    let mut texts: BTreeMap<String, usize> = BTreeMap::new();
    let mut messages = BTreeMap::new();
    for (name, member) in [("alice", hub.alice), ("bob", hub.bob), ("mira", hub.mira)] {
        let mut fresh = SimClient::sign_in(hub, name, member).await?;
        fresh.settle(chance, hub).await?;
        let truth = fresh.store.visible_rows()?;
        for client in clients.iter().filter(|c| c.member == member) {
            let has = client.store.visible_rows()?;
            for (key, row) in &truth {
                ensure!(has.get(key) == Some(row), "{name} has {:?} instead of {row:?}", has.get(key));
            }
            let surplus: Vec<_> = has.keys().filter(|key| !truth.contains_key(key)).collect();
            ensure!(surplus.is_empty(), "{name} has what is not there: {surplus:?}");
            ensure!(client.store.heals()? == 0, "{name} differed from the hub and was healed");
            ensure!(client.store.shadows()? == 0, "{name} has shadows and nothing pending");
            ensure!(!deskbell_core::store::has_waiting(&client.store)?, "something of {name} waits for ever");
        }
        messages.extend(truth.into_iter().filter(|(_, row)| matches!(row, Row::Message(_))));
    }
    for row in messages.values() {
        if let Row::Message(message) = row
            && let Content::Text { text } = &message.content
        {
            *texts.entry(text.as_str().into()).or_default() += 1;
        }
    }
    // Two devices of one member may both keep what a restored hub has lost: it is one message.
    let mut kept = BTreeSet::new();
    for client in clients {
        for item in client.store.outbox()? {
            ensure!(item.reason.is_some(), "{} of {} is neither done nor refused", item.kind, client.name);
            if let (Some(message), Some(text)) = (item.message, item.text)
                && kept.insert(message)
            {
                *texts.entry(text).or_default() += 1;
            }
        }
    }
    for client in clients {
        for text in &client.sent {
            let times = texts.get(text).copied().unwrap_or(0);
            ensure!(times == 1, "{text:?} of {} is there {times} times", client.name);
        }
    }
    Ok(())
}
