/**
 * States to look at, by address: `?scenario=offline`. Also `role=agent`, `product=contact_center`, `many=N`,
 * `place=direct`, `open=first` and `theme=dark` (which stands in for the system's setting).
 */
import type { Fake } from "./host";
import { me, members } from "./people";
import { nextId, textEntry } from "./world";

/** Arranges the fake core as the address asks. */
export function arrange(fake: Fake, query: URLSearchParams): void {
  fake.reset({
    conversations: Number(query.get("many") ?? 420),
    product: query.get("product") ?? "customer_engagement",
    role: query.get("role") ?? "manager",
  });
  const scenario = query.get("scenario") ?? "main";
  if (scenario === "signin") fake.session = { state: "signed_out", hub: "hub.kestrelcycles.example", email: "priya@kestrelcycles.example", reason: null };
  if (scenario === "revoked") {
    fake.session = { state: "signed_out", hub: "hub.kestrelcycles.example", email: "priya@kestrelcycles.example", reason: { code: "device_revoked", message: "This computer was signed out by an admin.", retryable: false } };
  }
  if (scenario.startsWith("locked-")) {
    fake.session = { state: "locked", why: scenario.slice(7).replace("-", "_") as "password", hub: "hub.kestrelcycles.example", email: "priya@kestrelcycles.example" };
  }
  if (scenario === "offline" || scenario === "attention") trouble(fake, scenario === "offline");
  if (scenario === "loading") fake.delay = 60_000;
  if (scenario === "revoked-later" && fake.session.state === "signed_in") {
    fake.world.status.problem = { code: "device_revoked", message: "This computer was signed out by an admin.", retryable: false };
    fake.session.signed_out_by_hub = fake.world.status.problem;
  }
  if (scenario === "loading") {
    fake.delay = 0;
    fake.answer("list_chats", () => new Promise(() => {}));
  }
}

function trouble(fake: Fake, offline: boolean): void {
  const { world } = fake;
  if (offline) world.status.network = "offline";
  world.status.up_to_date_ms = Date.now() - 24 * 60_000;
  const dana = members[2] ?? me;
  const add = (at: number, text: string, state: "waiting" | "held" | "failed") => {
    const chat = world.chats[at];
    if (chat === undefined) return;
    const command = nextId("cmd");
    const reason =
      state === "failed"
        ? { code: "rejected_by_hub", message: "The hub refused this message.", retryable: false }
        : state === "held"
          ? { code: "answered", message: "Dana Whitcombe answered first.", retryable: false, params: { name: dana.name } }
          : null;
    const other = state === "held" ? { author: dana, text: "Yes, the rack fits. I put it aside for you.", at_ms: Date.now() - 5 * 60_000 } : null;
    if (other !== null) chat.entries.push(textEntry({ kind: "member", ...dana }, other.text, other.at_ms));
    const entry = textEntry({ kind: "member", ...me }, text, Date.now() - 3 * 60_000);
    Object.assign(entry, { pos: null, delivery: state === "failed" ? "failed" : "waiting", pending: { command, state, reason, other } });
    chat.entries.push(entry);
    world.outbox.push({ command, kind: "send_message", chat: chat.id, title: chat.person.name, text, created_ms: entry.at_ms, state, reason, other });
    world.status[state] += 1;
  };
  add(0, "And yes, the rack fits his old frame", "failed");
  add(0, "I’ll write again tomorrow morning", "waiting");
  add(1, "Sí, las tenemos.", "held");
  add(4, "Grand, Thursday at half four it is", "waiting");
  const tag = world.chats[4]?.tags[0];
  if (tag !== undefined) tag.waiting = true;
}
