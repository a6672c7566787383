//! As little HTTP as a client of the hub needs: what measures must not take the processor from what is measured.

use anyhow::{Context, Result, bail};
use std::net::SocketAddr;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// A connection that is kept for the next request.
pub struct Connection {
    stream: BufReader<TcpStream>,
    head: String,
}

/// An answer.
pub struct Answer {
    /// 200 where all is well.
    pub status: u16,
    /// Bytes as they travelled.
    pub body: Vec<u8>,
}

impl Connection {
    /// Connects for the device of this token.
    pub async fn open(address: SocketAddr, token: &str) -> Result<Self> {
        let mut connection = Self::unknown(address).await?;
        connection.says("Authorization", &format!("Bearer {token}"));
        Ok(connection)
    }

    /// Connects for somebody whom nobody knows yet.
    pub async fn unknown(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let head = format!(" HTTP/1.1\r\nHost: {address}\r\n");
        Ok(Self { stream: BufReader::with_capacity(4096, stream), head })
    }

    /// Says this in the head of every request from now on.
    pub fn says(&mut self, name: &str, value: &str) {
        self.head.push_str(&format!("{name}: {value}\r\n"));
    }

    /// `POST` of JSON.
    pub async fn post(&mut self, path: &str, body: &[u8]) -> Result<Answer> {
        let head =
            format!("POST {path}{}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n", self.head, body.len());
        let mut request = head.into_bytes();
        request.extend_from_slice(body);
        self.stream.write_all(&request).await?;
        self.answer().await
    }

    /// `GET`, compressed as the program asks for it.
    pub async fn get(&mut self, path: &str, compressed: bool) -> Result<Answer> {
        let accept = if compressed { "Accept-Encoding: gzip\r\n" } else { "" };
        let request = format!("GET {path}{}{accept}\r\n", self.head);
        self.stream.write_all(request.as_bytes()).await?;
        self.answer().await
    }

    /// Opens the event stream after a cursor.
    pub async fn events(mut self, path: &str, cursor: u64) -> Result<Events> {
        let request = format!("GET {path}{}Accept: text/event-stream\r\nLast-Event-ID: {cursor}\r\n\r\n", self.head);
        self.stream.write_all(request.as_bytes()).await?;
        let (status, length) = self.status().await?;
        if status != 200 || length.is_some() {
            bail!("the event stream answered {status}");
        }
        Ok(Events { connection: self, line: Vec::new(), chunk: Vec::new() })
    }

    async fn answer(&mut self) -> Result<Answer> {
        let (status, length) = self.status().await?;
        let mut body = Vec::new();
        match length {
            Some(length) => {
                body.resize(length, 0);
                self.stream.read_exact(&mut body).await?;
            }
            None => while self.chunk(&mut body).await? {},
        }
        Ok(Answer { status, body })
    }

    /// Status and length; a body without a length comes in chunks.
    async fn status(&mut self) -> Result<(u16, Option<usize>)> {
        let mut line = String::new();
        self.stream.read_line(&mut line).await?;
        let status = line.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status = status.with_context(|| format!("no HTTP: {line:?}"))?;
        let mut length = None;
        loop {
            line.clear();
            if self.stream.read_line(&mut line).await? == 0 {
                bail!("the connection ended in a head");
            }
            let Some((name, value)) = line.trim_end().split_once(':') else { break };
            if name.eq_ignore_ascii_case("content-length") {
                length = Some(value.trim().parse()?);
            }
        }
        Ok((status, length))
    }

    /// Reads one chunk; `false` at the end.
    async fn chunk(&mut self, into: &mut Vec<u8>) -> Result<bool> {
        let mut line = String::new();
        if self.stream.read_line(&mut line).await? == 0 {
            return Ok(false);
        }
        let length = usize::from_str_radix(line.trim_end(), 16).with_context(|| format!("no chunk: {line:?}"))?;
        let from = into.len();
        into.resize(from + length + 2, 0);
        self.stream.read_exact(&mut into[from..]).await?;
        into.truncate(from + length);
        Ok(length > 0)
    }
}

/// An open event stream.
pub struct Events {
    connection: Connection,
    line: Vec<u8>,
    chunk: Vec<u8>,
}

/// An event.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Event {
    /// What it is.
    pub name: String,
    /// What it says.
    pub data: String,
    /// Bytes that it took to say it.
    pub bytes: usize,
}

impl Events {
    /// The next event; comments are passed over. `None` at the end.
    pub async fn next(&mut self) -> Result<Option<Event>> {
        loop {
            if let Some(end) = self.line.windows(2).position(|two| two == b"\n\n") {
                let told: Vec<u8> = self.line.drain(..end + 2).collect();
                let event = read_event(&String::from_utf8_lossy(&told));
                if !event.name.is_empty() {
                    return Ok(Some(event));
                }
                continue;
            }
            self.chunk.clear();
            if !self.connection.chunk(&mut self.chunk).await? {
                return Ok(None);
            }
            self.line.append(&mut self.chunk);
        }
    }
}

fn read_event(text: &str) -> Event {
    let mut event = Event { bytes: text.len(), ..Event::default() };
    for line in text.lines() {
        match line.split_once(':') {
            Some(("event", name)) => event.name = name.trim_start().to_owned(),
            Some(("data", data)) => event.data.push_str(data.strip_prefix(' ').unwrap_or(data)),
            _ => {}
        }
    }
    event
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_read_and_a_comment_is_none() {
        let event = read_event("event: changes\ndata: {\"a\": 1}\nid: 7\n\n");
        assert_eq!((event.name.as_str(), event.data.as_str()), ("changes", "{\"a\": 1}"));
        assert_eq!(read_event(":\n\n").name, "");
    }
}
