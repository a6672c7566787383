/** What every call of the fake core needs: finding, refusing, and saying what changed. */
import type { EventLine, Quiet, RpcError } from "$lib/rpc/types";
import type { Fake } from "./host";
import type { Arranged } from "./outbox";
import { nextId, nextPos, type Chat } from "./world";

export function fail(code: string, message: string, params?: Record<string, string>): never {
  const error: RpcError = { code, message, retryable: false, ...(params ? { params } : {}) };
  throw error;
}

/** Whether nobody is notified at that moment. */
export function isQuiet({ until_ms, hours }: Quiet, at: Date): boolean {
  if (until_ms !== null && until_ms > at.getTime()) return true;
  if (hours === null) return false;
  const minute = at.getHours() * 60 + at.getMinutes();
  const { from, to } = hours;
  return from <= to ? minute >= from && minute < to : minute >= from || minute < to;
}

export function chatOf(fake: Fake, id: string): Chat {
  return fake.world.chats.find((chat) => chat.id === id) ?? fail("not_found", "That conversation does not exist here.");
}

export function changed(fake: Fake, chat: Chat, ...more: string[]): Record<string, never> {
  return outboxChanged(fake, chat, "places", ...more);
}

/** The chat may be gone while its commands are not. */
export function outboxChanged(fake: Fake, chat: Chat | undefined, ...more: string[]): Record<string, never> {
  const { outbox, status } = fake.world;
  status.waiting = outbox.filter((row) => row.state === "waiting").length;
  status.failed = outbox.filter((row) => row.state === "failed").length;
  status.held = outbox.filter((row) => row.state === "held").length;
  fake.touch("chats", ...(chat === undefined ? [] : [`chat:${chat.id}`, `thread:${chat.id}`]), "outbox", "status", ...more);
  return {};
}

export function rowIn(fake: Fake, command: string): Arranged {
  return fake.world.outbox.find((one) => one.command === command) ?? fail("not_found", "That is gone already.");
}

export function event(chat: Chat, line: EventLine): void {
  chat.entries.push({ id: nextId("e"), pos: nextPos(), at_ms: Date.now(), author: { kind: "system" }, content: { kind: "event", ...line }, delivery: "none", pending: null });
}
