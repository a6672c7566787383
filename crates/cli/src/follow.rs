//! `sync`: in step with the hub, once or for as long as somebody listens.

use crate::{Run, Stop, client::Client, output, refused, surroundings::Surroundings};
use deskbell_core::rpc::types::{Network, RpcError};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;

/// Sends what waits and fetches what is new; returns how it stands then.
pub async fn once(client: &Client, timeout: Duration) -> Run<Value> {
    let status = client.core().settle(timeout).await?;
    if let Some(problem) = status.problem {
        return Err(problem.into());
    }
    if status.network != Network::Online || status.first_sync {
        return Err(Stop::Told(RpcError {
            code: "hub_unreachable".into(),
            message: "The hub does not answer: what was written waits on this computer.".into(),
            retryable: true,
            params: Default::default(),
        }));
    }
    client.call("get_status", json!({})).await
}

/// Prints each change as a line until it is interrupted.
pub async fn follow(client: &Client, surroundings: &mut Surroundings) -> Run {
    let mut events = client.core().events();
    client.call("sync_now", json!({})).await?;
    let interrupted = interrupted();
    tokio::pin!(interrupted);
    loop {
        let line = tokio::select! {
            () = &mut interrupted => return Ok(()),
            event = events.recv() => match event {
                Ok(event) => serde_json::to_value(event)
                    .map_err(|why| refused("internal", format!("A change cannot be written: {why}.")))?,
                // Missed something: what it was is not to be guessed.
                Err(RecvError::Lagged(_)) => json!({ "event": "changed", "tags": [], "all": true }),
                Err(RecvError::Closed) => return Ok(()),
            },
        };
        output::line(&mut surroundings.stdout, &line)?;
    }
}

/// Ctrl+C, or the end of the session.
async fn interrupted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => return,
                _ = tokio::signal::ctrl_c() => return,
            }
        }
    }
    // Without signals it ends when nobody reads any more.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
