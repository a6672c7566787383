//! The stories. A story is told once, when it is recorded; after that its file is replayed as it stands.

mod access;
mod desk;
mod reading;
mod trouble;
mod writing;

use super::transcript::Transcript;

/// Every story by the name of its file.
pub async fn all() -> Vec<(&'static str, Transcript)> {
    vec![
        ("first-sign-in", reading::first_sign_in().await),
        ("feed", reading::feed().await),
        ("thread", reading::thread().await),
        ("send", writing::send_and_again().await),
        ("joined", writing::joined().await),
        ("team", desk::team().await),
        ("undo", desk::undo().await),
        ("unread", writing::unread().await),
        ("held", writing::held().await),
        ("refused", writing::refused().await),
        ("grant-and-revoke", access::grant_and_revoke().await),
        ("moved-channel", access::moved_channel().await),
        ("deleted-chat", access::deleted_chat().await),
        ("member-removed", access::member_removed().await),
        ("shared-contact", access::shared_contact().await),
        ("devices", access::devices().await),
        ("events", trouble::events().await),
        ("resync", trouble::resync().await),
        ("restored", trouble::restored().await),
        ("rolled-back", trouble::rolled_back().await),
        ("bad-requests", trouble::bad_requests().await),
    ]
}
