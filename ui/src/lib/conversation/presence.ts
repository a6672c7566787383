// The line that says who else is in a chat. Whoever writes is said before whoever looks. Pure.

import type { MemberInfo, Presence } from "$lib/rpc/types";
import { firstName } from "./names";

/** What is said: a sentence of the catalogue, with its names. */
export interface PresenceLine {
  first: MemberInfo;
  typing: boolean;
  sentence: "presence_typing" | "presence_typing_two" | "presence_typing_more" | "presence_viewing" | "presence_viewing_two" | "presence_viewing_more";
  values: { name: string; other: string; count: number };
}

/** Nothing where nobody is there, or where it is not known. */
export function presenceLine(presence: Presence): PresenceLine | null {
  if (!presence.known) return null;
  const others = (list: readonly MemberInfo[]) => list.filter((one) => !one.me);
  const writing = others(presence.typing);
  const typing = writing.length > 0;
  const [first, second, ...rest] = typing ? writing : others(presence.viewing);
  if (first === undefined) return null;
  const what = typing ? "presence_typing" : "presence_viewing";
  const sentence = second === undefined ? (what as PresenceLine["sentence"]) : (`${what}_${rest.length === 0 ? "two" : "more"}` as PresenceLine["sentence"]);
  return { first, typing, sentence, values: { name: firstName(first.name), other: second ? firstName(second.name) : "", count: rest.length + 1 } };
}
