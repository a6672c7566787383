//! Requests to the hub, and what answers mean.

use crate::sync::{Failure, Reply, Request};
use deskbell_domain::DeviceId;
use deskbell_protocol::{ApiError, Ephemeral, Generation, HubInfo, NewSession, PROTOCOL, Phase, Session, Stamp};
use futures_util::{Stream, StreamExt};
use reqwest::{Method, RequestBuilder, Response, header};
use serde::{Serialize, de::DeserializeOwned};
use std::time::Duration;

/// Largest answer that is read.
const MOST_BYTES: usize = 64 * 1024 * 1024;
/// Largest event: a hub sends small pages as events, and larger ones when they are asked for.
const MOST_EVENT_BYTES: usize = 4 * 1024 * 1024;

/// How long the hub may take.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// To accept a connection.
    pub connect: Duration,
    /// For an answer.
    pub request: Duration,
    /// Between two signs of life on the event stream.
    pub silence: Duration,
}

/// A hub at an address.
#[derive(Clone)]
pub struct HubClient {
    base: String,
    token: Option<String>,
    client: reqwest::Client,
    patience: Patience,
}

/// The text is not the address of a hub.
#[derive(Debug, thiserror::Error)]
#[error("that is no address of a hub: it looks like hub.example.org")]
pub struct NotAnAddress;

impl HubClient {
    /// A client for `address`, written as a person writes it.
    pub fn new(address: &str, token: Option<String>, patience: Patience) -> Result<Self, NotAnAddress> {
        let base = normalise(address)?;
        let builder = reqwest::Client::builder()
            .user_agent(concat!("Deskbell/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(patience.connect)
            // Where a hub sends one elsewhere, it is a sign-in page of the network or a wrong address.
            .redirect(reqwest::redirect::Policy::none())
            .tcp_keepalive(Duration::from_secs(30));
        let builder = if is_loopback(&base) { builder.no_proxy() } else { builder };
        let client = builder.build().map_err(|error| {
            tracing::error!(%error, "no HTTP client");
            NotAnAddress
        })?;
        Ok(Self { base, token, client, patience })
    }

    /// Its address.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The same hub with a token.
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.into()), ..self.clone() }
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.base));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// What the hub says of itself.
    pub async fn hub(&self) -> Result<HubInfo, Failure> {
        let info: HubInfo = self.ask(self.request(Method::GET, "/v1/hub")).await?;
        match info {
            info if info.service != "deskbell" => Err(Failure::NotDeskbell),
            info if info.oldest_protocol > PROTOCOL => Err(Failure::Newer),
            info => Ok(info),
        }
    }

    /// Signs in.
    pub async fn sign_in(&self, new: &NewSession) -> Result<Session, Failure> {
        self.ask(self.request(Method::POST, "/v1/session").json(new)).await
    }

    /// Signs the device out.
    pub async fn sign_out(&self) -> Result<(), Failure> {
        let response = self.send(self.request(Method::DELETE, "/v1/session")).await?;
        if response.status().is_success() { Ok(()) } else { Err(failure_of(response).await) }
    }

    /// Tells colleagues what the member does in a chat.
    pub async fn tell(&self, sign: &Ephemeral) -> Result<(), Failure> {
        let response = self.send(self.request(Method::POST, "/v1/ephemeral").json(sign)).await?;
        if response.status().is_success() { Ok(()) } else { Err(failure_of(response).await) }
    }

    /// Makes a request of the sync machine.
    pub async fn answer(&self, request: Request) -> Result<Reply, Failure> {
        match request {
            Request::Hub => self.hub().await.map(Reply::Hub),
            Request::Session { seen } => {
                let query = seen.map(|(generation, seen)| [("gen", generation.0), ("seen", seen.to_string())]);
                let request =
                    self.request(Method::GET, "/v1/session").query(&query.into_iter().flatten().collect::<Vec<_>>());
                self.ask(request).await.map(Reply::Session)
            }
            Request::Pull { since, generation, seen, limit } => {
                let query = [
                    ("since", since.to_string()),
                    ("gen", generation.0),
                    ("seen", seen.to_string()),
                    ("limit", limit.to_string()),
                ];
                self.ask(self.request(Method::GET, "/v1/changes").query(&query)).await.map(Reply::Pull)
            }
            Request::Snapshot { boot, generation, seen, limit } => {
                let mut query = match boot.phase {
                    Phase::Full => vec![],
                    Phase::Hint => vec![("phase", "hint".to_string())],
                };
                query.extend([
                    ("boot", boot.nonce),
                    ("gen", generation.0),
                    ("seen", seen.to_string()),
                    ("limit", limit.to_string()),
                ]);
                query.extend(boot.after.map(|after| ("after", after)));
                let path = format!("/v1/snapshot/{}", boot.scope);
                self.ask(self.request(Method::GET, &path).query(&query)).await.map(Reply::Snapshot)
            }
            Request::Push(commands) => self.post("/v1/commands", &commands).await.map(Reply::Push),
        }
    }

    async fn post<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T, Failure> {
        self.ask(self.request(Method::POST, path).json(body)).await
    }

    async fn send(&self, request: RequestBuilder) -> Result<Response, Failure> {
        request.timeout(self.patience.request).send().await.map_err(|error| no_answer(&error))
    }

    async fn ask<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, Failure> {
        let response = self.send(request).await?;
        if !response.status().is_success() {
            return Err(failure_of(response).await);
        }
        let body = body_of(response).await?;
        serde_json::from_slice(&body).map_err(|error| {
            tracing::warn!(%error, "an answer is not what a hub says");
            Failure::NotDeskbell
        })
    }

    /// Opens the event stream: the name and data of each event, then the failure that ended it, if one did.
    pub async fn events(
        &self,
        cursor: u64,
        generation: &Generation,
        seen: Stamp,
    ) -> Result<impl Stream<Item = Result<(String, String), Failure>> + use<>, Failure> {
        let request = self
            .request(Method::GET, "/v1/events")
            .query(&[("gen", generation.0.clone()), ("seen", seen.to_string())])
            .header("Last-Event-ID", cursor.to_string())
            .header(header::ACCEPT, "text/event-stream");
        // The head of the answer has a limit, the stream has none.
        let response = match tokio::time::timeout(self.patience.request, request.send()).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => return Err(no_answer(&error)),
            Err(_) => return Err(Failure::Network),
        };
        if !response.status().is_success() {
            return Err(failure_of(response).await);
        }
        let kind = response.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        if !kind.starts_with("text/event-stream") {
            return Err(Failure::NotDeskbell);
        }
        let silence = self.patience.silence;
        // Comments are signs of life and no events: silence is measured on the bytes.
        let bytes = Box::pin(response.bytes_stream());
        let alive = futures_util::stream::unfold(Some((bytes, Vec::new())), move |open| async move {
            let (mut bytes, mut unended): (_, Vec<u8>) = open?;
            let broken = |kind: std::io::ErrorKind| Some((Err(std::io::Error::from(kind)), None));
            loop {
                let chunk = match tokio::time::timeout(silence, bytes.next()).await {
                    Ok(Some(Ok(chunk))) => chunk,
                    Ok(Some(Err(_))) | Err(_) => return broken(std::io::ErrorKind::ConnectionReset),
                    Ok(None) => return None,
                };
                // The parser reads an event anew with every piece of it: it gets them whole.
                let looked = unended.len().saturating_sub(2);
                unended.extend_from_slice(&chunk);
                if let Some(end) = end_of_events(&unended[looked..]) {
                    let rest = unended.split_off(looked + end);
                    return Some((Ok(unended), Some((bytes, rest))));
                }
                if unended.len() > MOST_EVENT_BYTES {
                    return broken(std::io::ErrorKind::FileTooLarge);
                }
            }
        });
        let events = eventsource_stream::Eventsource::eventsource(alive);
        Ok(events.map(|event| match event {
            Ok(event) => Ok((event.event, event.data)),
            Err(eventsource_stream::EventStreamError::Transport(error))
                if error.kind() == std::io::ErrorKind::FileTooLarge =>
            {
                Err(Failure::TooLarge)
            }
            Err(_) => Err(Failure::Network),
        }))
    }
}

/// Where the last event that is whole ends: behind an empty line.
fn end_of_events(bytes: &[u8]) -> Option<usize> {
    let ends = |end: &[u8]| bytes.windows(end.len()).rposition(|at| at == end).map(|at| at + end.len());
    ends(b"\n\n").max(ends(b"\n\r\n"))
}

/// Why nothing answered. A certificate that is not trusted is told from a network that is away: waiting does not help.
fn no_answer(error: &reqwest::Error) -> Failure {
    tracing::debug!(%error, "no answer");
    if is_untrusted(error) { Failure::Untrusted } else { Failure::Network }
}

fn is_untrusted(error: &(dyn std::error::Error + 'static)) -> bool {
    if let Some(tls) = error.downcast_ref::<rustls::Error>() {
        return matches!(tls, rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented);
    }
    // What an `io::Error` was made of is not among its sources.
    let made_of = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
    made_of.is_some_and(|inner| is_untrusted(inner)) || error.source().is_some_and(is_untrusted)
}

async fn body_of(mut response: Response) -> Result<Vec<u8>, Failure> {
    // Of one that says itself that it is too long nothing is read at all.
    if response.content_length().is_some_and(|length| length > MOST_BYTES as u64) {
        return Err(Failure::TooLarge);
    }
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() <= MOST_BYTES => body.extend_from_slice(&chunk),
            Ok(Some(_)) => return Err(Failure::TooLarge),
            Ok(None) => return Ok(body),
            Err(_) => return Err(Failure::Network),
        }
    }
}

async fn failure_of(response: Response) -> Failure {
    let status = response.status();
    let retry_after_ms = response
        .headers()
        .get(header::RETRY_AFTER)
        .and_then(|v| v.to_str().ok()?.trim().parse::<u64>().ok())
        .map(|seconds| seconds.saturating_mul(1000));
    let busy = status.is_server_error() || status.as_u16() == 429;
    let body = match body_of(response).await {
        Ok(body) => body,
        Err(failure) => return failure,
    };
    match serde_json::from_slice::<ApiError>(&body) {
        Ok(error) if busy => Failure::Busy { error, retry_after_ms },
        Ok(error) => Failure::Refused { status: status.as_u16(), error },
        // What stands in front of the hub says that the hub is away.
        Err(_) if busy => Failure::Busy {
            error: ApiError {
                code: deskbell_protocol::code::UNAVAILABLE.into(),
                message: "The hub is not there now: try again.".into(),
                retryable: true,
                params: Default::default(),
            },
            retry_after_ms,
        },
        Err(_) => Failure::NotDeskbell,
    }
}

/// An address as a person writes it, made whole: `https` unless it is this computer or written out.
fn normalise(address: &str) -> Result<String, NotAnAddress> {
    let address = address.trim();
    let whole = if address.contains("://") {
        address.to_string()
    } else {
        let secure = format!("https://{address}");
        if is_loopback(&secure) { format!("http://{address}") } else { secure }
    };
    let url = reqwest::Url::parse(&whole).map_err(|_| NotAnAddress)?;
    let plain = matches!(url.scheme(), "http" | "https")
        && url.host_str().is_some_and(|h| !h.is_empty())
        && url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    if plain { Ok(url.as_str().trim_end_matches('/').to_string()) } else { Err(NotAnAddress) }
}

fn is_loopback(base: &str) -> bool {
    reqwest::Url::parse(base).ok().is_some_and(|url| match url.host_str() {
        Some("localhost") => true,
        Some(host) => host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback()),
        None => false,
    })
}

/// What is asked for to sign in.
pub fn new_session(email: &str, password: &str, device_name: &str, device: Option<DeviceId>) -> NewSession {
    NewSession { email: email.trim().into(), password: password.into(), device_name: device_name.into(), device }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_made_whole() {
        let whole = |s: &str| normalise(s).ok();
        assert_eq!(whole("hub.example.org").as_deref(), Some("https://hub.example.org"));
        assert_eq!(whole(" https://hub.example.org/ ").as_deref(), Some("https://hub.example.org"));
        assert_eq!(whole("localhost:8080").as_deref(), Some("http://localhost:8080"));
        assert_eq!(whole("127.0.0.1:1").as_deref(), Some("http://127.0.0.1:1"));
        assert_eq!(whole("[::1]:80").as_deref(), Some("http://[::1]"));
        assert_eq!(whole("http://10.0.0.1:9/deskbell/").as_deref(), Some("http://10.0.0.1:9/deskbell"));
        for bad in ["", "ftp://hub", "https://", "a b", "https://user:secret@hub", "https://hub?x=1"] {
            assert_eq!(whole(bad), None, "{bad:?}");
        }
    }
}
