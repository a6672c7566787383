//! Named groups of members.

use crate::core::Core;
use crate::rpc::errors;
use crate::rpc::types::{AddToChat, CreateTeamChat, CreatedChat, Empty, OfChat, RenameChat, RpcError};

pub(crate) async fn create_team_chat(_: &Core, _: CreateTeamChat) -> Result<CreatedChat, RpcError> {
    Err(errors::not_yet())
}

pub(crate) async fn rename_chat(_: &Core, _: RenameChat) -> Result<Empty, RpcError> {
    Err(errors::not_yet())
}

pub(crate) async fn add_to_chat(_: &Core, _: AddToChat) -> Result<Empty, RpcError> {
    Err(errors::not_yet())
}

pub(crate) async fn leave_chat(_: &Core, _: OfChat) -> Result<Empty, RpcError> {
    Err(errors::not_yet())
}
