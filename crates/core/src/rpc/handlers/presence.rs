//! Who else is in a chat.

use crate::core::Core;
use crate::rpc::types::{Empty, MemberInfo, OfChat, Presence, RpcError};
use crate::store::{Stored, query::Names};
use deskbell_domain::MemberId;
use std::collections::BTreeSet;

/// Who else has the chat before their eyes, by name.
pub(crate) async fn get_presence(core: &Core, args: OfChat) -> Result<Presence, RpcError> {
    let cache = core.cache().await?;
    let Some(here) = cache.room.here(args.chat) else {
        return Ok(Presence { viewing: Vec::new(), typing: Vec::new(), known: false });
    };
    let named = cache.read(move |c| {
        let names = Names::new(c)?;
        let members = |ids: BTreeSet<MemberId>| -> Stored<Vec<MemberInfo>> {
            ids.into_iter().map(|id| names.member(id)).collect()
        };
        Ok(Presence { viewing: members(here.viewing)?, typing: members(here.typing)?, known: true })
    });
    named.await
}

/// A key was pressed in the composer.
pub(crate) async fn tell_typing(core: &Core, args: OfChat) -> Result<Empty, RpcError> {
    core.cache().await?.room.types(args.chat);
    Ok(Empty {})
}
