/**
 * Reads that stay true. A mounted `live` query runs again, at most once per frame, when a tag that it provides is
 * touched. The window keeps no copy of its own that could go stale: it only remembers the last answer.
 *
 * Invariants: an answer to an older question never replaces a newer one; while a reload runs the old answer stays,
 * so nothing flickers; asking about something else clears it, so one chat never shows under another's name
 * (unless `keep` is set).
 */
import { onCoreEvent, rpc } from "$lib/host";
import type { Answer, Args, RpcName } from "$lib/rpc/calls";
import type { RpcError } from "$lib/rpc/types";

type Listener = (touched: ReadonlySet<string>, all: boolean) => void;

const listeners = new Set<Listener>();
let touched = new Set<string>();
let everything = false;
let scheduled = false;
let started = false;

function flush() {
  scheduled = false;
  const tags = touched;
  const all = everything;
  touched = new Set();
  everything = false;
  for (const listener of [...listeners]) listener(tags, all);
}

/** One frame later; a window that is not visible gets no frames, so a timer stands in. */
function schedule() {
  if (scheduled) return;
  scheduled = true;
  let done = false;
  const once = () => {
    if (done) return;
    done = true;
    flush();
  };
  requestAnimationFrame(once);
  setTimeout(once, 50);
}

function start() {
  if (started) return;
  started = true;
  onCoreEvent((event) => {
    if (event.event === "changed") touch(event.tags, event.all);
  });
}

/** Says that what these tags stand for has changed. */
export function touch(tags: readonly string[], all = false): void {
  for (const tag of tags) touched.add(tag);
  everything ||= all;
  schedule();
}

/** Calls back, once per frame, when one of the tags is touched. Returns how to stop. */
export function onTouched(tags: () => readonly string[], callback: () => void): () => void {
  start();
  const listener: Listener = (seen, all) => {
    if (all || tags().some((tag) => seen.has(tag))) callback();
  };
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The last answer of a live query. */
export interface Live<T> {
  /** The last answer to the present question. */
  readonly data: T | undefined;
  /** Why the last attempt failed. Kept beside the data of the attempt before. */
  readonly error: RpcError | undefined;
  /** The present question has not been answered yet. */
  readonly loading: boolean;
  /** Asks again now. */
  reload(): Promise<void>;
}

/** A query: name and arguments, or nothing to ask now. */
export type Query<N extends RpcName> = readonly [N, Args<N>] | null;

/**
 * Runs a query while the component that calls this is mounted. `query` and `tags` may read reactive state.
 * With `keep` the answer to the question before stays until the new one is there. `ahead` is an answer to the first question
 * that is here already.
 */
export function live<N extends RpcName>(
  query: () => Query<N>,
  tags: readonly string[] | (() => readonly string[]),
  options: { keep?: boolean; ahead?: Answer<N> | undefined } = {},
): Live<Answer<N>> {
  let data = $state.raw<Answer<N> | undefined>();
  let error = $state.raw<RpcError | undefined>();
  let loading = $state(true);
  let asked: Query<N> = null;
  let turn = 0;
  const providing = typeof tags === "function" ? tags : () => tags;

  async function run(): Promise<void> {
    const mine = ++turn;
    if (asked === null) return;
    const [name, args] = asked;
    try {
      const answer = await rpc(name, args);
      if (mine !== turn) return;
      data = answer;
      error = undefined;
    } catch (thrown) {
      if (mine !== turn) return;
      error = thrown as RpcError;
    }
    loading = false;
  }

  let key: string | undefined;
  $effect.pre(() => {
    const next = query();
    const nextKey = JSON.stringify(next);
    if (nextKey === key) return;
    const first = key === undefined;
    key = nextKey;
    asked = next;
    if (next === null || (!options.keep && !first)) data = undefined;
    error = undefined;
    if (first && options.ahead !== undefined) {
      data = options.ahead;
      loading = false;
      return;
    }
    loading = next !== null;
    void run();
  });
  $effect(() => {
    const stop = onTouched(providing, () => void run());
    return () => {
      stop();
      turn += 1;
    };
  });

  return {
    get data() {
      return data;
    },
    get error() {
      return error;
    },
    get loading() {
      return loading;
    },
    reload: run,
  };
}
