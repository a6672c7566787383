//! What is before the person's eyes, and what is left of it when the window is closed to the tray or the program ends.

use super::stored;
use crate::core::Core;
use crate::notify::View;
use crate::rpc::types::{Empty, KeptPage, LastPlace, LeavePage, Network, RpcError, SetView};
use crate::store::last_place;
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

/// Far more than a page has to say of itself. One that says more would come back as something else, so it stays.
const MOST_BYTES: usize = 64 * 1024;

pub(crate) async fn leave_page(core: &Core, args: LeavePage) -> Result<Empty, RpcError> {
    core.inner.page.leave(args.state.filter(|state| state.len() <= MOST_BYTES));
    Ok(Empty {})
}

pub(crate) async fn take_page(core: &Core, _: Empty) -> Result<KeptPage, RpcError> {
    let (state, event) = core.inner.page.take();
    Ok(KeptPage { state, event })
}

pub(crate) async fn get_last_place(core: &Core, _: Empty) -> Result<LastPlace, RpcError> {
    core.cache().await?.read(last_place).await
}

pub(crate) async fn save_last_place(core: &Core, args: LastPlace) -> Result<Empty, RpcError> {
    core.cache().await?.write(move |store, _| stored(store.save_last_place(&args))).await?;
    Ok(Empty {})
}
