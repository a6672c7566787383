// Drafts: one per chat, in memory while the program runs and on disk within 150 ms of each key.
//
// The text of a draft belongs to its chat and to nobody else: what is typed for A can never stand in the field
// of B, because the field shows the draft object of its own chat. What the core says of a draft is taken over only where
// the member has not typed since it was asked, so no sync replaces a text, a caret or a selection.

import { rpc } from "$lib/host";
import type { RpcError } from "$lib/rpc/types";

/** Longest time a typed letter is only in memory. */
export const SAVE_AFTER_MS = 150;

/** The draft of one chat. */
export class ChatDraft {
  readonly chat: string;
  /** What stands in the field. */
  text = $state("");
  /** The kept draft has been read from disk. */
  loaded = $state(false);
  /** Why the last letters could not be kept on disk. */
  saveError = $state<RpcError | null>(null);
  /** Grows when the text is replaced by something else than typing: the field puts its caret at the end. */
  replaced = $state(0);
  /** The field has the focus: nothing but the member changes its text. */
  inUse = false;

  #kept = "";
  #edits = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #line: Promise<unknown> = Promise.resolve();

  constructor(chat: string) {
    this.chat = chat;
  }

  /** There are letters that are not on disk yet. */
  get dirty(): boolean {
    return this.text !== this.#kept;
  }

  /** Reads the kept draft. What was typed meanwhile stays, after it. */
  async load(): Promise<void> {
    const edits = this.#edits;
    try {
      const kept = await this.#inLine(() => rpc("get_draft", { chat: this.chat }));
      if (this.#edits === edits) {
        if (this.inUse && this.loaded && this.text !== "") return;
        this.#take(kept.text);
      } else if (!this.loaded && kept.text !== "") {
        this.type(`${kept.text}\n${this.text}`);
        this.replaced += 1;
      }
    } catch {
      // An unreadable draft must not keep anybody from writing; the next save says what is wrong.
    } finally {
      this.loaded = true;
    }
  }

  /** The member typed: kept in memory now, on disk soon. */
  type(text: string): void {
    if (text === this.text) return;
    this.text = text;
    this.#edits += 1;
    // Counted from the first letter that is not on disk: who types without a pause would else never be there.
    this.#timer ??= setTimeout(() => void this.flush(), SAVE_AFTER_MS);
  }

  /** Puts on disk what is not there yet. */
  async flush(): Promise<void> {
    this.#stopTimer();
    if (!this.dirty) return;
    const text = this.text;
    const before = this.#kept;
    this.#kept = text;
    try {
      await this.#inLine(() => rpc("save_draft", { chat: this.chat, text }));
      this.saveError = null;
    } catch (error) {
      if (this.#kept === text) this.#kept = before;
      this.saveError = error as RpcError;
    }
  }

  /**
   * Sends what stands in the field and empties it. A save on its way goes first, so that it cannot bring the text
   * back afterwards. Where the message is refused the text is in the field again.
   */
  async send(): Promise<void> {
    const text = this.text;
    this.#stopTimer();
    this.#take("");
    try {
      await this.#inLine(() => rpc("send_message", { chat: this.chat, text }));
      this.saveError = null;
    } catch (error) {
      this.type(this.text === "" ? text : `${text}\n${this.text}`);
      this.replaced += 1;
      throw error;
    }
  }

  /** Takes a message back into the field (*Edit*). What stood there is on disk before the core joins the two. */
  async takeBack(command: string): Promise<void> {
    await this.flush();
    const joined = await this.#inLine(() => rpc("edit", { command }));
    this.#take(joined.text);
  }

  #stopTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #take(text: string): void {
    this.#kept = text;
    if (this.text === text) return;
    this.text = text;
    this.#edits += 1;
    this.replaced += 1;
  }

  /** One call at a time, in the order in which they were made. */
  #inLine<T>(call: () => Promise<T>): Promise<T> {
    const next = this.#line.then(call, call);
    this.#line = next.catch(() => undefined);
    return next;
  }
}
