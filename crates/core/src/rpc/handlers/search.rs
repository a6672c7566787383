//! Searching what is on this computer.

use crate::core::Core;
use crate::rpc::types::{FoundMessages, RpcError, SearchMessages};
use crate::store::query;

pub(crate) async fn search_messages(core: &Core, args: SearchMessages) -> Result<FoundMessages, RpcError> {
    core.cache().await?.read(move |c| query::search_messages(c, &args)).await
}
