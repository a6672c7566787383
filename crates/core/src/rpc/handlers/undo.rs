//! Taking back what was just done.

use super::stored;
use crate::core::Core;
use crate::rpc::errors;
use crate::rpc::types::{Empty, RpcError, Undo, UndoableAct};
use crate::store::query::{self, Names};
use crate::store::{Act, Deed, Stored, Undone, newest_act};
use rusqlite::Connection;
use uuid::Uuid;

/// What *Undo* would take back now.
pub(crate) async fn get_undo(core: &Core, _: Empty) -> Result<Undo, RpcError> {
    let now_ms = core.inner.options.clock.now_ms();
    let find = move |c: &Connection| newest_act(c, now_ms)?.map(|(act, leaves)| named(c, act, leaves)).transpose();
    core.cache().await?.read(find).await.map(|act| Undo { act })
}

/// Takes it back, and says what it was; nothing where there is nothing.
pub(crate) async fn undo(core: &Core, _: Empty) -> Result<Undo, RpcError> {
    let id = Uuid::now_v7().into();
    core.cache()
        .await?
        .command(move |store, at| match store.undo(id, at).map_err(|problem| errors::submit(store, &problem))? {
            Undone::Nothing => Ok(Undo { act: None }),
            Undone::Act(act) => Ok(Undo { act: Some(stored(named(store.connection(), act, None))?) }),
            Undone::Refused(act, refusal) => {
                let mut said = errors::submit(store, &refusal.into());
                said.params.insert("kind".into(), act.deed.kind().into());
                let title = stored(query::title_of(store.connection(), act.chat))?;
                said.params.extend(title.map(|title| ("title".into(), title)));
                Err(said)
            }
        })
        .await
}

fn named(c: &Connection, act: Act, leaves_ms: Option<i64>) -> Stored<UndoableAct> {
    let names = Names::new(c)?;
    let what = match act.deed {
        Deed::Assign { to, .. } => to.map(|member| names.name(member)).transpose()?,
        Deed::Tag { tag } | Deed::Untag { tag } => query::tag_name(c, tag)?,
        Deed::Close | Deed::Send => None,
    };
    Ok(UndoableAct {
        kind: act.deed.kind().into(),
        chat: act.chat,
        title: query::title_of(c, act.chat)?.unwrap_or_default(),
        what,
        command: act.command,
        at_ms: act.at_ms,
        leaves_ms,
    })
}
