/**
 * What was found, page by page. Asked with every key, one question at a time: while one is being answered only the newest
 * is remembered, so that a slow moment does not pile up questions nobody waits for any more.
 *
 * Invariants: an answer to an older question never replaces a newer one; what was found stays on screen until the next
 * is there, so nothing flickers; what comes in while the pointer aims at a row moves nothing under it.
 */
import { rpc } from "$lib/host";
import { onTouched } from "$lib/live.svelte";
import type { Found, FoundMessage, RpcError } from "$lib/rpc/types";
import { asError } from "$lib/shared/errors";

/** Messages of a page. */
const PAGE = 50;
/** Most conversations, and most contacts. */
export const OTHERS = 100;
/** Less than this may leave a screen empty: where the core stopped to stay quick, it is asked to go on. */
const ENOUGH = 40;
/** Most that is read again after a change. */
const MOST = 500;
/** What comes in is shown this long after it came. */
const AGAIN_MS = 1000;
/** Where not everything can be found yet, it is looked again this often. */
const INCOMPLETE_MS = 2500;

interface Read {
  first: Found;
  messages: FoundMessage[];
  next: string | null;
}

/** The results on screen. Call in a component: they live as long as that. */
export class Results {
  /** The first page of the last answer. */
  found = $state.raw<Found | undefined>();
  /** The question that it answers. */
  text = $state("");
  /** The messages of all pages that were read. */
  messages = $state.raw<readonly FoundMessage[]>([]);
  /** The same with all conversations and contacts, once they were asked for. */
  others = $state.raw<Found | undefined>();
  /** There are more, or there may be. */
  next = $state<string | null>(null);
  /** Older messages are being looked through. */
  further = $state(false);
  /** How long the first page took. */
  tookMs = $state(0);
  /** Why the last attempt failed. */
  error = $state.raw<RpcError | undefined>();

  #wanted = "";
  #turn = 0;
  #running = false;
  #held = false;
  #waiting: Read | null = null;
  #again: ReturnType<typeof setTimeout> | undefined;

  /** `question` is read again whenever what it reads changes. */
  constructor(question: () => string) {
    $effect.pre(() => this.#ask(question()));
    $effect(() => {
      const stop = onTouched(
        () => ["chats", "contacts", "tags"],
        () => this.#soon(AGAIN_MS),
      );
      return () => {
        stop();
        clearTimeout(this.#again);
        this.#turn += 1;
      };
    });
  }

  /** The pointer aims at a row, or does so no more. */
  hold(held: boolean): void {
    this.#held = held;
    if (held || this.#waiting === null) return;
    this.#show(this.#waiting);
  }

  /** Asks again after a failure. */
  retry(): void {
    void this.#run(this.#wanted);
  }

  /** Reads one more page. */
  async readOn(): Promise<void> {
    if (this.next === null || this.further || this.text !== this.#wanted) return;
    const mine = this.#turn;
    this.further = true;
    try {
      let after: string | null = this.next;
      let added = 0;
      while (after !== null && added === 0) {
        const page: Found = await rpc("search", { text: this.text, after, limit: PAGE });
        if (mine !== this.#turn) return;
        added = page.messages.length;
        after = page.next;
        this.messages = joined(this.messages, page.messages);
      }
      this.next = after;
    } catch (thrown) {
      if (mine !== this.#turn) return;
      const error = asError(thrown);
      // What the pages go on from is not known any more: they begin anew.
      if (error.code === "other_list") void this.#run(this.#wanted);
      else this.error = error;
    } finally {
      if (mine === this.#turn) this.further = false;
    }
  }

  /** Reads what conversations and contacts there are beside the first few. False where that failed, or is not wanted any more. */
  async readOthers(): Promise<boolean> {
    const { text } = this;
    try {
      const others = await rpc("search", { text, after: null, limit: 1, others: OTHERS });
      if (text !== this.text) return false;
      this.others = others;
      return true;
    } catch (thrown) {
      if (text === this.text) this.error = asError(thrown);
      return false;
    }
  }

  #ask(text: string): void {
    if (text === this.#wanted) return;
    this.#wanted = text;
    this.#turn += 1;
    this.#waiting = null;
    this.further = false;
    clearTimeout(this.#again);
    if (text.trim() === "") {
      this.found = undefined;
      this.messages = [];
      this.next = null;
      this.text = text;
      this.error = undefined;
    } else if (!this.#running) void this.#newest();
  }

  /** Answers the newest question, until there is no newer one. */
  async #newest(): Promise<void> {
    this.#running = true;
    let asked: string;
    do {
      asked = this.#wanted;
      if (asked.trim() !== "") await this.#run(asked);
    } while (this.#wanted !== asked);
    this.#running = false;
  }

  async #run(text: string): Promise<void> {
    const mine = this.#turn;
    const fresh = text !== this.text || this.found === undefined;
    try {
      const began = performance.now();
      const first = await rpc("search", { text, after: null, limit: PAGE });
      if (mine !== this.#turn) return;
      if (fresh) this.tookMs = performance.now() - began;
      this.error = undefined;
      if (fresh) this.others = undefined;
      else if (this.others !== undefined) void this.readOthers();
      this.text = text;
      const read: Read = { first, messages: first.messages, next: first.next };
      if (fresh) this.#show(read);
      // The next question does not wait for the rest.
      void this.#fill(read, mine, fresh ? ENOUGH : Math.min(MOST, this.messages.length));
    } catch (thrown) {
      if (mine !== this.#turn) return;
      this.error = asError(thrown);
      if (fresh) {
        this.found = undefined;
        this.messages = [];
        this.next = null;
      }
      this.text = text;
    }
  }

  /** Reads on until there is enough to look at. */
  async #fill(read: Read, mine: number, enough: number): Promise<void> {
    const fresh = enough === ENOUGH;
    try {
      while (read.next !== null && read.messages.length < enough) {
        this.further = true;
        const page: Found = await rpc("search", { text: this.text, after: read.next, limit: PAGE });
        if (mine !== this.#turn) return;
        read.messages = joined(read.messages, page.messages);
        read.next = page.next;
        if (fresh) this.#show(read);
      }
      this.further = false;
      if (this.#held && !fresh) this.#waiting = read;
      else this.#show(read);
      if (!read.first.complete) this.#soon(INCOMPLETE_MS);
    } catch (thrown) {
      if (mine !== this.#turn) return;
      this.further = false;
      this.error = asError(thrown);
    }
  }

  #show(read: Read): void {
    this.#waiting = null;
    this.found = read.first;
    this.messages = read.messages;
    this.next = read.next;
  }

  #soon(ms: number): void {
    clearTimeout(this.#again);
    this.#again = setTimeout(() => {
      if (this.#running || this.further || this.#wanted.trim() === "") return this.#wanted.trim() === "" ? undefined : this.#soon(ms);
      void this.#run(this.#wanted);
    }, ms);
  }
}

/** Each message once, however pages shift while they are read. */
function joined(before: readonly FoundMessage[], more: readonly FoundMessage[]): FoundMessage[] {
  const known = new Set(before.map((one) => one.message));
  return [...before, ...more.filter((one) => !known.has(one.message))];
}
