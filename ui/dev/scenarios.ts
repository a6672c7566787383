/**
 * States to look at, by address: `?scenario=offline`. Also `role=agent`, `product=contact_center`, `many=N`,
 * `waits=N`, `long=N` (messages of the first), `unread=N` (of them), `place=direct`, `open=first` and `theme=dark` (which stands in for the system's setting).
 */
import type { Fake } from "./host";
import { me, members } from "./people";
import type { Arranged } from "./outbox";
import { nextId, textEntry } from "./world";

const MINUTE = 60_000;

/** Longer than anybody is called, in two directions. */
function longNames(fake: Fake): void {
  const name = "Wolfeschlegelsteinhausenbergerdorff ".repeat(9).slice(0, 300);
  const rtl = "مؤسسة الدراجات والتوصيل السريع ".repeat(10).slice(0, 300);
  fake.world.chats.slice(0, 12).forEach((chat, at) => {
    chat.person = { ...chat.person, name: at % 3 === 2 ? rtl : name };
    chat.tags = fake.world.tags.map((tag) => ({ ...tag }));
    chat.draft = at % 4 === 1 ? name : "";
  });
  const session = fake.session;
  if (session.state === "signed_in") session.organization = name;
}

/** Of everything more than anybody has: tags, letters of one message and no space among them. */
function worst(fake: Fake): void {
  const [first] = fake.world.chats;
  if (first === undefined) return;
  first.person = { ...first.person, name: "Wolfeschlegelsteinhausenbergerdorff ".repeat(9).slice(0, 300) };
  first.tags = Array.from({ length: 400 }, (_, at) => ({ id: `t-many-${at}`, name: `${["Touring", "Waiting for parts", "Invoice"][at % 3]} ${at + 1}`, color: (["teal", "brick", "amber"] as const)[at % 3] ?? "teal", waiting: false }));
  first.entries.push(textEntry({ kind: "contact", name: first.person.name }, "x".repeat(60_000), Date.now()));
}

/** Arranges the fake core as the address asks. */
export function arrange(fake: Fake, query: URLSearchParams): void {
  fake.reset({
    conversations: Number(query.get("many") ?? 420),
    product: query.get("product") ?? "customer_engagement",
    role: query.get("role") ?? "manager",
    longThread: Number(query.get("long") ?? 2000),
  });
  fake.settings.language = query.get("language") ?? "system";
  fake.settings.theme = query.get("theme") ?? "system";
  fake.settings.density = query.get("density") ?? "comfortable";
  const [first] = fake.world.chats;
  if (first !== undefined && query.has("unread")) first.read_pos = first.entries.at(-1 - Number(query.get("unread")))?.pos ?? 0;
  const scenario = query.get("scenario") ?? "main";
  if (scenario === "signin") fake.session = { state: "signed_out", hub: "hub.kestrelcycles.example", email: "priya@kestrelcycles.example", reason: null };
  if (scenario === "revoked") {
    fake.session = { state: "signed_out", hub: "hub.kestrelcycles.example", email: "priya@kestrelcycles.example", reason: { code: "device_revoked", message: "This computer was signed out by an admin.", retryable: false } };
  }
  if (scenario.startsWith("locked-")) {
    fake.session = { state: "locked", why: scenario.slice(7).replace("-", "_") as "password", hub: "hub.kestrelcycles.example", email: "priya@kestrelcycles.example" };
  }
  if (scenario === "offline" || scenario === "attention") trouble(fake, scenario === "offline");
  if (scenario === "fetching") Object.assign(fake.world.status, { up_to_date_ms: null, first_sync: true, first_sync_percent: 42 });
  if (query.has("waits")) manyWait(fake, Number(query.get("waits")));
  if (scenario === "loading") fake.delay = 60_000;
  if (scenario === "revoked-later" && fake.session.state === "signed_in") {
    fake.world.status.problem = { code: "device_revoked", message: "This computer was signed out by an admin.", retryable: false };
    fake.session.signed_out_by_hub = fake.world.status.problem;
  }
  if (scenario === "long") longNames(fake);
  if (scenario === "worst") worst(fake);
  if (scenario === "nowhere") {
    fake.reset({ conversations: 0 });
    fake.settings.language = query.get("language") ?? "system";
    fake.answer("list_places", () => ({ inboxes: [], numbers: [], favorites: [], direct: [], teams: [] }));
  }
  if (scenario === "broken") {
    fake.answer("get_session", () => {
      throw { code: "profile_newer", message: "A newer program made this.", retryable: true };
    });
  }
  if (scenario === "list-failed") {
    fake.answer("list_chats", () => {
      throw { code: "internal", message: "The cache cannot be read.", retryable: true };
    });
  }
  if (scenario === "loading") {
    fake.delay = 0;
    fake.answer("list_chats", () => new Promise(() => {}));
  }
}

function trouble(fake: Fake, offline: boolean): void {
  const { world } = fake;
  if (offline) world.status.network = "offline";
  world.status.up_to_date_ms = Date.now() - 24 * MINUTE;
  const dana = members[2] ?? me;
  type Way = "waiting" | "answered" | "stale" | "restored" | "refused";
  const add = (at: number, text: string, way: Way, minutes = 3) => {
    const chat = world.chats[at];
    if (chat === undefined) return;
    const command = nextId("cmd");
    const state = way === "waiting" ? "waiting" : way === "refused" ? "failed" : "held";
    const reason = { waiting: null, refused: { code: "forbidden", message: "You may not do this." }, answered: { code: "answered", message: "Somebody answered first.", params: { name: dana.name, at_ms: String(Date.now() - 5 * MINUTE) } }, stale: { code: "stale", message: "It waited too long." }, restored: { code: "restored", message: "The hub was restored." } }[way];
    const other = way === "answered" ? { author: dana, text: "Yes, the rack fits. I put it aside for you.", at_ms: Date.now() - 2 * MINUTE } : null;
    if (other !== null) chat.entries.push(textEntry({ kind: "member", ...dana }, other.text, other.at_ms));
    const entry = textEntry({ kind: "member", ...me }, text, Date.now() - minutes * MINUTE);
    Object.assign(entry, { pos: null, delivery: state === "failed" ? "failed" : "waiting", pending: { command, state, reason: reason === null ? null : { retryable: false, ...reason }, other } });
    chat.entries.push(entry);
    world.outbox.push({ command, kind: "send_message", chat: chat.id, title: chat.person.name, text, created_ms: entry.at_ms, state, reason: reason === null ? null : { retryable: false, ...reason }, other });
    world.status[state] += 1;
  };
  const also = (row: Omit<Arranged, "command" | "text" | "other">) => {
    world.outbox.push({ command: nextId("cmd"), text: null, other: null, ...row });
    world.status[row.state] += 1;
  };
  add(0, "And yes, the rack fits his old frame", "refused", 24);
  add(0, "I’ll write again tomorrow morning", "waiting", 54);
  add(1, "Sí, las tenemos.", "answered", 9);
  add(4, "Grand, Thursday at half four it is", "waiting", 31);
  add(2, "Here she is, 54 cm, still with the original basket.", "stale", 14 * 60);
  add(6, "יום ראשון ב־9:30 פנוי. לשמור לך את השעה?", "restored", 3000);
  const [first, , third] = world.chats;
  if (first !== undefined) {
    also({ kind: "close_chat", chat: first.id, title: first.person.name, created_ms: Date.now() - 12 * MINUTE, state: "waiting", reason: null });
    also({ kind: "tag_chat", chat: first.id, title: first.person.name, tag: "Waiting for parts", created_ms: Date.now() - MINUTE, state: "waiting", reason: null });
  }
  if (third !== undefined) {
    const reason = { code: "taken_by", message: "Dana has it.", retryable: false, params: { name: dana.name, at_ms: String(Date.now() - 40 * MINUTE) } };
    also({ kind: "assign_chat", chat: third.id, title: third.person.name, to: me, created_ms: Date.now() - 50 * MINUTE, state: "failed", reason });
  }
  const long = `${"Wolfeschlegelsteinhausenbergerdorff ".repeat(9).trim()}`;
  also({ kind: "send_message", chat: "c-gone", title: long, created_ms: Date.now() - 90 * MINUTE, state: "failed", reason: { code: "not_found", message: "It does not exist.", retryable: false } });
  const gone = world.outbox.at(-1);
  if (gone !== undefined) gone.text = `${"What I wrote to somebody whose conversation I may not see any more. ".repeat(30)}`;
  const tag = world.chats[4]?.tags[0];
  if (tag !== undefined) tag.waiting = true;
}

/** A long day without a network. */
function manyWait(fake: Fake, count: number): void {
  const { world } = fake;
  for (let n = 0; n < count; n += 1) {
    const chat = world.chats[n % Math.max(1, Math.min(world.chats.length, 40))];
    if (chat === undefined) return;
    world.outbox.push({ command: nextId("cmd"), kind: "send_message", chat: chat.id, title: chat.person.name, text: `Line ${n + 1} of what was written on the train`, created_ms: Date.now() - (count - n) * 1000, state: "waiting", reason: null, other: null });
  }
  world.status.waiting += count;
}
