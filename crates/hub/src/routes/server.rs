//! A hub on a socket.

use super::{Addresses, AppState, router};
use crate::hub::Hub;
use axum::extract::{ConnectInfo, Request};
use axum::serve::Listener;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

/// How long a stop waits for requests that are not finished.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long the header of a request may take, and a connection be idle. Whoever connects and says nothing would otherwise keep
/// a descriptor for ever, and a few hundred of them all that there are.
const HEADER_PATIENCE: Duration = Duration::from_secs(10);

/// How a hub is served.
#[derive(Debug, Clone)]
pub struct RouterOptions {
    /// Where to listen; port 0 lets the system choose.
    pub listen: SocketAddr,
    /// Origin under which the world reaches the hub; `None` = the address that is listened on.
    pub public_url: Option<String>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
}

impl Default for RouterOptions {
    fn default() -> Self {
        Self { listen: SocketAddr::from(([127, 0, 0, 1], 0)), public_url: None, trusted_proxies: Vec::new() }
    }
}

/// A hub that listens.
pub struct Server {
    hub: Hub,
    address: SocketAddr,
    public_url: String,
    task: JoinHandle<()>,
}

impl Server {
    /// Listens and serves.
    pub async fn start(hub: Hub, options: RouterOptions) -> io::Result<Self> {
        let listener = TcpListener::bind(options.listen).await?;
        let address = listener.local_addr()?;
        let public_url = options.public_url.unwrap_or_else(|| format!("http://{address}"));
        let public_url = public_url.trim_end_matches('/').to_owned();
        let addresses =
            Addresses { public: public_url.clone(), port: address.port(), trusted_proxies: options.trusted_proxies };
        let routes = router(AppState { hub: hub.clone(), addresses: Arc::new(addresses) });
        let task = tokio::spawn(serve(listener, TowerToHyperService::new(routes), hub.stopping()));
        tokio::spawn(crate::upkeep::daily(hub.clone()));
        Ok(Self { hub, address, public_url, task })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Under which URL clients reach it.
    pub fn public_url(&self) -> &str {
        &self.public_url
    }

    /// The hub.
    pub fn hub(&self) -> &Hub {
        &self.hub
    }

    /// Takes no more, finishes what was accepted, ends event streams, and closes the data.
    pub async fn stop(mut self) {
        self.hub.begin_stop();
        if tokio::time::timeout(PATIENCE, &mut self.task).await.is_err() {
            tracing::warn!("some requests did not finish in time and are cut");
            self.task.abort();
        }
        self.hub.stop().await;
    }
}

/// Takes connections until the hub stops, and lets those that are there finish. Whoever aborts it cuts them all.
async fn serve(mut listener: TcpListener, routes: Routes, stopping: watch::Receiver<bool>) {
    let mut connections = JoinSet::new();
    loop {
        let (stream, peer) = tokio::select! {
            accepted = Listener::accept(&mut listener) => accepted,
            () = told(stopping.clone()) => break,
        };
        while connections.try_join_next().is_some() {}
        connections.spawn(connection(stream, peer, routes.clone(), stopping.clone()));
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

type Routes = TowerToHyperService<axum::Router>;

async fn connection(stream: TcpStream, peer: SocketAddr, routes: Routes, stopping: watch::Receiver<bool>) {
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        routes.call(request)
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEADER_PATIENCE);
    let mut connection = pin!(http.serve_connection(TokioIo::new(stream), service));
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = told(stopping) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}

async fn told(mut stopping: watch::Receiver<bool>) {
    // An error means that the hub itself is gone.
    let _ = stopping.wait_for(|stopping| *stopping).await;
}
