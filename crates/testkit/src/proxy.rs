//! A network that fails on purpose: between a client and a hub, one connection to the hub for each request.

use anyhow::Result;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// What happens to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The hub never hears of it; the connection breaks.
    CutBefore,
    /// The hub does it, and the answer never arrives.
    CutAfter,
    /// Answered by what stands in front of the hub: 503, not now.
    Busy,
    /// The same, and not for so many seconds.
    BusyFor(u32),
    /// Answered by a page that is no hub's.
    Page,
    /// Answered by this JSON instead.
    Says(&'static str),
    /// Waits before it goes on.
    Delay(Duration),
    /// Answered by a hundred megabytes, with or without saying how many.
    Flood {
        /// Whether it says so.
        declared: bool,
    },
    /// The same as one event of a stream that never ends.
    FloodOfEvent,
}

#[derive(Default)]
struct Plan {
    /// Beginning of the request line, fault, how often.
    faults: Vec<(String, Fault, usize)>,
    /// Request lines that came, without the query.
    seen: Vec<String>,
    /// Bytes of floods that somebody has taken.
    flooded: u64,
}

/// A running proxy.
pub struct Proxy {
    address: SocketAddr,
    plan: Arc<Mutex<Plan>>,
    down: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Proxy {
    /// In front of a hub.
    pub async fn start(hub: SocketAddr) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let plan = Arc::new(Mutex::new(Plan::default()));
        let down = watch::Sender::new(false);
        let (for_task, states) = (plan.clone(), down.subscribe());
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (plan, mut down) = (for_task.clone(), states.clone());
                if *down.borrow_and_update() {
                    continue;
                }
                tokio::spawn(async move {
                    tokio::select! {
                        // What breaks here is what the test is about.
                        _ = serve(client, hub, &plan) => {}
                        _ = down.wait_for(|down| *down) => {}
                    }
                });
            }
        });
        Ok(Self { address, plan, down, task })
    }

    /// Its address for a client.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Cuts every connection and takes no new one, until it is up again.
    pub fn set_down(&self, down: bool) {
        self.down.send_replace(down);
    }

    /// The next `times` requests that begin so (`POST /v1/commands`) fail like this.
    pub fn fail(&self, begins: &str, fault: Fault, times: usize) {
        self.lock().faults.push((begins.into(), fault, times));
    }

    /// Nothing fails any more.
    pub fn forgive(&self) {
        self.lock().faults.clear();
    }

    /// How many requests began so.
    pub fn count(&self, begins: &str) -> usize {
        self.lock().seen.iter().filter(|line| line.starts_with(begins)).count()
    }

    /// How many bytes of floods were taken until now.
    pub fn flooded(&self) -> u64 {
        self.lock().flooded
    }

    fn lock(&self) -> MutexGuard<'_, Plan> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(mut client: TcpStream, hub: SocketAddr, plan: &Mutex<Plan>) -> std::io::Result<()> {
    loop {
        let Some((head, body)) = read_request(&mut client).await? else { return Ok(()) };
        match fault_of(&head, plan) {
            Some(Fault::CutBefore) => return Ok(()),
            Some(Fault::Busy) => {
                let answer = "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n";
                client.write_all(answer.as_bytes()).await?;
                continue;
            }
            Some(Fault::BusyFor(seconds)) => {
                let head = "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nretry-after: ";
                client.write_all(format!("{head}{seconds}\r\n\r\n").as_bytes()).await?;
                continue;
            }
            Some(Fault::Page) => {
                let page = "<html><body>Please sign in to the network</body></html>";
                say(&mut client, "text/html", page).await?;
                continue;
            }
            Some(Fault::Says(json)) => {
                say(&mut client, "application/json", json).await?;
                continue;
            }
            Some(Fault::Flood { declared }) => {
                let length = if declared { format!("content-length: {FLOOD}\r\n") } else { String::new() };
                let head =
                    format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n{length}connection: close\r\n\r\n");
                return flood(&mut client, &head, plan).await;
            }
            Some(Fault::FloodOfEvent) => {
                let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\ndata: ";
                return flood(&mut client, head, plan).await;
            }
            Some(Fault::Delay(wait)) => tokio::time::sleep(wait).await,
            Some(Fault::CutAfter) => {
                let mut upstream = forward(&head, &body, hub).await?;
                let mut answer = Vec::new();
                upstream.read_to_end(&mut answer).await?;
                return Ok(());
            }
            None => {}
        }
        let mut upstream = forward(&head, &body, hub).await?;
        tokio::io::copy(&mut upstream, &mut client).await?;
        return client.shutdown().await;
    }
}

/// Bytes of a flood.
const FLOOD: u64 = 100 * 1024 * 1024;

async fn flood(client: &mut TcpStream, head: &str, plan: &Mutex<Plan>) -> std::io::Result<()> {
    client.write_all(head.as_bytes()).await?;
    let drop = [b' '; 64 * 1024];
    for _ in 0..FLOOD / drop.len() as u64 {
        client.write_all(&drop).await?;
        plan.lock().unwrap_or_else(PoisonError::into_inner).flooded += drop.len() as u64;
    }
    Ok(())
}

async fn say(client: &mut TcpStream, kind: &str, body: &str) -> std::io::Result<()> {
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n", body.len());
    client.write_all((head + body).as_bytes()).await
}

fn fault_of(head: &str, plan: &Mutex<Plan>) -> Option<Fault> {
    let line = head.lines().next().unwrap_or_default().to_string();
    let mut plan = plan.lock().unwrap_or_else(PoisonError::into_inner);
    plan.seen.push(line.clone());
    let (_, fault, times) =
        plan.faults.iter_mut().find(|(begins, _, times)| *times > 0 && line.starts_with(begins.as_str()))?;
    *times -= 1;
    Some(*fault)
}

/// Head and body of a request; `None` at the end of the connection.
async fn read_request(client: &mut TcpStream) -> std::io::Result<Option<(String, Vec<u8>)>> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 16 * 1024];
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
            break at + 4;
        }
        match client.read(&mut chunk).await? {
            0 => return Ok(None),
            n => bytes.extend_from_slice(&chunk[..n]),
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let length = head
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.trim().parse::<usize>().ok())
        .unwrap_or(0);
    let mut body = bytes.split_off(end);
    while body.len() < length {
        match client.read(&mut chunk).await? {
            0 => return Ok(None),
            n => body.extend_from_slice(&chunk[..n]),
        }
    }
    Ok(Some((head, body)))
}

/// Sends the request on, under the hub's own name and for one answer.
async fn forward(head: &str, body: &[u8], hub: SocketAddr) -> std::io::Result<TcpStream> {
    let kept = head.lines().filter(|line| {
        let name = line.split(':').next().unwrap_or_default();
        !line.is_empty() && !["host", "connection"].iter().any(|own| name.eq_ignore_ascii_case(own))
    });
    let mut request: String = kept.map(|line| format!("{line}\r\n")).collect();
    request.push_str(&format!("host: {hub}\r\nconnection: close\r\n\r\n"));
    let mut upstream = TcpStream::connect(hub).await?;
    upstream.write_all(request.as_bytes()).await?;
    upstream.write_all(body).await?;
    Ok(upstream)
}
