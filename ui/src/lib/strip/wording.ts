// What the strip says, if anything. Pure: one state of the program, one sentence.

import type { RpcError, Status } from "$lib/rpc/types";

/** What the strip is about; the first that holds is said. */
export type StripState =
  | { kind: "signed_out"; reason: RpcError }
  | { kind: "problem"; reason: RpcError }
  | { kind: "rescued"; rescued: RpcError }
  | { kind: "first_sync"; percent: number | undefined; waiting: number; failed: number; held: number }
  | { kind: "offline" | "connecting" | "waiting" | "attention"; waiting: number; failed: number; held: number };

const SIGN_IN_AGAIN = new Set(["device_revoked", "device_expired", "member_removed", "signed_out"]);

/** What there is to say, or nothing. `signedOut`: the session was ended by the hub. */
export function stripState(status: Status | undefined, signedOut: RpcError | null): StripState | null {
  if (signedOut) return { kind: "signed_out", reason: signedOut };
  if (!status) return null;
  // Said until it was read, whatever else there is: it may be the last that is known of a text.
  if (status.rescued) return { kind: "rescued", rescued: status.rescued };
  if (status.problem) {
    return { kind: SIGN_IN_AGAIN.has(status.problem.code) ? "signed_out" : "problem", reason: status.problem };
  }
  const { waiting, failed, held } = status;
  const counts = { waiting, failed, held };
  if (status.network === "offline") return { kind: "offline", ...counts };
  if (failed + held > 0) return { kind: "attention", ...counts };
  if (status.network === "connecting") return { kind: "connecting", ...counts };
  if (waiting > 0) return { kind: "waiting", ...counts };
  if (status.first_sync) return { kind: "first_sync", percent: status.first_sync_percent, ...counts };
  return null;
}

/** States that pass by themselves within moments are said only when they do not. */
export function patience(state: StripState | null): number {
  if (state === null) return 0;
  return state.kind === "connecting" || state.kind === "waiting" || state.kind === "first_sync" ? 3_000 : 0;
}
