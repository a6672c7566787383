//! From one member's *Send* to the message being durable in another member's cache: real clients, a real hub between.

use super::{chats, place};
use crate::bench::Bench;
use crate::client::Client;
use crate::organization::{ARI, SMALL};
use crate::process::HubProcess;
use crate::samples::Samples;
use crate::table::{Line, Unit};
use anyhow::{Result, bail};
use deskbell_core::rpc::types::CoreEvent;
use serde_json::json;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::broadcast::error::RecvError;

const PART: &str = "Send to the other member's cache";
const LASTS: Duration = Duration::from_secs(10);

/// When messages were sent, for each chat in their order.
type Sent = Arc<Mutex<HashMap<String, VecDeque<Instant>>>>;

/// Measures.
pub async fn measure(bench: &mut Bench, dana: &Client, hub: &HubProcess) -> Result<()> {
    let ari = Client::open(&bench.work.join("ari")).await?;
    ari.sign_in(&hub.url(), ARI).await?;
    ari.complete().await?;
    let place = place(&ari.places().await?, Some(SMALL))?;
    let open = chats(&ari, &place, "open", 400).await?;
    if open.is_empty() {
        bail!("the small inbox has nothing open");
    }
    // The sender's cache, the hub and the receiver's cache: each is durable before the next hears of it.
    let floor = bench.floor.write.p50() * 3.0;
    for rate in [50, 200] {
        let lasts = if bench.quick { LASTS / 20 } else { LASTS };
        let (samples, lost) = run(dana, &ari, &open, rate, lasts).await?;
        let mut line = Line::of(PART, format!("{rate} a second"), Unit::Ms, &samples);
        if rate == 200 {
            line = line.budget(8.0);
        }
        let note = if lost > 0 { format!("{lost} did not arrive within 10 s") } else { String::new() };
        bench.lines.push(line.floor(floor, "three durable rows, one after the other").note(note));
    }
    ari.close().await;
    Ok(())
}

async fn run(
    dana: &Client,
    ari: &Client,
    open: &[deskbell_core::ChatId],
    rate: u32,
    lasts: Duration,
) -> Result<(Samples, usize)> {
    let sent: Sent = Arc::default();
    let took = Arc::new(Mutex::new(Samples::new()));
    let listening = tokio::spawn(listen(dana.core.events(), sent.clone(), took.clone()));
    let count = (lasts.as_secs_f64() * f64::from(rate)) as usize;
    let began = Instant::now();
    let mut sends = Vec::new();
    for (n, chat) in open.iter().cycle().take(count).enumerate() {
        // At its time, whatever became of those before: waiting for them would hide how long they take.
        tokio::time::sleep_until((began + Duration::from_secs_f64(n as f64 / f64::from(rate))).into()).await;
        let (ari, chat, sent) = (ari.clone(), *chat, sent.clone());
        sends.push(tokio::spawn(async move {
            let now = Instant::now();
            lock(&sent).entry(chat.to_string()).or_default().push_back(now);
            ari.ask("send_message", json!({ "chat": chat, "text": format!("On its way, parcel {n}") })).await
        }));
    }
    for send in sends {
        send.await??;
    }
    let end = Instant::now() + Duration::from_secs(10);
    while Instant::now() < end && lock(&sent).values().any(|waiting| !waiting.is_empty()) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    listening.abort();
    let lost = lock(&sent).values().map(VecDeque::len).sum();
    let took = took.lock().unwrap_or_else(PoisonError::into_inner).clone();
    Ok((took, lost))
}

fn lock<T>(shared: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What was committed is told by the tag of its thread. The next message of a chat comes long after the one before it.
async fn listen(mut events: tokio::sync::broadcast::Receiver<CoreEvent>, sent: Sent, took: Arc<Mutex<Samples>>) {
    loop {
        match events.recv().await {
            Ok(CoreEvent::Changed { tags, .. }) => {
                let now = Instant::now();
                for chat in tags.iter().filter_map(|tag| tag.strip_prefix("thread:")) {
                    if let Some(began) = lock(&sent).get_mut(chat).and_then(VecDeque::pop_front) {
                        lock(&took).took(now - began);
                    }
                }
            }
            Ok(_) | Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return,
        }
    }
}
