/** What the choices of a list are called. */
import { m } from "../paraglide/messages.js";
import type { Filter, Segment, Sort, Tab } from "$lib/rpc/types";
import type { Chosen } from "./question";

/** A tab. */
export const tabWords: Record<Tab, () => string> = { open: m.list_open, closed: m.list_closed, archived: m.list_archived };

/** A segment. */
export const segmentWords: Record<Segment, () => string> = {
  all: m.list_segment_all,
  me: m.list_segment_me,
  others: m.list_segment_others,
  unassigned: m.list_segment_unassigned,
};

/** A filter. */
export const filterWords: Record<Filter, () => string> = { all: m.list_filter_all, unread: m.list_filter_unread, archived: m.list_filter_archived };

const fourSorts: Record<Sort, () => string> = {
  recent_conversations: m.list_sort_recent_conversations,
  oldest_conversations: m.list_sort_oldest_conversations,
  recent_messages: m.list_sort_recent_messages,
  oldest_messages: m.list_sort_oldest_messages,
};

/** A sort; where there are only two they have one word each. */
export function sortWord(sort: Sort, offered: readonly Sort[]): string {
  if (offered.length > 2) return fourSorts[sort]();
  return sort === "oldest_conversations" ? m.list_sort_oldest() : m.list_sort_recent();
}

/** What the rows are, for those who hear them. */
export function rowsLabel(kind: "inbox" | "texts" | "direct" | "team", chosen: Chosen): string {
  if (kind === "direct") return m.list_direct();
  if (kind === "team") return m.list_team();
  const of = () => {
    if (chosen.filter === "archived") return m.list_rows_completed();
    if (chosen.withMe) return m.list_rows_with_me();
    if (chosen.tab === "closed") return m.list_rows_closed();
    if (chosen.tab === "archived") return m.list_rows_archived();
    return { all: m.list_rows_all, me: m.list_rows_me, others: m.list_rows_others, unassigned: m.list_rows_unassigned }[chosen.segment ?? "all"]();
  };
  return chosen.filter === "unread" ? m.list_rows_unread({ list: of() }) : of();
}
