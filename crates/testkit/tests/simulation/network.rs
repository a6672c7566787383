//! What the hub answers, without a socket.

use anyhow::Result;
use deskbell_core::sync::{Failure, Reply, Request};
use deskbell_domain::MemberId;
use deskbell_hub::auth::{SignedIn, session_of};
use deskbell_hub::commit::Seen;
use deskbell_hub::feed::{self, SnapshotRequest};
use deskbell_hub::{Hub, routes};
use deskbell_protocol::{Changes, HubInfo, PROTOCOL};

/// The hub's answer to a request of a device.
pub async fn answer(hub: &Hub, who: SignedIn, request: Request) -> Result<Result<Reply, Failure>> {
    Ok(match request {
        Request::Hub => Ok(Reply::Hub(HubInfo {
            service: "deskbell".into(),
            protocol: PROTOCOL,
            oldest_protocol: PROTOCOL,
            organization: "Kestrel Cycles".into(),
        })),
        Request::Session => Ok(Reply::Session(session_of(hub, who, String::new()).await?)),
        Request::Pull { since, generation, seen, limit } => {
            let seen = Seen { r#gen: generation, stamp: seen };
            page(hub, who.member, since, seen, limit as usize).await?.map(Reply::Pull)
        }
        Request::Snapshot { boot, generation, seen, limit } => {
            let seen = Seen { r#gen: generation, stamp: seen };
            let (scope, phase, after, limit) = (boot.scope, boot.phase, boot.after, limit as usize);
            let wanted = SnapshotRequest { scope, boot: boot.nonce, phase, after, limit };
            let read = hub.read(move |c| Ok(feed::snapshot(c, who.member, &seen, wanted))).await?;
            read.map(Reply::Snapshot).map_err(|error| refused(error.into()))
        }
        Request::Push(commands) => {
            let done = hub.submit(who.member, who.device, commands).await;
            done.map(Reply::Push).map_err(|error| refused(error.into()))
        }
    })
}

/// A page of the feed.
pub async fn page(
    hub: &Hub,
    member: MemberId,
    since: u64,
    seen: Seen,
    limit: usize,
) -> Result<Result<Changes, Failure>> {
    let read = hub.read(move |c| Ok(feed::changes(c, member, since, &seen, limit))).await?;
    Ok(read.map_err(|error| refused(error.into())))
}

fn refused(failure: routes::Failure) -> Failure {
    if failure.status.is_server_error() {
        Failure::Busy { error: failure.error, retry_after_ms: None }
    } else {
        Failure::Refused { status: failure.status.as_u16(), error: failure.error }
    }
}
