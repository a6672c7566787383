import type { Status } from "$lib/rpc/types";

/**
 * Whether nothing of the hub is on this computer yet: after the first sign-in, or where a damaged file was put aside with
 * no network. What is not there then says nothing about what the member may see. Who was signed out by the hub waits
 * for nothing.
 */
export function notHereYet(status: Status | undefined, signedOut: boolean): boolean {
  return status !== undefined && status.up_to_date_ms === null && status.problem === null && !signedOut;
}
