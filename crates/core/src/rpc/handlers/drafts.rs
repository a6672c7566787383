//! Drafts.

use super::stored;
use crate::core::Core;
use crate::rpc::errors;
use crate::rpc::types::{Draft, Empty, OfChat, RpcError};
use crate::store::draft_of;
use deskbell_domain::{MAX_MESSAGE_BYTES, TextError};

/// A draft may be longer than a message, so that nothing typed is lost; not without end.
const MOST_BYTES: usize = 4 * MAX_MESSAGE_BYTES;

pub(crate) async fn get_draft(core: &Core, args: OfChat) -> Result<Draft, RpcError> {
    let text = core.cache().await?.read(move |c| draft_of(c, args.chat)).await?;
    Ok(Draft { chat: args.chat, text })
}

pub(crate) async fn save_draft(core: &Core, args: Draft) -> Result<Empty, RpcError> {
    if args.text.len() > MOST_BYTES {
        return Err(errors::text(TextError::TooLong));
    }
    core.cache().await?.write(move |store, _| stored(store.save_draft(args.chat, &args.text))).await?;
    Ok(Empty {})
}
