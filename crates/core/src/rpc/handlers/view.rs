//! What is before the person's eyes.

use crate::core::Core;
use crate::notify::View;
use crate::rpc::types::{Empty, RpcError, SetView};

pub(crate) async fn set_view(core: &Core, args: SetView) -> Result<Empty, RpcError> {
    let view = View { chat: args.chat, focused: args.focused };
    let set = move |store: &mut crate::store::Store, _| {
        store.set_view(view);
        Ok(())
    };
    core.cache().await?.write(set).await?;
    Ok(Empty {})
}
