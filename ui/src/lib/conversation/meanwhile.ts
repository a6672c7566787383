// What is typed while the window comes back. The page before this one had its caret in the field of a chat: until that field
// is here, letters are for it, and not commands to the chat.

import { typeAhead } from "$lib/keys";
import { page } from "$lib/page";

/** Where the caret was in the page before this one. */
export interface Caret {
  chat: string;
  start: number;
  end: number;
  direction: "forward" | "backward" | "none";
  focused: boolean;
}

/** How long the field may take to come. Who is led elsewhere types there. */
const WITHIN_MS = 3000;

let typed = "";
let stop: (() => void) | undefined;

/** Keeps what is typed from now on, where it is for a field. */
export function keepTyping(): void {
  if (stop !== undefined || page.awaits<Caret>("caret")?.focused !== true) return;
  const end = typeAhead((letter) => (typed += letter));
  const late = setTimeout(() => void takeTyped(), WITHIN_MS);
  stop = () => {
    clearTimeout(late);
    end();
  };
}

/** The field is here: what was typed for it. */
export function takeTyped(): string {
  stop?.();
  stop = undefined;
  const text = typed;
  typed = "";
  return text;
}
