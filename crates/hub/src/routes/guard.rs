//! What stands in front of every route: which host is meant, which page asks, from where, and how long it may take.
//!
//! A page that resolves its own name to this computer would otherwise talk to a hub on loopback as if it were its own
//! server; it cannot forge `Host` and `Origin`.

use super::linger::Lingering;
use super::{AppState, ClientAddress, Failure};
use axum::body::{Body, HttpBody};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use deskbell_protocol::{MAX_BODY_BYTES, code};
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

/// Longest time from a request's first byte to the head of its answer.
const LONGEST: Duration = Duration::from_secs(60);

/// Where the hub can be reached.
#[derive(Debug, Clone)]
pub struct Addresses {
    /// Origin of the public URL: `https://hub.example.com`.
    pub public: String,
    /// Port that is listened on; reachable as loopback under it.
    pub port: u16,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
}

impl Addresses {
    /// Whether a `Host` is one of ours.
    pub fn serves_host(&self, host: &str) -> bool {
        let public = self.public.split_once("://").map_or("", |(_, host)| host);
        host.eq_ignore_ascii_case(public) || self.loopback().any(|own| host.eq_ignore_ascii_case(&own))
    }

    /// Whether an `Origin` is one of ours.
    pub fn is_own_origin(&self, origin: &str) -> bool {
        origin.eq_ignore_ascii_case(&self.public)
            || self.loopback().any(|own| origin.eq_ignore_ascii_case(&format!("http://{own}")))
    }

    fn loopback(&self) -> impl Iterator<Item = String> {
        let port = self.port;
        ["127.0.0.1", "localhost", "[::1]"].into_iter().map(move |host| format!("{host}:{port}"))
    }

    fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        if !self.trusted_proxies.contains(&peer) {
            return peer;
        }
        // The nearest proxy writes last; what stands before the first untrusted one is hearsay.
        let said = headers.get_all("x-forwarded-for").iter().filter_map(|v| v.to_str().ok());
        let said: Vec<IpAddr> =
            said.flat_map(|line| line.split(',')).filter_map(|part| part.trim().parse().ok()).collect();
        said.into_iter().rev().find(|address| !self.trusted_proxies.contains(address)).unwrap_or(peer)
    }
}

/// In front of everything.
pub async fn guard(
    State(state): State<AppState>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    let mut request = request.map(|body| Body::new(Lingering::new(body)));
    let addresses = &state.addresses;
    let path = request.uri().path();
    // A health check asks by whatever address it has, and learns nothing but that the hub works.
    if path != "/healthz" {
        match host_of(request.headers(), request.uri()) {
            Some(host) if addresses.serves_host(host) => {}
            _ => return wrong_host("This hub is not served under that name: use its public address.").into_response(),
        }
    }
    let foreign = |origin: &HeaderValue| !origin.to_str().is_ok_and(|o| addresses.is_own_origin(o));
    if path.starts_with("/v1/") && request.headers().get(header::ORIGIN).is_some_and(foreign) {
        return wrong_host("Pages of other sites may not ask this hub.").into_response();
    }
    // What says beforehand that it is too large is not begun; the routes count what says nothing, or lies.
    if request.body().size_hint().lower() > MAX_BODY_BYTES as u64 {
        return Failure::body_too_large().into_response();
    }
    let client = ClientAddress(addresses.client(peer.ip(), request.headers()));
    let path = path.to_owned();
    request.extensions_mut().insert(client);
    let method = request.method().clone();
    let began = Instant::now();
    let mut response = match tokio::time::timeout(LONGEST, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Failure::unavailable().into_response(),
    };
    // Paths hold identifiers alone; parameters are left out.
    let ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    tracing::debug!(%method, path, status = response.status().as_u16(), ms, "answered");
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.entry(header::REFERRER_POLICY).or_insert(HeaderValue::from_static("no-referrer"));
    headers
        .entry(HeaderName::from_static("cross-origin-resource-policy"))
        .or_insert(HeaderValue::from_static("same-origin"));
    response
}

fn host_of<'a>(headers: &'a HeaderMap, uri: &'a Uri) -> Option<&'a str> {
    let authority = uri.authority().map(|a| a.as_str());
    headers.get(header::HOST).and_then(|v| v.to_str().ok()).or(authority)
}

fn wrong_host(message: &str) -> Failure {
    Failure::new(StatusCode::MISDIRECTED_REQUEST, code::WRONG_HOST, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses() -> Addresses {
        Addresses {
            public: "https://hub.example.com".into(),
            port: 8080,
            trusted_proxies: vec![[10, 0, 0, 1].into(), [10, 0, 0, 2].into()],
        }
    }

    #[test]
    fn only_the_public_name_and_loopback_are_served() {
        let served = addresses();
        for host in ["hub.example.com", "HUB.example.com", "127.0.0.1:8080", "localhost:8080", "[::1]:8080"] {
            assert!(served.serves_host(host), "{host}");
        }
        for host in ["evil.example", "hub.example.com.evil.example", "127.0.0.1", "127.0.0.1:81", ""] {
            assert!(!served.serves_host(host), "{host}");
        }
        assert!(served.is_own_origin("http://localhost:8080"));
        assert!(!served.is_own_origin("http://hub.example.com"), "another scheme is another origin");
        assert!(!served.is_own_origin("null"));
    }

    #[test]
    fn only_a_trusted_proxy_says_who_is_behind_it() {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", HeaderValue::from_static("1.1.1.1, 203.0.113.7, 10.0.0.2"));
        let client = |peer: [u8; 4]| addresses().client(peer.into(), &headers);
        assert_eq!(client([10, 0, 0, 1]), IpAddr::from([203, 0, 113, 7]), "what a client wrote itself is not believed");
        assert_eq!(client([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 1]));
    }
}
