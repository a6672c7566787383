//! How the command line asks the hub that is at work on the data: a line of JSON each way, on loopback.
//!
//! Where to ask and the secret to ask with stand in a file that only the owner of the data can read: whoever can read it
//! can read the database beside it too. A TCP port of loopback is the same on every system, and its name is never too
//! long, as the path of a socket in a deep directory is.

use super::{AdminError, Answer, Request, perform};
use crate::clock::secret;
use crate::hub::Hub;
use crate::private;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Mutex;
use tokio::task::JoinSet;

const FILE: &str = "control.json";
/// Longest line that is read.
const MAX_LINE: u64 = 1024 * 1024;
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Serialize, Deserialize)]
struct Door {
    port: u16,
    secret: String,
}

#[derive(Serialize, Deserialize)]
struct Asked {
    secret: String,
    request: Request,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Told {
    Ok(Answer),
    Error(String),
}

/// The hub's side; closed when it is dropped.
pub struct Control {
    file: PathBuf,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Control {
    fn drop(&mut self) {
        self.task.abort();
        // What is left behind leads nowhere: the port is closed.
        let _ = std::fs::remove_file(&self.file);
    }
}

impl Control {
    /// Listens for requests to that hub.
    pub async fn start(hub: Hub) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let door = Door { port: listener.local_addr()?.port(), secret: URL_SAFE_NO_PAD.encode(secret(hub.random())) };
        let file = hub.data().join(FILE);
        private::write_file(&file, &serde_json::to_vec(&door)?)?;
        let task = tokio::spawn(async move {
            let turn = Arc::new(Mutex::new(()));
            let secret: Arc<str> = door.secret.into();
            // Whoever is still here when the door closes goes with it.
            let mut callers = JoinSet::new();
            loop {
                let Ok((stream, _)) = listener.accept().await else {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                };
                while callers.try_join_next().is_some() {}
                let (hub, turn, secret) = (hub.clone(), turn.clone(), secret.clone());
                callers.spawn(async move {
                    let told = tokio::time::timeout(PATIENCE, answer(&hub, &turn, &secret, stream)).await;
                    if let Ok(Err(error)) = told {
                        tracing::warn!(%error, "a request of the command line could not be answered");
                    }
                });
            }
        });
        Ok(Self { file, task })
    }
}

/// Whoever connects and says nothing keeps nobody waiting; requests themselves go one after the other: one that reads and then
/// writes is not disturbed by the next.
async fn answer(hub: &Hub, turn: &Mutex<()>, secret: &str, stream: TcpStream) -> io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut line = String::new();
    BufReader::new(read.take(MAX_LINE)).read_line(&mut line).await?;
    let Ok(asked) = serde_json::from_str::<Asked>(&line) else { return Ok(()) };
    // Compared as hashes, so that the time tells nothing of the secret.
    if Sha256::digest(asked.secret) != Sha256::digest(secret) {
        return Ok(());
    }
    let _turn = turn.lock().await;
    let told = match perform(hub, asked.request).await {
        Ok(answer) => Told::Ok(answer),
        Err(error) => Told::Error(error.to_string()),
    };
    let mut line = serde_json::to_vec(&told)?;
    line.push(b'\n');
    write.write_all(&line).await
}

/// Asks the hub that is at work on the data.
pub async fn ask(data: &Path, request: Request) -> Result<Answer, AdminError> {
    let failed = |error: &dyn std::fmt::Display| {
        AdminError::Value(format!(
            "a deskbell-hub is at work on {} and cannot be asked ({error}): stop it, or try again",
            data.display()
        ))
    };
    let told = async {
        let door: Door = serde_json::from_slice(&tokio::fs::read(data.join(FILE)).await?)?;
        let mut stream = TcpStream::connect(("127.0.0.1", door.port)).await?;
        let mut line = serde_json::to_vec(&Asked { secret: door.secret, request })?;
        line.push(b'\n');
        stream.write_all(&line).await?;
        let mut told = String::new();
        BufReader::new(stream).read_line(&mut told).await?;
        Ok::<_, io::Error>(serde_json::from_str::<Told>(&told)?)
    };
    match tokio::time::timeout(PATIENCE, told).await {
        Ok(Ok(Told::Ok(answer))) => Ok(answer),
        Ok(Ok(Told::Error(message))) => Err(AdminError::Value(message)),
        Ok(Err(error)) => Err(failed(&error)),
        Err(error) => Err(failed(&error)),
    }
}
