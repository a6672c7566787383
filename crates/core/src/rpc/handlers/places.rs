//! The rail and the people.

use crate::core::Core;
use crate::rpc::types::{Empty, Members, Places, RpcError};
use crate::store::query;

pub(crate) async fn list_places(core: &Core, _: Empty) -> Result<Places, RpcError> {
    core.cache().await?.read(query::list_places).await
}

pub(crate) async fn list_members(core: &Core, _: Empty) -> Result<Members, RpcError> {
    core.cache().await?.read(query::list_members).await
}
