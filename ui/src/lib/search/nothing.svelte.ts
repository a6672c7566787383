/**
 * What else would be found, where nothing was: without each of the operators. Asked only once the typing has paused, and
 * forgotten with the next key.
 */
import { rpc } from "$lib/host";
import type { FoundTerm } from "$lib/rpc/types";
import { without } from "./pieces";

const PAUSE_MS = 250;
/** So many are counted; more are said to be more. */
const COUNTED = 50;
const OPERATORS = 6;

/** The question without one of its operators. */
export interface Wider {
  term: FoundTerm;
  count: number;
  more: boolean;
}

/** What is found without each operator. Call in a component. */
export class Wide {
  /** Those that find something. */
  ways = $state.raw<readonly Wider[]>([]);
  /** It is known. */
  known = $state(false);

  constructor(question: () => { text: string; terms: readonly FoundTerm[] } | null) {
    $effect(() => {
      const asked = question();
      this.ways = [];
      this.known = false;
      if (asked === null) return;
      let left = false;
      const timer = setTimeout(() => void this.#ask(asked.text, asked.terms, () => left), PAUSE_MS);
      return () => {
        left = true;
        clearTimeout(timer);
      };
    });
  }

  async #ask(text: string, terms: readonly FoundTerm[], left: () => boolean): Promise<void> {
    const ways: Wider[] = [];
    for (const term of terms.filter((one) => one.value !== "").slice(0, OPERATORS)) {
      const rest = without(text, term);
      if (rest === "") continue;
      try {
        const found = await rpc("search", { text: rest, after: null, limit: COUNTED });
        if (left()) return;
        if (found.messages.length > 0) ways.push({ term, count: found.messages.length, more: found.next !== null });
      } catch {
        // One way less is offered.
      }
    }
    if (left()) return;
    this.ways = ways;
    this.known = true;
  }
}
