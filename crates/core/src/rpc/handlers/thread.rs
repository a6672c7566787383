//! Threads, writing in them, and the links in them.

use super::stored;
use crate::core::Core;
use crate::rpc::errors;
use crate::rpc::types::{
    Empty, FindDate, ListMessages, OfChat, OpenLink, RpcError, SaveReading, SendMessage, SentMessage, ThreadPage,
    ThreadPoint,
};
use crate::store::{NewCommand, query, reading_of};
use deskbell_domain::{MessageText, command};
use uuid::Uuid;

pub(crate) async fn list_messages(core: &Core, args: ListMessages) -> Result<ThreadPage, RpcError> {
    core.cache().await?.read(move |c| query::list_messages(c, &args)).await
}

pub(crate) async fn find_date(core: &Core, args: FindDate) -> Result<ThreadPoint, RpcError> {
    core.cache().await?.read(move |c| query::find_date(c, &args)).await
}

pub(crate) async fn get_reading(core: &Core, args: OfChat) -> Result<ThreadPoint, RpcError> {
    core.cache().await?.read(move |c| reading_of(c, args.chat)).await
}

pub(crate) async fn save_reading(core: &Core, args: SaveReading) -> Result<Empty, RpcError> {
    core.cache().await?.write(move |store, _| stored(store.save_reading(&args))).await?;
    Ok(Empty {})
}

/// Sends what stands in the draft of the chat.
pub(crate) async fn send_message(core: &Core, args: SendMessage) -> Result<SentMessage, RpcError> {
    let text = MessageText::parse(&args.text).map_err(errors::text)?;
    let (chat, message, id) = (args.chat, Uuid::now_v7().into(), Uuid::now_v7().into());
    let seconds = if core.inner.options.background_sync { core.settings().undo_seconds } else { 0 };
    let cache = core.cache().await?;
    cache
        .command(move |store, at| {
            let seen = stored(query::last_pos(store.connection(), chat))?;
            let command = command::SendMessage { chat, message, text, seen }.into();
            let sent =
                store.send_later(&NewCommand { id, command, instead_of: None }, chat, at, i64::from(seconds) * 1000);
            sent.map_err(|problem| errors::submit(store, &problem))
        })
        .await?;
    cache.room.sent(chat);
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
