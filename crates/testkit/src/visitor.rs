//! A customer in the chat box, without a browser: the same calls that the chat box makes.

use anyhow::{Context, Result, bail};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::eventually::eventually;

/// A visitor of a web site with a chat box.
pub struct Visitor {
    http: Client,
    hub: String,
    /// Where requests go: the hub itself, or something on the way.
    via: String,
    channel: String,
    token: String,
}

impl Visitor {
    /// Opens the chat box of a channel on a page of `site`. `name` is what the page says they are called.
    pub async fn arrive(hub: &str, channel: &str, site: &str, name: Option<&str>) -> Result<Self> {
        let http = Client::new();
        let mut visitor =
            Self { http, hub: hub.into(), via: hub.into(), channel: channel.into(), token: String::new() };
        let answer = visitor.call(Method::POST, "session").json(&json!({ "site": site, "name": name }));
        visitor.token = done(answer).await?["token"].as_str().context("a session without a token")?.to_owned();
        Ok(visitor)
    }

    /// From now on through a proxy at this address.
    pub fn through(mut self, proxy: &str) -> Self {
        self.via = proxy.into();
        self
    }

    /// Writes a message.
    pub async fn writes(&self, text: &str) -> Result<()> {
        self.writes_as(Uuid::now_v7(), text).await
    }

    /// Writes a message with this identifier: repeated, it is the same message.
    pub async fn writes_as(&self, id: Uuid, text: &str) -> Result<()> {
        let answer = done(self.call(Method::POST, "messages").json(&json!({ "id": id, "text": text }))).await?;
        // What stands on the way may answer too.
        anyhow::ensure!(answer.is_object(), "the chat box got {answer}");
        Ok(())
    }

    /// What members have written to them until now, in order.
    pub async fn answers(&self) -> Result<Vec<String>> {
        let page = done(self.call(Method::GET, "messages").query(&[("before", i64::MAX)])).await?;
        let messages = page["messages"].as_array().context("a thread without messages")?;
        Ok(messages
            .iter()
            .filter(|one| one["from"]["kind"] == "member")
            .filter_map(|one| one["text"].as_str().map(str::to_owned))
            .collect())
    }

    /// Waits until exactly these answers stand in the chat box, in this order.
    pub async fn reads(&self, answers: &[&str]) -> Result<()> {
        let mut last = Vec::new();
        let waited = eventually("", async || {
            last = self.answers().await?;
            Ok((last == answers).then_some(()))
        });
        match waited.await {
            Ok(()) => Ok(()),
            Err(error) => bail!("the visitor should read {answers:?} and reads {last:?} {error:#}"),
        }
    }

    fn call(&self, method: Method, what: &str) -> RequestBuilder {
        self.http
            .request(method, format!("{}/widget/{}/{what}", self.via, self.channel))
            // The chat box is a frame of the hub's own origin.
            .header("Origin", &self.hub)
            .bearer_auth(&self.token)
    }
}

async fn done(request: RequestBuilder) -> Result<Value> {
    let answer = request.send().await?;
    let status = answer.status();
    let body = answer.text().await?;
    if !status.is_success() {
        bail!("the chat box got {status}: {body}");
    }
    Ok(serde_json::from_str(&body)?)
}
