/**
 * The side panel: whether it is open, and the earlier conversation that is read in it. It stays open from chat to chat
 * where it stands beside the thread; where it lies over it, another chat closes it.
 */

/** Below this width of the window the panel lies over the thread. */
export const OVER = "(max-width: 1383px)";

class Panel {
  /** It is on screen, where the chat has something to show in it. */
  open = $state(false);
  /** The earlier conversation that is read in it; nothing while the list is shown. */
  past = $state<string | null>(null);
  /** Grows when the panel is to have the focus. */
  focusWanted = $state(0);

  #from: HTMLElement | null = null;
  #came = false;

  /** Opens it, and remembers what had the focus. */
  show(): void {
    this.#from = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    this.past = null;
    this.open = true;
    this.focusWanted += 1;
  }

  /** Closes it; the focus goes back to where it was when it opened. False where that is gone. */
  close(): boolean {
    this.open = false;
    this.past = null;
    const from = this.#from;
    this.#from = null;
    if (from === null || !from.isConnected || from === document.body) return false;
    from.focus({ preventScroll: true });
    return document.activeElement === from;
  }

  /** Opens it, or closes it where it is open. */
  toggle(): boolean {
    if (this.open) return this.close();
    this.show();
    return true;
  }

  /** What of it is on screen, for a page that comes after this one. */
  get now(): { open: boolean; past: string | null } {
    return { open: this.open, past: this.past };
  }

  /** Shows what was on screen. The chat beside it is not another one. */
  comeBack({ open, past }: Panel["now"]): void {
    this.open = open;
    this.past = past;
    this.#came = true;
  }

  /** Another chat is on screen. */
  moved(): void {
    const came = this.#came;
    this.#came = false;
    if (came) return;
    this.past = null;
    this.#from = null;
    if (this.open && matchMedia(OVER).matches) this.open = false;
  }
}

/** The one panel of the window. */
export const panel = new Panel();
