/** What *Needs attention* and *What waits* say: why something stands there, what the customer has, what it waits for. */
import { commandTitle, type Say } from "$lib/conversation/commands";
import { firstName } from "$lib/conversation/names";
import { m } from "$lib/paraglide/messages.js";
import type { OutboxCase, OutboxRow, Status } from "$lib/rpc/types";
import { errorText } from "$lib/shared/errors";
import { clock, duration, number } from "$lib/shared/time.svelte";

const MOST_OF_A_NAME = 60;
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/u;

/** A name or a text within a sentence: not longer than the sentence bears, and in its own direction. */
export function within(text: string, most = MOST_OF_A_NAME): string {
  const signs = [...text.slice(0, 4 * most)];
  const short = signs.length > most ? `${signs.slice(0, most).join("").trimEnd()}…` : text;
  return RIGHT_TO_LEFT.test(short) ? `\u2068${short}\u2069` : short;
}

/** The groups of *Needs attention*, in their order. */
export type Group = "held" | "refused" | "uncertain";

/** The group of a row that does not wait. */
export function groupOf(row: OutboxRow): Group {
  if (row.state === "failed") return "refused";
  return row.reason?.code === "restored" || row.reason?.code === "rescued" ? "uncertain" : "held";
}

/** Heading over a group. */
export function groupTitle(group: Group): string {
  return { held: m.attention_group_held, refused: m.attention_group_refused, uncertain: m.attention_group_uncertain }[group]();
}

/** Whether a row is a message. */
export const isMessage = (row: OutboxRow): boolean => row.kind === "send_message";

const by = (row: OutboxRow, say: Say = within): string => say(firstName(row.other?.author.name ?? row.reason?.params?.name ?? ""));

const flags: Record<string, (name: string) => string> = {
  answered: (name) => m.attention_flag_answered({ name }),
  stale: () => m.attention_flag_stale({ hours: number(12) }),
  restored: m.attention_flag_restored,
  rescued: m.attention_flag_rescued,
  taken_by: (name) => (name === "" ? m.attention_flag_released() : m.attention_flag_taken({ name })),
  new_message: m.attention_flag_new_message,
  forbidden: m.attention_flag_forbidden,
  not_found: m.attention_flag_not_found,
  not_in_inbox: (name) => m.attention_flag_not_in_inbox({ name }),
  assignment_off: m.attention_flag_assignment_off,
  another_open: m.attention_flag_another_open,
  already_sent: m.attention_flag_already_sent,
  acted_since: m.attention_flag_acted_since,
  archived: m.attention_flag_archived,
  depends_on: m.attention_flag_depends_on,
  unknown_command: m.attention_flag_unknown,
};

/** Why, in the three or four words that fit into a row. */
export function flagOf(row: OutboxRow, say: Say = within): string {
  return (flags[row.reason?.code ?? ""] ?? m.attention_flag_refused)(by(row, say));
}

/** What has happened, in one line. */
export function headline(row: OutboxRow): string {
  const title = within(row.title);
  const group = groupOf(row);
  if (!isMessage(row)) return (group === "uncertain" ? m.attention_uncertain_deed : m.attention_not_done)({ what: commandTitle({ ...row, title }) });
  if (group === "refused") return m.attention_refused({ title });
  if (group === "uncertain") return m.attention_uncertain({ title });
  if (row.reason?.code === "answered") return m.attention_answered({ name: by(row), title });
  return m.attention_stale({ title });
}

/** What the customer has and has not got, and what follows from it. */
export function lede(row: OutboxRow): string {
  const title = within(row.title);
  const why = row.reason === null ? m.pending_not_sent() : errorText(row.reason);
  if (!isMessage(row)) return why;
  if (groupOf(row) === "refused") return m.attention_refused_lede({ why, title });
  if (row.reason?.code === "restored") return m.attention_restored_lede({ title });
  if (row.reason?.code === "rescued") return m.attention_rescued_lede({ title });
  if (row.reason?.code === "answered") return m.attention_answered_lede({ name: by(row), title });
  return m.attention_stale_lede({ duration: duration(clock.now - row.created_ms), title });
}

/** Above one's own text. */
export function yours(row: OutboxRow): string {
  return { held: m.attention_yours_held, refused: m.attention_yours_refused, uncertain: m.attention_yours_uncertain }[groupOf(row)]();
}

/** The last line of what happened. */
export function verdict({ row }: OutboxCase): string {
  if (row.state === "failed") return isMessage(row) ? m.attention_trail_refused() : m.attention_trail_not_done();
  if (row.reason?.code === "rescued") return m.attention_trail_rescued();
  return row.reason?.code === "restored" ? m.attention_trail_restored() : m.attention_trail_held();
}

/** What something waits for. */
export function waitsFor(row: OutboxRow, status: Status | undefined): string {
  if (row.behind !== null && row.behind.number !== null) {
    const words = row.behind.needed ? m.waits_for_needed : m.waits_for_same_chat;
    return words({ number: number(row.behind.number) });
  }
  if (status?.problem) return m.waits_for_hub();
  if (status?.network === "offline") return row.transmitted ? m.waits_for_network_and_answer() : m.waits_for_network();
  if (row.transmitted) return m.waits_for_answer();
  return status?.network === "online" ? m.waits_for_turn() : m.waits_for_connection();
}
