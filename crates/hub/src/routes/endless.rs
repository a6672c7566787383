//! An answer without an end: what a listener waits on for half an hour, without the buffers of HTTP.
//!
//! A connection keeps 16 KiB to read requests into and to write answers from, whatever it does. A stream of events reads
//! nothing more and writes seldom, and there is one for each window and for each visitor with a chat box before them: so its
//! connection is taken from hyper as soon as the answer is known, and each event is written in one go. Nothing but what the
//! stream itself remembers is kept between two events.

use axum::body::Body;
use axum::http::response::Parts;
use axum::http::{Method, Request, StatusCode, Version, header};
use axum::response::Response;
use futures_util::StreamExt;
use std::io::{self, Write};
use std::time::SystemTime;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

/// What stands behind the last piece.
const END: &[u8] = b"0\r\n\r\n";

/// Whether an answer to this may be given without an end: it has been read whole, and who asks can take pieces.
pub(super) fn may_be_asked_for(request: &Request<impl hyper::body::Body>) -> bool {
    request.method() == Method::GET && request.version() == Version::HTTP_11 && request.body().is_end_stream()
}

/// Whether this is one.
pub(super) fn is_one(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE);
    response.status() == StatusCode::OK && kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"))
}

/// Writes it to its end, or until nobody is there any more. `now` is the time of its head.
pub(super) async fn write(mut stream: TcpStream, response: Response, now: SystemTime) -> io::Result<()> {
    let (head, body) = response.into_parts();
    stream.write_all(&head_of(&head, now)?).await?;
    drop(head);
    let mut pieces = Body::into_data_stream(body);
    loop {
        let piece = tokio::select! {
            piece = pieces.next() => piece,
            gone = is_gone(&stream) => return gone,
        };
        match piece {
            None => return stream.write_all(END).await,
            Some(Err(error)) => return Err(io::Error::other(error)),
            // A piece of nothing would be the end.
            Some(Ok(piece)) if piece.is_empty() => {}
            Some(Ok(piece)) => stream.write_all(&framed(&piece)?).await?,
        }
    }
}

/// The connection is of no use for another request: it has no end of its own to wait for.
fn head_of(head: &Parts, now: SystemTime) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(512);
    let reason = head.status.canonical_reason().unwrap_or_default();
    write!(bytes, "HTTP/1.1 {} {reason}\r\n", head.status.as_str())?;
    for (name, value) in &head.headers {
        write!(bytes, "{name}: ")?;
        bytes.extend_from_slice(value.as_bytes());
        bytes.extend_from_slice(b"\r\n");
    }
    let date = httpdate::fmt_http_date(now);
    write!(bytes, "transfer-encoding: chunked\r\nconnection: close\r\ndate: {date}\r\n\r\n")?;
    Ok(bytes)
}

fn framed(piece: &[u8]) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(piece.len() + 16);
    write!(bytes, "{:x}\r\n", piece.len())?;
    bytes.extend_from_slice(piece);
    bytes.extend_from_slice(b"\r\n");
    Ok(bytes)
}

/// Waits until the other side has closed the connection. What it says meanwhile is no request: it was told so.
async fn is_gone(stream: &TcpStream) -> io::Result<()> {
    let mut said = [0; 256];
    loop {
        stream.readable().await?;
        match stream.try_read(&mut said) {
            Ok(0) => return Ok(()),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use axum::response::IntoResponse;
    use bytes::Bytes;
    use std::convert::Infallible;
    use std::time::Duration;
    use tokio::io::AsyncReadExt;
    use tokio::net::TcpListener;
    use tokio::sync::mpsc;

    /// The pieces to say, what the other side reads, and the writing.
    async fn told() -> (mpsc::UnboundedSender<&'static str>, TcpStream, tokio::task::JoinHandle<io::Result<()>>) {
        let (say, mut said) = mpsc::unbounded_channel::<&'static str>();
        let pieces = async_stream::stream! {
            while let Some(piece) = said.recv().await {
                yield Ok::<_, Infallible>(Bytes::from(piece));
            }
        };
        let response = ([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(pieces)).into_response();
        assert!(is_one(&response));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let reads = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (writes, _) = listener.accept().await.unwrap();
        (say, reads, tokio::spawn(write(writes, response, SystemTime::UNIX_EPOCH)))
    }

    #[tokio::test]
    async fn what_is_told_comes_in_pieces_with_a_head_before_and_an_end_behind() {
        let (say, mut reads, writing) = told().await;
        for piece in ["data: one\n\n", "", "data: a longer one, of more than sixteen bytes\n\n"] {
            say.send(piece).unwrap();
        }
        drop(say);
        let mut read = String::new();
        reads.read_to_string(&mut read).await.unwrap();
        writing.await.unwrap().unwrap();
        let expected = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\
            date: Thu, 01 Jan 1970 00:00:00 GMT\r\n\r\nb\r\ndata: one\n\n\r\n\
            30\r\ndata: a longer one, of more than sixteen bytes\n\n\r\n0\r\n\r\n";
        assert_eq!(read, expected);
    }

    #[tokio::test]
    async fn who_goes_away_is_told_nothing_more_and_holds_nothing() {
        let (say, mut reads, writing) = told().await;
        reads.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
        drop(reads);
        tokio::time::timeout(Duration::from_secs(10), say.closed())
            .await
            .expect("the stream is held though nobody reads it");
        // Whether what was said before is a broken connection or its end, depends on what arrived first.
        let _ = writing.await.unwrap();
    }
}
