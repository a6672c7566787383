// What a system line says.

import { language } from "$lib/language.svelte";
import { m } from "$lib/paraglide/messages.js";
import type { EventLine, MemberInfo } from "$lib/rpc/types";
import { emphasized, type Piece } from "./emphasis";
import { firstName } from "./names";

/** The sentence of a system line, cut where names stand. */
export function eventSentence(line: EventLine): Piece[] {
  switch (line.event) {
    case "assigned":
      return assigned(line.by, line.to, line.from);
    case "closed":
      return line.by
        ? emphasized((mark) => m.thread_closed_by(mark), { name: subject(line.by) })
        : plain(m.thread_closed());
    case "reopened":
      return line.by
        ? emphasized((mark) => m.thread_reopened_by(mark), { name: subject(line.by) })
        : plain(m.thread_reopened());
    case "renamed":
      return line.by
        ? emphasized((mark) => m.thread_renamed_by(mark), { name: subject(line.by), to: line.name })
        : emphasized((mark) => m.thread_renamed(mark), { to: line.name });
    case "added":
      return line.by
        ? emphasized((mark) => m.thread_added_by(mark), { name: subject(line.by), who: everybody(line.members) })
        : emphasized((mark) => m.thread_added(mark), { who: everybody(line.members) });
    case "left":
      return line.by ? emphasized((mark) => m.thread_left_by(mark), { name: subject(line.by) }) : plain(m.thread_left());
  }
}

function everybody(members: readonly MemberInfo[]): string {
  return new Intl.ListFormat(language.format, { type: "conjunction" }).format(members.map(object));
}

function assigned(by: MemberInfo | null, to: MemberInfo | null, from: MemberInfo | null): Piece[] {
  if (to === null) {
    return by
      ? emphasized((mark) => m.thread_unassigned_by(mark), { name: subject(by) })
      : plain(m.thread_unassigned());
  }
  if (by === null) return emphasized((mark) => m.thread_assigned(mark), { to: object(to) });
  if (by.id === to.id) {
    return from && from.id !== by.id
      ? emphasized((mark) => m.thread_took_from(mark), { name: subject(by), from: object(from) })
      : emphasized((mark) => m.thread_took(mark), { name: subject(by) });
  }
  const names = { name: subject(by), to: object(to) };
  return from ? emphasized((mark) => m.thread_reassigned(mark), names) : emphasized((mark) => m.thread_handed(mark), names);
}

function plain(text: string): Piece[] {
  return [{ text, strong: false }];
}

function subject(member: MemberInfo): string {
  return member.me ? m.thread_you() : firstName(member.name);
}

function object(member: MemberInfo): string {
  return member.me ? m.thread_you_object() : firstName(member.name);
}
