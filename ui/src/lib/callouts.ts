/**
 * The regions of the window and their numbers, for those trained on the picture: the marks in the page, the layout
 * guide and the tests are made from this one table. Contact Center counts otherwise and gives some none. A number is
 * here when its feature is.
 */
import { m } from "./paraglide/messages.js";
import { member } from "./session.svelte";

/** A region with a number. */
export type Region =
  | "create"
  | "inboxes"
  | "channels"
  | "numbers"
  | "favorites"
  | "direct"
  | "teams"
  | "place"
  | "open"
  | "closed"
  | "archived"
  | "filter"
  | "sort"
  | "contact"
  | "assign"
  | "close"
  | "history"
  | "composer"
  | "panel";

interface Row {
  region: Region;
  engagement?: number;
  center?: number;
  /** Its name, and a line that explains it, in the product in use. */
  name: (center: boolean) => string;
  line: (center: boolean) => string;
}

const same = (words: () => string) => () => words();
const by = (engagement: () => string, center: () => string) => (inCenter: boolean) => (inCenter ? center() : engagement());

/** Every region, in the order of the numbers. */
export const regions: readonly Row[] = [
  { region: "create", engagement: 1, center: 1, name: same(m.guide_create), line: same(m.guide_create_line) },
  { region: "inboxes", engagement: 2, center: 2, name: by(m.guide_inboxes, m.guide_queues), line: by(m.guide_inboxes_line, m.guide_queues_line) },
  { region: "channels", center: 3, name: same(m.guide_channels), line: same(m.guide_channels_line) },
  { region: "numbers", engagement: 3, name: same(m.guide_numbers), line: same(m.guide_numbers_line) },
  { region: "favorites", engagement: 4, center: 4, name: same(m.guide_favorites), line: same(m.guide_favorites_line) },
  { region: "direct", engagement: 5, center: 5, name: same(m.guide_direct), line: same(m.guide_direct_line) },
  { region: "teams", engagement: 6, center: 6, name: same(m.guide_team), line: same(m.guide_team_line) },
  { region: "place", engagement: 7, center: 8, name: by(m.guide_within, m.guide_within_center), line: same(m.guide_within_line) },
  { region: "open", engagement: 9, center: 9, name: same(m.guide_open), line: by(m.guide_open_line, m.guide_open_line_center) },
  { region: "closed", engagement: 10, center: 10, name: same(m.guide_closed), line: same(m.guide_closed_line) },
  { region: "archived", engagement: 11, center: 11, name: same(m.guide_archived), line: same(m.guide_archived_line) },
  { region: "filter", engagement: 12, center: 12, name: same(m.guide_filter), line: by(m.guide_filter_line, m.guide_filter_line_center) },
  { region: "sort", engagement: 13, center: 13, name: same(m.guide_sort), line: same(m.guide_sort_line) },
  { region: "contact", engagement: 14, center: 14, name: same(m.guide_contact), line: same(m.guide_contact_line) },
  { region: "assign", engagement: 15, name: same(m.guide_assign), line: same(m.guide_assign_line) },
  { region: "close", engagement: 16, center: 15, name: same(m.guide_close_button), line: same(m.guide_close_line) },
  { region: "history", engagement: 17, center: 16, name: same(m.guide_history), line: same(m.guide_history_line) },
  { region: "composer", engagement: 18, center: 17, name: same(m.guide_composer), line: same(m.guide_composer_line) },
  { region: "panel", engagement: 19, center: 18, name: same(m.guide_panel), line: same(m.guide_panel_line) },
];

/** The number of a region in the member's product; none where it has none. */
export function callout(region: Region): number | undefined {
  const row = regions.find((one) => one.region === region);
  return member.contactCenter ? row?.center : row?.engagement;
}

/** A line of the layout guide. */
export interface GuideLine {
  number: number;
  name: string;
  line: string;
}

/** What the numbers of the member's product mean, in their order. */
export function guideLines(): GuideLine[] {
  const center = member.contactCenter;
  return regions
    .flatMap((row) => {
      const number = center ? row.center : row.engagement;
      return number === undefined ? [] : [{ number, name: row.name(center), line: row.line(center) }];
    })
    .sort((a, b) => a.number - b.number);
}
