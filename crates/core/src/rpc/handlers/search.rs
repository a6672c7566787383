//! Searching what is on this computer.

use super::chats::page;
use crate::core::Core;
use crate::rpc::types::{
    FindInChat, FindNames, Found, FoundInChat, FoundNames, RpcError, Search, SuggestSearch, Suggestions,
};
use crate::store::query::{self, Here};

/// When and where the member is.
fn here(core: &Core) -> Here {
    let clock = &core.inner.options.clock;
    Here { now_ms: clock.now_ms(), zone: clock.zone(), patience: Here::PATIENCE, few: Here::FEW, many: Here::MANY }
}

pub(crate) async fn search(core: &Core, args: Search) -> Result<Found, RpcError> {
    let here = here(core);
    page(core.cache().await?.read(move |c| query::search(c, &args, &here)).await?)
}

pub(crate) async fn suggest_search(core: &Core, args: SuggestSearch) -> Result<Suggestions, RpcError> {
    let here = here(core);
    core.cache().await?.read(move |c| query::suggest_search(c, &args, &here)).await
}

pub(crate) async fn find_in_chat(core: &Core, args: FindInChat) -> Result<FoundInChat, RpcError> {
    let here = here(core);
    core.cache().await?.read(move |c| query::find_in_chat(c, &args, &here)).await
}

pub(crate) async fn find_names(core: &Core, args: FindNames) -> Result<FoundNames, RpcError> {
    core.cache().await?.read(move |c| query::find_names(c, &args)).await
}
