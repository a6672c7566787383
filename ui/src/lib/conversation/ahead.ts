// What a chat opens with, read before it takes the place of the one before it: so it is drawn once and whole, and not its
// head, its frame and its messages one after the other. Who reads on from it asks again where something has changed since.

import { rpc } from "$lib/host";
import { onTouched } from "$lib/live.svelte";
import type { ChatHead, ThreadPage, ThreadPoint } from "$lib/rpc/types";
import { draftOf } from "./drafts";
import { startOf } from "./reading.svelte";
import { PAGE } from "./thread.svelte";

/** What the head of a chat follows from. */
export const headTags = (chat: string): string[] => [`chat:${chat}`, "members"];

/** What was read. */
export interface Ahead {
  readonly head: ChatHead;
  /** Where the member was in it. */
  readonly reading: ThreadPoint;
  /** The messages around the place at which it opens. */
  readonly page: ThreadPage;
  /** That place; nothing is the end. */
  readonly around: number | null;
  /** Something of it has changed since. */
  readonly stale: boolean;
  /** It is not looked after any more. */
  drop(): void;
}

/**
 * Reads it. `again`: it was on screen in the page before this one; `hit`: it opens at a message that was found, by its place.
 * Nothing where it cannot be read: whoever shows the chat says why.
 */
export async function readAhead(chat: string, again: boolean, hit: { pos: number | null } | null): Promise<Ahead | undefined> {
  let stale = false;
  const drop = onTouched(
    () => [...headTags(chat), `thread:${chat}`],
    () => (stale = true),
    // It may be on screen before all else has been called back.
    true,
  );
  try {
    const [head, reading] = await Promise.all([rpc("get_chat", { chat }), rpc("get_reading", { chat }), draftOf(chat).load()]);
    const around = hit === null ? startOf(head, reading, again).pos : hit.pos;
    const page = await rpc("list_messages", { chat, before: null, after: null, around, limit: PAGE });
    return {
      head,
      reading,
      page,
      around,
      drop,
      get stale() {
        return stale;
      },
    };
  } catch {
    drop();
    return undefined;
  }
}
