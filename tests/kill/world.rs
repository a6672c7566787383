//! The organization in which things are killed.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use deskbell_testkit::client::TestClient;
use deskbell_testkit::{proxy::Proxy, team::Team};
use rand::{Rng, SeedableRng, rngs::StdRng};
use serde_json::Value;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::agent::Agent;
use crate::books::Books;
use crate::window::Mira;
use crate::{customer, network};

/// Every fifth kill is the window's: it takes the longest to start.
const WINDOW_EVERY: u32 = 5;

/// Everybody and everything.
pub struct World {
    /// What is written and what happens.
    pub books: Arc<Books>,
    seed: u64,
    team: Team,
    proxy: Proxy,
    agents: Vec<Arc<Agent>>,
    mira: Mira,
    visitors: Vec<(String, Arc<deskbell_testkit::visitor::Visitor>)>,
    /// Identifier and title.
    chats: Vec<(String, String)>,
}

impl World {
    /// Two customers, two agents at terminals, a manager at a window, all through one bad network.
    pub async fn start(seed: u64) -> Result<Self> {
        let books = Arc::new(Books::new());
        let team = Team::start()?;
        let address: SocketAddr = team.hub.url().trim_start_matches("http://").parse()?;
        let proxy = Proxy::start(address).await?;
        let mut visitors = Vec::new();
        for name in ["Rosa Vidal", "Ben Okafor"] {
            let visitor = team.visitor(name).await?.through(&proxy.url());
            let hello = format!("{name} says hello");
            books.will_write(name, name, &hello);
            visitor.writes(&hello).await?;
            books.has_written(&hello);
            visitors.push((name.to_string(), Arc::new(visitor)));
        }
        let agents = ["alice", "bob"].map(|name| Agent::new(name, &books)).into_iter().collect::<Result<Vec<_>>>()?;
        for agent in &agents {
            agent.sign_in(&proxy.url(), team.password()).await?;
        }
        let mira = Mira::sign_in(&proxy.url(), team.password(), &books).await?;
        let list = agents[0].must(&["list", "--inbox", "Support"], "").await?;
        let rows = list["rows"].as_array().context("no rows")?;
        let text = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_string();
        let chats: Vec<_> = rows.iter().map(|row| (text(row, "chat"), text(row, "title"))).collect();
        ensure!(chats.len() == visitors.len(), "{list}");
        Ok(Self { books, seed, team, proxy, agents, mira, visitors, chats })
    }

    /// Kills so many times while everybody works. Then everything is well again, and the books must balance.
    pub async fn run(mut self, rounds: u32) -> Result<()> {
        let stop = watch::Sender::new(false);
        let mut customers = JoinSet::new();
        for (n, (name, visitor)) in self.visitors.iter().enumerate() {
            let seed = self.seed.wrapping_mul(31).wrapping_add(n as u64);
            let (visitor, name, books) = (visitor.clone(), name.clone(), self.books.clone());
            customers.spawn(customer::write(visitor, name, seed, books, stop.subscribe()));
        }
        let mut agents = JoinSet::new();
        for (n, agent) in self.agents.iter().enumerate() {
            let seed = self.seed.wrapping_mul(37).wrapping_add(n as u64);
            agents.spawn(agent.clone().work(self.chats.clone(), seed, stop.subscribe()));
        }
        let mut rng = StdRng::seed_from_u64(self.seed);
        for round in 0..rounds {
            self.books.tell(format!("round {round}: {}", network::disturb(&self.proxy, &mut rng)));
            self.kill_one(round, &mut rng).await.with_context(|| format!("round {round}"))?;
            // Who could not go on says why.
            while let Some(ended) = agents.try_join_next() {
                ended??;
            }
            ensure!(agents.len() == self.agents.len(), "an agent has stopped");
        }
        self.books.tell("everything is well again");
        self.proxy.forgive();
        stop.send_replace(true);
        while let Some(ended) = customers.join_next().await {
            ended??;
        }
        while let Some(ended) = agents.join_next().await {
            ended??;
        }
        self.check().await
    }

    async fn kill_one(&mut self, round: u32, rng: &mut StdRng) -> Result<()> {
        if round % WINDOW_EVERY == WINDOW_EVERY - 1 {
            let titles: Vec<String> = self.chats.iter().map(|(_, title)| title.clone()).collect();
            return self.mira.killed_writing(&titles, rng).await;
        }
        let instant = Duration::from_millis(rng.random_range(100..1500));
        tokio::time::sleep(instant).await;
        if rng.random_range(0..3) == 0 {
            self.team.hub.kill()?;
            self.books.killed("the hub");
            tokio::time::sleep(Duration::from_millis(rng.random_range(0..700))).await;
            return tokio::task::block_in_place(|| self.team.hub.start());
        }
        let agent = &self.agents[rng.random_range(0..self.agents.len())];
        // Between two commands there is nothing to kill.
        for _ in 0..200 {
            if agent.kill()? {
                self.books.killed(&agent.name);
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        anyhow::bail!("{} does nothing any more", agent.name)
    }

    /// Everybody reaches the hub, and what they have is held against what was written.
    async fn check(self) -> Result<()> {
        let computer = self.mira.finish().await.context("the window")?;
        let mut agents = self.agents;
        agents.push(Agent::of_window("mira", computer.profile(), computer.desktop(), &self.books));
        let mut attention = BTreeMap::new();
        for agent in &agents {
            let kept = settled(agent).await.with_context(|| format!("{} at the end", agent.name))?;
            attention.insert(agent.name.clone(), kept);
        }
        let auditor = TestClient::signed_in(&self.team.hub.url(), "mira").await?;
        let mut on_hub = BTreeMap::new();
        for (chat, title) in &self.chats {
            let texts = auditor.whole_thread(chat.parse()?).await?;
            on_hub.insert(title.clone(), texts);
        }
        self.books.balance(&on_hub, &attention)?;
        // It ends otherwise where something does not hold that must.
        self.team.hub.run(&["doctor"], None).context("the hub's doctor")?;
        for agent in &agents {
            // What the others still had to send has come after its own.
            settled(agent).await?;
            for (chat, title) in &self.chats {
                let here = thread(agent, chat).await?;
                ensure!(
                    here == on_hub[title],
                    "{} has {title} as {here:?}\nthe hub as {:?}",
                    agent.name,
                    on_hub[title]
                );
            }
            let found = agent.must(&["doctor"], "").await?;
            ensure!(found["cache"]["problems"] == serde_json::json!([]), "{}: {found}", agent.name);
            ensure!(found["status"]["rescued"].is_null(), "a kill damages nothing: {found}");
        }
        for (name, visitor) in &self.visitors {
            let asked: Vec<_> = on_hub[name].iter().filter(|text| text.starts_with(&format!("{name} asks "))).collect();
            let order: Vec<_> = (0..asked.len()).map(|n| format!("{name} asks {n}")).collect();
            ensure!(asked.iter().copied().eq(order.iter()), "{name} was heard as {asked:?}");
            let answers = visitor.answers().await?;
            let said: Vec<_> = on_hub[name].iter().filter(|text| !text.starts_with(name.as_str())).cloned().collect();
            ensure!(said.ends_with(&answers), "{name} reads {answers:?}\nand was told {said:?}");
        }
        Ok(())
    }
}

/// Lets an agent's outbox run empty; returns the texts that need attention.
async fn settled(agent: &Agent) -> Result<Vec<String>> {
    let status = agent.must(&["sync", "--timeout", "30"], "").await?;
    ensure!(status["waiting"] == 0 && status["network"] == "online", "it stands still: {status}");
    let outbox = agent.must(&["outbox", "list"], "").await?;
    let rows = outbox["rows"].as_array().context("no rows")?;
    ensure!(rows.iter().all(|row| row["state"] != "waiting"), "{outbox}");
    Ok(rows.iter().filter_map(|row| row["text"].as_str().map(str::to_owned)).collect())
}

/// The texts of a thread that the hub has, as an agent sees them.
async fn thread(agent: &Agent, chat: &str) -> Result<Vec<String>> {
    let (mut texts, mut before) = (Vec::new(), None);
    loop {
        let before_text = before.map(|pos: u64| pos.to_string());
        let mut arguments = vec!["show", chat, "--limit", "200"];
        arguments.extend(before_text.iter().flat_map(|pos| ["--before", pos.as_str()]));
        let page = agent.must(&arguments, "").await?;
        let entries = page["thread"]["entries"].as_array().context("no entries")?.clone();
        let text = |entry: &Value| {
            let parts = entry["content"]["parts"].as_array()?;
            entry["pos"].as_u64()?;
            Some(parts.iter().filter_map(|part| part["text"].as_str()).collect::<String>())
        };
        texts.splice(0..0, entries.iter().filter_map(text));
        before = entries.iter().find_map(|entry| entry["pos"].as_u64());
        if page["thread"]["more"] != true || before.is_none() {
            return Ok(texts);
        }
    }
}
