//! `GET /v1/events`: word of what is new, as server-sent events.
//!
//! A small change travels in the event itself; a large one only as word that there is something to pull. The stream
//! ends by itself after about half an hour, so that no connection outlives what balances and renews it.

use super::{ApiQuery, AppState, Bearer, Failure};
use crate::clock::number;
use crate::commit::Seen;
use crate::feed::{self, FeedError, News, Recently, grants_of, head_for, scopes_of};
use crate::hub::Hub;
use async_stream::stream;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use deskbell_domain::{MemberId, Scope};
use deskbell_protocol::{EventEphemeral, EventHead, Generation, Stamp};
use futures_util::Stream;
use serde::Deserialize;
use std::collections::HashSet;
use std::convert::Infallible;
use std::time::Duration;
use utoipa::IntoParams;

/// A comment after so much silence.
const COMMENT_AFTER: Duration = Duration::from_secs(20);

/// Parameters of a stream.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EventsQuery {
    /// Generation that the client knows.
    r#gen: Option<Generation>,
    /// Newest point of history that the client has seen.
    seen: Option<Stamp>,
}

/// Events after the cursor in `Last-Event-ID` (without one: from now on). `changes` holds a page of the feed; `head`
/// says that there is one to pull; `resync` holds an error and ends the stream; `ephemeral` tells what a colleague does.
/// A comment every 20 seconds.
#[utoipa::path(
    get,
    path = "/v1/events",
    security(("device" = [])),
    params(("Last-Event-ID" = Option<u64>, Header, description = "The cursor"), EventsQuery),
    responses(
        (status = 200, description = "Server-sent events", content_type = "text/event-stream", body = String),
        (status = 401, body = deskbell_protocol::ApiError),
        (status = 410, description = "`resync`, `rolled_back`", body = deskbell_protocol::ApiError),
    )
)]
pub async fn get_events(
    State(state): State<AppState>,
    bearer: Bearer,
    headers: HeaderMap,
    ApiQuery(query): ApiQuery<EventsQuery>,
) -> Result<impl IntoResponse, Failure> {
    let cursor = match headers.get("last-event-id") {
        None => None,
        Some(value) => {
            let cursor = value.to_str().ok().and_then(|v| v.parse::<u64>().ok());
            Some(cursor.ok_or_else(|| Failure::bad_request("`Last-Event-ID` is not a cursor."))?)
        }
    };
    let hub = state.hub;
    let generation = query.r#gen.unwrap_or_else(|| hub.generation().clone());
    let seen = Seen { r#gen: generation, stamp: query.seen.unwrap_or_default() };
    let asked = seen.clone();
    let head = hub.read(move |c| Ok(head_for(c, &asked))).await??;
    if cursor.is_some_and(|cursor| cursor > head.stamp.seq || cursor < head.low_seq) {
        return Err(FeedError::Resync.into());
    }
    let stream = events(hub, bearer, seen, cursor);
    let sse = Sse::new(stream).keep_alive(KeepAlive::new().interval(COMMENT_AFTER));
    // A proxy that collects before it passes on would hold every event back.
    Ok(([("x-accel-buffering", "no")], sse))
}

fn events(hub: Hub, bearer: Bearer, seen: Seen, cursor: Option<u64>) -> impl Stream<Item = Result<Event, Infallible>> {
    stream! {
        let mut head = hub.subscribe();
        let mut stopping = hub.stopping();
        let mut devices = hub.accounts().changed();
        let mut signs = hub.signs();
        let end = tokio::time::Instant::now() + lifetime(&hub);
        // What the member may see, as far as the stream has told of it; `None` until the database was asked.
        let mut scopes = None;
        let mut cursor = match cursor {
            Some(cursor) => cursor,
            None => {
                let newest = *head.borrow_and_update();
                yield Ok(head_event(newest));
                newest.seq
            }
        };
        loop {
            if *stopping.borrow_and_update() || tokio::time::Instant::now() >= end {
                break;
            }
            devices.mark_unchanged();
            if hub.accounts().authenticate(&bearer.token, hub.now_ms()).is_err() {
                break;
            }
            let newest = *head.borrow_and_update();
            if newest.seq > cursor {
                match next(&hub, bearer.who.member, cursor, &seen, &mut scopes).await {
                    Ok((event, to)) => {
                        cursor = to;
                        yield Ok(event);
                    }
                    Err(error) => {
                        let failure = Failure::from(error);
                        yield Ok(json_event("resync", &failure.error));
                        break;
                    }
                }
                continue;
            }
            tokio::select! {
                changed = head.changed() => if changed.is_err() { break },
                _ = devices.changed() => {}
                sign = signs.recv() => if let Ok(sign) = sign && is_for(&hub, bearer.who.member, sign).await {
                    yield Ok(json_event("ephemeral", &sign));
                },
                _ = stopping.changed() => {}
                () = tokio::time::sleep_until(end) => {}
            }
        }
    }
}

/// What is told next, and the cursor afterwards: from memory where it is kept, else from the database, which says anew what
/// the member may see.
async fn next(
    hub: &Hub,
    member: MemberId,
    cursor: u64,
    seen: &Seen,
    scopes: &mut Option<HashSet<Scope>>,
) -> Result<(Event, u64), FeedError> {
    if let Some(scopes) = scopes {
        match hub.recent().since(cursor, member, scopes, hub.generation()) {
            Recently::Page(page, to) => return Ok((changes_event(&page, to), to)),
            Recently::Head(head) => return Ok((head_event(head), head.seq)),
            Recently::Unknown => {}
        }
    }
    let seen = seen.clone();
    let read = hub.read(move |c| {
        let news = feed::news(c, member, cursor, &seen, feed::MAX_CHANGES_IN_EVENT);
        Ok((news, scopes_of(&grants_of(c, member)?)))
    });
    let (news, granted) = read.await?;
    let news = news?;
    *scopes = Some(granted);
    let cursor = news.cursor();
    Ok(match news {
        News::Changes(page) => (changes_event(&page, cursor), cursor),
        News::Head(head) => (head_event(head), cursor),
    })
}

fn changes_event(page: &impl serde::Serialize, to: u64) -> Event {
    json_event("changes", page).id(to.to_string())
}

/// Whether a member is told of a sign: a colleague's, in a chat that they may see.
async fn is_for(hub: &Hub, member: MemberId, sign: EventEphemeral) -> bool {
    if sign.member == member {
        return false;
    }
    matches!(hub.read(move |c| Ok(feed::scope_of_chat(c, member, sign.chat))).await, Ok(Ok(_)))
}

fn head_event(head: Stamp) -> Event {
    json_event("head", &EventHead { head })
}

fn json_event(name: &str, data: &impl serde::Serialize) -> Event {
    Event::default().event(name).json_data(data).expect("what travels is plain data with string keys")
}

/// Thirty minutes, five more or less, so that streams that began together do not end together.
fn lifetime(hub: &Hub) -> Duration {
    Duration::from_secs(25 * 60 + number(hub.random()) % (10 * 60))
}
