//! Searching: what is asked, what is found, and what of it is to be marked.

use super::{ClosedInfo, EntryAuthor, MemberInfo, PendingMark, TagInfo};
use deskbell_domain::{ChatId, ContactId, MessageId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub use deskbell_domain::{SearchOperator, TermProblem};

/// `search`: everything on this computer that has all words of `text` and that its operators let through. Words are literal:
/// case, accents and marks do not matter, the last one may be the beginning of a word, and `"..."` are words that stand
/// together. Operators are `from:`, `in:`, `tag:`, `is:`, `before:` and `after:`, each with a value, which stands in
/// quotation marks where it has spaces. Without words and operators that say something nothing is found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Search {
    pub text: String,
    /// `next` of the page before; of another text it is refused with `other_list`.
    #[serde(default)]
    pub after: Option<String>,
    /// Most messages of the page.
    pub limit: u32,
    /// Most conversations, and most contacts; five where it is not said.
    #[serde(default)]
    #[ts(optional = nullable)]
    pub others: Option<u32>,
}

/// What was found. Conversations and contacts are on the first page alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Found {
    /// The operators of the text, in their order.
    pub terms: Vec<FoundTerm>,
    /// Beside its operators the text has something, but no word: of signs alone nothing can be found.
    pub signs_only: bool,
    /// Chats of any kind that are called so or have a tag that is, newest first: a few of them.
    pub conversations: Vec<FoundChat>,
    pub more_conversations: bool,
    /// Newest first.
    pub messages: Vec<FoundMessage>,
    /// There may be more messages. Reading stops after some time, also where it has found little or nothing: asking again
    /// goes on from there.
    pub next: Option<String>,
    /// People outside whose name, company or number has all words: a few of them. None where there are operators.
    pub contacts: Vec<FoundContact>,
    pub more_contacts: bool,
    /// `false` while the index is made after an update of the program: older messages may be missing.
    pub complete: bool,
    /// How many messages are on this computer.
    pub here: u64,
}

/// An operator in the text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct FoundTerm {
    /// Where it begins and ends, in UTF-16 units of the text.
    pub start: u32,
    pub end: u32,
    pub operator: SearchOperator,
    /// Without quotation marks. Empty while it is being typed: then it filters nothing.
    pub value: String,
    /// Why nothing can be found by it.
    pub problem: Option<TermProblem>,
}

/// A text of which parts are to be marked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Marked {
    /// In one line. Always plain text.
    pub text: String,
    /// From and to, in UTF-16 units of `text`, ascending.
    pub marks: Vec<(u32, u32)>,
    /// It goes on before and behind.
    pub cut_start: bool,
    pub cut_end: bool,
}

/// A chat that was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct FoundChat {
    pub chat: ChatId,
    /// `conversation`, `text`, `direct` or `team`.
    pub kind: String,
    pub title: Marked,
    pub initials: String,
    pub tint: String,
    /// Kind of the channel; `None` in direct and team chats.
    pub channel: Option<String>,
    /// Name of the inbox; `None` where it is in none.
    pub inbox: Option<String>,
    /// Last message; when it was created where there is none.
    pub at_ms: i64,
    /// The tag by which it was found.
    pub tag: Option<FoundTag>,
    /// How many messages it has; more than 1,000 are said as 1,000.
    pub messages: u32,
    pub closed: Option<ClosedInfo>,
    pub archived: bool,
    pub assignee: Option<MemberInfo>,
    pub unread: u32,
}

/// A message that was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct FoundMessage {
    pub message: MessageId,
    pub chat: ChatId,
    /// Of the chat: `conversation`, `text`, `direct` or `team`.
    pub kind: String,
    /// Title of the chat. Always plain text.
    pub title: String,
    /// Kind of the channel; `None` in direct and team chats.
    pub channel: Option<String>,
    /// Name of the inbox; `None` where it is in none.
    pub inbox: Option<String>,
    /// Hub order; `None` until the hub has it.
    pub pos: Option<u64>,
    pub at_ms: i64,
    pub author: EntryAuthor,
    /// The hub has not taken it: it waits, is held or failed.
    pub pending: Option<PendingMark>,
    /// As much of the message as shows why it was found.
    pub text: Marked,
}

/// Somebody outside who was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct FoundContact {
    pub contact: ContactId,
    pub name: Marked,
    pub initials: String,
    pub tint: String,
    /// Company and telephone numbers.
    pub lines: Vec<Marked>,
    /// Seen by the member alone.
    pub private: bool,
    /// Their latest conversation or text; `None` = there is none to open.
    pub chat: Option<ChatId>,
}

/// A tag that was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct FoundTag {
    pub tag: TagInfo,
    pub name: Marked,
    /// How many conversations have it; more than 1,000 are said as 1,000.
    pub chats: u32,
}

/// A member that was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct FoundMember {
    pub member: MemberInfo,
    pub name: Marked,
    /// The direct chat with them; `None` = there is none yet.
    pub chat: Option<ChatId>,
}

/// `suggest_search`: what can stand after an operator, while `text` of it is typed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SuggestSearch {
    pub operator: SearchOperator,
    pub text: String,
    pub limit: u32,
}

/// The best first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Suggestions {
    pub suggestions: Vec<Suggestion>,
}

/// One value of an operator.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Suggestion {
    /// As it is put into the text behind the operator, in quotation marks where it needs them.
    pub value: String,
    pub of: SuggestionOf,
    /// What it is called. Empty where `of` is a word of the product, which the window says in its language.
    pub name: Marked,
    /// The inbox of a channel or chat.
    pub inbox: Option<String>,
}

/// What a value stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SuggestionOf {
    Me,
    Member,
    Contact,
    Inbox,
    Channel,
    Chat,
    Tag,
    /// `open`, `closed`, `archived`, `unread` or `waiting`.
    State,
    /// `today`, `yesterday`, or a day, month or year.
    Date,
}

/// `find_in_chat`: the messages of one chat that have all words of `text`, with where they are; its operators that speak of
/// messages count too.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct FindInChat {
    pub chat: ChatId,
    pub text: String,
}

/// The newest 500 of them, oldest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct FoundInChat {
    pub hits: Vec<Hit>,
    /// There are older ones.
    pub more: bool,
}

/// A message of the chat.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Hit {
    pub message: MessageId,
    /// Hub order; `None` until the hub has it.
    pub pos: Option<u64>,
    /// From and to, in UTF-16 units of the whole message, ascending.
    pub marks: Vec<(u32, u32)>,
}

/// `find_names`: who and what is called so. Without a text the chats with the newest messages.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct FindNames {
    pub text: String,
    /// Most of each kind.
    pub limit: u32,
}

/// Newest chats first, all else by name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct FoundNames {
    pub chats: Vec<FoundChat>,
    pub contacts: Vec<FoundContact>,
    pub members: Vec<FoundMember>,
    pub tags: Vec<FoundTag>,
    /// How many messages are on this computer.
    pub here: u64,
}
