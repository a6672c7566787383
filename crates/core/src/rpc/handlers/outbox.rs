//! What has not reached the hub, or was held or refused there.

use super::{chats, stored, transaction};
use crate::core::Core;
use crate::rpc::errors;
use crate::rpc::types::{Draft, EditMessage, Empty, ListOutbox, OfCommand, Outbox, OutboxCase, RpcError};
use crate::store::{NewCommand, OutboxItem, OutboxState, Store, query};
use deskbell_domain::{Command, CommandId, MAX_MESSAGE_BYTES, TextError, command};
use uuid::Uuid;

pub(crate) async fn list_outbox(core: &Core, args: ListOutbox) -> Result<Outbox, RpcError> {
    core.cache().await?.read(move |c| query::list_outbox(c, &args)).await
}

pub(crate) async fn get_outbox_row(core: &Core, args: OfCommand) -> Result<OutboxCase, RpcError> {
    let case = core.cache().await?.read(move |c| query::outbox_case(c, args.command)).await?;
    case.ok_or_else(errors::not_found)
}

/// Gives a refused command again, as of what the member sees now.
pub(crate) async fn retry(core: &Core, args: OfCommand) -> Result<Empty, RpcError> {
    again(core, args.command, OutboxState::Refused).await
}

/// Sends a held message in spite of what held it.
pub(crate) async fn send_anyway(core: &Core, args: OfCommand) -> Result<Empty, RpcError> {
    again(core, args.command, OutboxState::Held).await
}

/// Only what is in that state: a script that retries what failed must not send over a colleague's answer.
async fn again(core: &Core, id: CommandId, state: OutboxState) -> Result<Empty, RpcError> {
    core.cache()
        .await?
        .command(move |store, at| {
            let item = find(store, id)?;
            match item.state {
                is if is == state => {}
                OutboxState::Held => {
                    return Err(errors::plain("held", "it is held: send it anyway, edit it or discard it"));
                }
                OutboxState::Refused => return Err(errors::plain("refused", "it was refused: retry or discard it")),
                OutboxState::Waiting | OutboxState::Done => return Err(on_its_way()),
            }
            let command = fresh(store, &item)?;
            transaction(store, |w| {
                w.submit(&NewCommand { id: Uuid::now_v7().into(), command, instead_of: Some(id) }, at).map(|_| Empty {})
            })
        })
        .await
}

/// A new command that does the same (S18), having seen what is here now.
fn fresh(store: &Store, item: &OutboxItem) -> Result<Command, RpcError> {
    let command =
        item.command().ok_or_else(|| errors::plain("unknown_command", "this cannot be done again: discard it"))?;
    Ok(match command {
        Command::SendMessage(send) => {
            let seen = stored(query::last_pos(store.connection(), send.chat))?;
            command::SendMessage { seen, ..send }.into()
        }
        Command::AssignChat(assign) => chats::assign(store, assign.chat, assign.to)?,
        Command::CloseChat(close) => chats::close(store, close.chat)?,
        Command::ReopenChat(reopen) => command::ReopenChat { line: Uuid::now_v7().into(), ..reopen }.into(),
        other => other,
    })
}

/// Moves the text, or another in its place, into the chat's draft, behind what is there.
pub(crate) async fn edit(core: &Core, args: EditMessage) -> Result<Draft, RpcError> {
    if args.text.as_ref().is_some_and(|text| text.len() > MAX_MESSAGE_BYTES) {
        return Err(errors::text(TextError::TooLong));
    }
    core.cache()
        .await?
        .command(move |store, _| {
            let item = take_back(store, args.command)?;
            let (Some(chat), Some(_), Some(text)) = (item.chat, item.message, args.text.or(item.text.clone())) else {
                return Err(errors::plain("wrong_kind", "only a message can be edited: retry or discard this"));
            };
            // Nobody would find the draft of a chat that cannot be opened; in the outbox the text stays in sight.
            if stored(query::title_of(store.connection(), chat))?.is_none() {
                return Err(query::chat_gone());
            }
            stored(store.take_back_into_draft(&item, chat, &text)).map(|text| Draft { chat, text })
        })
        .await
}

/// Takes it away, for good.
pub(crate) async fn discard(core: &Core, args: OfCommand) -> Result<Empty, RpcError> {
    core.cache()
        .await?
        .command(move |store, _| {
            let item = take_back(store, args.command)?;
            stored(store.discard(&item)).map(|()| Empty {})
        })
        .await
}

/// What can be taken back: what the hub refused or holds, and what was never on the wire.
fn take_back(store: &Store, id: CommandId) -> Result<OutboxItem, RpcError> {
    let item = find(store, id)?;
    match item.state {
        OutboxState::Held | OutboxState::Refused => Ok(item),
        OutboxState::Waiting if !item.transmitted => Ok(item),
        OutboxState::Waiting | OutboxState::Done => Err(on_its_way()),
    }
}

fn find(store: &Store, id: CommandId) -> Result<OutboxItem, RpcError> {
    stored(store.outbox_item(id))?.ok_or_else(errors::not_found)
}

fn on_its_way() -> RpcError {
    errors::plain("on_its_way", "it is on its way to the hub: wait for the answer")
}
