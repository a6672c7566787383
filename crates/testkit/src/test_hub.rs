//! A hub in the test's own process, on a real socket: stopped, started again at the same address, and told what
//! customers write.

use anyhow::{Context, Result, bail};
use deskbell_domain::command::{AddChannel, AddInbox, AddMember, AssignInbox, ReceiveMessage};
use deskbell_domain::{
    Actor, Address, AddressKind, Channel, ChannelId, ChannelKind, ChatId, Command, EmailAddress, Inbox, InboxId,
    InboxKind, Member, MemberId, MessageId, MessageText, Name, NaturalKey, Outcome, Product, Role,
};
use deskbell_hub::auth::{Password, set_account};
use deskbell_hub::{Hub, HubOptions, NewOrganization, RouterOptions, Server};
use std::net::SocketAddr;
use std::time::Duration;
use tempfile::TempDir;
use uuid::Uuid;

/// Everybody's password.
pub const PASSWORD: &str = "seven quiet herons";

/// A hub with Alice and Bob, agents, and Mira, manager, all of the inbox *Support* with one channel.
pub struct TestHub {
    dir: TempDir,
    server: Option<Server>,
    address: SocketAddr,
    /// The inbox.
    pub inbox: InboxId,
    /// Its channel.
    pub channel: ChannelId,
    /// Alice, an agent.
    pub alice: MemberId,
    /// Bob, an agent.
    pub bob: MemberId,
    /// Mira, the manager.
    pub mira: MemberId,
}

impl TestHub {
    /// Sets it up and serves it.
    pub async fn start() -> Result<Self> {
        let dir = tempfile::tempdir()?;
        let new = NewOrganization { name: name("Kestrel Cycles")?, product: Product::CustomerEngagement };
        let hub = Hub::create(&dir.path().join("hub"), new, HubOptions::default())?;
        let (alice, bob, mira) = (id(), id(), id());
        for (member, full, role) in
            [(alice, "Alice Ames", Role::Agent), (bob, "Bob Bauer", Role::Agent), (mira, "Mira Mann", Role::Manager)]
        {
            add_member(&hub, member, full, role).await?;
        }
        let (inbox, channel) = (InboxId(Uuid::now_v7()), ChannelId(Uuid::now_v7()));
        let shared = Inbox::new(inbox, name("Support")?, InboxKind::Shared);
        done(&hub, AddInbox { inbox: shared }).await?;
        let shop = Channel::of_inbox(channel, inbox, ChannelKind::Sms, name("Shop")?);
        done(&hub, AddChannel { channel: shop }).await?;
        for member in [alice, bob, mira] {
            done(&hub, AssignInbox { inbox, member, assigned: true, channels: vec![channel] }).await?;
        }
        let server = Server::start(hub, RouterOptions::default()).await?;
        let address = server.address();
        Ok(Self { dir, server: Some(server), address, inbox, channel, alice, bob, mira })
    }

    /// Where it listens, also while it is stopped.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its address for a client.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The hub, while it runs.
    pub fn hub(&self) -> &Hub {
        self.server.as_ref().map(Server::hub).expect("the hub runs")
    }

    /// Stops it: nobody answers at its address.
    pub async fn stop(&mut self) {
        if let Some(server) = self.server.take() {
            server.stop().await;
        }
    }

    /// Starts it again at the same address, with what it had.
    pub async fn start_again(&mut self) -> Result<()> {
        let hub = Hub::open(&self.dir.path().join("hub"), HubOptions::default())?;
        let options = RouterOptions { listen: self.address, ..RouterOptions::default() };
        self.server = Some(Server::start(hub, options).await?);
        Ok(())
    }

    /// Keeps a copy of its data, as a backup would.
    pub async fn back_up(&mut self) -> Result<TempDir> {
        self.stop().await;
        let copy = tempfile::tempdir()?;
        copy_dir(&self.dir.path().join("hub"), copy.path())?;
        self.start_again().await?;
        Ok(copy)
    }

    /// Goes back to a copy.
    pub async fn go_back_to(&mut self, copy: &TempDir) -> Result<()> {
        self.stop().await;
        let data = self.dir.path().join("hub");
        std::fs::remove_dir_all(&data)?;
        copy_dir(copy.path(), &data)?;
        self.start_again().await
    }

    /// A customer writes by SMS, in a millisecond of its own: lists are ordered by time, and two of one millisecond
    /// by id. Returns the conversation.
    pub async fn customer(&self, phone: &str, text: &str) -> Result<ChatId> {
        let address = Address { kind: AddressKind::Phone, value: phone.into() };
        let receive = ReceiveMessage {
            channel: self.channel,
            address: address.clone(),
            profile_name: None,
            message: MessageId(Uuid::now_v7()),
            text: MessageText::parse(text)?,
            new_chat: ChatId(Uuid::now_v7()),
        };
        tokio::time::sleep(Duration::from_millis(1)).await;
        done(self.hub(), receive).await?;
        let key = NaturalKey::Conversation(self.channel, address).to_string();
        let found = self
            .hub()
            .read(move |c| Ok(c.query_row("SELECT id FROM lookup WHERE key = ?1", [key], |r| r.get::<_, Uuid>(0))?));
        Ok(ChatId(found.await?))
    }

    /// Does what only the hub may.
    pub async fn system(&self, command: impl Into<Command>) -> Result<()> {
        done(self.hub(), command).await
    }

    /// Takes a member off the inbox, or puts them on it.
    pub async fn assign_inbox(&self, member: MemberId, assigned: bool) -> Result<()> {
        let assign = AssignInbox { inbox: self.inbox, member, assigned, channels: vec![self.channel] };
        self.system(assign).await
    }
}

async fn add_member(hub: &Hub, id: MemberId, full: &str, role: Role) -> Result<()> {
    let first = full.split(' ').next().unwrap_or(full).to_lowercase();
    let email = EmailAddress::parse(&format!("{first}@example.org"))?;
    let member = Member { id, name: name(full)?, email: email.clone(), role, active: true };
    done(hub, AddMember { member }).await?;
    if !set_account(hub, id, email, Password::parse(PASSWORD)?).await? {
        bail!("{full} has an account already");
    }
    Ok(())
}

async fn done(hub: &Hub, command: impl Into<Command>) -> Result<()> {
    let result = hub.execute(Actor::System, command).await?;
    match result.outcome {
        Outcome::Applied | Outcome::Joined { .. } => Ok(()),
        refused => bail!("refused: {refused:?}"),
    }
}

fn id() -> MemberId {
    MemberId(Uuid::now_v7())
}

fn name(text: &str) -> Result<Name> {
    Name::parse(text).with_context(|| format!("{text} is no name"))
}

/// Copies the files of a directory, which has no others in it, into one that is made where there is none.
pub fn copy_dir(from: &std::path::Path, to: &std::path::Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            std::fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}
