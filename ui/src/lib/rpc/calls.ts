/** What can be asked: each name with what it takes and what it answers. */
import type * as t from "./types";

/** Every call: `[request, response]`. */
export interface Calls {
  get_session: [t.Empty, t.Session];
  lookup_hub: [t.LookupHub, t.HubInfo];
  sign_in: [t.SignIn, t.Session];
  unlock: [t.Unlock, t.Session];
  sign_out: [t.SignOut, t.Session];
  get_status: [t.Empty, t.Status];
  sync_now: [t.Empty, t.Empty];
  list_places: [t.Empty, t.Places];
  list_chats: [t.ListChats, t.ChatPage];
  count_chats: [t.CountChats, t.ChatCounts];
  get_chat: [t.OfChat, t.ChatHead];
  list_messages: [t.ListMessages, t.ThreadPage];
  list_assignees: [t.OfChat, t.Members];
  list_members: [t.Empty, t.Members];
  list_tags: [t.Empty, t.Tags];
  create_direct_chat: [t.CreateDirectChat, t.CreatedChat];
  send_message: [t.SendMessage, t.SentMessage];
  assign_chat: [t.AssignChat, t.Empty];
  close_chat: [t.OfChat, t.Empty];
  reopen_chat: [t.OfChat, t.Empty];
  tag_chat: [t.TagChat, t.Empty];
  untag_chat: [t.TagChat, t.Empty];
  create_tag: [t.CreateTag, t.CreatedTag];
  mark_read: [t.MarkRead, t.Empty];
  get_draft: [t.OfChat, t.Draft];
  save_draft: [t.Draft, t.Empty];
  list_outbox: [t.Empty, t.Outbox];
  retry: [t.OfCommand, t.Empty];
  edit: [t.OfCommand, t.Draft];
  discard: [t.OfCommand, t.Empty];
  send_anyway: [t.OfCommand, t.Empty];
  set_view: [t.SetView, t.Empty];
  open_link: [t.OpenLink, t.Empty];
}

/** Name of a call. */
export type RpcName = keyof Calls;
/** What a call takes. */
export type Args<N extends RpcName> = Calls[N][0];
/** What a call answers. */
export type Answer<N extends RpcName> = Calls[N][1];
