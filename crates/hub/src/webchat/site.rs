//! A customer's web site to try the chat box on: `deskbell-hub site`. It stands on an origin of its own, as a real one does,
//! and has a strict Content-Security-Policy, so that what the documentation says about such sites is true.

use super::assets::fill;
use anyhow::Context;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;

const PAGE: &str = include_str!("../../web/site/page.html");
const CSS: &str = include_str!("../../web/site/site.css");
const BIKE: &str = include_str!("../../web/site/bike.svg");

/// `deskbell-hub site`
#[derive(Debug, Clone, clap::Args)]
pub struct Site {
    /// URL of the hub that the chat box talks to
    #[arg(long)]
    pub hub: String,
    /// Public id of the web chat channel
    #[arg(long)]
    pub channel: String,
    /// Address to listen on; port 0 lets the system choose
    #[arg(long, default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
}

/// Words of a page: path, title, direction and language, headline, line below it.
const PAGES: [[&str; 6]; 3] = [
    [
        "",
        "Bikes",
        "ltr",
        "en",
        "Bicycles that outlive their owners’ excuses",
        "New, second-hand and brought back from the dead. Every one of them leaves with a year of free adjustments.",
    ],
    [
        "workshop",
        "Workshop",
        "ltr",
        "en",
        "Mended while you drink your coffee",
        "Punctures and brakes at once, everything else by Friday. Ask us in the chat before you push it here.",
    ],
    [
        "ar",
        "دراجات",
        "rtl",
        "ar",
        "دراجات تعيش أطول من أعذار أصحابها",
        "جديدة ومستعملة ومستعادة. لكل دراجة سنة كاملة من الضبط المجاني.",
    ],
];

impl Site {
    /// Serves the site until the program is told to end; says where on standard output.
    pub async fn serve(self) -> anyhow::Result<()> {
        let listen = self.listen;
        let listener = TcpListener::bind(listen).await.with_context(|| format!("{listen} cannot be listened on"))?;
        println!("listening on http://{}", listener.local_addr()?);
        axum::serve(listener, self.router()).with_graceful_shutdown(told_to_end()).await?;
        Ok(())
    }

    /// Its routes.
    pub fn router(self) -> Router {
        Router::new()
            .route("/", get(async |State(site): State<Arc<Site>>| site.page("")))
            .route("/{name}", get(async |State(site): State<Arc<Site>>, Path(name): Path<String>| site.page(&name)))
            .route("/site.css", get(async || ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], CSS)))
            .route("/bike.svg", get(async || ([(header::CONTENT_TYPE, "image/svg+xml")], BIKE)))
            .with_state(Arc::new(self))
    }

    fn page(&self, name: &str) -> Response {
        let Some([_, title, dir, lang, headline, line]) = PAGES.iter().find(|p| p[0] == name) else {
            return (StatusCode::NOT_FOUND, "There is no such page.").into_response();
        };
        let hub = self.hub.trim_end_matches('/');
        let page = fill(
            PAGE,
            &[
                ("title", title),
                ("dir", dir),
                ("lang", lang),
                ("headline", headline),
                ("line", line),
                ("hub", hub),
                ("channel", &self.channel),
            ],
        );
        let policy =
            format!("default-src 'self'; script-src {hub}; frame-src {hub}; object-src 'none'; base-uri 'none'");
        let Ok(policy) = HeaderValue::try_from(policy) else {
            return (StatusCode::INTERNAL_SERVER_ERROR, "The address of the hub cannot be used.").into_response();
        };
        (
            [
                (header::CONTENT_SECURITY_POLICY, policy),
                (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
            ],
            page,
        )
            .into_response()
    }
}

async fn told_to_end() {
    #[cfg(unix)]
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => signal.recv().await,
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<Option<()>>();
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminated => {}
    }
}
