//! `serve`: the hub at work until it is told to stop.

use super::channels::remember_public_url;
use super::control::Control;
use crate::hub::{Hub, HubOptions};
use crate::routes::{RouterOptions, Server};
use crate::webchat::parse_origin;
use anyhow::Context;
use std::io::Write;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

/// `deskbell-hub serve`
#[derive(Debug, Clone, clap::Args)]
pub struct Serve {
    /// Data directory
    #[arg(long)]
    pub data: PathBuf,
    /// Address to listen on; port 0 lets the system choose
    #[arg(long, default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// URL under which the world reaches the hub, such as https://hub.example.com
    #[arg(long)]
    pub public_url: Option<String>,
    /// Address of a proxy whose X-Forwarded-For is believed; may be given several times
    #[arg(long = "trusted-proxy")]
    pub trusted_proxies: Vec<IpAddr>,
}

/// Serves until the process is told to stop.
pub async fn serve(args: Serve) -> anyhow::Result<()> {
    let public_url = args.public_url.as_deref().map(parse_public_url).transpose()?;
    anyhow::ensure!(
        public_url.is_some() || args.listen.ip().is_loopback(),
        "--public-url: say under which URL the world reaches the hub, as it listens to more than this computer"
    );
    // Before anything can take long: a signal that comes early must not be missed.
    let stop = stop_signal().context("signals")?;
    let hub = Hub::open(&args.data, HubOptions::default())?;
    let options = RouterOptions { listen: args.listen, public_url, trusted_proxies: args.trusted_proxies };
    let server = Server::start(hub.clone(), options)
        .await
        .with_context(|| format!("cannot listen on {}: choose another address with --listen", args.listen))?;
    remember_public_url(&hub, server.public_url());
    let control = Control::start(hub).await.context("cannot listen for the command line")?;
    println!("listening on http://{}", server.address());
    std::io::stdout().flush()?;
    tracing::info!(address = %server.address(), public_url = server.public_url(), "serving");
    stop.await;
    tracing::info!("stopping");
    drop(control);
    server.stop().await;
    tracing::info!("stopped");
    Ok(())
}

/// An origin that leads to one place: every port, or none, does not.
fn parse_public_url(text: &str) -> anyhow::Result<String> {
    let nowhere = |origin: &String| {
        origin.ends_with(":*") || origin.ends_with(":0") || origin.contains("://[::]") || origin.contains("://0.0.0.0")
    };
    parse_origin(text).ok().filter(|origin| !nowhere(origin)).with_context(|| {
        format!(
            "--public-url: nobody can reach a hub under {text}: write it as https://hub.example.com, with the port where \
             it has one, without a path"
        )
    })
}

#[cfg(unix)]
pub(super) fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

#[cfg(not(unix))]
pub(super) fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}
