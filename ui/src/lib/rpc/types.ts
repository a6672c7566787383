// What the window can ask and what it is told: the shapes of every rpc call.

/**
 * What went wrong, over every boundary. `code` travels and is looked up in the message catalogue;
 * `message` is the English sentence that says what to do, used where the catalogue has none (command line).
 */
export type RpcError = { code: string, message: string, retryable: boolean, params?: { [key in string]: string } };

/**
 * Who is signed in on this profile, or why nobody is.
 */
export type Session = { "state": "signed_out", hub: string | null, email: string | null, reason: RpcError | null } | { "state": "locked", why: LockReason, hub: string | null, email: string | null } | ({ "state": "signed_in" } & SignedIn);

/**
 * Why the cache is locked.
 */
export type LockReason = "password" | "keyring_locked" | "keyring_missing" | "key_lost";

/**
 * The signed-in member.
 */
export type SignedIn = { me: MemberInfo, organization: string, product: string, hub: string, capabilities: Array<string>, signed_out_by_hub: RpcError | null };

/**
 * A member, as others see them.
 */
export type MemberInfo = { id: string, name: string, initials: string, role: string, me: boolean };

/**
 * `lookup_hub`.
 */
export type LookupHub = { address: string };

/**
 * What a hub says of itself before anybody signs in.
 */
export type HubInfo = { address: string, organization: string };

/**
 * `sign_in`. `cache_password` protects the cache where there is no keyring.
 */
export type SignIn = { hub: string, email: string, password: string, cache_password?: string };

/**
 * `unlock`: with the cache's password, or with `None` to ask the keyring again.
 */
export type Unlock = { password: string | null };

/**
 * `sign_out`. Without `discard_unsent` it is refused with `unsent` while something waits.
 */
export type SignOut = { discard_unsent: boolean };

/**
 * What the strip says.
 */
export type Status = { network: Network, up_to_date_ms: number | null, first_sync: boolean, waiting: number, failed: number, held: number, problem: RpcError | null };

/**
 * Reachability of the hub.
 */
export type Network = "online" | "connecting" | "offline";

/**
 * Where a list of chats comes from.
 */
export type Place = { "place": "inbox", "id": string } | { "place": "channel", "id": string } | { "place": "direct" };

/**
 * The rail.
 */
export type Places = { inboxes: Array<InboxPlace>, direct: Array<DirectPlace> };

/**
 * A shared inbox in the rail.
 */
export type InboxPlace = { id: string, name: string, kind: string, unread: number, assignment: boolean, channels: Array<ChannelPlace> };

/**
 * A channel in the rail.
 */
export type ChannelPlace = { id: string, kind: string, name: string, unread: number };

/**
 * A direct chat in the rail.
 */
export type DirectPlace = { chat: string, member: MemberInfo, unread: number };

/**
 * A tab of the list.
 */
export type Tab = "open" | "closed";

/**
 * A segment within *Open*.
 */
export type Segment = "all" | "me" | "others" | "unassigned";

/**
 * `list_chats`: a keyset page, most recent message first (chats without a message before all others); ties by id.
 * Direct chats have no tabs or segments: `tab` and `segment` are ignored there.
 */
export type ListChats = { place: Place, tab: Tab, segment: Segment, after: string | null, limit: number };

/**
 * One page.
 */
export type ChatPage = { rows: Array<ChatRow>, next: string | null };

/**
 * A row of the list.
 */
export type ChatRow = { chat: string, kind: string, title: string, initials: string, tint: string, channel: string | null, closed: boolean, assignee: MemberInfo | null, preview: Preview | null, draft: string | null, unread: number, tags: Array<TagInfo>, pending: PendingMark | null };

/**
 * The last message of a row.
 */
export type Preview = { text: string, at_ms: number, author: string | null, mine: boolean };

/**
 * A mark for what waits, in a row.
 */
export type PendingMark = "waiting" | "held" | "failed";

/**
 * A tag.
 */
export type TagInfo = { id: string, name: string, color: string, waiting: boolean };

/**
 * `count_chats`.
 */
export type CountChats = { place: Place };

/**
 * Conversations of a place, by tab and segment.
 */
export type ChatCounts = { all: number, me: number, others: number, unassigned: number, closed: number };

/**
 * Names one chat: `get_chat`, `close_chat`, `reopen_chat`, `get_draft`, `list_assignees`.
 */
export type OfChat = { chat: string };

/**
 * Header of a chat.
 */
export type ChatHead = { chat: string, kind: string, title: string, initials: string, tint: string, member: MemberInfo | null, channel: ChannelPlace | null, inbox: string | null, inbox_id: string | null, closed: ClosedInfo | null, assignee: MemberInfo | null, created_ms: number, tags: Array<TagInfo>, can: Array<string>, read_pos: number, last_pos: number, unread: number };

/**
 * Who closed it and when.
 */
export type ClosedInfo = { by: string, at_ms: number };

/**
 * `list_messages`: the entries before `before` (from the end without it), oldest first.
 */
export type ListMessages = { chat: string, before: number | null, limit: number };

/**
 * A page of a thread. What this device has not brought to the hub comes last, in the last page only.
 */
export type ThreadPage = { entries: Array<Entry>, more: boolean };

/**
 * A message or a system line.
 */
export type Entry = { id: string, pos: number | null, at_ms: number, author: EntryAuthor, content: EntryContent, delivery: Delivery, pending: PendingSend | null };

/**
 * Who wrote it.
 */
export type EntryAuthor = { "kind": "contact", name: string } | ({ "kind": "member" } & MemberInfo) | { "kind": "system" };

/**
 * What it says.
 */
export type EntryContent = { "kind": "text", parts: Array<TextPart> } | ({ "kind": "event" } & EventLine);

/**
 * Text or a link.
 */
export type TextPart = { text: string, href: string | null };

/**
 * What a system line tells. Names are plain text; `None` = nobody.
 */
export type EventLine = { "event": "assigned", by: MemberInfo | null, to: MemberInfo | null, from: MemberInfo | null } | { "event": "closed", by: MemberInfo | null } | { "event": "reopened", by: MemberInfo | null };

/**
 * What became of an outbound message.
 */
export type Delivery = "none" | "waiting" | "sent" | "delivered" | "read" | "failed";

/**
 * State of a message that is not (yet) at the hub.
 */
export type PendingSend = { command: string, state: PendingMark, reason: RpcError | null, other: OtherReply | null };

/**
 * The reply that was faster.
 */
export type OtherReply = { author: MemberInfo, text: string, at_ms: number };

/**
 * `list_assignees`: members of the inbox, the member first.
 */
export type Members = { members: Array<MemberInfo> };

/**
 * `create_direct_chat`.
 */
export type CreateDirectChat = { member: string };

/**
 * The chat that now exists (or already did).
 */
export type CreatedChat = { chat: string };

/**
 * `send_message`: clears the chat's draft in the same transaction.
 */
export type SendMessage = { chat: string, text: string };

/**
 * The message that now waits.
 */
export type SentMessage = { message: string, command: string };

/**
 * `assign_chat`. To oneself it is a claim: refused if somebody else took it first.
 */
export type AssignChat = { chat: string, to: string | null };

/**
 * `tag_chat`, `untag_chat`.
 */
export type TagChat = { chat: string, tag: string };

/**
 * `create_tag`; with `chat` it is put on that chat too. An existing name gives the existing tag.
 */
export type CreateTag = { name: string, color: string | null, chat: string | null };

/**
 * The tag that now exists.
 */
export type CreatedTag = { tag: TagInfo };

/**
 * `list_tags`: all tags of the organization by name.
 */
export type Tags = { tags: Array<TagInfo> };

/**
 * `mark_read`: everything up to `pos`.
 */
export type MarkRead = { chat: string, pos: number };

/**
 * `get_draft` answers, `save_draft` takes it. Empty = no draft.
 */
export type Draft = { chat: string, text: string };

/**
 * `list_outbox`.
 */
export type Outbox = { rows: Array<OutboxRow> };

/**
 * Something that has not reached the hub, or was refused or held there.
 */
export type OutboxRow = { command: string, kind: string, chat: string | null, title: string, text: string | null, created_ms: number, state: PendingMark, reason: RpcError | null, other: OtherReply | null };

/**
 * Names one outbox row: `retry`, `edit`, `discard`, `send_anyway`. `edit` moves the text into the chat's draft.
 */
export type OfCommand = { command: string };

/**
 * `set_view`: what is before the person's eyes; decides what is notified.
 */
export type SetView = { chat: string | null, focused: boolean };

/**
 * `open_link`: http, https, mailto and tel only, in the system's program.
 */
export type OpenLink = { href: string };

/**
 * Nothing to say, nothing to tell.
 */
export type Empty = Record<string, never>;

/**
 * What the core tells the window without being asked.
 */
export type CoreEvent = { "event": "changed", tags: Array<string>, all: boolean } | { "event": "navigate", chat: string, reply: boolean };
