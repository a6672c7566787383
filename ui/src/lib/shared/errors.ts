/** The sentence for an error: from the catalogue by its code, else the one that came with it. */
import { m } from "../paraglide/messages.js";
import type { RpcError } from "$lib/rpc/types";
import { rowTime } from "./time.svelte";

type Sentence = (params: Record<string, string>) => string;

/** One sentence that says what to do. A code unknown here, or a value missing, falls back to `message`. */
export function errorText(error: RpcError): string {
  const catalogue = m as unknown as Record<string, Sentence | undefined>;
  const sentence = catalogue[`error_${error.code}`];
  if (sentence === undefined) return error.message;
  let missing = false;
  const params = new Proxy(asPeopleCount(error.params ?? {}), {
    get(values: Record<string, string>, name: string) {
      if (!Object.hasOwn(values, name)) missing = true;
      return values[name];
    },
  });
  const text = sentence(params);
  return missing ? error.message : text;
}

/** Waits travel in seconds and moments in milliseconds; people read minutes and a time of day. */
function asPeopleCount(params: Record<string, string>): Record<string, string> {
  const seconds = Number(params.retry_after_s);
  const at = Number(params.at_ms);
  return {
    ...params,
    ...(Number.isFinite(seconds) ? { minutes: String(Math.max(1, Math.ceil(seconds / 60))) } : {}),
    ...(Number.isFinite(at) ? { at: rowTime(at) } : {}),
  };
}

/** Whatever was thrown, as the one shape of an error. */
export function asError(thrown: unknown): RpcError {
  if (typeof thrown === "object" && thrown !== null && "code" in thrown) return thrown as RpcError;
  return { code: "internal", message: String(thrown), retryable: false };
}

/** A text cut after its first sentence. */
export function leadAndRest(text: string): { lead: string; rest: string } {
  const at = text.search(/(?<=[.!?。！？])\s/u);
  return at < 0 ? { lead: text, rest: "" } : { lead: text.slice(0, at), rest: text.slice(at).trim() };
}
