/**
 * The host: the one place that knows Tauri. Everything else asks through `rpc` and listens through `onCoreEvent`,
 * so the whole window also runs in a browser or a test with another host in this module's place.
 */
import { invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import type { Answer, Args, RpcName } from "$lib/rpc/calls";
import type { CoreEvent, RpcError } from "$lib/rpc/types";

/** Half of a sign cannot travel: the call would be refused as a whole, with the text that it carries. */
const whole = (_: string, value: unknown): unknown => (typeof value === "string" ? value.replace(/\p{Surrogate}/gu, "\ufffd") : value);

/** Asks the core. Throws an `RpcError` object, whatever went wrong. */
export async function rpc<N extends RpcName>(name: N, args: Args<N>): Promise<Answer<N>> {
  try {
    return await invoke<Answer<N>>("rpc", { name, args: JSON.parse(JSON.stringify(args, whole)) as Args<N> });
  } catch (thrown) {
    throw asRpcError(thrown);
  }
}

let listening: Promise<unknown> = Promise.resolve();

/** Calls back for every event of the core until the returned function is called. */
export function onCoreEvent(callback: (event: CoreEvent) => void): () => void {
  let ended = false;
  let stop = () => {};
  const begun = listen<CoreEvent>("core", (event) => callback(event.payload)).then((unlisten) => {
    if (ended) unlisten();
    else stop = unlisten;
  });
  listening = Promise.all([listening, begun]);
  return () => {
    ended = true;
    stop();
  };
}

/** Everybody who asked to be called back until now hears the next event. */
export async function heard(): Promise<void> {
  await listening;
}

/** The bridge itself may fail with a bare string; the rest of the window only ever sees one shape. */
function asRpcError(thrown: unknown): RpcError {
  if (typeof thrown === "object" && thrown !== null && "code" in thrown) return thrown as RpcError;
  return { code: "internal", message: String(thrown), retryable: false };
}
