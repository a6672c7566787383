/**
 * A host without a core: answers every call from an organization in memory. Stands in the place of `$lib/host` in
 * `npm run dev:fake` and in component tests. `fake` is the handle by which a test or the address bar arranges things.
 */
import type { Answer, Args, RpcName } from "$lib/rpc/calls";
import type { CoreEvent, KeptPage, Quiet, RpcError, Session, Settings } from "$lib/rpc/types";
import { initial } from "$lib/settings/initial";
import { answers } from "./answers";
import { arrange } from "./scenarios";
import { makeWorld, type World, type WorldOptions } from "./world";

/** Where a page leaves what the next one is to know. */
const LEFT = "deskbell-left";

type Override = (args: never) => unknown;

class Fake {
  /** The organization. */
  world: World = makeWorld({ conversations: 0 });
  /** What `get_session` answers. */
  session: Session = { state: "signed_out", hub: null, email: null, reason: null };
  /** What this computer is set to. */
  settings: Settings = { ...initial };
  /** When the member is not notified. */
  quiet: Quiet = { until_ms: null, hours: null, now: false };
  /** Every call since `reset`. */
  calls: Array<{ name: RpcName; args: unknown }> = [];
  /** Answer after so many milliseconds. */
  delay = 0;

  #listeners = new Set<(event: CoreEvent) => void>();
  #overrides = new Map<RpcName, Override>();

  /** A fresh organization with somebody signed in. */
  reset(options: WorldOptions = {}): void {
    this.world = makeWorld(options);
    if (this.world.session !== null) this.session = { state: "signed_in", ...this.world.session };
    this.settings = { ...initial };
    this.quiet = { until_ms: null, hours: null, now: false };
    this.calls = [];
    this.delay = 0;
    this.#overrides.clear();
  }

  /** Answers one call differently; a function that throws makes the call fail. */
  answer<N extends RpcName>(name: N, with_: (args: Args<N>) => Answer<N> | Promise<Answer<N>>): void {
    this.#overrides.set(name, with_ as Override);
  }

  /** Sends an event of the core to the window. */
  emit(event: CoreEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }

  /** Says that these tags were touched. */
  touch(...tags: string[]): void {
    this.emit({ event: "changed", tags, all: false });
  }

  /** Calls of one name, oldest first. */
  called<N extends RpcName>(name: N): Array<Args<N>> {
    return this.calls.filter((call) => call.name === name).map((call) => call.args as Args<N>);
  }

  /** A page that is loaded anew is the next one. */
  leavePage(state: string | null): void {
    if (state === null) sessionStorage.removeItem(LEFT);
    else sessionStorage.setItem(LEFT, state);
  }

  takePage(): KeptPage {
    const state = sessionStorage.getItem(LEFT);
    sessionStorage.removeItem(LEFT);
    return { state, event: null };
  }

  listen(listener: (event: CoreEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async call(name: RpcName, args: unknown): Promise<unknown> {
    this.calls.push({ name, args });
    if (this.delay > 0) await new Promise((done) => setTimeout(done, this.delay));
    else await Promise.resolve();
    const override = this.#overrides.get(name);
    if (override !== undefined) return structuredClone(await override(args as never));
    const handler = answers[name] as (fake: Fake, args: unknown) => unknown;
    return structuredClone(await handler(this, args));
  }
}

export type { Fake };

/** The one fake host. */
export const fake = new Fake();

/** An error as the core throws it. */
export function rpcError(code: string, message: string, params?: Record<string, string>, retryable = false): RpcError {
  return params === undefined ? { code, message, retryable } : { code, message, retryable, params };
}

export function rpc<N extends RpcName>(name: N, args: Args<N>): Promise<Answer<N>> {
  return fake.call(name, $plain(args)) as Promise<Answer<N>>;
}

export async function heard(): Promise<void> {}

export function onCoreEvent(callback: (event: CoreEvent) => void): () => void {
  return fake.listen(callback);
}

/** What crosses the bridge is plain data. */
function $plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

if (import.meta.env.MODE === "fake") {
  arrange(fake, new URLSearchParams(location.search));
  Object.assign(window, { fake });
}
