//! Lists of chats, heads, and what is done to a chat.

use super::{act, give, stored, transaction};
use crate::core::Core;
use crate::rpc::errors;
use crate::rpc::types::{
    AssignChat, ChatCounts, ChatHead, ChatPage, CountChats, CreateDirectChat, CreatedChat, Empty, GetListView,
    HistoryPage, ListChats, ListHistory, ListView, MarkRead, MarkUnread, Members, OfChat, PinChat, RpcError,
};
use crate::store::query::NoPage;
use crate::store::{NewCommand, Store, Submitted, query, view_of};
use deskbell_domain::command::{self, NewChat, SeenAssignee};
use deskbell_domain::{ChatId, Command, Conversation, MemberId};
use rusqlite::Connection;
use uuid::Uuid;

pub(crate) async fn list_chats(core: &Core, args: ListChats) -> Result<ChatPage, RpcError> {
    page(core.cache().await?.read(move |c| query::list_chats(c, &args)).await?)
}

pub(crate) async fn list_history(core: &Core, args: ListHistory) -> Result<HistoryPage, RpcError> {
    page(core.cache().await?.read(move |c| query::list_history(c, &args)).await?)
}

pub(super) fn page<T>(page: Result<T, NoPage>) -> Result<T, RpcError> {
    page.map_err(|why| match why {
        NoPage::OtherList => errors::other_list(),
        NoPage::NotFound => errors::not_found(),
        NoPage::NotYet => errors::not_here_yet(),
    })
}

pub(crate) async fn get_list_view(core: &Core, args: GetListView) -> Result<ListView, RpcError> {
    core.cache().await?.read(move |c| view_of(c, &args.place)).await
}

pub(crate) async fn set_list_view(core: &Core, args: ListView) -> Result<Empty, RpcError> {
    core.cache().await?.write(move |store, _| stored(store.set_list_view(&args))).await?;
    Ok(Empty {})
}

pub(crate) async fn count_chats(core: &Core, args: CountChats) -> Result<ChatCounts, RpcError> {
    core.cache().await?.read(move |c| query::count_chats(c, &args.place)).await
}

pub(crate) async fn get_chat(core: &Core, args: OfChat) -> Result<ChatHead, RpcError> {
    let look = move |c: &Connection| match query::chat_head(c, args.chat)? {
        Some(head) => Ok(Ok(head)),
        None => query::absent(c),
    };
    page(core.cache().await?.read(look).await?)
}

pub(crate) async fn list_assignees(core: &Core, args: OfChat) -> Result<Members, RpcError> {
    core.cache().await?.read(move |c| query::list_assignees(c, args.chat)).await
}

pub(crate) async fn create_direct_chat(core: &Core, args: CreateDirectChat) -> Result<CreatedChat, RpcError> {
    let chat = ChatId(Uuid::now_v7());
    let command = command::CreateChat { chat, new: NewChat::Direct { with: args.member } };
    let submitted = core.cache().await?.command(move |store, at| give(store, at, command)).await?;
    Ok(CreatedChat {
        chat: match submitted {
            Submitted::Exists(existing) => existing.into(),
            Submitted::Waiting | Submitted::Nothing => chat,
        },
    })
}

pub(crate) async fn assign_chat(core: &Core, args: AssignChat) -> Result<Empty, RpcError> {
    core.cache()
        .await?
        .command(move |store, at| {
            let command = assign(store, args.chat, args.to)?;
            act(store, at, command).map(|_| Empty {})
        })
        .await
}

/// The command that gives a conversation to `to`: a claim or a release carries whom the member saw.
pub(super) fn assign(store: &Store, chat: ChatId, to: Option<MemberId>) -> Result<Command, RpcError> {
    let me = store.identity().map(|i| i.me);
    let has = conversation(store, chat)?.and_then(|c| c.assignee).map(|a| a.member);
    let own = if to.is_some() { to == me } else { has == me };
    let seen = own.then_some(SeenAssignee { member: has });
    Ok(command::AssignChat { chat, to, seen, line: Uuid::now_v7().into() }.into())
}

pub(crate) async fn close_chat(core: &Core, args: OfChat) -> Result<Empty, RpcError> {
    core.cache()
        .await?
        .command(move |store, at| {
            let command = close(store, args.chat)?;
            act(store, at, command).map(|_| Empty {})
        })
        .await
}

/// The command that closes what the member sees now.
pub(super) fn close(store: &Store, chat: ChatId) -> Result<Command, RpcError> {
    let seen_inbound = conversation(store, chat)?.map_or(0, |c| c.last_inbound);
    Ok(command::CloseChat { chat, seen_inbound, line: Uuid::now_v7().into() }.into())
}

pub(crate) async fn reopen_chat(core: &Core, args: OfChat) -> Result<Empty, RpcError> {
    let command = command::ReopenChat { chat: args.chat, line: Uuid::now_v7().into() };
    core.cache().await?.command(move |store, at| act(store, at, command)).await.map(|_| Empty {})
}

pub(crate) async fn mark_read(core: &Core, args: MarkRead) -> Result<Empty, RpcError> {
    core.cache()
        .await?
        .command(move |store, at| {
            // Nobody has read what is not here yet.
            let newest = stored(query::last_pos(store.connection(), args.chat))?;
            let seen = stored(query::unread_mark(store.connection(), args.chat))?;
            give(store, at, command::MarkRead { chat: args.chat, pos: args.pos.min(newest), seen }).map(|_| Empty {})
        })
        .await
}

/// A mark from this device's clock and chance: reading on says which one it saw.
pub(crate) async fn mark_unread(core: &Core, args: MarkUnread) -> Result<Empty, RpcError> {
    core.cache()
        .await?
        .command(move |store, at| {
            // Behind the end of the thread there is nothing to come back to.
            let from = args.from.min(stored(query::last_pos(store.connection(), args.chat))?);
            let command = command::MarkUnread { chat: args.chat, from, mark: Uuid::now_v7().into() };
            give(store, at, command).map(|_| Empty {})
        })
        .await
}

/// Above `before`, or last among the pinned ones. Where there is no room between two, those below move down.
pub(crate) async fn pin_chat(core: &Core, args: PinChat) -> Result<Empty, RpcError> {
    core.cache()
        .await?
        .command(move |store, at| {
            let orders = stored(store.orders_to_pin(args.chat, args.before))?;
            transaction(store, |w| {
                for (chat, order) in orders {
                    let id = Uuid::now_v7().into();
                    let command = command::PinChat { chat, order }.into();
                    w.submit(&NewCommand { id, command, instead_of: None }, at)?;
                }
                Ok(Empty {})
            })
        })
        .await
}

pub(crate) async fn unpin_chat(core: &Core, args: OfChat) -> Result<Empty, RpcError> {
    let command = command::UnpinChat { chat: args.chat };
    core.cache().await?.command(move |store, at| give(store, at, command)).await.map(|_| Empty {})
}

fn conversation(store: &Store, chat: ChatId) -> Result<Option<Conversation>, RpcError> {
    stored(store.conversation(chat))
}
