import { expect, test } from "vitest";
import type { ListView } from "$lib/rpc/types";
import { chosenOf, offersOf, questionOf, sortKey } from "./question";

const inbox = { place: "inbox", id: "in-1" } as const;
const number = { place: "channel", id: "ch-mine" } as const;
const view: ListView = { place: inbox, tab: "open", segment: "all", with_me: false, filter: "all", sort_open: "recent_messages", sort_closed: "oldest_conversations", sort_archived: "recent_conversations" };
const assigned = { assignment: true };

test("an_inbox_offers_three_tabs_four_segments_three_filters_and_four_sorts", () => {
  expect(offersOf(inbox, assigned, false)).toEqual({
    tabs: ["open", "closed", "archived"],
    segments: ["all", "me", "others", "unassigned"],
    withMe: true,
    filters: ["all", "unread", "archived"],
    sorts: ["recent_conversations", "oldest_conversations", "recent_messages", "oldest_messages"],
  });
});

test("contact_center_offers_me_and_unassigned_and_two_filters", () => {
  const offers = offersOf(inbox, assigned, true);
  expect(offers.segments).toEqual(["me", "unassigned"]);
  expect(offers.filters).toEqual(["all", "unread"]);
  expect(chosenOf({ ...view, segment: "others", filter: "archived", with_me: true }, offers)).toMatchObject({ tab: "open", segment: "me", filter: "all", withMe: false });
});

test("without_assignment_no_segment_is_chosen_whatever_was_remembered", () => {
  const chosen = chosenOf({ ...view, segment: "me", with_me: true }, offersOf(inbox, { assignment: false }, false));
  expect(chosen).toMatchObject({ segment: undefined, withMe: false });
  expect(questionOf(inbox, chosen)).toMatchObject({ segment: "all", with_me: false });
});

test("texts_have_tabs_and_no_segments_and_chats_among_members_have_neither", () => {
  expect(offersOf(number, undefined, false)).toMatchObject({ tabs: ["open", "closed"], segments: [] });
  for (const place of [{ place: "direct" }, { place: "team" }] as const) {
    expect(offersOf(place, undefined, false)).toMatchObject({ tabs: [], segments: [], filters: [] });
  }
});

test("where_there_are_two_sorts_one_by_messages_becomes_its_like_by_date", () => {
  const offers = offersOf(number, undefined, false);
  expect(chosenOf({ ...view, sort_open: "oldest_messages" }, offers).sort).toBe("oldest_conversations");
  expect(chosenOf({ ...view, sort_open: "recent_messages" }, offers).sort).toBe("recent_conversations");
});

test("each_tab_has_its_own_sort_and_completed_ones_are_sorted_as_closed_ones", () => {
  const offers = offersOf(inbox, assigned, false);
  expect(chosenOf(view, offers).sort).toBe("recent_messages");
  expect(chosenOf({ ...view, tab: "closed" }, offers).sort).toBe("oldest_conversations");
  expect(chosenOf({ ...view, tab: "archived" }, offers).sort).toBe("recent_conversations");
  expect(sortKey({ tab: "open", filter: "archived" }, offers)).toBe("sort_closed");
});

test("the_filter_archived_stands_in_for_tab_and_segment", () => {
  const chosen = chosenOf({ ...view, segment: "me", with_me: true, filter: "archived" }, offersOf(inbox, assigned, false));
  expect(chosen).toMatchObject({ tab: undefined, segment: undefined, withMe: false, filter: "archived" });
});
