//! A hub on a socket.

use super::{Addresses, AppState, router};
use crate::hub::Hub;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// How long a stop waits for requests that are not finished.
const PATIENCE: Duration = Duration::from_secs(10);

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
        let mut stopping = hub.stopping();
        let task = tokio::spawn(async move {
            let stop = async move {
                // An error means that the hub itself is gone.
                let _ = stopping.wait_for(|stopping| *stopping).await;
            };
            let service = routes.into_make_service_with_connect_info::<SocketAddr>();
            if let Err(error) = axum::serve(listener, service).with_graceful_shutdown(stop).await {
                tracing::error!(%error, "serving ended");
            }
        });
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
