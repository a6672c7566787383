//! What the window and the command line can ask: one list of `name(Request) -> Response`. The router, the names and the
//! types of the window all come from it; a call without its handler does not compile.

pub(crate) mod errors;
mod handlers;
#[cfg(test)]
pub(crate) mod hot;
#[allow(clippy::large_enum_variant, reason = "made to be written as JSON and dropped")]
#[allow(missing_docs, reason = "the name of a plain field says it; what it does not say is documented")]
pub mod types;
mod typescript;

pub(crate) use handlers::notices::act;
pub(crate) use handlers::session::status;
pub use typescript::typescript;

use crate::core::Core;
use serde::de::DeserializeOwned;
use serde_json::Value;
use types::RpcError;

macro_rules! rpc_list {
    ($($group:ident { $($name:ident($request:ident) -> $response:ident;)* })*) => {
        /// Name, request and response of every call.
        pub const CALLS: &[(&str, &str, &str)] = &[
            $($((stringify!($name), stringify!($request), stringify!($response)),)*)*
        ];

        /// Calls the handler of that name.
        pub(crate) async fn call(core: &Core, name: &str, args: Value) -> Result<Value, RpcError> {
            match name {
                $($(stringify!($name) => {
                    let request: types::$request = read(args)?;
                    let response: types::$response = handlers::$group::$name(core, request).await?;
                    serde_json::to_value(response).map_err(errors::internal)
                })*)*
                _ => Err(errors::unknown_call(name)),
            }
        }
    };
}

rpc_list! {
    session {
        get_session(Empty) -> Session;
        lookup_hub(LookupHub) -> HubInfo;
        sign_in(SignIn) -> Session;
        unlock(Unlock) -> Session;
        sign_out(SignOut) -> Session;
        get_status(Empty) -> Status;
        sync_now(Empty) -> Empty;
        forget_rescue(Empty) -> Empty;
        check_cache(Empty) -> CacheCheck;
    }
    places {
        list_places(Empty) -> Places;
        list_members(Empty) -> Members;
    }
    chats {
        list_chats(ListChats) -> ChatPage;
        count_chats(CountChats) -> ChatCounts;
        get_chat(OfChat) -> ChatHead;
        list_assignees(OfChat) -> Members;
        list_history(ListHistory) -> HistoryPage;
        get_list_view(GetListView) -> ListView;
        set_list_view(ListView) -> Empty;
        pin_chat(PinChat) -> Empty;
        unpin_chat(OfChat) -> Empty;
        create_direct_chat(CreateDirectChat) -> CreatedChat;
        assign_chat(AssignChat) -> Empty;
        close_chat(OfChat) -> Empty;
        reopen_chat(OfChat) -> Empty;
        mark_read(MarkRead) -> Empty;
        mark_unread(MarkUnread) -> Empty;
    }
    teams {
        create_team_chat(CreateTeamChat) -> CreatedChat;
        rename_chat(RenameChat) -> Empty;
        add_to_chat(AddToChat) -> Empty;
        leave_chat(OfChat) -> Empty;
    }
    undo {
        get_undo(Empty) -> Undo;
        undo(Empty) -> Undo;
    }
    settings {
        get_settings(Empty) -> Settings;
        set_settings(Settings) -> Empty;
        get_quiet(Empty) -> Quiet;
        set_quiet(Quiet) -> Empty;
    }
    presence {
        get_presence(OfChat) -> Presence;
        tell_typing(OfChat) -> Empty;
    }
    thread {
        find_date(FindDate) -> ThreadPoint;
        get_reading(OfChat) -> ThreadPoint;
        save_reading(SaveReading) -> Empty;
        list_messages(ListMessages) -> ThreadPage;
        send_message(SendMessage) -> SentMessage;
        open_link(OpenLink) -> Empty;
    }
    contacts {
        list_contacts(ListContacts) -> Contacts;
        create_contact(CreateContact) -> CreatedContact;
        share_contact(OfContact) -> Empty;
        add_favorite(OfContact) -> Empty;
        remove_favorite(OfContact) -> Empty;
    }
    search {
        search(Search) -> Found;
        suggest_search(SuggestSearch) -> Suggestions;
        find_in_chat(FindInChat) -> FoundInChat;
        find_names(FindNames) -> FoundNames;
    }
    tags {
        list_tags(Empty) -> Tags;
        tag_chat(TagChat) -> Empty;
        untag_chat(TagChat) -> Empty;
        create_tag(CreateTag) -> CreatedTag;
    }
    drafts {
        get_draft(OfChat) -> Draft;
        save_draft(Draft) -> Empty;
    }
    outbox {
        list_outbox(ListOutbox) -> Outbox;
        get_outbox_row(OfCommand) -> OutboxCase;
        retry(OfCommand) -> Empty;
        edit(EditMessage) -> Draft;
        discard(OfCommand) -> Empty;
        send_anyway(OfCommand) -> Empty;
    }
    view {
        set_view(SetView) -> Empty;
        leave_page(LeavePage) -> Empty;
        take_page(Empty) -> KeptPage;
        get_last_place(Empty) -> LastPlace;
        save_last_place(LastPlace) -> Empty;
    }
}

/// Arguments of a call; none at all are as good as empty ones.
fn read<T: DeserializeOwned>(args: Value) -> Result<T, RpcError> {
    let args = if args.is_null() { Value::Object(Default::default()) } else { args };
    serde_json::from_value(args).map_err(errors::bad_arguments)
}
