/**
 * What was found in the chat on screen: which messages have it, and which of them one is at. Follows the chat: a message
 * that comes in and has it is counted with the others, and the one that one is at stays the same.
 */
import { rpc } from "$lib/host";
import { onTouched } from "$lib/live.svelte";
import type { Hit } from "$lib/rpc/types";
import type { Mark } from "$lib/shared/marks";

/** A pause in the typing: marks in a thread follow it, they need not run after each key. */
const PAUSE_MS = 90;

/** What is looked for in a chat. */
export interface Asked {
  chat: string;
  text: string;
  /** The message that it was opened at. */
  message: string | null;
}

class Hits {
  /** Oldest first. */
  all = $state.raw<readonly Hit[]>([]);
  /** There are older ones that are not among them. */
  more = $state(false);
  /** The message that one is at. */
  current = $state<string | null>(null);
  /** Grows when it is to be brought into sight. */
  shown = $state(0);

  #asked: Asked | null = null;
  #turn = 0;

  /** Which of them one is at, from 0; -1 at none. */
  readonly at = $derived(this.all.findIndex((hit) => hit.message === this.current));
  /** The marks of each message. */
  readonly marks: ReadonlyMap<string, readonly Mark[]> = $derived(new Map(this.all.map((hit) => [hit.message, hit.marks])));

  /** Follows what is looked for while the component that calls this is mounted. */
  follow(asked: () => Asked | null): void {
    $effect(() => {
      const next = asked();
      if (next === null) return this.#clear();
      const same = this.#asked?.chat === next.chat;
      if (!same) this.#clear();
      if (!same || this.#asked?.message !== next.message) this.current = next.message;
      this.#asked = next;
      const timer = setTimeout(() => void this.#ask(next), same ? PAUSE_MS : 0);
      const stop = onTouched(
        () => [`thread:${next.chat}`],
        () => void this.#ask(next),
      );
      return () => {
        clearTimeout(timer);
        stop();
        this.#turn += 1;
      };
    });
    $effect(() => () => this.#clear());
  }

  /** Goes to the next one, or the one before; at the end it begins anew. False where there is none. */
  walk(step: 1 | -1): boolean {
    const { all, at } = this;
    if (all.length === 0) return false;
    const to = at < 0 ? (step > 0 ? 0 : all.length - 1) : (at + step + all.length) % all.length;
    this.current = all[to]?.message ?? null;
    this.shown += 1;
    return true;
  }

  /** Brings the one that one is at into sight again. */
  show(): void {
    this.shown += 1;
  }

  async #ask({ chat, text }: Asked): Promise<void> {
    const mine = ++this.#turn;
    try {
      const found = await rpc("find_in_chat", { chat, text });
      if (mine !== this.#turn) return;
      this.all = found.hits;
      this.more = found.more;
    } catch {
      // The chat is there all the same; it says itself where it is not.
      if (mine === this.#turn) this.all = [];
    }
  }

  #clear(): void {
    this.#turn += 1;
    this.#asked = null;
    this.all = [];
    this.more = false;
    this.current = null;
  }
}

/** What was found in the chat on screen. */
export const hits = new Hits();
