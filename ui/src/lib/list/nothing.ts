/** An empty list says what hides the conversations, and offers the one step that shows some. */
import { m } from "../paraglide/messages.js";
import type { ChatCounts, Segment, Tab } from "$lib/rpc/types";
import type { Chosen } from "./question";

/** The step offered. */
export type Step = { kind: "tab"; tab: Tab } | { kind: "segment"; segment: Segment } | { kind: "filter" } | { kind: "with_me" } | { kind: "inbox" } | { kind: "direct" } | { kind: "team" };

/** What is said: the first sentence names what is missing, the rest why. And the step with its words. */
export interface Nothing {
  sentence: string;
  more?: string;
  step?: Step;
  label?: string;
}

interface Where {
  /** Name of the place. */
  place: string;
  kind: "inbox" | "texts" | "direct" | "team";
  /** One channel of an inbox: the others may have something. */
  channel: boolean;
  chosen: Chosen;
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

/** How many conversations the list would have without its filter. */
function hiddenBy({ chosen, counts }: Where): number {
  if (counts === undefined || chosen.withMe || chosen.tab === undefined) return 0;
  return chosen.tab === "open" ? counts[chosen.segment ?? "all"] : counts[chosen.tab];
}

/** What to say and offer where a list has no rows. */
export function nothingHere(where: Where): Nothing {
  const { place, counts, chosen, segments } = where;
  if (where.kind === "direct") return { sentence: m.list_none_direct(), step: { kind: "direct" }, label: m.rail_new_direct() };
  if (where.kind === "team") return { sentence: m.list_none_team(), step: { kind: "team" }, label: m.rail_new_team() };
  const open = counts?.all ?? 0;
  const closed = counts?.closed ?? 0;
  const showOpen: Pick<Nothing, "step" | "label"> = open > 0 ? { step: { kind: "tab", tab: "open" }, label: m.list_show_open() } : {};
  if (chosen.filter === "unread") {
    const hidden = hiddenBy(where);
    return { sentence: m.list_none_unread({ place }), ...(hidden > 0 ? { more: m.list_hidden({ count: hidden }) } : {}), step: { kind: "filter" }, label: m.list_show_all() };
  }
  if (chosen.filter === "archived") return { sentence: m.list_none_completed({ place }), step: { kind: "filter" }, label: m.list_show_open() };
  if (chosen.withMe) return { sentence: m.list_none_with_me({ place }), step: { kind: "with_me" }, label: m.list_show_me() };
  if (chosen.tab === "archived") return { sentence: m.list_none_archived({ place }), more: m.list_none_archived_more(), ...showOpen };
  if (chosen.tab === "closed") return { sentence: m.list_none_closed({ place }), ...showOpen };
  const segment = chosen.segment ?? "all";
  if (open > 0 && segment !== "all") {
    const sentence = sentences[segment]({ place });
    const other = segments.find((one) => one !== segment && (one === "all" || (counts?.[one] ?? 0) > 0));
    return other === undefined ? { sentence } : { sentence, step: { kind: "segment", segment: other }, label: shows[other]() };
  }
  if (where.channel) return { sentence: m.list_none_open({ place }), step: { kind: "inbox" }, label: m.list_show_channels() };
  if (closed > 0) return { sentence: m.list_none_open({ place }), step: { kind: "tab", tab: "closed" }, label: m.list_show_closed() };
  return { sentence: where.kind === "texts" ? m.list_none_texts({ place }) : m.list_none_ever({ place }) };
}
