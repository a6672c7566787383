//! From *Send* to the message being durable in another member's cache: a real client there, a real hub between.

use super::{chats, place};
use crate::bench::Bench;
use crate::client::Client;
use crate::devices::Online;
use crate::organization::{ARI, SMALL};
use crate::process::HubProcess;
use crate::samples::Samples;
use crate::table::{Line, Unit};
use anyhow::{Result, bail};
use deskbell_core::ChatId;
use deskbell_core::rpc::types::CoreEvent;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{Mutex as Turn, mpsc};

const PART: &str = "Send to the other member's cache";
const LASTS: Duration = Duration::from_secs(10);
/// What did not arrive so long after the last one was sent is lost.
const PATIENCE: Duration = Duration::from_secs(10);
/// Stands before the number of a message.
const SIGN: &str = "parcel-";
/// With 200 a second, as many devices send as would.
pub const DEVICES: usize = 16;

/// What is under way.
#[derive(Default)]
struct Underway {
    sent: HashMap<usize, Instant>,
    took: Samples,
}

type Shared = Arc<Mutex<Underway>>;

fn lock(shared: &Shared) -> MutexGuard<'_, Underway> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Measures.
pub async fn measure(bench: &mut Bench, dana: &Client, hub: &HubProcess) -> Result<()> {
    let lasts = if bench.quick { LASTS / 20 } else { LASTS };
    let write = bench.floor.write.p50();
    let ari = Client::open(&bench.work.join("ari")).await?;
    ari.sign_in(&hub.url(), ARI).await?;
    ari.complete().await?;
    let place = place(&ari.places().await?, Some(SMALL))?;
    let open = chats(&ari, &place, "open", 400).await?;
    if open.is_empty() {
        bail!("the small inbox has nothing open");
    }
    let from = ari.clone();
    let (samples, lost) = run(dana, &open, 50, lasts, move |_, chat, text| {
        let from = from.clone();
        async move { from.ask("send_message", json!({ "chat": chat, "text": text })).await.map(drop) }
    })
    .await?;
    ari.close().await;
    let line = Line::of(PART, "50 a second, by one client", Unit::Ms, &samples);
    bench.lines.push(line.floor(write * 3.0, "three durable rows, one after the other").note(said(lost)));

    let mut senders = Vec::new();
    for device in &bench.devices {
        senders.push(Arc::new(Turn::new(Online::connect(hub.address, device).await?)));
    }
    let (samples, lost) = run(dana, &bench.open.clone(), 200, lasts, move |n, chat, text| {
        let sender = senders[n % senders.len()].clone();
        async move { sender.lock().await.send(&[chat], &text).await }
    })
    .await?;
    let line = Line::of(PART, format!("200 a second, by {DEVICES} devices"), Unit::Ms, &samples);
    let line = line.budget(8.0).floor(write * 2.0, "two durable rows, one after the other");
    bench.lines.push(line.note(said(lost)));
    Ok(())
}

fn said(lost: usize) -> String {
    if lost > 0 { format!("{lost} did not arrive") } else { String::new() }
}

/// Sends at its rate, whatever became of those before: waiting for them would hide how long they take.
async fn run<F>(
    dana: &Client,
    open: &[ChatId],
    rate: u32,
    lasts: Duration,
    send: impl Fn(usize, ChatId, String) -> F,
) -> Result<(Samples, usize)>
where
    F: Future<Output = Result<()>> + Send + 'static,
{
    let underway = Shared::default();
    let listening = tokio::spawn(listen(dana.clone(), underway.clone()));
    let count = (lasts.as_secs_f64() * f64::from(rate)) as usize;
    let began = Instant::now();
    let mut sends = Vec::new();
    for (n, chat) in open.iter().cycle().take(count).enumerate() {
        tokio::time::sleep_until((began + Duration::from_secs_f64(n as f64 / f64::from(rate))).into()).await;
        lock(&underway).sent.insert(n, Instant::now());
        sends.push(tokio::spawn(send(n, *chat, format!("On its way: {SIGN}{n}."))));
    }
    for send in sends {
        send.await??;
    }
    let end = Instant::now() + PATIENCE;
    while Instant::now() < end && !lock(&underway).sent.is_empty() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    listening.abort();
    let underway = std::mem::take(&mut *lock(&underway));
    if underway.took.is_empty() {
        bail!("nothing arrived");
    }
    Ok((underway.took, underway.sent.len()))
}

/// What was committed is told by the tag of its thread; which message it was is looked up there. The looking up is not waited for:
/// what is told meanwhile would seem to come late. What was sent after it was told is of a later time.
async fn listen(dana: Client, underway: Shared) -> Result<()> {
    let mut events = dana.core.events();
    let (note, mut noted) = mpsc::unbounded_channel();
    let hear = async {
        loop {
            match events.recv().await {
                Ok(CoreEvent::Changed { tags, .. }) => note.send((Instant::now(), tags))?,
                Ok(_) | Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return Ok(()),
            }
        }
    };
    let look = async {
        while let Some((told, tags)) = noted.recv().await {
            for chat in tags.iter().filter_map(|tag| tag.strip_prefix("thread:")) {
                let page = dana.ask("list_messages", json!({ "chat": chat, "limit": 20 })).await?;
                let mut underway = lock(&underway);
                for number in numbers_of(&page) {
                    let earlier = underway.sent.get(&number).and_then(|sent| told.checked_duration_since(*sent));
                    if let Some(took) = earlier {
                        underway.sent.remove(&number);
                        underway.took.took(took);
                    }
                }
            }
        }
        Ok(())
    };
    tokio::select! {
        ended = hear => ended,
        ended = look => ended,
    }
}

/// Numbers of the messages of a page of a thread.
fn numbers_of(page: &Value) -> Vec<usize> {
    let entries = page["entries"].as_array().map(Vec::as_slice).unwrap_or_default();
    let texts = entries.iter().filter_map(|entry| entry["content"]["parts"][0]["text"].as_str());
    texts.filter_map(|text| text.split_once(SIGN)?.1.trim_end_matches('.').parse().ok()).collect()
}
