//! What is before the person's eyes.

use crate::core::Core;
use crate::notify::View;
use crate::rpc::types::{Empty, Network, RpcError, SetView};
use crate::sync::Event;

pub(crate) async fn set_view(core: &Core, args: SetView) -> Result<Empty, RpcError> {
    let view = View { chat: args.chat, focused: args.focused };
    let set = move |store: &mut crate::store::Store, _| Ok(store.set_view(view));
    let cache = core.cache().await?;
    let before = cache.write(set).await?;
    cache.room.look(view);
    // Who comes back to the window after the network did must not wait out a pause that grew meanwhile.
    let offline = cache.view().is_some_and(|v| v.network == Network::Offline);
    if offline && view.focused && !before.focused {
        cache.tell(Event::SyncNow);
    }
    Ok(Empty {})
}
