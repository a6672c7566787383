// The line to the hub: makes the visitor's session with the first message, sends what waits in order, and listens for
// answers while somebody may be looking. Nothing is asked of the hub for visitors who never write.
import { Refused, call, events } from "./api.js";
import { alone, onOtherTab, shared } from "./storage.js";

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
const HIDDEN_MS = 60_000; // a browser allows six connections to one server: tabs in the background let theirs go

/** Full jitter: many visitors whose hub was away must not all come back at once. */
const waitAfter = (failures) =>
  250 + Math.random() * Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures);

export class Line {
  #channel;
  #outbox;
  #visitor;
  #on;
  #key;
  #after = 0;
  #gen = "";
  #failures = 0;
  #listening = null;
  #isSending = false;
  #sendAgain = false;
  #waits = new Set();
  #isAsleep = false;
  #sleep;

  /** `visitor()` says where and who: `{site, name}`. `on` has `message`, `caughtUp`, `reach(boolean)`, `forbidden`. */
  constructor(channel, outbox, visitor, on) {
    this.#channel = channel;
    this.#outbox = outbox;
    this.#visitor = visitor;
    this.#on = on;
    this.#key = `deskbell.${channel}.session`;
    onOtherTab(this.#key, () => this.#wake());
    addEventListener("online", () => this.#atOnce());
    addEventListener("offline", () => this.#on.reach(false));
    document.addEventListener("visibilitychange", () => this.#lookedAt());
  }

  /** Begins to listen, and to send what was left waiting. */
  start() {
    this.#listen();
    this.send();
  }

  get #token() {
    return shared.read(this.#key, null)?.token ?? null;
  }

  /** Asks with the session; `null` where there is none. */
  async ask(path, body) {
    const token = this.#token;
    return token ? call(path, { token, body }) : null;
  }

  /** Sends what waits, one after the other. */
  async send() {
    if (this.#isSending) {
      this.#sendAgain = true;
      return;
    }
    this.#isSending = true;
    let failures = 0;
    try {
      do {
        this.#sendAgain = false;
        while (this.#outbox.next()) {
          try {
            await alone(`${this.#key}.send`, () => this.#sendAll());
            this.#reached();
          } catch (error) {
            if (error instanceof Refused && error.status === 403) return this.#on.forbidden();
            const isBusy = error instanceof Refused && error.status === 429;
            if (!isBusy) this.#on.reach(false);
            await this.#pause(error.retryAfterMs ?? waitAfter(failures++));
          }
        }
      } while (this.#sendAgain);
    } finally {
      this.#isSending = false;
    }
  }

  async #sendAll() {
    for (let entry = this.#outbox.next(); entry; entry = this.#outbox.next()) {
      const token = await this.#session();
      try {
        const sent = await call("messages", { token, body: { id: entry.id, text: entry.text } });
        this.#on.message({ ...sent, from: { kind: "you" }, text: entry.text });
        this.#outbox.remove(entry.id);
        this.#wake();
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        if (error.status === 401) this.#forget(token);
        else if (error.status === 403 || error.isPassing) throw error;
        else this.#outbox.refuse(entry.id, error.message);
      }
    }
  }

  async #session() {
    const token = this.#token;
    if (token) return token;
    const made = await call("session", { body: this.#visitor() });
    // Without locks (plain http) another tab may have been as quick: the first one stands, so there is one conversation.
    if (!this.#token) shared.write(this.#key, { token: made.token });
    return this.#token;
  }

  #forget(token) {
    if (this.#token === token) shared.remove(this.#key);
    this.#after = 0; // another session counts anew
  }

  async #listen() {
    for (;;) {
      const token = this.#token;
      if (!token || this.#isAsleep) {
        await this.#pause(null);
        continue;
      }
      this.#listening = new AbortController();
      const from = `events?after=${this.#after}${this.#gen && `&gen=${this.#gen}`}`;
      let newest = 0;
      try {
        for await (const { event, data } of events(from, token, this.#listening.signal)) {
          if (event === "open") this.#reached();
          else if (event === "message") {
            newest = Math.max(newest, data.pos);
            await this.#heard(data);
          } else if (event === "ready") {
            // A restored hub has told the thread again: what comes next may stand before what it told before that.
            if (this.#gen && this.#gen !== data.gen) this.#after = newest;
            this.#gen = data.gen;
            this.#on.caughtUp(data);
          }
        }
        await this.#pause(Math.random() * 1000);
      } catch (error) {
        if (this.#listening.signal.aborted) continue;
        if (error instanceof Refused && error.status === 401) this.#forget(token);
        else if (error instanceof Refused && error.status === 403) return this.#on.forbidden();
        else {
          if (!(error instanceof Refused && error.status === 429)) this.#on.reach(false);
          await this.#pause(error.retryAfterMs ?? waitAfter(this.#failures++));
        }
      }
    }
  }

  async #heard(message) {
    // An own message may arrive here before the answer to its sending (in this tab or another): for that moment it would
    // stand there twice, sent and waiting.
    if (message.from.kind === "you" && this.#outbox.next()) await this.#outbox.settled(300);
    this.#after = Math.max(this.#after, message.pos);
    this.#on.message(message);
  }

  #reached() {
    this.#failures = 0;
    this.#on.reach(true);
    if (this.#outbox.next() && !this.#isSending) this.send();
    this.#wake();
  }

  /** Waits, unless something happens that makes trying at once worthwhile; `null` = until then. */
  #pause(ms) {
    return new Promise((resolve) => {
      const end = () => {
        this.#waits.delete(end);
        clearTimeout(timer);
        resolve();
      };
      const timer = ms === null ? undefined : setTimeout(end, ms);
      this.#waits.add(end);
    });
  }

  #wake() {
    for (const end of [...this.#waits]) end();
  }

  #atOnce() {
    this.#failures = 0;
    this.#wake();
    this.send();
  }

  #lookedAt() {
    clearTimeout(this.#sleep);
    if (document.visibilityState === "visible") {
      this.#isAsleep = false;
      this.#atOnce();
    } else {
      this.#sleep = setTimeout(() => {
        this.#isAsleep = true;
        this.#listening?.abort();
      }, HIDDEN_MS);
    }
  }
}
