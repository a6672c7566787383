/** The word for a message that has not reached the hub: on its way, or with no way to go. */
import { m } from "$lib/paraglide/messages.js";
import type { Network } from "$lib/rpc/types";

/** What is said of it. */
export function waitingWord(network: Network): string {
  return network === "online" ? m.thread_sending() : m.thread_waiting();
}
