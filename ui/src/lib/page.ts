/**
 * What one page leaves to the next. A window that is closed to the tray gives its page up after a while, and whatever leads
 * back to it makes a new one: it has to look as if it had been there all the time. What the core keeps anyway (lists, drafts,
 * where one reads) comes back by itself. What only the page knows is said here, part by part, and told to the core in the
 * moment in which the window is hidden.
 *
 * A page in which something is unfinished that no part keeps (a dialog, signing in) says that it must stay.
 */
import { heard, onCoreEvent, rpc } from "$lib/host";
import type { CoreEvent } from "$lib/rpc/types";
import { member } from "$lib/session.svelte";

/** Where the member is led: the click on a notification. */
export type Lead = Exclude<CoreEvent, { event: "changed" }>;

/** What is unfinished while it is on screen. */
const UNFINISHED = "[role='dialog'], [role='alertdialog']";

/** After so long all parts of a page are there. */
const SETTLED_AFTER_MS = 2000;

class Page {
  #parts = new Map<string, () => unknown>();
  #left: Record<string, unknown> = {};
  #waits: Lead | null = null;
  #led: ((lead: Lead) => void) | null = null;
  #hears = false;

  /** Asks what the page before this one left, and where this one is to go first. */
  async take(): Promise<void> {
    this.#hear();
    try {
      // Who asked first and listened then would miss the click between the two.
      await heard();
      const { state, event } = await rpc("take_page", {});
      if (state !== null) this.#left = JSON.parse(state) as Record<string, unknown>;
      if (event !== null && event.event !== "changed") this.#lead(event);
    } catch {
      // It begins as the first page of a run does.
    }
  }

  /** Says what is to be left of a part, until the returned function is called. Nothing is left of what is `undefined`. */
  keeps(part: string, now: () => unknown): () => void {
    this.#parts.set(part, now);
    return () => {
      if (this.#parts.get(part) === now) this.#parts.delete(part);
    };
  }

  /** What the page before this one left of a part. Said once. */
  left<T>(part: string): T | undefined {
    const left = this.#left[part] as T | undefined;
    delete this.#left[part];
    return left;
  }

  /** The same, which is still to be said. */
  awaits<T>(part: string): T | undefined {
    return this.#left[part] as T | undefined;
  }

  /** Somebody is there: what another member left is nobody's. */
  enter(who: string): void {
    if (this.left<string>("member") !== who) this.#left = {};
  }

  /** Calls back for where the member is led, at once where something waits, until the returned function is called. */
  onLead(led: (lead: Lead) => void): () => void {
    this.#hear();
    this.#led = led;
    const waits = this.#waits;
    this.#waits = null;
    if (waits !== null) led(waits);
    return () => {
      if (this.#led === led) this.#led = null;
    };
  }

  /** Tells the core what is left whenever the window is hidden, and takes it back when it is shown, until the returned function is called. */
  watch(): () => void {
    const look = () => {
      if (document.visibilityState === "hidden") this.#leave();
      // What was left is not how it is any more.
      else rpc("leave_page", { state: null }).catch(() => undefined);
    };
    document.addEventListener("visibilitychange", look);
    // Who hid the window before there was a page in it is not told of that.
    const early = setTimeout(() => document.visibilityState === "hidden" && this.#leave(), SETTLED_AFTER_MS);
    return () => {
      document.removeEventListener("visibilitychange", look);
      clearTimeout(early);
    };
  }

  #hear(): void {
    if (this.#hears) return;
    this.#hears = true;
    onCoreEvent((event) => {
      if (event.event !== "changed") this.#lead(event);
    });
  }

  #lead(lead: Lead): void {
    if (this.#led === null) this.#waits = lead;
    else this.#led(lead);
  }

  #leave(): void {
    const who = member.current?.me.id;
    let state: string | null = null;
    if (who !== undefined && document.querySelector(UNFINISHED) === null) {
      const parts = [...this.#parts].map(([part, now]) => [part, now()] as const);
      state = JSON.stringify({ ...Object.fromEntries(parts), member: who });
    }
    // What the core does not hear leaves the page in memory: it is as it was.
    rpc("leave_page", { state }).catch(() => undefined);
  }
}

/** The one page. */
export const page = new Page();
