//! What each call does, a file per group.

pub(crate) mod chats;
pub(crate) mod contacts;
pub(crate) mod drafts;
pub(crate) mod notices;
pub(crate) mod outbox;
pub(crate) mod places;
pub(crate) mod presence;
pub(crate) mod search;
pub(crate) mod session;
pub(crate) mod settings;
pub(crate) mod tags;
pub(crate) mod teams;
pub(crate) mod thread;
pub(crate) mod undo;
pub(crate) mod view;

use super::{errors, types::RpcError};
use crate::store::{Moment, NewCommand, Store, StoreError, Submitted, Write};
use deskbell_domain::Command;
use uuid::Uuid;

/// Gives one command.
fn give(store: &mut Store, at: Moment, command: impl Into<Command>) -> Result<Submitted, RpcError> {
    let new = NewCommand { id: Uuid::now_v7().into(), command: command.into(), instead_of: None };
    store.submit(&new, at).map_err(|problem| errors::submit(store, &problem))
}

/// Gives one command that can be undone.
fn act(store: &mut Store, at: Moment, command: impl Into<Command>) -> Result<Submitted, RpcError> {
    let new = NewCommand { id: Uuid::now_v7().into(), command: command.into(), instead_of: None };
    store.submit_act(&new, at).map_err(|problem| errors::submit(store, &problem))
}

/// Runs a transaction that gives commands and more.
fn transaction<T>(
    store: &mut Store,
    f: impl FnOnce(&mut Write<'_>) -> Result<T, crate::store::SubmitError>,
) -> Result<T, RpcError> {
    store.write(f).map_err(|problem| errors::submit(store, &problem))
}

/// For what only reads or writes the store.
fn stored<T>(result: Result<T, StoreError>) -> Result<T, RpcError> {
    result.map_err(|problem| errors::store(&problem))
}
