//! What the window and the command line can ask, and what they are told: the shapes of every rpc call.
//!
//! The TypeScript of the UI is generated from this file. Identifiers are strings, times are UTC milliseconds,
//! positions (`pos`) are hub order.

use deskbell_domain::{ChannelId, ChatId, CommandId, InboxId, MemberId, MessageId, TagId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

// ── Errors ──────────────────────────────────────────────────────────────────

/// What went wrong, over every boundary. `code` travels and is looked up in the message catalogue;
/// `message` is the English sentence that says what to do, used where the catalogue has none (command line).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct RpcError {
    /// Stable, `snake_case`.
    pub code: String,
    /// One sentence that says what to do.
    pub message: String,
    /// Whether the same call may succeed later without the person changing anything.
    pub retryable: bool,
    /// Values for the sentence: names, counts, limits.
    #[serde(default, skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    pub params: std::collections::BTreeMap<String, String>,
}

// ── Session ─────────────────────────────────────────────────────────────────

/// Who is signed in on this profile, or why nobody is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Session {
    /// Nobody. `hub` and `email` prefill the form; `reason` says why a sign-in ended (`device_revoked`, ...).
    SignedOut { hub: Option<String>, email: Option<String>, reason: Option<RpcError> },
    /// There is a cache and its key cannot be had now.
    Locked { why: LockReason, hub: Option<String>, email: Option<String> },
    /// Signed in; works with no network.
    SignedIn(SignedIn),
}

/// Why the cache is locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LockReason {
    /// The cache is protected by a password (there was no keyring when it was made).
    Password,
    /// The system keyring is there and locked.
    KeyringLocked,
    /// The key was in a keyring that does not answer now.
    KeyringMissing,
    /// The keyring answers and has no key for this cache; signing in again restores it.
    KeyLost,
}

/// The signed-in member.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SignedIn {
    pub me: MemberInfo,
    pub organization: String,
    /// `customer_engagement` or `contact_center`.
    pub product: String,
    pub hub: String,
    /// What this member may do; the UI looks only here (`assign_others`, `create_direct_chat`, ...).
    pub capabilities: Vec<String>,
    /// The hub refuses this device (revoked, expired): reading works, nothing is sent until signed in again.
    pub signed_out_by_hub: Option<RpcError>,
}

/// A member, as others see them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct MemberInfo {
    pub id: MemberId,
    pub name: String,
    pub initials: String,
    /// `agent`, `manager` or `admin`.
    pub role: String,
    pub me: bool,
}

/// `lookup_hub`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct LookupHub {
    pub address: String,
}

/// What a hub says of itself before anybody signs in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct HubInfo {
    /// The address as it will be used (scheme added).
    pub address: String,
    pub organization: String,
}

/// `sign_in`. `cache_password` protects the cache where there is no keyring.
#[derive(Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SignIn {
    pub hub: String,
    pub email: String,
    pub password: String,
    #[serde(default)]
    #[ts(optional)]
    pub cache_password: Option<String>,
}

/// `unlock`: with the cache's password, or with `None` to ask the keyring again.
#[derive(Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Unlock {
    pub password: Option<String>,
}

/// `sign_out`. Without `discard_unsent` it is refused with `unsent` while something waits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SignOut {
    pub discard_unsent: bool,
}

/// What the strip says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Status {
    pub network: Network,
    /// When the cache was last known to be complete; `None` before the first time.
    pub up_to_date_ms: Option<i64>,
    /// The first sync is running: lists may still grow.
    pub first_sync: bool,
    /// Commands that have not reached the hub.
    pub waiting: u32,
    /// Refused: *Retry*, *Edit*, *Discard*.
    pub failed: u32,
    /// Held: *Send anyway*, *Edit*, *Discard*.
    pub held: u32,
    /// Why the hub cannot be used, where it is more than the network (`hub_newer`, `device_revoked`, `hub_not_deskbell`).
    pub problem: Option<RpcError>,
}

/// Reachability of the hub.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Network {
    Online,
    Connecting,
    Offline,
}

// ── Places ──────────────────────────────────────────────────────────────────

/// Where a list of chats comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(tag = "place", content = "id", rename_all = "snake_case")]
pub enum Place {
    /// All channels of an inbox.
    Inbox(InboxId),
    /// One channel.
    Channel(ChannelId),
    /// The member's direct chats.
    Direct,
}

/// The rail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Places {
    pub inboxes: Vec<InboxPlace>,
    /// Unread first, then by last message.
    pub direct: Vec<DirectPlace>,
}

/// A shared inbox in the rail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct InboxPlace {
    pub id: InboxId,
    pub name: String,
    /// `shared` or `queue`.
    pub kind: String,
    /// Unread conversations that are mine or unassigned (all, where assignment mode is off).
    pub unread: u32,
    /// Assignment mode of the inbox.
    pub assignment: bool,
    pub channels: Vec<ChannelPlace>,
}

/// A channel in the rail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ChannelPlace {
    pub id: ChannelId,
    /// `sms`, `whatsapp`, `messenger`, `instagram`, `webchat`.
    pub kind: String,
    pub name: String,
    pub unread: u32,
}

/// A direct chat in the rail.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct DirectPlace {
    pub chat: ChatId,
    pub member: MemberInfo,
    pub unread: u32,
}

// ── Lists ───────────────────────────────────────────────────────────────────

/// A tab of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Tab {
    Open,
    Closed,
}

/// A segment within *Open*.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Segment {
    All,
    Me,
    Others,
    Unassigned,
}

/// `list_chats`: a keyset page, most recent message first (chats without a message before all others); ties by id.
/// Direct chats have no tabs or segments: `tab` and `segment` are ignored there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ListChats {
    pub place: Place,
    pub tab: Tab,
    pub segment: Segment,
    /// `next` of the page before.
    #[serde(default)]
    pub after: Option<String>,
    pub limit: u32,
}

/// One page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ChatPage {
    pub rows: Vec<ChatRow>,
    pub next: Option<String>,
}

/// A row of the list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ChatRow {
    pub chat: ChatId,
    /// `conversation` or `direct`.
    pub kind: String,
    /// Contact's name, formatted handle, or the other member's name. Always plain text.
    pub title: String,
    pub initials: String,
    /// One of the eight tints of the palette (`stone brick amber moss teal sky violet rose`), stable per contact.
    pub tint: String,
    /// Kind of the channel; `None` in direct chats.
    pub channel: Option<String>,
    pub closed: bool,
    pub assignee: Option<MemberInfo>,
    /// The last message in one line, never cut inside a grapheme.
    pub preview: Option<Preview>,
    /// The member's kept draft, one line.
    pub draft: Option<String>,
    /// Messages by others after the read position.
    pub unread: u32,
    pub tags: Vec<TagInfo>,
    /// Worst state of what this device has not brought to the hub in this chat.
    pub pending: Option<PendingMark>,
}

/// The last message of a row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Preview {
    pub text: String,
    pub at_ms: i64,
    /// Name of the author where it is a member; `None` for the contact.
    pub author: Option<String>,
    pub mine: bool,
}

/// A mark for what waits, in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum PendingMark {
    Waiting,
    Held,
    Failed,
}

/// A tag.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct TagInfo {
    pub id: TagId,
    pub name: String,
    /// One of the eight tints.
    pub color: String,
    /// The tag has not reached the hub in this chat.
    pub waiting: bool,
}

/// `count_chats`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct CountChats {
    pub place: Place,
}

/// Conversations of a place, by tab and segment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ChatCounts {
    /// Open, all segments.
    pub all: u32,
    pub me: u32,
    pub others: u32,
    pub unassigned: u32,
    pub closed: u32,
}

// ── One chat ────────────────────────────────────────────────────────────────

/// Names one chat: `get_chat`, `close_chat`, `reopen_chat`, `get_draft`, `list_assignees`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct OfChat {
    pub chat: ChatId,
}

/// Header of a chat.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ChatHead {
    pub chat: ChatId,
    pub kind: String,
    pub title: String,
    pub initials: String,
    pub tint: String,
    /// The other member of a direct chat.
    pub member: Option<MemberInfo>,
    pub channel: Option<ChannelPlace>,
    pub inbox: Option<String>,
    pub inbox_id: Option<InboxId>,
    pub closed: Option<ClosedInfo>,
    pub assignee: Option<MemberInfo>,
    pub created_ms: i64,
    pub tags: Vec<TagInfo>,
    /// What can be done now (`assign_to_me`, `unassign`, `assign_others`, `close`, `reopen`, `tag`, `send`).
    pub can: Vec<String>,
    /// Read position of the member when asked.
    pub read_pos: u64,
    /// Position of the newest message in the cache.
    pub last_pos: u64,
    pub unread: u32,
}

/// Who closed it and when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ClosedInfo {
    pub by: String,
    pub at_ms: i64,
}

/// `list_messages`: the entries before `before` (from the end without it), oldest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ListMessages {
    pub chat: ChatId,
    #[serde(default)]
    pub before: Option<u64>,
    pub limit: u32,
}

/// A page of a thread. What this device has not brought to the hub comes last, in the last page only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ThreadPage {
    pub entries: Vec<Entry>,
    /// There is more before the first entry.
    pub more: bool,
}

/// A message or a system line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Entry {
    pub id: MessageId,
    /// Hub order; `None` until the hub has it.
    pub pos: Option<u64>,
    pub at_ms: i64,
    pub author: EntryAuthor,
    pub content: EntryContent,
    pub delivery: Delivery,
    /// Set where it has not reached the hub, or was refused or held there.
    pub pending: Option<PendingSend>,
}

/// Who wrote it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum EntryAuthor {
    Contact { name: String },
    Member(MemberInfo),
    System,
}

/// What it says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum EntryContent {
    /// Text, cut where its links begin and end; the parts joined are the text exactly.
    Text { parts: Vec<TextPart> },
    /// A system line.
    Event(EventLine),
}

/// Text or a link.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct TextPart {
    pub text: String,
    /// Set on links: http, https, mailto or tel only.
    pub href: Option<String>,
}

/// What a system line tells. Names are plain text; `None` = nobody.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum EventLine {
    Assigned { by: Option<MemberInfo>, to: Option<MemberInfo>, from: Option<MemberInfo> },
    Closed { by: Option<MemberInfo> },
    Reopened { by: Option<MemberInfo> },
}

/// What became of an outbound message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// Inbound, or a system line: nothing to say.
    None,
    Waiting,
    Sent,
    Delivered,
    Read,
    Failed,
}

/// State of a message that is not (yet) at the hub.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct PendingSend {
    pub command: CommandId,
    pub state: PendingMark,
    /// Why it failed or is held (`answered`, `stale`, `taken_by`, `too_long`, ...), with values.
    pub reason: Option<RpcError>,
    /// What the colleague wrote, where it is held because of it.
    pub other: Option<OtherReply>,
}

/// The reply that was faster.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct OtherReply {
    pub author: MemberInfo,
    pub text: String,
    pub at_ms: i64,
}

/// `list_assignees`: members of the inbox, the member first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Members {
    pub members: Vec<MemberInfo>,
}

// ── What a person does ──────────────────────────────────────────────────────

/// `create_direct_chat`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct CreateDirectChat {
    pub member: MemberId,
}

/// The chat that now exists (or already did).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct CreatedChat {
    pub chat: ChatId,
}

/// `send_message`: clears the chat's draft in the same transaction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SendMessage {
    pub chat: ChatId,
    pub text: String,
}

/// The message that now waits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SentMessage {
    pub message: MessageId,
    pub command: CommandId,
}

/// `assign_chat`. To oneself it is a claim: refused if somebody else took it first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct AssignChat {
    pub chat: ChatId,
    pub to: Option<MemberId>,
}

/// `tag_chat`, `untag_chat`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct TagChat {
    pub chat: ChatId,
    pub tag: TagId,
}

/// `create_tag`; with `chat` it is put on that chat too. An existing name gives the existing tag.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct CreateTag {
    pub name: String,
    pub color: Option<String>,
    #[serde(default)]
    pub chat: Option<ChatId>,
}

/// The tag that now exists.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct CreatedTag {
    pub tag: TagInfo,
}

/// `list_tags`: all tags of the organization by name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Tags {
    pub tags: Vec<TagInfo>,
}

/// `mark_read`: everything up to `pos`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct MarkRead {
    pub chat: ChatId,
    pub pos: u64,
}

// ── Drafts and outbox ───────────────────────────────────────────────────────

/// `get_draft` answers, `save_draft` takes it. Empty = no draft.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Draft {
    pub chat: ChatId,
    pub text: String,
}

/// `list_outbox`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Outbox {
    /// In the order in which they go.
    pub rows: Vec<OutboxRow>,
}

/// Something that has not reached the hub, or was refused or held there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct OutboxRow {
    pub command: CommandId,
    /// Kind of the command (`send_message`, `assign_chat`, ...).
    pub kind: String,
    pub chat: Option<ChatId>,
    /// Title of the chat, frozen at writing.
    pub title: String,
    /// Text of the message, where it is one.
    pub text: Option<String>,
    pub created_ms: i64,
    pub state: PendingMark,
    pub reason: Option<RpcError>,
    pub other: Option<OtherReply>,
}

/// Names one outbox row: `retry`, `edit`, `discard`, `send_anyway`. `edit` moves the text into the chat's draft.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct OfCommand {
    pub command: CommandId,
}

// ── The window ──────────────────────────────────────────────────────────────

/// `set_view`: what is before the person's eyes; decides what is notified.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SetView {
    /// The chat on screen.
    pub chat: Option<ChatId>,
    /// The window has the focus and is visible.
    pub focused: bool,
}

/// `open_link`: http, https, mailto and tel only, in the system's program.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct OpenLink {
    pub href: String,
}

/// Nothing to say, nothing to tell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Empty {}

/// What the core tells the window without being asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum CoreEvent {
    /// Queries that provide one of these tags run again. `all` where a listener fell behind: everything runs again.
    Changed { tags: Vec<String>, all: bool },
    /// Show this chat (a notification was clicked); `reply` = put the caret into the composer.
    Navigate { chat: ChatId, reply: bool },
}
