//! Signing in: a password for a token.

use super::accounts::{Credentials, NewDevice, SignedIn, account_of, wrap_key_of};
use super::password::verify;
use crate::commit::Seen;
use crate::feed::{FeedError, grants_of, head_for};
use crate::hub::{Hub, HubError};
use crate::store::{StoreError, read_head, read_row};
use deskbell_domain::{EmailAddress, Kind, MAX_MESSAGE_BYTES, MAX_MESSAGE_CHARS, MemberId, Organization, Row};
use deskbell_domain::{capabilities, plain_name};
use deskbell_protocol::{GrantedScope, Limits, MAX_COMMANDS, NewSession, Session, Stamp};
use rusqlite::Connection;
use std::net::IpAddr;
use tokio::sync::Semaphore;

/// Passwords tried at the same time: each takes 19 MiB and a core for tens of milliseconds.
static TRYING: Semaphore = Semaphore::const_new(2);

/// Why nobody is signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Address and password do not belong together. Never says which.
    #[error("the e-mail address or the password is wrong")]
    Refused {
        /// Tries before the pause.
        tries_left: u32,
    },
    /// Too many tries.
    #[error("too many tries: wait")]
    TooMany {
        /// Seconds to wait.
        retry_after_s: u64,
    },
    /// The hub cannot.
    #[error(transparent)]
    Hub(#[from] HubError),
}

impl From<StoreError> for SignInError {
    fn from(e: StoreError) -> Self {
        SignInError::Hub(e.into())
    }
}

/// Signs in from an address of the network.
pub async fn sign_in(hub: &Hub, new: NewSession, from: IpAddr) -> Result<Session, SignInError> {
    let too_many = |retry_after_s| SignInError::TooMany { retry_after_s };
    hub.tries().may_try_from(from).map_err(too_many)?;
    // What is no address is nobody's; it takes as long and counts as much as any other.
    let email = EmailAddress::parse(&new.email).unwrap_or_else(|_| nobody());
    let member = {
        // Counted in turn, so that many tries at once are not more than the limit.
        let _turn = TRYING.acquire().await.expect("the semaphore is never closed");
        hub.tries().may_try(&email, hub.now_ms()).map_err(too_many)?;
        let found = find(hub, &email, new.password).await?;
        match found {
            Some(member) => {
                hub.tries().succeeded(&email);
                member
            }
            None => {
                let tries_left = hub.tries().failed(&email, hub.now_ms());
                return Err(SignInError::Refused { tries_left });
            }
        }
    };
    let name = plain_name(&new.device_name).map_or_else(|| "Unnamed device".into(), String::from);
    let device = NewDevice { member, device: new.device, name };
    let (credentials, parts) =
        hub.accounts().sign_in(hub, device, move |connection| Parts::read(connection, member)).await?;
    tracing::info!(%member, device = %credentials.who.device, "signed in");
    Ok(parts.into_session(credentials, hub.now_ms()))
}

fn nobody() -> EmailAddress {
    EmailAddress::parse("nobody@invalid").expect("it is an address")
}

async fn find(hub: &Hub, email: &EmailAddress, password: String) -> Result<Option<MemberId>, SignInError> {
    let wanted = email.clone();
    let account = hub.read(move |connection| {
        let Some((member, hash)) = account_of(connection, &wanted)? else { return Ok(None) };
        let row = read_row(connection, Kind::Member, member.0)?.map(|r| r.row);
        Ok(matches!(row, Some(Row::Member(m)) if m.active).then_some((member, hash)))
    });
    let account = account.await?;
    let (member, hash) = account.unzip();
    let checked = tokio::task::spawn_blocking(move || verify(&password, hash.as_deref()));
    let fits = checked.await.map_err(|_| StoreError::Panicked)?;
    Ok(member.filter(|_| fits))
}

/// The session of a token that is signed in already.
pub async fn session_of(hub: &Hub, who: SignedIn, token: String) -> Result<Session, HubError> {
    let now_ms = hub.now_ms();
    Ok(hub.read(move |connection| session(connection, who, token, now_ms)).await?)
}

/// The session of a device that is signed in, as a connection in a transaction sees it. `token` is passed on as it is;
/// `now_ms` is the hub's clock (UTC milliseconds). A member or an organization that is not there is an error.
pub fn session(connection: &Connection, who: SignedIn, token: String, now_ms: i64) -> Result<Session, StoreError> {
    let (parts, wrap_key) = (Parts::read(connection, who.member)?, wrap_key_of(connection, who.device)?);
    Ok(parts.into_session(Credentials { who, token, wrap_key }, now_ms))
}

/// The same for a device that says what it has `seen` of the hub's history, which is compared in the same moment: one that
/// goes on from this session must hear that the hub went back in time ([`FeedError::RolledBack`]), and would not ask again.
pub fn session_after(
    connection: &Connection,
    who: SignedIn,
    token: String,
    now_ms: i64,
    seen: &Seen,
) -> Result<Session, FeedError> {
    match head_for(connection, seen) {
        // What is too old to be known says nothing; whoever asks for the session loads everything again.
        Ok(_) | Err(FeedError::Resync) => Ok(session(connection, who, token, now_ms)?),
        Err(error) => Err(error),
    }
}

/// What a session says, as of one moment.
struct Parts {
    organization: Organization,
    generation: deskbell_protocol::Generation,
    head: Stamp,
    grants: Vec<GrantedScope>,
    capabilities: Vec<String>,
}

impl Parts {
    fn read(connection: &Connection, member: MemberId) -> Result<Self, StoreError> {
        let head = read_head(connection)?;
        let missing = || StoreError::Value("a row that must be there is missing".into());
        let row = |kind, id| Ok::<_, StoreError>(read_row(connection, kind, id)?.map(|r| r.row));
        let Some(Row::Organization(organization)) = row(Kind::Organization, head.organization.0)? else {
            return Err(missing());
        };
        let Some(Row::Member(member)) = row(Kind::Member, member.0)? else { return Err(missing()) };
        let may = capabilities(organization.product, member.role);
        let grants = grants_of(connection, member.id)?.into_iter();
        Ok(Self {
            organization,
            generation: head.r#gen,
            head: head.stamp,
            grants: grants.map(|g| GrantedScope { scope: g.scope, epoch: g.epoch, floor: g.floor }).collect(),
            capabilities: may.into_iter().map(|c| c.as_str().to_owned()).collect(),
        })
    }

    fn into_session(self, credentials: Credentials, server_time_ms: i64) -> Session {
        Session {
            token: credentials.token,
            device: credentials.who.device,
            member: credentials.who.member,
            organization: self.organization.id,
            r#gen: self.generation,
            head: self.head,
            grants: self.grants,
            capabilities: self.capabilities,
            limits: Limits {
                message_chars: MAX_MESSAGE_CHARS,
                message_bytes: MAX_MESSAGE_BYTES,
                commands: MAX_COMMANDS,
            },
            server_time_ms,
            wrap_key: credentials.wrap_key,
        }
    }
}
