//! `GET /widget/{public_id}/events?after=POS`: what is new, as server-sent events.
//!
//! `message` for each message after the position (from the start: the newest hundred), then `ready`, then each message as it
//! comes. Read by the frame with `fetch`, because `EventSource` cannot send the token.

use super::session::{Visitor, visitor};
use super::{Problem, SharedLimits, VisitorMessage, origin, thread};
use crate::Hub;
use crate::clock::number;
use crate::routes::{ApiPath, ApiQuery, AppState, ClientAddress};
use crate::store::StoreError;
use axum::Extension;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use deskbell_protocol::{ApiError, Generation};
use futures_util::Stream;
use serde::{Deserialize, Serialize};
use std::convert::Infallible;
use std::time::Duration;
use utoipa::{IntoParams, ToSchema};

/// A comment this often keeps proxies from closing the line and tells the browser that it lives.
const COMMENT_EVERY: Duration = Duration::from_secs(20);
/// The line ends after this time, give or take five minutes, so that no change of settings is missed for long.
const LIFE: Duration = Duration::from_secs(25 * 60);
const LIFE_SPREAD_MS: u64 = 10 * 60 * 1000;
/// Commits that follow each other closely are looked at together.
const PACE: Duration = Duration::from_millis(25);
/// Messages read at once.
const PAGE: usize = 100;

/// From where on.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct After {
    /// Position of the newest message known; 0 = none.
    #[serde(default)]
    after: u64,
    /// Generation in which that position was told, as `ready` said it. Where the hub was restored from a backup since, what
    /// comes next may stand before it: the thread is told again from its end.
    r#gen: Option<Generation>,
}

/// Data of the event `ready`: everything up to now was told.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
struct Ready {
    /// There are messages older than those told.
    more: bool,
    /// Generation of the hub's data, to say with the next position.
    r#gen: Generation,
}

/// What is new for a visitor.
#[utoipa::path(
    get, path = "/widget/{public_id}/events", tag = "web chat",
    params(("public_id" = String, Path, description = "Public id of the channel"), After),
    responses(
        (status = 200, description = "Events `message` and `ready`", content_type = "text/event-stream", body = VisitorMessage),
        (status = 401, description = "No session", body = ApiError),
        (status = 403, description = "The page is not on the channel's list", body = ApiError),
        (status = 429, body = ApiError),
    )
)]
pub(super) async fn listen(
    State(app): State<AppState>,
    Extension(limits): Extension<SharedLimits>,
    client: ClientAddress,
    ApiPath(public_id): ApiPath<String>,
    ApiQuery(After { after, r#gen }): ApiQuery<After>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    if !origin::is_own_or_absent(&app.addresses, &headers) {
        return Err(Problem::NotHere);
    }
    let visitor = visitor(&app.hub, public_id, &headers).await?;
    let after = if r#gen.is_none_or(|known| known == *app.hub.generation()) { after } else { 0 };
    let counted = limits.stream(visitor.session, client.0)?;
    let stream = async_stream::stream! {
        let _counted = counted;
        let mut told = tell(app.hub, visitor, after);
        while let Some(event) = futures_util::StreamExt::next(&mut told).await {
            match event {
                Ok(event) => yield Ok(event),
                Err(error) => {
                    tracing::error!(%error, "web chat: the store failed; the line ends and the browser comes back");
                    break;
                }
            }
        }
    };
    Ok(Sse::new(stream).keep_alive(KeepAlive::new().interval(COMMENT_EVERY)))
}

fn tell(
    hub: Hub,
    visitor: Visitor,
    mut after: u64,
) -> std::pin::Pin<Box<dyn Stream<Item = Result<Event, StoreError>> + Send>> {
    Box::pin(async_stream::try_stream! {
        // Subscribed before the first look: what is committed in between is looked at again.
        let mut head = hub.subscribe();
        head.borrow_and_update();
        let mut stopping = hub.stopping();
        let life = tokio::time::sleep(LIFE + Duration::from_millis(number(hub.random()) % LIFE_SPREAD_MS));
        tokio::pin!(life);

        let mut more = false;
        if after == 0 {
            let of = visitor.clone();
            let (messages, older) = hub.read(move |c| thread::before(c, &of, u64::MAX, PAGE)).await?;
            more = older;
            for message in messages {
                after = message.pos;
                yield event("message", &message);
            }
        }
        let mut is_ready = false;
        loop {
            loop {
                let of = visitor.clone();
                let messages = hub.read(move |c| thread::after(c, &of, after, PAGE)).await?;
                let is_last = messages.len() < PAGE;
                for message in messages {
                    after = message.pos;
                    yield event("message", &message);
                }
                if is_last {
                    break;
                }
            }
            if !is_ready {
                is_ready = true;
                yield event("ready", &Ready { more, r#gen: hub.generation().clone() });
            }
            tokio::select! {
                changed = head.changed() => if changed.is_err() { break },
                _ = stopping.wait_for(|s| *s) => break,
                () = &mut life => break,
            }
            tokio::time::sleep(PACE).await;
            head.borrow_and_update();
        }
    })
}

fn event(name: &str, data: &impl Serialize) -> Event {
    let json = serde_json::to_string(data).expect("plain data with string keys");
    Event::default().event(name).data(json)
}
