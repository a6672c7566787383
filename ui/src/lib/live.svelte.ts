/**
 * Reads that stay true. A mounted `live` query runs again, at once and then at most once per frame, when a tag that it
 * provides is touched. The window keeps no copy of its own that could go stale: it only remembers the last answer.
 *
 * The page and its bridge to the core do one thing at a time. So what the member looks at is read first, and all else when
 * that is here; and queries that ask the same at once share one answer.
 *
 * Invariants: an answer to an older question never replaces a newer one; while a reload runs the old answer stays,
 * so nothing flickers; asking about something else clears it, so one chat never shows under another's name
 * (unless `keep` is set).
 */
import { onCoreEvent, rpc } from "$lib/host";
import type { Answer, Args, RpcName } from "$lib/rpc/calls";
import type { RpcError } from "$lib/rpc/types";

interface Listener {
  tags: () => readonly string[];
  callback: () => unknown;
  first: boolean;
}

/** A frame at 60 Hz, in milliseconds. */
const FRAME_MS = 16;
/** Longest that all else waits for what is first, in milliseconds. */
const FIRST_MS = 50;

const listeners = new Set<Listener>();
let touched = new Set<string>();
let everything = false;
let scheduled = false;
let started = false;
let flushed = -Infinity;
/** What is asked now, while listeners are called back. */
let together: Map<string, Promise<unknown>> | null = null;

function flush() {
  scheduled = false;
  flushed = performance.now();
  const tags = touched;
  const all = everything;
  touched = new Set();
  everything = false;
  const meant = [...listeners].filter((listener) => all || listener.tags().some((tag) => tags.has(tag)));
  const first = call(meant.filter((listener) => listener.first));
  const others = () => void call(meant.filter((listener) => !listener.first));
  if (first.length === 0) others();
  else void Promise.race([Promise.allSettled(first), new Promise((done) => setTimeout(done, FIRST_MS))]).then(others);
}

/** Calls back those that are still there. */
function call(those: readonly Listener[]): unknown[] {
  together = new Map();
  try {
    return those.filter((listener) => listeners.has(listener)).map((listener) => listener.callback());
  } finally {
    together = null;
  }
}

/** Asks, or waits for the answer to the same question of this moment. */
function ask<N extends RpcName>(name: N, args: Args<N>): Promise<Answer<N>> {
  const key = JSON.stringify([name, args]);
  const answer = (together?.get(key) as Promise<Answer<N>> | undefined) ?? rpc(name, args);
  together?.set(key, answer);
  return answer;
}

/**
 * At once, and in the next frame what comes until then. A window that is not visible gets no frames and is in no hurry: a
 * timer stands in.
 */
function schedule() {
  if (scheduled) return;
  scheduled = true;
  let done = false;
  const once = () => {
    if (done) return;
    done = true;
    flush();
  };
  if (!document.hidden && performance.now() - flushed >= FRAME_MS) return queueMicrotask(once);
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

/**
 * Calls back, at most once per frame, when one of the tags is touched. Returns how to stop. `first`: what the member looks at;
 * until what its callback promises is done, others are not called back.
 */
export function onTouched(tags: () => readonly string[], callback: () => unknown, first = false): () => void {
  start();
  const listener: Listener = { tags, callback, first };
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
 * that is here already. `first` as in `onTouched`.
 */
export function live<N extends RpcName>(
  query: () => Query<N>,
  tags: readonly string[] | (() => readonly string[]),
  options: { keep?: boolean; ahead?: Answer<N> | undefined; first?: boolean } = {},
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
      const answer = await ask(name, args);
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
    const stop = onTouched(providing, run, options.first);
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
