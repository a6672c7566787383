// The messages as they stand on the screen. Only what changed is touched, so that a screen reader reads a new message
// and not the whole thread, and a selection stays.
import { write } from "./links.js";
import { texts } from "./texts.js";

const GROUP_MS = 5 * 60_000;
const CLOCK = ["M12 2a10 10 0 1 0 0 20 10 10 0 1 0 0-20", "M12 6v6l4 2"];

function node(tag, className, ...children) {
  const e = document.createElement(tag);
  if (className) e.className = className;
  e.append(...children);
  return e;
}

/** Words whose direction is their own, on a page of either direction. */
const bdi = (text) => node("bdi", "", text);

function icon(paths) {
  const ns = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(ns, "svg");
  svg.setAttribute("class", "i i-xs");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  for (const d of paths) svg.appendChild(document.createElementNS(ns, "path")).setAttribute("d", d);
  return svg;
}

function bubble(text) {
  const p = node("p", "b");
  write(p, text);
  return p;
}

const speaker = (message) => (message.from.kind === "you" ? "you" : `${message.from.name}\n${message.from.initials}`);
const dayOf = (ms) => new Date(ms).toDateString();

/** Messages of one speaker, one soon after the other, under one name and over one time. */
function groupsOf(messages) {
  const groups = [];
  let before;
  for (const message of messages) {
    const isNewDay = !before || dayOf(before.at_ms) !== dayOf(message.at_ms);
    if (isNewDay) groups.push({ key: `day ${message.id}`, day: message.at_ms });
    const goesOn =
      !isNewDay && speaker(before) === speaker(message) && message.at_ms - before.at_ms < GROUP_MS;
    if (goesOn) groups.at(-1).messages.push(message);
    else groups.push({ key: message.id, messages: [message] });
    before = message;
  }
  return groups;
}

export class Thread {
  #log;
  #thread;
  #waiting;
  #messages = new Map();
  #drawn = new Map();
  #shown = "[[],false]";

  constructor(log, thread, waiting) {
    this.#log = log;
    this.#thread = thread;
    this.#waiting = waiting;
  }

  /** Messages in hub order. */
  get messages() {
    return [...this.#messages.values()].sort((a, b) => a.pos - b.pos);
  }

  /** First names of the members who answered, the newest last, at most three. */
  get names() {
    const names = this.messages.filter((m) => m.from.kind === "member").map((m) => m.from.name);
    return [...new Set(names.reverse())].slice(0, 3).reverse();
  }

  /** Adds messages; one that is there already is not added twice. */
  add(...messages) {
    for (const message of messages) if (!this.#messages.has(message.id)) this.#messages.set(message.id, message);
    this.#keepPlace(() => this.#draw());
  }

  /** Draws what has not been sent; `edit(entry)` takes a refused one back. */
  wait(entries, isOffline, edit) {
    const shown = JSON.stringify([entries, isOffline]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#keepPlace(() => {
      const groups = [];
      for (const entry of entries.filter((e) => e.refused)) {
        const again = node("button", "", texts.edit);
        again.type = "button";
        again.addEventListener("click", () => edit(entry));
        const why = node("p", "wb-t failed", bdi(`${texts.notSent} ${entry.refused}`), again);
        groups.push(node("div", "wb-m you wait", bubble(entry.text), why));
      }
      const waiting = entries.filter((e) => !e.refused);
      if (waiting.length > 0) {
        const why = isOffline ? [icon(CLOCK), bdi(texts.waitsForConnection)] : [bdi(texts.sending)];
        groups.push(node("div", "wb-m you wait", ...waiting.map((e) => bubble(e.text)), node("p", "wb-t", ...why)));
      }
      this.#waiting.replaceChildren(...groups);
    });
  }

  /** Shows the newest. */
  toEnd() {
    this.#log.scrollTop = this.#log.scrollHeight;
  }

  #keepPlace(draw) {
    const log = this.#log;
    const below = log.scrollHeight - log.scrollTop - log.clientHeight;
    const above = log.scrollTop < 1 ? log.scrollHeight : null;
    draw();
    if (below < 60) this.toEnd();
    else if (above !== null) log.scrollTop = log.scrollHeight - above; // earlier ones came in on top
  }

  #draw() {
    const groups = groupsOf(this.messages);
    const kept = new Map();
    let at = this.#thread.firstChild;
    for (const group of groups) {
      const drawn = this.#update(this.#drawn.get(group.key), group);
      kept.set(group.key, drawn);
      if (drawn.element === at) at = at.nextSibling;
      else this.#thread.insertBefore(drawn.element, at);
    }
    for (const [key, drawn] of this.#drawn) if (kept.get(key)?.element !== drawn.element) drawn.element.remove();
    this.#drawn = kept;
  }

  #update(drawn, group) {
    if (group.day !== undefined) {
      return drawn ?? { element: node("p", "wb-note", bdi(texts.dayLine(group.day))), ids: [] };
    }
    const ids = group.messages.map((m) => m.id);
    const last = group.messages.at(-1);
    const isYours = last.from.kind === "you";
    const grows = drawn && drawn.ids.every((id, i) => id === ids[i]);
    if (!grows) {
      const by = isYours ? [] : [node("p", "wb-by", node("i", "", last.from.initials), bdi(last.from.name))];
      if (by.length > 0) by[0].firstChild.setAttribute("aria-hidden", "true");
      drawn = { element: node("div", isYours ? "wb-m you" : "wb-m", ...by, node("p", "wb-t", bdi(""))), ids: [] };
    }
    const time = drawn.element.lastChild;
    for (const message of group.messages.slice(drawn.ids.length)) time.before(bubble(message.text));
    const words = isYours ? texts.delivered(last.at_ms) : texts.time(last.at_ms);
    if (time.textContent !== words) time.firstChild.textContent = words;
    drawn.ids = ids;
    return drawn;
  }
}
