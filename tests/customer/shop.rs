//! A web site with the chat box, the hub behind it, and a member who answers.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{Context, Result};
use deskbell_domain::command::{AddChannel, AddInbox, AddMember, AssignInbox, CloseChat, SendMessage};
use deskbell_domain::{
    Actor, Channel, ChannelId, ChannelKind, Conversation, EmailAddress, Inbox, InboxId, InboxKind, Kind, Member,
    MemberId, Message, MessageId, MessageText, Name, Product, Role, Row, Webchat,
};
use deskbell_hub::webchat::site::Site;
use deskbell_hub::{Hub, HubOptions, NewOrganization, RouterOptions, Server};
use deskbell_testkit::chromium::{Chromium, Looks, missing};
use deskbell_testkit::eventually::eventually;
use deskbell_testkit::skip::skip;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// Where pictures are put that somebody wants to look at.
const PICTURES: &str = "DESKBELL_PICTURES";

/// A shop, its hub and its web site.
pub struct Shop {
    server: Option<Server>,
    address: SocketAddr,
    site: String,
    site_task: JoinHandle<()>,
    dana: MemberId,
    data: TempDir,
}

/// A browser, or `None` where there is none; the test then is counted as skipped.
pub async fn browser(looks: Looks) -> Result<Option<Chromium>> {
    match missing() {
        Some(reason) => {
            skip(reason);
            Ok(None)
        }
        None => Ok(Some(Chromium::start(looks).await?)),
    }
}

impl Shop {
    /// Opens the shop; its channel allows its own web site.
    pub async fn open() -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let site = format!("http://{}", listener.local_addr()?);
        Self::open_for(listener, &site, None).await
    }

    /// Opens the shop with this colour.
    pub async fn open_in_color(color: &str) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let site = format!("http://{}", listener.local_addr()?);
        Self::open_for(listener, &site, Some(color)).await
    }

    /// Opens the shop; its channel allows another site only.
    pub async fn open_for_another_site() -> Result<Self> {
        Self::open_for(TcpListener::bind(("127.0.0.1", 0)).await?, "https://www.example.com", None).await
    }

    async fn open_for(listener: TcpListener, origin: &str, color: Option<&str>) -> Result<Self> {
        let data = tempfile::tempdir()?;
        let new = NewOrganization { name: name("Kestrel Cycles")?, product: Product::CustomerEngagement };
        let hub = Hub::create(data.path(), new, HubOptions::default())?;
        let dana = MemberId(hub.new_id());
        let email = EmailAddress::parse("dana@example.com")?;
        let member = Member { id: dana, name: name("Dana Whitcombe")?, email, role: Role::Agent, active: true };
        hub.carry_out(Actor::System, AddMember { member }).await?;
        let inbox = InboxId(hub.new_id());
        let sales = Inbox::new(inbox, name("Sales")?, InboxKind::Shared);
        hub.carry_out(Actor::System, AddInbox { inbox: sales }).await?;
        hub.carry_out(Actor::System, AssignInbox { inbox, member: dana, assigned: true, channels: Vec::new() }).await?;
        let webchat = Webchat {
            public_id: "shop".into(),
            origins: vec![origin.into()],
            title: name("Kestrel Cycles")?,
            color: color.map(Into::into),
        };
        let id = ChannelId(hub.new_id());
        let of_inbox = Channel::of_inbox(id, inbox, ChannelKind::Webchat, name("Web site")?);
        let channel = Channel { webchat: Some(webchat), ..of_inbox };
        hub.carry_out(Actor::System, AddChannel { channel }).await?;

        let server = Server::start(hub, RouterOptions::default()).await?;
        let address = server.address();
        let site = format!("http://{}", listener.local_addr()?);
        let pages = Site { hub: server.public_url().into(), channel: "shop".into(), listen: listener.local_addr()? };
        let site_task = tokio::spawn(async move {
            let _ = axum::serve(listener, pages.router()).await;
        });
        Ok(Self { server: Some(server), address, site, site_task, dana, data })
    }

    /// Address of a page of the web site.
    pub fn page(&self, path: &str) -> String {
        format!("{}{path}", self.site)
    }

    /// The hub stops.
    pub async fn stop_hub(&mut self) -> Result<()> {
        self.server.take().context("the hub does not run")?.stop().await;
        Ok(())
    }

    /// The hub is back at the same address.
    pub async fn start_hub(&mut self) -> Result<()> {
        let hub = Hub::open(self.data.path(), HubOptions::default())?;
        let options = RouterOptions { listen: self.address, ..RouterOptions::default() };
        self.server = Some(Server::start(hub, options).await?);
        Ok(())
    }

    /// The hub forgets every visitor, as one does that was restored from before they came.
    pub async fn forget_visitors(&self) -> Result<()> {
        let hub = self.hub()?;
        hub.write(|connection| {
            connection.execute("DELETE FROM visitor_session", [])?;
            Ok(())
        })
        .await?;
        Ok(())
    }

    fn hub(&self) -> Result<&Hub> {
        Ok(self.server.as_ref().context("the hub does not run")?.hub())
    }

    /// All conversations.
    pub async fn conversations(&self) -> Result<Vec<Conversation>> {
        let rows = self.hub()?.rows(Kind::Conversation).await?;
        Ok(rows.into_iter().filter_map(|r| if let Row::Conversation(c) = r { Some(c) } else { None }).collect())
    }

    /// The only conversation, once there is one.
    pub async fn conversation(&self) -> Result<Conversation> {
        let mut all = eventually("a conversation", async || {
            let all = self.conversations().await?;
            Ok((!all.is_empty()).then_some(all))
        })
        .await?;
        anyhow::ensure!(all.len() == 1, "there are {} conversations", all.len());
        all.pop().context("one was there")
    }

    /// Dana answers.
    pub async fn dana_writes(&self, text: &str) -> Result<MessageId> {
        let chat = self.conversation().await?.id;
        let message = MessageId(self.hub()?.new_id());
        // She has everything before her eyes.
        let command = SendMessage { chat, message, text: MessageText::parse(text)?, seen: u64::MAX >> 11 };
        self.hub()?.carry_out(Actor::Member(self.dana), command).await?;
        Ok(message)
    }

    /// Dana closes the conversation.
    pub async fn dana_closes(&self) -> Result<()> {
        let conversation = self.conversation().await?;
        let line = MessageId(self.hub()?.new_id());
        let command = CloseChat { chat: conversation.id, seen_inbound: conversation.last_inbound, line };
        self.hub()?.carry_out(Actor::Member(self.dana), command).await?;
        Ok(())
    }

    /// A message as the hub has it.
    pub async fn message(&self, id: MessageId) -> Result<Message> {
        match self.hub()?.row(Kind::Message, id.0).await?.map(|r| r.row) {
            Some(Row::Message(message)) => Ok(message),
            _ => anyhow::bail!("the hub has no message {id}"),
        }
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        self.site_task.abort();
    }
}

fn name(text: &str) -> Result<Name> {
    Ok(Name::parse(text)?)
}

/// Takes a picture, where pictures are wanted.
pub async fn picture(browser: &Chromium, name: &str) -> Result<()> {
    match std::env::var_os(PICTURES) {
        Some(dir) => browser.picture(&PathBuf::from(dir).join(format!("{name}.png"))).await,
        None => Ok(()),
    }
}
