//! What a person does from a notification.

use super::chats;
use crate::core::Core;
use crate::notify::{NO_CHAT, NoticeAction, parse_notice_id};
use crate::rpc::errors;
use crate::rpc::types::{AssignChat, CoreEvent, MarkRead, RpcError};

/// Does what the person chose. What a notification tells may be hours old: the rules judge it as of now.
pub(crate) async fn act(core: &Core, notice: &str, action: NoticeAction) -> Result<(), RpcError> {
    let (chat, pos) = parse_notice_id(notice).ok_or_else(errors::not_found)?;
    if chat == NO_CHAT {
        core.lead(CoreEvent::Attention {});
        return Ok(());
    }
    match action {
        NoticeAction::AssignToMe => {
            let me = core.cache().await?.write(|store, _| Ok(store.identity().map(|i| i.me))).await?;
            chats::assign_chat(core, AssignChat { chat, to: me }).await?;
        }
        NoticeAction::MarkRead => {
            chats::mark_read(core, MarkRead { chat, pos }).await?;
        }
        NoticeAction::Reply | NoticeAction::Open => {
            let reply = action == NoticeAction::Reply;
            core.lead(CoreEvent::Navigate { chat, reply });
        }
    }
    Ok(())
}
