// What was written and is not yet at the hub. Kept in the browser, shared by its tabs, sent in order; each entry has the
// one identifier under which it is sent however often it takes, so that the hub stores it once.
import { onOtherTab, shared } from "./storage.js";

export class Outbox {
  #key;
  #listeners = new Set();

  constructor(channel) {
    this.#key = `deskbell.${channel}.outbox`;
    onOtherTab(this.#key, () => this.#changed());
  }

  /** All entries: `{id, text, at_ms, refused?}`, oldest first. */
  entries() {
    return shared.read(this.#key, []);
  }

  /** The next one to send. */
  next() {
    return this.entries().find((entry) => !entry.refused);
  }

  /** Keeps a text. Throws when the browser has no room for it. */
  add(text) {
    shared.write(this.#key, [...this.entries(), { id: newId(), text, at_ms: Date.now() }]);
    this.#changed();
  }

  /** It is at the hub, or was taken back. */
  remove(id) {
    shared.write(this.#key, this.entries().filter((entry) => entry.id !== id));
    this.#changed();
  }

  /** The hub will never take it: it stays, with the reason, until its author does something. */
  refuse(id, reason) {
    shared.write(this.#key, this.entries().map((entry) => (entry.id === id ? { ...entry, refused: reason } : entry)));
    this.#changed();
  }

  onChange(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves at the next change, or after `ms`. */
  settled(ms) {
    return new Promise((resolve) => {
      const stop = this.onChange(() => end());
      const timer = setTimeout(() => end(), ms);
      const end = () => {
        stop();
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #changed() {
    for (const listener of [...this.#listeners]) listener();
  }
}

// crypto.randomUUID exists on https only.
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((b) => b.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
