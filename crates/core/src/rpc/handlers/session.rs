//! Signing in and out, unlocking, and the state of the connection.

use super::stored;
use crate::cache::{Cache, CacheError};
use crate::core::{Core, State, is_unreadable};
use crate::http::{HubClient, new_session};
use crate::rpc::errors;
use crate::rpc::types::{
    CacheCheck, Empty, HubInfo, LockReason, LookupHub, Network, RpcError, Session, SignIn, SignOut, Status, Unlock,
};
use crate::secrets::{
    CacheKeyError, FoundKey, LEAST_PASSWORD_CHARS, add_hub_wrap, check_cache_password, create_cache_key,
    find_cache_key, forget_cache_key, restore_cache_key, unlock_with_password,
};
use crate::store::{query, waiting_counts};
use crate::sync::{Event, Failure};
use deskbell_protocol as wire;
use deskbell_sqlite::OpenError;
use deskbell_sqlite::encrypted::Key;
use std::sync::Arc;
use std::time::Duration;

/// How long signing out waits for the hub: the token ends there, but the computer is signed out either way.
const LAST_WORD: Duration = Duration::from_secs(5);
/// How long signing in waits for the names of the member and the organization; later they come by themselves.
const FIRST_ROWS: Duration = Duration::from_secs(5);

fn key_error(error: &CacheKeyError) -> RpcError {
    let mut said = errors::plain(error.code(), error);
    if matches!(error, CacheKeyError::ShortPassword) {
        said.params.insert("least".into(), LEAST_PASSWORD_CHARS.to_string());
    }
    said
}

pub(crate) async fn get_session(core: &Core, _: Empty) -> Result<Session, RpcError> {
    let facts = core.inner.profile.facts();
    let (hub, email) = (facts.hub, facts.email);
    let cache = match &*core.inner.state.read().await {
        State::SignedOut => return Ok(Session::SignedOut { hub, email, reason: None }),
        State::Locked(why) => return Ok(Session::Locked { why: *why, hub, email }),
        State::Closed => return Err(errors::closed()),
        State::Open(cache) => cache.clone(),
    };
    match cache.read(query::signed_in).await? {
        Some(mut signed_in) => {
            let problem = cache.view().and_then(|view| view.problem);
            signed_in.signed_out_by_hub = problem.filter(ends_session);
            Ok(Session::SignedIn(signed_in))
        }
        None => Ok(Session::SignedOut { hub, email, reason: None }),
    }
}

/// Whether the hub refuses the device until it signs in again.
fn ends_session(error: &RpcError) -> bool {
    use wire::code::{DEVICE_CLONED, DEVICE_REVOKED, MEMBER_REMOVED, SIGN_IN_REQUIRED};
    [SIGN_IN_REQUIRED, DEVICE_REVOKED, DEVICE_CLONED, MEMBER_REMOVED].contains(&error.code.as_str())
}

fn client(core: &Core, address: &str) -> Result<HubClient, RpcError> {
    HubClient::new(address, None, core.inner.options.patience()).map_err(|error| errors::plain("not_an_address", error))
}

fn failed(failure: &Failure, client: &HubClient) -> RpcError {
    failure.to_error(client.base())
}

pub(crate) async fn lookup_hub(core: &Core, args: LookupHub) -> Result<HubInfo, RpcError> {
    let client = client(core, &args.address)?;
    let info = client.hub().await.map_err(|failure| failed(&failure, &client))?;
    Ok(HubInfo { address: client.base().into(), organization: info.organization })
}

pub(crate) async fn sign_in(core: &Core, args: SignIn) -> Result<Session, RpcError> {
    let client = client(core, &args.hub)?;
    let password = args.cache_password.as_deref();
    // An open cache has its key: the password that opened it is not chosen anew.
    if !matches!(&*core.inner.state.read().await, State::Open(_)) {
        check_cache_password(password).map_err(|error| key_error(&error))?;
    }
    // Says whether the address or the sign-in is wrong.
    client.hub().await.map_err(|failure| failed(&failure, &client))?;
    let profile = &core.inner.profile;
    let facts = profile.facts();
    // The same device keeps its outbox and the wrap of its cache; one that was cloned becomes another.
    let cloned = match core.cache().await {
        Ok(cache) => cache.read(crate::store::cloned_device).await?,
        Err(_) => None,
    };
    let same_hub = facts.hub.as_deref() == Some(client.base());
    let device = facts.device.filter(|device| same_hub && cloned != Some(*device));
    // A key that cannot be kept is said before anybody is signed in anywhere.
    let new_key = match &*core.inner.state.read().await {
        State::SignedOut => {
            let secrets = core.inner.options.secrets.as_ref();
            let made = create_cache_key(profile, secrets, password).await;
            Some(made.map_err(|error| key_error(&error))?)
        }
        _ => None,
    };
    let new = new_session(&args.email, &args.password, &core.inner.options.device_name, device);
    let session = client.sign_in(&new).await.map_err(|failure| failed(&failure, &client))?;
    let kept = match cache_for(core, new_key, &session, &args.email, password).await {
        Ok(cache) => match keep(core, &cache, &client, &args.email, &session).await {
            Ok(()) => Ok(cache),
            Err(error) => {
                go_on_as_before(core, &cache).await;
                Err(error)
            }
        },
        Err(error) => Err(error),
    };
    let cache = match kept {
        Ok(cache) => cache,
        Err(error) => {
            // The device that this computer had goes on; a new one would be a sign-in that nobody uses.
            if device != Some(session.device) {
                end_session(&client.with_token(&session.token)).await;
            }
            return Err(error);
        }
    };
    if core.inner.options.background_sync {
        cache.start_driver().await?;
        wait_for_names(core, &cache).await;
    }
    core.enter(cache).await?;
    get_session(core, Empty {}).await
}

/// Keeps a new session: in the cache, and in the profile what finds it again.
async fn keep(
    core: &Core,
    cache: &Cache,
    client: &HubClient,
    email: &str,
    session: &wire::Session,
) -> Result<(), RpcError> {
    let (base, email) = (client.base().to_string(), email.trim().to_string());
    let skew_ms = session.server_time_ms - core.inner.options.clock.now_ms();
    let (kept, hub, address) = (session.clone(), base.clone(), email.clone());
    cache
        .write(move |store, _| {
            let other = store.identity().is_some_and(|i| i.me != kept.member);
            let waiting = stored(waiting_counts(store.connection()))?;
            if other && waiting.total() > 0 {
                return Err(unsent(waiting.total()));
            }
            stored(store.sign_in(&hub, &address, &kept))?;
            stored(store.set_skew_ms(skew_ms))
        })
        .await?;
    let profile = &core.inner.profile;
    add_hub_wrap(profile, &cache.key, &session.wrap_key).map_err(|error| key_error(&error))?;
    let told = profile.update(|facts| {
        facts.hub = Some(base);
        facts.email = Some(email);
        facts.device = Some(session.device);
    });
    told.map_err(|error| errors::plain(error.code(), error))
}

/// A sign-in came to nothing: whoever was signed in on this cache goes on; one that was opened for it is closed.
async fn go_on_as_before(core: &Core, cache: &Arc<Cache>) {
    match core.cache().await {
        Ok(open) if Arc::ptr_eq(&open, cache) => {
            if core.inner.options.background_sync
                && let Err(error) = cache.start_driver().await
            {
                tracing::error!(code = error.code, "syncing does not go on");
            }
        }
        _ => cache.close().await,
    }
}

/// Tells the hub that a device is signed out. Where it does not hear it, the member can end it in the list of devices.
async fn end_session(client: &HubClient) {
    if !matches!(tokio::time::timeout(LAST_WORD, client.sign_out()).await, Ok(Ok(()))) {
        tracing::info!("the hub does not know yet that this device was signed out");
    }
}

/// Waits until it can be said who is signed in where: a window that opens must not call its member unknown.
async fn wait_for_names(core: &Core, cache: &Cache) {
    let end = tokio::time::Instant::now() + FIRST_ROWS;
    let mut events = core.events();
    while matches!(cache.read(query::is_named).await, Ok(false))
        && tokio::time::Instant::now() < end
        && !matches!(&*core.inner.state.read().await, State::Closed)
    {
        let look = tokio::time::Instant::now() + Duration::from_millis(25);
        let _ = tokio::time::timeout_at(look.min(end), events.recv()).await;
    }
}

/// The cache to sign in on: the open one, the one that the hub's wrap opens again, or a new one.
async fn cache_for(
    core: &Core,
    new_key: Option<Key>,
    session: &wire::Session,
    email: &str,
    password: Option<&str>,
) -> Result<Arc<Cache>, RpcError> {
    if let Ok(cache) = core.cache().await {
        cache.stop_driver().await;
        return Ok(cache);
    }
    let (profile, secrets) = (&core.inner.profile, core.inner.options.secrets.as_ref());
    let key = match new_key {
        Some(key) => {
            // What lies there has no key, as after its `profile.json` was removed.
            put_aside(core)?;
            key
        }
        None => match restore_cache_key(profile, secrets, &session.wrap_key, password).await {
            Ok(key) => key,
            // Of a damaged cache the keyring may have the key still.
            Err(CacheKeyError::Lost) => match find_cache_key(profile, secrets).await {
                FoundKey::Open(key) => key,
                FoundKey::None | FoundKey::Locked(_) => return fresh_cache(core, password).await,
            },
            Err(error) => return Err(key_error(&error)),
        },
    };
    let damaged = core.is_damaged();
    let opened = if damaged { None } else { Some(core.open_with(key.clone()).await) };
    match opened {
        Some(Ok(cache)) => {
            cache.stop_driver().await;
            Ok(cache)
        }
        Some(Err(error)) if !is_unreadable(&error) => Err(not_opened(&error)),
        Some(Err(_)) | None => rescued_cache(core, key, session, email, password).await,
    }
}

/// The damaged cache is put aside, and what the member had not sent goes on in a new one.
async fn rescued_cache(
    core: &Core,
    key: Key,
    session: &wire::Session,
    email: &str,
    password: Option<&str>,
) -> Result<Arc<Cache>, RpcError> {
    let found = core.rescue(&key).await.map_err(errors::internal)?;
    if !found.key_fits {
        return fresh_cache(core, password).await;
    }
    // Whose it is stands in the file; where that cannot be read any more, the profile knows who signed in last.
    let known = core.inner.profile.facts().email;
    let theirs = match found.identity {
        Some(identity) => identity.me == session.member,
        None => known.is_some_and(|known| known.eq_ignore_ascii_case(email.trim())),
    };
    if !theirs {
        return match u32::try_from(found.outbox.len()).unwrap_or(u32::MAX) {
            0 => fresh_cache(core, password).await,
            unsent_count => Err(unsent(unsent_count)),
        };
    }
    let cache = core.open_rescued(key, found).await.map_err(|error| not_opened(&error))?;
    cache.stop_driver().await;
    Ok(cache)
}

fn not_opened(error: &CacheError) -> RpcError {
    match error {
        CacheError::Store(error) => errors::store(error),
        CacheError::Open(error @ OpenError::DiskFull(_)) => errors::plain("disk_full", error),
        CacheError::Profile(error) => errors::plain(error.code(), error),
        CacheError::Open(OpenError::Damaged(_)) => errors::damaged(),
        CacheError::Open(_) | CacheError::Thread(_) => errors::internal(error),
    }
}

fn put_aside(core: &Core) -> Result<(), RpcError> {
    let put = core.inner.profile.put_cache_aside(core.inner.options.clock.now_ms());
    put.map_err(|error| errors::plain(error.code(), error))
}

/// Nothing can open the old cache any more: it is put aside, not deleted, and a new one is made.
async fn fresh_cache(core: &Core, password: Option<&str>) -> Result<Arc<Cache>, RpcError> {
    let (profile, secrets) = (&core.inner.profile, core.inner.options.secrets.as_ref());
    put_aside(core)?;
    let key = create_cache_key(profile, secrets, password).await.map_err(|error| key_error(&error))?;
    let cache = core.open_with(key).await.map_err(|error| not_opened(&error))?;
    cache.stop_driver().await;
    Ok(cache)
}

pub(crate) async fn unlock(core: &Core, args: Unlock) -> Result<Session, RpcError> {
    if !matches!(&*core.inner.state.read().await, State::Locked(_)) {
        return get_session(core, Empty {}).await;
    }
    match args.password {
        Some(password) => {
            let key = unlock_with_password(&core.inner.profile, &password).await.map_err(|error| key_error(&error))?;
            // The password was right: where what it opens is damaged, or the disk is full, the state says so.
            let state = core.open_or_rescue(key).await;
            core.set_state(state).await;
        }
        None => {
            let asks_keyring =
                !matches!(&*core.inner.state.read().await, State::Locked(LockReason::DiskFull | LockReason::Newer));
            if asks_keyring && let Err(error) = core.inner.options.secrets.unlock().await {
                return Err(errors::plain(error.code(), error));
            }
            core.open_cache().await;
        }
    }
    get_session(core, Empty {}).await
}

fn unsent(count: u32) -> RpcError {
    let mut error =
        errors::plain("unsent", "some of what you did has not reached the hub: send it or discard it first");
    error.params.insert("count".into(), count.to_string());
    error
}

pub(crate) async fn sign_out(core: &Core, args: SignOut) -> Result<Session, RpcError> {
    match core.cache().await {
        Ok(cache) => {
            let waiting = cache.read(waiting_counts).await?;
            if !args.discard_unsent && waiting.total() > 0 {
                return Err(unsent(waiting.total()));
            }
            if let Some(session) = cache.session().await?
                && let Ok(client) = client(core, &session.hub)
            {
                end_session(&client.with_token(&session.token)).await;
            }
            cache.close().await;
        }
        // What waits in a locked cache cannot be counted: it is thrown away on demand only.
        Err(error) if error.code == "locked" && !args.discard_unsent => return Err(error),
        Err(_) => {}
    }
    let profile = &core.inner.profile;
    let forgotten = forget_cache_key(profile, core.inner.options.secrets.as_ref()).await;
    forgotten.map_err(|error| key_error(&error))?;
    profile.remove_cache().map_err(|error| errors::plain(error.code(), error))?;
    profile.update(|facts| facts.device = None).map_err(|error| errors::plain(error.code(), error))?;
    core.set_state(State::SignedOut).await;
    core.inner.outlets.changed(["places", "chats", "tags", "outbox", "members"].map(String::from));
    get_session(core, Empty {}).await
}

pub(crate) async fn get_status(core: &Core, _: Empty) -> Result<Status, RpcError> {
    status(core).await
}

/// What the strip says.
pub(crate) async fn status(core: &Core) -> Result<Status, RpcError> {
    let cache = core.cache().await?;
    let view = cache.view();
    let (waiting, up_to_date_ms, here, rescued) = cache
        .read(|c| {
            let here = crate::store::is_booting(c)?.then(|| crate::store::percent_here(c)).transpose()?;
            let mut counts = waiting_counts(c)?;
            // What is held back to be undone goes by itself in a moment: nothing is late yet.
            counts.waiting = counts.waiting.saturating_sub(crate::store::held_back(c)?);
            Ok((counts, crate::store::up_to_date_ms(c)?, here, crate::store::rescue_of(c)?))
        })
        .await?;
    let booting = here.is_some();
    let current = view.as_ref().is_some_and(|v| v.current) && !booting;
    Ok(Status {
        network: view.as_ref().map_or(Network::Offline, |v| v.network),
        first_sync: up_to_date_ms.is_none() && booting,
        first_sync_percent: here.flatten().filter(|_| up_to_date_ms.is_none()),
        up_to_date_ms: if current { Some(core.inner.options.clock.now_ms()) } else { up_to_date_ms },
        waiting: waiting.waiting,
        failed: waiting.refused,
        held: waiting.held,
        problem: view.and_then(|v| v.problem),
        rescued: rescued.as_ref().map(errors::rescued),
    })
}

/// Reads all of the file; damage is looked after at once.
pub(crate) async fn check_cache(core: &Core, _: Empty) -> Result<CacheCheck, RpcError> {
    let cache = core.cache().await?;
    let problems = cache.read(crate::store::Store::integrity).await?;
    if !problems.is_empty() {
        cache.report_damage();
    }
    Ok(CacheCheck { problems })
}

/// The person has read what was rescued.
pub(crate) async fn forget_rescue(core: &Core, _: Empty) -> Result<Empty, RpcError> {
    core.cache().await?.write(|store, _| stored(store.forget_rescue())).await.map(|()| Empty {})
}

pub(crate) async fn sync_now(core: &Core, _: Empty) -> Result<Empty, RpcError> {
    let cache = core.cache().await?;
    if cache.is_driven() {
        cache.tell(Event::SyncNow);
    } else {
        cache.start_driver().await?;
    }
    Ok(Empty {})
}
