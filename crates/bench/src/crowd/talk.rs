//! Customers who write in the chat box, members who answer, and clients that hear of it.

use super::path_of;
use crate::devices::{self, Device, Online};
use crate::http::Connection;
use crate::samples::Samples;
use anyhow::{Context, Result, bail};
use deskbell_domain::{ChatId, MemberId, derived_id};
use serde::Deserialize;
use serde_json::json;
use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;
use uuid::Uuid;

/// Stands before the number of a message in its text.
const SIGN: &str = "crowd-";
/// What is said in a conversation: the customer, the member, in turn.
const TURNS: usize = 6;

/// What all clients heard.
#[derive(Default)]
pub struct Told {
    /// From the request to each client that heard of it.
    pub took: Samples,
    /// Bytes of each client's stream.
    pub bytes: Vec<usize>,
    /// Changes that a client was told of twice.
    pub twice: usize,
    sent: HashMap<usize, Instant>,
}

/// The same for all who listen.
#[derive(Clone, Default)]
pub struct Heard(Arc<Mutex<Told>>);

impl Heard {
    fn lock(&self) -> MutexGuard<'_, Told> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was heard, once nobody listens any more.
    pub fn take(&self) -> Told {
        std::mem::take(&mut *self.lock())
    }

    /// A new message, with its number in its text.
    fn write(&self) -> String {
        let mut told = self.lock();
        let number = told.sent.len();
        told.sent.insert(number, Instant::now());
        format!("{SIGN}{number} Does the blue one come with lights?")
    }
}

/// As much of a page of changes as says which rows came.
#[derive(Deserialize)]
struct Page {
    changes: Vec<Came>,
}

#[derive(Deserialize, PartialEq, Eq, Hash)]
struct Came {
    kind: String,
    id: Uuid,
    rev: u64,
}

/// A client that listens until it is ended.
pub async fn listen(address: SocketAddr, device: &Device, heard: Heard) -> Result<JoinHandle<Result<()>>> {
    let mut connection = Connection::open(address, &device.token).await?;
    let session = devices::session(&mut connection).await?;
    let mut events = connection.events(&path_of(&session), session.head.seq).await?;
    let mut puller = Connection::open(address, &device.token).await?;
    Ok(tokio::spawn(async move {
        let me = {
            let mut told = heard.lock();
            told.bytes.push(0);
            told.bytes.len() - 1
        };
        let mut cursor = session.head.seq;
        let (mut known, mut numbers) = (HashSet::new(), HashSet::new());
        while let Some(event) = events.next().await? {
            let mut text = event.data;
            let mut bytes = event.bytes;
            if event.name == "head" {
                let path = format!("/v1/changes?since={cursor}&gen={}&seen={}", session.r#gen.0, session.head);
                let answer = puller.get(&path, false).await?;
                bytes += answer.body.len();
                text = String::from_utf8(answer.body).context("changes are text")?;
            } else if event.name != "changes" {
                continue;
            }
            let now = Instant::now();
            let page: Page = serde_json::from_str(&text)?;
            cursor = page.changes.iter().map(|came| came.rev).max().unwrap_or(cursor).max(cursor);
            let twice = page.changes.into_iter().map(|came| known.insert(came)).filter(|new| !new).count();
            let mut told = heard.lock();
            told.bytes[me] += bytes;
            told.twice += twice;
            for number in numbers_in(&text) {
                if numbers.insert(number)
                    && let Some(sent) = told.sent.get(&number).copied()
                {
                    told.took.took(now - sent);
                }
            }
        }
        Ok(())
    }))
}

fn numbers_in(text: &str) -> impl Iterator<Item = usize> + '_ {
    text.split(SIGN).skip(1).filter_map(|rest| {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        rest[..digits].parse().ok()
    })
}

/// A chat box: its public id, and who answers there.
struct ChatBox {
    public_id: String,
    members: HashSet<MemberId>,
}

/// Lets so many customers begin to write, evenly over the time; says how many messages were written.
pub async fn everybody(
    address: SocketAddr,
    data: &Path,
    clients: &[Device],
    conversations: usize,
    lasts: Duration,
    heard: &Heard,
) -> Result<usize> {
    let boxes = boxes(data)?;
    let mut talks = Vec::new();
    let began = Instant::now();
    for n in 0..conversations {
        tokio::time::sleep_until((began + lasts * n as u32 / conversations.max(1) as u32).into()).await;
        let at = &boxes[n % boxes.len()];
        let mut answers = clients.iter().cycle().skip(n % clients.len()).take(clients.len());
        let answers = answers.find(|device| at.members.contains(&device.member)).context("nobody answers")?;
        let (public_id, device, heard) = (at.public_id.clone(), answers.clone(), heard.clone());
        // Six turns within a third of the time.
        let pause = lasts / 3 / TURNS as u32;
        talks.push(tokio::spawn(async move { talk(address, &public_id, n, &device, pause, &heard).await }));
    }
    for talk in talks {
        talk.await??;
    }
    Ok(heard.lock().sent.len())
}

async fn talk(
    address: SocketAddr,
    public_id: &str,
    n: usize,
    device: &Device,
    pause: Duration,
    heard: &Heard,
) -> Result<()> {
    let mut visitor = Connection::unknown(address).await?;
    visitor.says("Origin", &format!("http://{address}"));
    // Each from an address of their own: what one address may do is limited.
    visitor.says("X-Forwarded-For", &format!("10.{}.{}.{}", n >> 16 & 255, n >> 8 & 255, n & 255));
    let body = serde_json::to_vec(&json!({ "site": "https://shop.example.org" }))?;
    let answer = visitor.post(&format!("/widget/{public_id}/session"), &body).await?;
    if answer.status != 201 {
        bail!("a visitor was answered {}: {}", answer.status, String::from_utf8_lossy(&answer.body));
    }
    let session: serde_json::Value = serde_json::from_slice(&answer.body)?;
    visitor.says("Authorization", &format!("Bearer {}", session["token"].as_str().context("no token")?));
    let mut member = Online::connect(address, device).await?;
    let mut chat = None;
    for turn in 0..TURNS {
        if turn % 2 == 0 {
            let body = serde_json::to_vec(&json!({ "id": Uuid::now_v7(), "text": heard.write() }))?;
            let answer = visitor.post(&format!("/widget/{public_id}/messages"), &body).await?;
            if answer.status != 200 {
                bail!("a visitor was answered {}: {}", answer.status, String::from_utf8_lossy(&answer.body));
            }
            let said: serde_json::Value = serde_json::from_slice(&answer.body)?;
            let message: Uuid = serde_json::from_value(said["id"].clone())?;
            chat.get_or_insert_with(|| ChatId(derived_id("webchat conversation", &[message.as_bytes()])));
        } else if let Some(chat) = chat {
            let text = heard.write();
            member.send(&[chat], &text).await?;
        }
        tokio::time::sleep(pause).await;
    }
    Ok(())
}

fn boxes(data: &Path) -> Result<Vec<ChatBox>> {
    let connection = deskbell_sqlite::open_reader(&data.join("hub.db"))?;
    let sql = "SELECT json_extract(c.row, '$.webchat.public_id'), json_extract(i.row, '$.members') FROM entity c \
               JOIN entity i ON i.kind = 'inbox' AND json_extract(i.row, '$.id') = json_extract(c.row, '$.inbox') \
               WHERE c.kind = 'channel' AND json_extract(c.row, '$.webchat.public_id') IS NOT NULL \
               AND json_array_length(i.row, '$.members') > 2";
    let mut statement = connection.prepare(sql)?;
    let found = statement.query_map([], |r| Ok((r.get::<_, String>(0)?, r.get::<_, String>(1)?)))?;
    let boxes = found.map(|found| {
        let (public_id, members) = found?;
        Ok(ChatBox { public_id, members: serde_json::from_str(&members)? })
    });
    let boxes: Vec<ChatBox> = boxes.collect::<Result<_>>()?;
    if boxes.is_empty() { bail!("there is no chat box") } else { Ok(boxes) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_known_by_their_number() {
        let text = r#"{"text":"crowd-12 Does"},{"preview":"crowd-7 Does"},{"text":"crowd-"}"#;
        assert_eq!(numbers_in(text).collect::<Vec<_>>(), [12, 7]);
    }
}
