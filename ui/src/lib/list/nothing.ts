/** An empty list says what hides the conversations, and offers the one step that shows some. */
import { m } from "../paraglide/messages.js";
import type { ChatCounts, Segment, Tab } from "$lib/rpc/types";

/** The step offered. */
export type Step = { kind: "tab"; tab: Tab } | { kind: "segment"; segment: Segment } | { kind: "inbox" } | { kind: "direct" };

/** The sentence, and the step with its words. */
export interface Nothing {
  sentence: string;
  step?: Step;
  label?: string;
}

interface Where {
  /** Name of the place. */
  place: string;
  direct: boolean;
  /** One channel of an inbox: the others may have something. */
  channel: boolean;
  tab: Tab;
  segment: Segment;
  /** Segments that can be chosen here. */
  segments: readonly Segment[];
  counts: ChatCounts | undefined;
}

const shows: Record<Segment, () => string> = {
  all: m.list_show_all,
  me: m.list_show_me,
  others: m.list_show_all,
  unassigned: m.list_show_unassigned,
};

const sentences: Record<Exclude<Segment, "all">, (at: { place: string }) => string> = {
  me: m.list_none_me,
  others: m.list_none_others,
  unassigned: m.list_none_unassigned,
};

/** What to say and offer where a list has no rows. */
export function nothingHere(where: Where): Nothing {
  const { place, counts } = where;
  if (where.direct) return { sentence: m.list_none_direct(), step: { kind: "direct" }, label: m.rail_new_direct() };
  const open = counts?.all ?? 0;
  const closed = counts?.closed ?? 0;
  if (where.tab === "closed") {
    const sentence = m.list_none_closed({ place });
    return open > 0 ? { sentence, step: { kind: "tab", tab: "open" }, label: m.list_show_open() } : { sentence };
  }
  if (open > 0 && where.segment !== "all") {
    const sentence = sentences[where.segment]({ place });
    const other = where.segments.find((one) => one !== where.segment && (one === "all" || (counts?.[one] ?? 0) > 0));
    return other === undefined ? { sentence } : { sentence, step: { kind: "segment", segment: other }, label: shows[other]() };
  }
  if (where.channel) return { sentence: m.list_none_open({ place }), step: { kind: "inbox" }, label: m.list_show_channels() };
  if (closed > 0) return { sentence: m.list_none_open({ place }), step: { kind: "tab", tab: "closed" }, label: m.list_show_closed() };
  return { sentence: m.list_none_ever({ place }) };
}
