//! A body that is refused before it was read to its end.
//!
//! Closing a connection on which there is more to read resets it, and the client loses the answer that says why: it
//! would take that for a broken network and try for ever. So what is left of the body is held, unread, for a moment
//! after the answer. Nothing of it is taken meanwhile: whoever sends waits, and hears.

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

/// Enough for the answer to arrive on a slow line.
const MOMENT: Duration = Duration::from_secs(2);

/// The body of a request; held for a moment where it is dropped before its end.
pub(super) struct Lingering {
    inner: Option<Body>,
}

impl Lingering {
    /// A body that nobody loses the answer to.
    pub(super) fn new(body: Body) -> Self {
        Self { inner: Some(body) }
    }
}

impl HttpBody for Lingering {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let Some(inner) = self.inner.as_mut() else { return Poll::Ready(None) };
        let polled = Pin::new(inner).poll_frame(context);
        if matches!(polled, Poll::Ready(None | Some(Err(_)))) {
            self.inner = None;
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.inner.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.as_ref().map_or(SizeHint::with_exact(0), HttpBody::size_hint)
    }
}

impl Drop for Lingering {
    fn drop(&mut self) {
        let Some(rest) = self.inner.take().filter(|rest| !rest.is_end_stream()) else { return };
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                tokio::time::sleep(MOMENT).await;
                drop(rest);
            });
        }
    }
}
