/**
 * The one table of keys. A part of the window says what a key does while it is mounted (`onKey`); nothing else
 * listens for keys of the whole window. Single letters, and Ctrl+Z, are off while somebody types.
 */
import { m } from "./paraglide/messages.js";

/** What a key can mean. */
export type KeyName =
  | "create"
  | "assign"
  | "close"
  | "reply"
  | "tag"
  | "next"
  | "previous"
  | "next_pane"
  | "previous_pane"
  | "undo"
  | "send_and_close";

interface Chord {
  /** `KeyboardEvent.key`, letters in lower case. */
  key: string;
  ctrl?: boolean;
  shift?: boolean;
}

/** A row of the table. */
export interface KeyRow {
  name: KeyName;
  chord: Chord;
  /** Key caps as shown. */
  caps: string[];
  /** What it does, for lists of keys. */
  label: () => string;
}

/** Every key of the window. */
export const keyTable: readonly KeyRow[] = [
  { name: "create", chord: { key: "c" }, caps: ["C"], label: m.key_create },
  { name: "assign", chord: { key: "a" }, caps: ["A"], label: m.key_assign },
  { name: "close", chord: { key: "e" }, caps: ["E"], label: m.key_close },
  { name: "reply", chord: { key: "r" }, caps: ["R"], label: m.key_reply },
  { name: "tag", chord: { key: "l" }, caps: ["L"], label: m.key_tag },
  { name: "next", chord: { key: "j" }, caps: ["J"], label: m.key_next },
  { name: "previous", chord: { key: "k" }, caps: ["K"], label: m.key_previous },
  { name: "undo", chord: { key: "z", ctrl: true }, caps: ["Ctrl", "Z"], label: m.key_undo },
  { name: "next_pane", chord: { key: "F6" }, caps: ["F6"], label: m.key_next_pane },
  { name: "previous_pane", chord: { key: "F6", shift: true }, caps: ["Shift", "F6"], label: m.key_previous_pane },
  {
    name: "send_and_close",
    chord: { key: "Enter", ctrl: true, shift: true },
    caps: ["Ctrl", "Shift", "Enter"],
    label: m.key_send_and_close,
  },
];

const handlers = new Map<KeyName, Array<() => void>>();

/** Says what a key does from now on, until the returned function is called. The latest to say so is asked. */
export function onKey(name: KeyName, act: () => void): () => void {
  const list = handlers.get(name) ?? [];
  list.push(act);
  handlers.set(name, list);
  return () => {
    const at = list.indexOf(act);
    if (at >= 0) list.splice(at, 1);
  };
}

/** The row that an event means, if any. */
export function keyOf(event: KeyboardEvent): KeyRow | undefined {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const ctrl = event.ctrlKey || event.metaKey;
  return keyTable.find(
    ({ chord }) =>
      chord.key === key && (chord.ctrl ?? false) === ctrl && (chord.shift ?? false) === event.shiftKey && !event.altKey,
  );
}

/** Key caps of a name, for buttons and tooltips. */
export function capsOf(name: KeyName): string[] {
  return keyTable.find((row) => row.name === name)?.caps ?? [];
}

/** A letter typed here is text, not a command. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.closest("input, textarea, select, [role='menu'], [role='dialog']") !== null;
}

/** The window's one key listener. */
export function handleKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || event.keyCode === 229) return;
  const row = keyOf(event);
  if (row === undefined) return;
  // A field undoes its own typing.
  const letter = row.chord.key.length === 1 && (!row.chord.ctrl || row.name === "undo");
  if (letter && isTyping(event.target)) return;
  const act = handlers.get(row.name)?.at(-1);
  if (act === undefined) return;
  event.preventDefault();
  act();
}
