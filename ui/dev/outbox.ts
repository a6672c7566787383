/** The outbox of the fake core: what a test or a scenario arranges, completed to what the core would say. */
import type { EntryAuthor, ListOutbox, OutboxCase, OutboxCounts, OutboxRow, Outbox } from "$lib/rpc/types";
import { inboxes } from "./people";
import { textOf, type Chat } from "./world";

/** What is arranged; the rest follows from the chat. */
export type Arranged = Pick<OutboxRow, "command" | "kind" | "chat" | "title" | "text" | "created_ms" | "state" | "reason" | "other"> & Partial<OutboxRow>;

const channels = inboxes.flatMap((inbox) => inbox.channels);
const groups = { held: 0, refused: 1, uncertain: 2, waiting: 3 };

function groupOf(row: Arranged): keyof typeof groups {
  if (row.state === "waiting") return "waiting";
  if (row.state === "failed") return "refused";
  return row.reason?.code === "restored" || row.reason?.code === "rescued" ? "uncertain" : "held";
}

function complete(outbox: readonly Arranged[], chats: readonly Chat[], row: Arranged): OutboxRow {
  const waiting = outbox.filter((one) => one.state === "waiting");
  const at = waiting.indexOf(row);
  const before = at < 0 || row.chat === null ? undefined : waiting.slice(0, at).findLast((one) => one.chat === row.chat);
  const chat = chats.find((one) => one.id === row.chat);
  return {
    initials: chat?.person.initials ?? row.title.slice(0, 1).toUpperCase(),
    tint: chat?.person.tint ?? "stone",
    channel: channels.find((one) => one.id === chat?.channel)?.kind ?? null,
    direct: chat?.kind === "direct",
    tag: null,
    to: null,
    number: at < 0 ? null : at + 1,
    transmitted: false,
    behind:
      before === undefined
        ? null
        : { command: before.command, kind: before.kind, title: before.title, number: waiting.indexOf(before) + 1, needed: row.kind === "close_chat" },
    ...row,
  };
}

export function countsOf(outbox: readonly Arranged[]): OutboxCounts {
  const counts: OutboxCounts = { waiting: 0, held: 0, refused: 0, uncertain: 0 };
  for (const row of outbox) counts[groupOf(row)] += 1;
  return counts;
}

function partOf(outbox: readonly Arranged[], part: string): Arranged[] {
  if (part === "waiting") return outbox.filter((row) => row.state === "waiting");
  if (part !== "attention") return [...outbox];
  return outbox.filter((row) => row.state !== "waiting").sort((a, b) => groups[groupOf(a)] - groups[groupOf(b)]);
}

/** `list_outbox`. */
export function listOutbox(outbox: readonly Arranged[], chats: readonly Chat[], args: Partial<ListOutbox>): Outbox {
  const all = partOf(outbox, args.part ?? "all").filter((row) => args.chat === undefined || row.chat === args.chat);
  const from = args.from ?? 0;
  const rows = all.slice(from, args.limit === null || args.limit === undefined ? undefined : from + args.limit).map((row) => complete(outbox, chats, row));
  const ages = outbox.filter((row) => row.state === "waiting").map((row) => row.created_ms);
  return { rows, counts: countsOf(outbox), oldest_ms: ages.length === 0 ? null : Math.min(...ages) };
}

/** `get_outbox_row`, but for the head of the chat. */
export function outboxCase(outbox: readonly Arranged[], chats: readonly Chat[], arranged: Arranged): Omit<OutboxCase, "head"> {
  const part = partOf(outbox, arranged.state === "waiting" ? "waiting" : "attention");
  const chat = chats.find((one) => one.id === arranged.chat);
  const message = arranged.kind === "send_message";
  const gone = arranged.chat !== null && chat === undefined;
  const can: string[] = [];
  if (chat !== undefined) can.push("open");
  if (arranged.state === "held" && !gone) can.push("send_anyway");
  if (arranged.state === "failed" && !gone && arranged.reason?.code !== "taken_by") can.push("retry");
  if (arranged.state === "waiting") can.push("take_back");
  else can.push(...(message && !gone ? ["edit"] : []), "discard");
  if (message) can.push("copy");
  const texts = (chat?.entries ?? []).filter((one) => one.content.kind === "text" && one.pending === null);
  const said = (author: EntryAuthor, text: string, at_ms: number) => ({ author, text, at_ms });
  const before = texts.findLast((one) => one.author.kind === "contact" && one.at_ms <= arranged.created_ms);
  const since = texts.filter((one) => one.at_ms > arranged.created_ms && !(one.author.kind === "member" && one.author.me));
  return {
    row: complete(outbox, chats, arranged),
    at: part.indexOf(arranged) + 1,
    of: part.length,
    can,
    blocked: gone ? { code: "chat_gone", message: "The chat is gone.", retryable: false } : null,
    before: message && before !== undefined ? said(before.author, textOf(before), before.at_ms) : null,
    since: message ? since.slice(0, 5).map((one) => said(one.author, textOf(one), one.at_ms)) : [],
    since_count: message ? since.length : 0,
  };
}
