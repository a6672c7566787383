//! Threads, writing in them, and the links in them.

use super::stored;
use crate::core::Core;
use crate::rpc::errors;
use crate::rpc::types::{
    Empty, FindDate, ListMessages, OfChat, OpenLink, RpcError, SaveReading, SendMessage, SentMessage, ThreadPage,
    ThreadPoint,
};
use crate::store::{NewCommand, query};
use deskbell_domain::{MessageText, command};
use uuid::Uuid;

pub(crate) async fn list_messages(core: &Core, args: ListMessages) -> Result<ThreadPage, RpcError> {
    core.cache().await?.read(move |c| query::list_messages(c, &args)).await
}

/// Sends what stands in the draft of the chat.
pub(crate) async fn send_message(core: &Core, args: SendMessage) -> Result<SentMessage, RpcError> {
    let text = MessageText::parse(&args.text).map_err(errors::text)?;
    let (chat, message, id) = (args.chat, Uuid::now_v7().into(), Uuid::now_v7().into());
    core.cache()
        .await?
        .command(move |store, at| {
            let seen = stored(query::last_pos(store.connection(), chat))?;
            let command = command::SendMessage { chat, message, text, seen }.into();
            let sent = store.send(&NewCommand { id, command, instead_of: None }, chat, at);
            sent.map_err(|problem| errors::submit(store, &problem))
        })
        .await?;
    Ok(SentMessage { message, command: id })
}

/// Says whether the host may open the link; it is the host that opens it.
pub(crate) async fn open_link(_: &Core, args: OpenLink) -> Result<Empty, RpcError> {
    if query::is_allowed_link(&args.href) {
        Ok(Empty {})
    } else {
        Err(errors::plain("link_not_allowed", "only web, mail and telephone links are opened"))
    }
}

pub(crate) async fn find_date(_: &Core, _: FindDate) -> Result<ThreadPoint, RpcError> {
    Err(errors::not_yet())
}

pub(crate) async fn get_reading(_: &Core, _: OfChat) -> Result<ThreadPoint, RpcError> {
    Err(errors::not_yet())
}

pub(crate) async fn save_reading(_: &Core, _: SaveReading) -> Result<Empty, RpcError> {
    Err(errors::not_yet())
}
