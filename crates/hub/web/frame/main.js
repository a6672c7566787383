// The chat box: what stands on the screen, put together from the thread, what waits, and the line to the hub.
import { Line } from "./line.js";
import { Outbox } from "./outbox.js";
import { Page, isFramed } from "./parent.js";
import { isLasting, own, shared } from "./storage.js";
import { texts } from "./texts.js";
import { Thread } from "./thread.js";

const MAX_CHARS = 100_000;
const MAX_BYTES = 400_000;
const RANKS = ["none", "sent", "delivered", "read"];

const { channel, title, color, ink } = document.documentElement.dataset;
const element = (id) => document.getElementById(id);
const draft = element("draft");
const keys = { read: `deskbell.${channel}.read`, peek: `deskbell.${channel}.peek`, draft: `deskbell.${channel}.draft` };

let isOpen = false;
let isOffline = false;
let visitor = { site: "", name: null };

if (color) {
  document.documentElement.style.setProperty("--given-brand", color);
  document.documentElement.style.setProperty("--given-on-brand", ink);
}

const thread = new Thread(element("log"), element("thread"), element("waiting"));
const outbox = new Outbox(channel);
const line = new Line(channel, outbox, () => visitor, {
  message: (message) => {
    thread.add(message);
    look();
  },
  caughtUp: ({ more }) => {
    if (more) element("earlier").hidden = false;
    look();
  },
  reach: (reached) => {
    isOffline = !reached;
    draw();
  },
  forbidden: () => problem(texts.notHere),
});
const page = new Page({
  hello: (message, origin) => {
    const isFirst = !visitor.site;
    visitor = { site: origin, name: firstOf(String(message.name ?? ""), 200) || null };
    document.documentElement.dir = message.dir === "rtl" ? "rtl" : "ltr";
    page.say({ type: "ready", title, color, ink });
    if (isFirst) line.start();
  },
  open: () => {
    isOpen = true;
    thread.toEnd();
    draft.focus();
    look();
  },
  close: () => {
    isOpen = false;
  },
  peek_dismissed: () => shared.write(keys.peek, "dismissed"),
});

/** Half a character, which a paste or a page can hold, cannot travel. */
const whole = (text) => text.toWellFormed?.() ?? text;
const firstOf = (text, count) => whole([...text.slice(0, 2 * count)].slice(0, count).join(""));

function problem(text) {
  element("problem").textContent = text ?? "";
  element("problem").hidden = !text;
}

/** Everything but the thread itself. */
function draw() {
  const entries = outbox.entries();
  const names = thread.names;
  element("subtitle").textContent =
    isOffline ? texts.noConnection : names.length > 0 ? texts.with(names) : texts.welcome;
  element("say").hidden = !isOffline;
  if (isOffline) {
    element("say-what").textContent = navigator.onLine ? texts.hubAway : texts.offline;
    element("say-then").textContent = texts.waits(entries.filter((e) => !e.refused).length);
  }
  thread.wait(entries, isOffline, takeBack);
}

const isLookedAt = () => isOpen && document.visibilityState === "visible";

/** New messages: before the visitor's eyes they are read, else the page is told that something waits. */
function look() {
  const fromMembers = thread.messages.filter((m) => m.from.kind === "member");
  const newest = fromMembers.at(-1);
  if (newest && isLookedAt() && newest.pos > shared.read(keys.read, 0)) shared.write(keys.read, newest.pos);
  const read = shared.read(keys.read, 0);
  const unread = fromMembers.filter((m) => m.pos > read);
  const mayPeek = unread.length > 0 && shared.read(keys.peek, null) === null;
  page.say({
    type: "unread",
    count: unread.length,
    peek: mayPeek
      ? { initials: newest.from.initials, name: newest.from.name, text: firstOf(newest.text, 200) }
      : null,
  });
  draw();
  acknowledge(fromMembers);
}

let acknowledging;

/** Tells the hub what arrived and what was read; a little later, so that several go as one. */
function acknowledge(fromMembers) {
  const status = isLookedAt() ? "read" : "delivered";
  const rank = RANKS.indexOf(status);
  const due = fromMembers.filter((m) => RANKS.indexOf(m.delivery) < rank);
  clearTimeout(acknowledging);
  if (due.length === 0) return;
  acknowledging = setTimeout(async () => {
    try {
      await line.ask("seen", { upto: due.at(-1).pos, status });
      for (const message of due) message.delivery = status;
    } catch {
      // Said again with the next message or the next connection.
    }
  }, 250);
}

function takeBack(entry) {
  outbox.remove(entry.id);
  draft.value = draft.value ? `${entry.text}\n${draft.value}` : entry.text;
  typed();
  draft.focus();
}

/** The composer after a change: its height, its button, its draft kept for this tab. */
function typed() {
  draft.style.height = "auto";
  draft.style.height = `${Math.min(Math.max(draft.scrollHeight, 36), 120)}px`;
  element("send").disabled = draft.value.trim() === "";
  try {
    own.write(keys.draft, draft.value);
  } catch {
    // No room to keep the draft: it stays in its field.
  }
}

function send() {
  const text = whole(draft.value);
  if (text.trim() === "") return;
  if ([...text].length > MAX_CHARS || new TextEncoder().encode(text).length > MAX_BYTES) {
    problem(texts.tooLong);
    return;
  }
  try {
    outbox.add(text);
  } catch {
    problem(texts.noRoom);
    return;
  }
  problem(isLasting ? null : texts.notKept);
  draft.value = "";
  typed();
  thread.toEnd();
  line.send();
}

draft.addEventListener("input", typed);
draft.addEventListener("keydown", (event) => {
  // Enter that ends an input method's composition commits it; some browsers report it after the composition with key code 229.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  send();
});
element("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  send();
  draft.focus();
});
element("close").addEventListener("click", () => page.say({ type: "close" }));
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.isComposing) page.say({ type: "close" });
});
element("earlier").addEventListener("click", async () => {
  const [first] = thread.messages;
  if (!first) return;
  try {
    const older = await line.ask(`messages?before=${first.pos}`);
    if (older) {
      thread.add(...older.messages);
      element("earlier").hidden = !older.more;
    }
  } catch {
    isOffline = true;
    draw();
  }
});
document.addEventListener("visibilitychange", look);
outbox.onChange(draw);
addEventListener("storage", (event) => {
  if (event.key === keys.read) look(); // read in another tab
});

element("close").setAttribute("aria-label", texts.close);
element("log").setAttribute("aria-label", texts.log);
draft.setAttribute("aria-label", texts.draft);
draft.placeholder = texts.draft;
element("send").setAttribute("aria-label", texts.send);
element("earlier").textContent = texts.earlier;
element("foot").textContent = texts.foot;
draft.value = own.read(keys.draft, "");
typed();
draw();
if (!isFramed) {
  problem(texts.onItsSite);
  draft.disabled = true;
}
