/**
 * What there is room for. The window is at least 1024 wide, but enlarged to twice its size it holds half of that: first
 * the rail makes room and lies over the list when it is asked for, then list and page take turns. Nothing is ever
 * scrolled to sideways.
 */
import { MediaQuery } from "svelte/reactivity";

/** The parts that take turns where there is room for one. */
export type Front = "list" | "conversation";

const folded = new MediaQuery("max-width: 959px");
const turns = new MediaQuery("max-width: 779px");

class Layout {
  /** The rail is called over the list. */
  rail = $state(false);
  /** Which of list and page is in front, where they take turns. */
  front = $state<Front>("list");

  /** What opened the rail; the focus goes back there. */
  #opener: HTMLElement | null = null;

  /** The rail has no place of its own. */
  get folded(): boolean {
    return folded.current;
  }

  /** List and page take turns. */
  get turns(): boolean {
    return turns.current;
  }

  /** The rail lies over the list now. */
  get railOver(): boolean {
    return this.folded && this.rail;
  }

  /** What is behind, where list and page take turns. */
  get behind(): Front | null {
    if (!this.turns) return null;
    return this.front === "list" ? "conversation" : "list";
  }

  /** Calls the rail, where it is folded away. */
  openRail(): void {
    if (!this.folded || this.rail) return;
    this.#opener = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    this.rail = true;
  }

  /** What is to have the focus again once the rail is away, if that is still there. Asked once. */
  takeOpener(): HTMLElement | null {
    const opener = this.#opener;
    this.#opener = null;
    return opener?.isConnected === true ? opener : null;
  }

  /** Brings a pane to where it can be seen. */
  show(pane: string): void {
    if (pane === "rail") {
      this.openRail();
      return;
    }
    this.turnTo(pane === "list" ? "list" : "conversation");
  }

  /** Something was opened: what shows it is in front, and nothing lies over it. */
  turnTo(front: Front): void {
    this.front = front;
    this.rail = false;
  }
}

/** How the window is laid out. */
export const layout = new Layout();
