//! A client without a window: the real core on a profile of its own.

use crate::eventually::eventually;
use crate::test_hub::{PASSWORD, copy_dir};
use anyhow::{Context, Result, anyhow};
use deskbell_core::clock::Clock;
use deskbell_core::rpc::types::{
    ChatHead, ChatPage, ChatRow, CreatedChat, CreatedTag, Draft, EntryContent, Outbox, Places, RpcError, SentMessage,
    Session, Status, ThreadPage,
};
use deskbell_core::secrets::MemorySecrets;
use deskbell_core::{ChatId, CommandId, Core, CoreOptions};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tempfile::TempDir;

/// This computer's clock, wrong by as much as the test says.
#[derive(Debug, Default)]
pub struct WrongClock(AtomicI64);

impl WrongClock {
    /// From now on it is wrong by so many milliseconds.
    pub fn be_wrong_by(&self, ms: i64) {
        self.0.store(ms, Ordering::Relaxed);
    }
}

impl Clock for WrongClock {
    fn now_ms(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        since.as_millis() as i64 + self.0.load(Ordering::Relaxed)
    }
}

/// A client.
pub struct TestClient {
    dir: TempDir,
    secrets: Arc<MemorySecrets>,
    /// Its clock.
    pub clock: Arc<WrongClock>,
    /// The core.
    pub core: Core,
}

fn options(secrets: &Arc<MemorySecrets>, clock: &Arc<WrongClock>) -> CoreOptions {
    CoreOptions {
        secrets: secrets.clone(),
        clock: clock.clone(),
        device_name: "a test".into(),
        connect_timeout: Duration::from_secs(2),
        request_timeout: Duration::from_secs(5),
        ..CoreOptions::default()
    }
}

/// Settings of a profile from which messages go at once, and in which what was closed stays on screen: most stories are about
/// neither taking back nor the next conversation.
pub fn at_once(profile: &std::path::Path) -> Result<()> {
    Ok(std::fs::write(profile.join("settings.json"), r#"{"undo_seconds": 0, "after_close": "stay"}"#)?)
}

impl TestClient {
    /// A new profile; nobody is signed in.
    pub async fn new() -> Result<Self> {
        let dir = tempfile::tempdir()?;
        at_once(dir.path())?;
        let (secrets, clock) = (Arc::new(MemorySecrets::new()), Arc::new(WrongClock::default()));
        let core = Core::open(dir.path(), options(&secrets, &clock)).await?;
        Ok(Self { dir, secrets, clock, core })
    }

    /// A new profile that takes a shorter silence of the hub for the end of the connection.
    pub async fn with_silence(silence: Duration) -> Result<Self> {
        let mut client = Self::new().await?;
        client.core.shutdown().await;
        client.dir = tempfile::tempdir()?;
        at_once(client.dir.path())?;
        let options = CoreOptions { silence, ..options(&client.secrets, &client.clock) };
        client.core = Core::open(client.dir.path(), options).await?;
        Ok(client)
    }

    /// A new profile on which `name` (`alice`) has signed in and everything is loaded.
    pub async fn signed_in(hub: &str, name: &str) -> Result<Self> {
        let client = Self::new().await?;
        client.sign_in(hub, name).await.map_err(said)?;
        client.up_to_date().await?;
        Ok(client)
    }

    /// Signs in.
    pub async fn sign_in(&self, hub: &str, name: &str) -> Result<Session, RpcError> {
        let email = format!("{name}@example.org");
        self.call("sign_in", json!({ "hub": hub, "email": email, "password": PASSWORD, "cache_password": null })).await
    }

    /// Closes the program and starts it again.
    pub async fn restart(self) -> Result<Self> {
        self.core.shutdown().await;
        let Self { dir, secrets, clock, core } = self;
        drop(core);
        // The last task that holds the profile may still be ending.
        let core = eventually("the profile to be free", async || {
            Ok(Core::open(dir.path(), options(&secrets, &clock)).await.ok())
        })
        .await?;
        Ok(Self { dir, secrets, clock, core })
    }

    /// What is on the disk at this instant, opened by a program that knows nothing of this one: as after a power cut.
    pub async fn after_a_crash(&self) -> Result<Self> {
        let dir = tempfile::tempdir()?;
        copy_dir(self.dir.path(), dir.path())?;
        let core = Core::open(dir.path(), options(&self.secrets, &self.clock)).await?;
        Ok(Self { dir, secrets: self.secrets.clone(), clock: self.clock.clone(), core })
    }

    /// Its profile's directory.
    pub fn dir(&self) -> &std::path::Path {
        self.dir.path()
    }

    /// Its keyring.
    pub fn secrets(&self) -> &MemorySecrets {
        &self.secrets
    }

    /// A call of the list.
    pub async fn call<T: DeserializeOwned>(&self, name: &str, args: Value) -> Result<T, RpcError> {
        let answer = self.core.rpc(name, args).await?;
        Ok(serde_json::from_value(answer).expect("an answer has the shape that the list says"))
    }

    /// What the strip says.
    pub async fn status(&self) -> Result<Status> {
        self.call("get_status", json!({})).await.map_err(said)
    }

    /// Waits until all is here and nothing waits.
    pub async fn up_to_date(&self) -> Result<()> {
        self.call::<Value>("sync_now", json!({})).await.map_err(said)?;
        eventually("everything to be here and nothing to wait", async || {
            let status = self.core.settle(Duration::from_secs(5)).await.map_err(said)?;
            let online = status.network == deskbell_core::rpc::types::Network::Online;
            Ok((online && !status.first_sync && status.waiting == 0).then_some(()))
        })
        .await
    }

    /// Waits until the strip says something.
    pub async fn strip(&self, what: &str, wanted: impl Fn(&Status) -> bool) -> Result<Status> {
        eventually(what, async || Ok(Some(self.status().await?).filter(&wanted))).await
    }

    /// The same where the cache is closed for a moment meanwhile.
    pub async fn strip_or_locked(&self, what: &str, wanted: impl Fn(&Status) -> bool) -> Result<Status> {
        eventually(what, async || Ok(self.status().await.ok().filter(&wanted))).await
    }

    /// The rail.
    pub async fn places(&self) -> Result<Places> {
        self.call("list_places", json!({})).await.map_err(said)
    }

    /// The first rows of a list of the first inbox.
    pub async fn list(&self, tab: &str, segment: &str) -> Result<Vec<ChatRow>> {
        let places = self.places().await?;
        let inbox = places.inboxes.first().context("an inbox")?.id;
        let place = json!({ "place": "inbox", "id": inbox });
        let args = json!({ "place": place, "tab": tab, "segment": segment, "limit": 100 });
        Ok(self.call::<ChatPage>("list_chats", args).await.map_err(said)?.rows)
    }

    /// Waits until a segment of *Open* has so many conversations; `what` they are, should it fail.
    pub async fn lists(&self, what: &str, segment: &str, count: usize) -> Result<()> {
        eventually(what, async || Ok((self.list("open", segment).await?.len() == count).then_some(()))).await
    }

    /// Header of a chat.
    pub async fn head(&self, chat: ChatId) -> Result<ChatHead> {
        self.call("get_chat", json!({ "chat": chat })).await.map_err(said)
    }

    /// Newest entries of a thread.
    pub async fn thread(&self, chat: ChatId) -> Result<ThreadPage> {
        self.call("list_messages", json!({ "chat": chat, "limit": 200 })).await.map_err(said)
    }

    /// Texts of a whole thread that the hub has, oldest first.
    pub async fn whole_thread(&self, chat: ChatId) -> Result<Vec<String>> {
        let (mut texts, mut before) = (Vec::new(), None);
        loop {
            let page = json!({ "chat": chat, "before": before, "limit": 200 });
            let page: ThreadPage = self.call("list_messages", page).await.map_err(said)?;
            before = page.entries.iter().find_map(|entry| entry.pos);
            let of_hub = page.entries.into_iter().filter(|entry| entry.pos.is_some());
            texts.splice(
                0..0,
                of_hub.filter_map(|entry| match entry.content {
                    EntryContent::Text { parts } => Some(parts.into_iter().map(|p| p.text).collect()),
                    EntryContent::Event(_) => None,
                }),
            );
            if !page.more || before.is_none() {
                return Ok(texts);
            }
        }
    }

    /// Texts of a thread, oldest first.
    pub async fn texts(&self, chat: ChatId) -> Result<Vec<String>> {
        let page = self.thread(chat).await?;
        Ok(page
            .entries
            .into_iter()
            .filter_map(|entry| match entry.content {
                EntryContent::Text { parts } => Some(parts.into_iter().map(|p| p.text).collect()),
                EntryContent::Event(_) => None,
            })
            .collect())
    }

    /// Waits until a thread has these texts.
    pub async fn reads(&self, chat: ChatId, texts: &[&str]) -> Result<()> {
        eventually(&format!("the texts {texts:?}"), async || {
            let now = self.texts(chat).await?;
            if now == texts { Ok(Some(())) } else { Err(anyhow!("it reads {now:?}")) }
        })
        .await
    }

    /// Sends a message.
    pub async fn send(&self, chat: ChatId, text: &str) -> Result<SentMessage, RpcError> {
        self.call("send_message", json!({ "chat": chat, "text": text })).await
    }

    /// Takes a conversation.
    pub async fn assign_to_me(&self, chat: ChatId) -> Result<(), RpcError> {
        let Session::SignedIn(session) = self.call("get_session", json!({})).await? else {
            return Ok(());
        };
        self.call::<Value>("assign_chat", json!({ "chat": chat, "to": session.me.id })).await.map(drop)
    }

    /// Closes a conversation.
    pub async fn close(&self, chat: ChatId) -> Result<(), RpcError> {
        self.call::<Value>("close_chat", json!({ "chat": chat })).await.map(drop)
    }

    /// Makes a tag and puts it on a chat.
    pub async fn tag(&self, chat: ChatId, name: &str) -> Result<CreatedTag, RpcError> {
        self.call("create_tag", json!({ "name": name, "color": null, "chat": chat })).await
    }

    /// Starts a direct chat.
    pub async fn direct(&self, with: deskbell_core::MemberId) -> Result<ChatId, RpcError> {
        Ok(self.call::<CreatedChat>("create_direct_chat", json!({ "member": with })).await?.chat)
    }

    /// What waits, is held or was refused.
    pub async fn outbox(&self) -> Result<Outbox> {
        self.call("list_outbox", json!({})).await.map_err(said)
    }

    /// Does something to a row of the outbox: `retry`, `discard`, `send_anyway`.
    pub async fn decide(&self, what: &str, command: CommandId) -> Result<(), RpcError> {
        self.call::<Value>(what, json!({ "command": command })).await.map(drop)
    }

    /// The draft of a chat.
    pub async fn draft(&self, chat: ChatId) -> Result<String> {
        Ok(self.call::<Draft>("get_draft", json!({ "chat": chat })).await.map_err(said)?.text)
    }
}

/// An error of the list, for a test's report.
pub fn said(error: RpcError) -> anyhow::Error {
    anyhow!("{}: {}", error.code, error.message)
}
