//! A hub on a socket.

use super::{Addresses, AppState, endless, router};
use crate::hub::Hub;
use axum::extract::{ConnectInfo, Request};
use axum::response::Response;
use axum::serve::Listener;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{oneshot, watch};
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
        let task = tokio::spawn(serve(listener, TowerToHyperService::new(routes), hub.clone()));
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
async fn serve(mut listener: TcpListener, routes: Routes, hub: Hub) {
    let mut connections = JoinSet::new();
    loop {
        let (stream, peer) = tokio::select! {
            accepted = accept(&mut listener) => accepted,
            () = told(hub.stopping()) => break,
        };
        while connections.try_join_next().is_some() {}
        connections.spawn(connection(stream, peer, routes.clone(), hub.clone()));
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

/// The next connection. What is written goes out at once: else every event waits until the one before is acknowledged, and who
/// only listens acknowledges after 40 milliseconds.
async fn accept(listener: &mut TcpListener) -> (TcpStream, SocketAddr) {
    let (stream, peer) = Listener::accept(listener).await;
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection holds back what is small");
    }
    (stream, peer)
}

type Routes = TowerToHyperService<axum::Router>;

async fn connection(stream: TcpStream, peer: SocketAddr, routes: Routes, hub: Hub) {
    // In a box, which is given back before what may last for half an hour.
    let asked = Box::pin(requests(stream, peer, routes, hub.stopping())).await;
    let ended = match asked {
        Ok(None) => Ok(()),
        Ok(Some((stream, response))) => {
            let now = SystemTime::UNIX_EPOCH + Duration::from_millis(hub.now_ms().unsigned_abs());
            endless::write(stream, response, now).await
        }
        Err(error) => Err(io::Error::other(error)),
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}

/// Answers requests until the connection ends, or until one is to be answered without an end: that answer is for the caller to
/// give, on the connection that was taken.
async fn requests(
    stream: TcpStream,
    peer: SocketAddr,
    routes: Routes,
    stopping: watch::Receiver<bool>,
) -> hyper::Result<Option<(TcpStream, Response)>> {
    let (hand_over, mut handed) = oneshot::channel();
    let hand_over = Arc::new(Mutex::new(Some(hand_over)));
    let service = service_fn(move |mut request: Request<Incoming>| {
        let hand_over = endless::may_be_asked_for(&request).then(|| hand_over.clone());
        request.extensions_mut().insert(ConnectInfo(peer));
        let answer = routes.call(request);
        async move {
            let response = answer.await?;
            let hand_over = hand_over.filter(|_| endless::is_one(&response));
            let Some(hand_over) = hand_over.and_then(|sender| take(&sender)) else { return Ok(response) };
            // An error gives back what nobody takes any more.
            match hand_over.send(response) {
                Ok(()) => std::future::pending::<Result<_, Infallible>>().await,
                Err(response) => Ok(response),
            }
        }
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEADER_PATIENCE);
    let mut connection = http.serve_connection(TokioIo::new(stream), service);
    let (mut stop, mut stops) = (pin!(told(stopping)), false);
    loop {
        tokio::select! {
            // While an answer is not known nothing is being written: nobody asks again before the answer to what was asked first.
            Ok(response) = &mut handed => return Ok(Some((connection.into_parts().io.into_inner(), response))),
            ended = &mut connection => return ended.map(|()| None),
            () = &mut stop, if !stops => {
                stops = true;
                std::pin::Pin::new(&mut connection).graceful_shutdown();
            }
        }
    }
}

fn take<T>(place: &Mutex<Option<T>>) -> Option<T> {
    place.lock().unwrap_or_else(PoisonError::into_inner).take()
}

async fn told(mut stopping: watch::Receiver<bool>) {
    // An error means that the hub itself is gone.
    let _ = stopping.wait_for(|stopping| *stopping).await;
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_small_is_not_held_back_on_a_connection() {
        let mut listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let _client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (stream, _) = accept(&mut listener).await;
        assert!(stream.nodelay().unwrap());
    }
}
