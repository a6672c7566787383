//! A shop with a chat box, and whoever calls it.

use deskbell_domain::command::{AddChannel, AddInbox, AddMember, AssignInbox, SendMessage};
use deskbell_domain::{
    Actor, Channel, ChannelId, ChannelKind, ChatId, Conversation, EmailAddress, Inbox, InboxId, InboxKind, Kind,
    Member, MemberId, Message, MessageId, MessageText, Name, Product, Role, Row, Webchat,
};
use deskbell_hub::{Hub, HubOptions, NewOrganization, RouterOptions, Server};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::Uuid;

/// The page that holds the chat box.
pub const SITE: &str = "https://www.example.com";

pub struct Shop {
    pub server: Server,
    pub dana: MemberId,
    pub channel: ChannelId,
    pub http: Client,
    pub data: TempDir,
}

impl Shop {
    pub async fn open() -> Self {
        let data = tempfile::tempdir().unwrap();
        let new = NewOrganization { name: name("Kestrel Cycles"), product: Product::CustomerEngagement };
        let hub = Hub::create(data.path(), new, HubOptions::default()).unwrap();
        let dana = MemberId(hub.new_id());
        let inbox = InboxId(hub.new_id());
        let email = EmailAddress::parse("dana@example.com").unwrap();
        let member = Member { id: dana, name: name("Dana Whitcombe"), email, role: Role::Agent, active: true };
        hub.carry_out(Actor::System, AddMember { member }).await.unwrap();
        let sales = Inbox::new(inbox, name("Sales"), InboxKind::Shared);
        hub.carry_out(Actor::System, AddInbox { inbox: sales }).await.unwrap();
        hub.carry_out(Actor::System, AssignInbox { inbox, member: dana, assigned: true, channels: vec![] })
            .await
            .unwrap();
        let channel = add_channel(&hub, inbox, "web").await;
        let server = Server::start(hub, RouterOptions::default()).await.unwrap();
        Self { server, dana, channel, http: Client::new(), data }
    }

    pub fn hub(&self) -> &Hub {
        self.server.hub()
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.server.public_url())
    }

    /// A call as the frame makes it.
    pub fn call(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, self.url(path)).header("Origin", self.server.public_url())
    }

    pub async fn visitor(&self, called: Option<&str>) -> Visitor<'_> {
        let request = self.call(Method::POST, "/widget/web/session").json(&json!({ "site": SITE, "name": called }));
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::CREATED);
        let body: Value = answer.json().await.unwrap();
        Visitor { shop: self, token: body["token"].as_str().unwrap().into() }
    }

    pub async fn conversations(&self) -> Vec<Conversation> {
        let rows = self.hub().rows(Kind::Conversation).await.unwrap();
        rows.into_iter().map(|r| if let Row::Conversation(c) = r { c } else { unreachable!() }).collect()
    }

    pub async fn answer(&self, chat: ChatId, text: &str) -> MessageId {
        let message = MessageId(self.hub().new_id());
        let text = MessageText::parse(text).unwrap();
        let seen = u64::MAX >> 11;
        let command = SendMessage { chat, message, text, seen };
        self.hub().carry_out(Actor::Member(self.dana), command).await.unwrap();
        message
    }

    pub async fn message(&self, id: MessageId) -> Message {
        match self.hub().row(Kind::Message, id.0).await.unwrap().unwrap().row {
            Row::Message(m) => m,
            _ => unreachable!(),
        }
    }
}

pub async fn add_channel(hub: &Hub, inbox: InboxId, public_id: &str) -> ChannelId {
    let id = ChannelId(hub.new_id());
    let webchat = Webchat {
        public_id: public_id.into(),
        origins: vec![SITE.into()],
        title: name("Kestrel & Co <b>"),
        color: Some("#f0b02a".into()),
    };
    let channel =
        Channel { webchat: Some(webchat), ..Channel::of_inbox(id, inbox, ChannelKind::Webchat, name(public_id)) };
    hub.carry_out(Actor::System, AddChannel { channel }).await.unwrap();
    id
}

pub fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

pub struct Visitor<'a> {
    pub shop: &'a Shop,
    pub token: String,
}

impl Visitor<'_> {
    pub fn call(&self, method: Method, path: &str) -> RequestBuilder {
        self.shop.call(method, &format!("/widget/web/{path}")).bearer_auth(&self.token)
    }

    pub async fn send(&self, id: Uuid, text: &str) -> Response {
        self.call(Method::POST, "messages").json(&json!({ "id": id, "text": text })).send().await.unwrap()
    }

    pub async fn write(&self, text: &str) -> Value {
        let answer = self.send(self.shop.hub().new_id(), text).await;
        assert_eq!(answer.status(), StatusCode::OK);
        answer.json().await.unwrap()
    }

    pub async fn thread(&self) -> Vec<Value> {
        let answer = self.call(Method::GET, "messages?before=9007199254740991").send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        let body: Value = answer.json().await.unwrap();
        body["messages"].as_array().unwrap().clone()
    }
}

/// Status and code of an answer that is not well.
pub async fn refusal(answer: Response) -> (u16, String) {
    let status = answer.status().as_u16();
    let body: Value = answer.json().await.unwrap();
    assert!(!body["message"].as_str().unwrap().is_empty());
    (status, body["code"].as_str().unwrap().into())
}
