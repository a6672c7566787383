// Words for the facts of a conversation.

import { m } from "$lib/paraglide/messages.js";

const directions: Record<string, () => string> = { inbound: m.head_inbound, outbound: m.head_outbound };

/** Who wrote first. */
export function directionWord(direction: string): string {
  return directions[direction]?.() ?? direction;
}
