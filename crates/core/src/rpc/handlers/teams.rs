//! Named groups of members.

use super::give;
use crate::core::Core;
use crate::rpc::errors;
use crate::rpc::types::{AddToChat, CreateTeamChat, CreatedChat, Empty, OfChat, RenameChat, RpcError};
use deskbell_domain::command::{self, NewChat};
use deskbell_domain::{ChatId, Command, Name};
use uuid::Uuid;

/// There are as many of one name as people make: it is always a new one.
pub(crate) async fn create_team_chat(core: &Core, args: CreateTeamChat) -> Result<CreatedChat, RpcError> {
    let name = name_of(&args.name)?;
    let chat = ChatId(Uuid::now_v7());
    let new = NewChat::Team { name, members: args.members.into_iter().collect() };
    carry_out(core, command::CreateChat { chat, new }).await?;
    Ok(CreatedChat { chat })
}

pub(crate) async fn rename_chat(core: &Core, args: RenameChat) -> Result<Empty, RpcError> {
    let name = name_of(&args.name)?;
    carry_out(core, command::RenameChat { chat: args.chat, name, line: Uuid::now_v7().into() }).await
}

pub(crate) async fn add_to_chat(core: &Core, args: AddToChat) -> Result<Empty, RpcError> {
    let members = args.members.into_iter().collect();
    carry_out(core, command::AddToChat { chat: args.chat, members, line: Uuid::now_v7().into() }).await
}

pub(crate) async fn leave_chat(core: &Core, args: OfChat) -> Result<Empty, RpcError> {
    carry_out(core, command::LeaveChat { chat: args.chat, line: Uuid::now_v7().into() }).await
}

fn name_of(text: &str) -> Result<Name, RpcError> {
    Name::parse(text).map_err(|problem| {
        let mut said = errors::name(problem);
        said.params.insert("field".into(), "name".into());
        said
    })
}

async fn carry_out(core: &Core, command: impl Into<Command> + Send + 'static) -> Result<Empty, RpcError> {
    core.cache().await?.command(move |store, at| give(store, at, command)).await.map(|_| Empty {})
}
