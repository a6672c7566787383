// Entries for tests, with only what a test says differently.

import type { Entry, EntryAuthor, MemberInfo, PendingSend } from "$lib/rpc/types";

export const priya: MemberInfo = { id: "m-priya", name: "Priya Raman", initials: "PR", role: "agent", me: true };
export const dana: MemberInfo = { id: "m-dana", name: "Dana Whitcombe", initials: "DW", role: "agent", me: false };

export const fromContact: EntryAuthor = { kind: "contact", name: "Layla Haddad" };
export const fromMe: EntryAuthor = { kind: "member", ...priya };
export const fromDana: EntryAuthor = { kind: "member", ...dana };

/** Noon of a day that is no day of a clock change. */
export const NOON = new Date(2026, 5, 10, 12, 0).getTime();

export function message(id: string, author: EntryAuthor, text: string, more: Partial<Entry> = {}): Entry {
  return {
    id,
    pos: 1,
    at_ms: NOON,
    author,
    content: { kind: "text", parts: [{ text, href: null }] },
    delivery: author.kind === "member" ? "delivered" : "none",
    pending: null,
    ...more,
  };
}

export function pending(state: PendingSend["state"], more: Partial<PendingSend> = {}): PendingSend {
  return { command: "cmd-1", state, reason: null, other: null, leaves_ms: null, ...more };
}
