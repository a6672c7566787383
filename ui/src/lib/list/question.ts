/** What a list offers to choose from, by what it is a list of, and what is asked for what is chosen. Pure. */
import type { Filter, InboxPlace, ListChats, ListView, Place, Segment, Sort, Tab } from "$lib/rpc/types";

/** What is asked: a place, and how its list is narrowed and sorted. */
export type ListQuestion = Omit<ListChats, "after" | "limit">;

/** What can be chosen in a list. An empty choice is not drawn. */
export interface Offers {
  tabs: readonly Tab[];
  segments: readonly Segment[];
  /** *Conversations with me* can be chosen within *Me*. */
  withMe: boolean;
  filters: readonly Filter[];
  sorts: readonly Sort[];
}

const fourSorts: readonly Sort[] = ["recent_conversations", "oldest_conversations", "recent_messages", "oldest_messages"];
const twoSorts: readonly Sort[] = ["recent_conversations", "oldest_conversations"];

/** What a list offers. `inbox` is the one whose conversations they are; without one they are texts, or chats among members. */
export function offersOf(place: Place, inbox: Pick<InboxPlace, "assignment"> | undefined, contactCenter: boolean): Offers {
  if (place.place === "direct" || place.place === "team") return { tabs: [], segments: [], withMe: false, filters: [], sorts: twoSorts };
  const filters: readonly Filter[] = contactCenter ? ["all", "unread"] : ["all", "unread", "archived"];
  if (inbox === undefined) return { tabs: ["open", "closed"], segments: [], withMe: false, filters, sorts: twoSorts };
  const segments: readonly Segment[] = contactCenter ? ["me", "unassigned"] : ["all", "me", "others", "unassigned"];
  return { tabs: ["open", "closed", "archived"], segments: inbox.assignment ? segments : [], withMe: inbox.assignment && !contactCenter, filters, sorts: fourSorts };
}

/** What is chosen among what is offered: what was remembered and is not offered any more gives way to the first. */
export interface Chosen {
  /** Nothing while the filter stands in for the tabs, and where there are none. */
  tab: Tab | undefined;
  /** Nothing where segments do not count. */
  segment: Segment | undefined;
  withMe: boolean;
  filter: Filter;
  sort: Sort;
}

/** Which of the three remembered sorts counts: completed conversations are sorted as closed ones are. */
export function sortKey(view: Pick<ListView, "tab" | "filter">, offers: Offers): "sort_open" | "sort_closed" | "sort_archived" {
  if (offers.tabs.length === 0) return "sort_open";
  if (view.filter === "archived" && offers.filters.includes("archived")) return "sort_closed";
  return view.tab === "closed" ? "sort_closed" : view.tab === "archived" ? "sort_archived" : "sort_open";
}

/** What is chosen. */
export function chosenOf(view: ListView, offers: Offers): Chosen {
  const filter = offers.filters.includes(view.filter) ? view.filter : "all";
  const tab = filter === "archived" ? undefined : offers.tabs.includes(view.tab) ? view.tab : offers.tabs[0];
  const segment = tab !== "open" ? undefined : offers.segments.includes(view.segment) ? view.segment : offers.segments[0];
  const wanted = view[sortKey(view, offers)];
  const fallback = wanted.startsWith("oldest") ? "oldest_conversations" : "recent_conversations";
  return { tab, segment, withMe: offers.withMe && segment === "me" && view.with_me, filter, sort: offers.sorts.includes(wanted) ? wanted : fallback };
}

/** What to ask the core. */
export function questionOf(place: Place, chosen: Chosen): ListQuestion {
  return {
    place,
    tab: chosen.tab ?? "open",
    segment: chosen.segment ?? "all",
    with_me: chosen.withMe,
    filter: chosen.filter,
    sort: chosen.sort,
  };
}

/** A list that nobody has changed, for the moment in which the core has not answered, or cannot. */
export function freshView(place: Place): ListView {
  return {
    place,
    tab: "open",
    segment: "all",
    with_me: false,
    filter: "all",
    sort_open: "recent_messages",
    sort_closed: "recent_messages",
    sort_archived: "recent_messages",
  };
}
