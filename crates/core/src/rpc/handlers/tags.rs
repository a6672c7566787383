//! Tags of the organization, and on conversations.

use super::{act, stored, transaction};
use crate::core::Core;
use crate::rpc::errors;
use crate::rpc::types::{CreateTag, CreatedTag, Empty, RpcError, TagChat, Tags};
use crate::store::{NewCommand, Submitted, query};
use deskbell_domain::{TagId, TagName, Tint, command};
use uuid::Uuid;

pub(crate) async fn list_tags(core: &Core, _: Empty) -> Result<Tags, RpcError> {
    core.cache().await?.read(query::list_tags).await
}

pub(crate) async fn tag_chat(core: &Core, args: TagChat) -> Result<Empty, RpcError> {
    let command = command::TagChat { chat: args.chat, tag: args.tag };
    core.cache().await?.command(move |store, at| act(store, at, command)).await.map(|_| Empty {})
}

pub(crate) async fn untag_chat(core: &Core, args: TagChat) -> Result<Empty, RpcError> {
    let command = command::UntagChat { chat: args.chat, tag: args.tag };
    core.cache().await?.command(move |store, at| act(store, at, command)).await.map(|_| Empty {})
}

fn no_color(word: &str) -> RpcError {
    let word: String = word.chars().take(60).collect();
    let colors = Tint::ALL.map(Tint::as_str).join(", ");
    let mut said = errors::plain("invalid", format!("there is no colour {word:?}: choose one of {colors}"));
    said.params.insert("field".into(), "color".into());
    said
}

/// Makes a tag, or finds the one of that name, and puts it on the chat in the same transaction.
pub(crate) async fn create_tag(core: &Core, args: CreateTag) -> Result<CreatedTag, RpcError> {
    let name = TagName::parse(&args.name).map_err(errors::text)?;
    let color = match args.color.as_deref() {
        Some(word) => Tint::parse(word).ok_or_else(|| no_color(word))?,
        None => Tint::of(&name.key()),
    };
    core.cache()
        .await?
        .command(move |store, at| {
            let id = transaction(store, |w| {
                let tag = TagId(Uuid::now_v7());
                let create = command::CreateTag { tag, name, color }.into();
                let id =
                    match w.submit(&NewCommand { id: Uuid::now_v7().into(), command: create, instead_of: None }, at)? {
                        Submitted::Exists(existing) => TagId(existing),
                        Submitted::Waiting | Submitted::Nothing => tag,
                    };
                if let Some(chat) = args.chat {
                    let on = command::TagChat { chat, tag: id }.into();
                    w.submit_act(&NewCommand { id: Uuid::now_v7().into(), command: on, instead_of: None }, at)?;
                }
                Ok(id)
            })?;
            let tags = stored(query::list_tags(store.connection()))?;
            let tag = tags.tags.into_iter().find(|tag| tag.id == id).ok_or_else(errors::not_found)?;
            Ok(CreatedTag { tag })
        })
        .await
}
