/**
 * The one table of keys. A part of the window says what a key does while it is mounted (`onKey`); nothing else
 * listens for keys of the whole window, and every list of keys and every tooltip is made from here.
 *
 * Single letters, and Ctrl+Z, are off while somebody types, and single letters can be switched off altogether. Under a
 * menu or a dialog nothing happens: only what the table says of them works in there. Esc goes to whoever said last
 * that it closes, after what lies on top of it (menus and dialogs close themselves and mark the event as theirs).
 */
import { m } from "./paraglide/messages.js";
import { settings } from "./settings/settings.svelte";
import { stepTyping } from "./undoTyping";

/** What a key can mean. */
export type KeyName =
  | "search"
  | "palette"
  | "create"
  | "assign"
  | "close"
  | "reply"
  | "tag"
  | "history"
  | "pin"
  | "next"
  | "previous"
  | "open"
  | "open_hit"
  | "next_hit"
  | "previous_hit"
  | "last_chip"
  | "next_pane"
  | "previous_pane"
  | "undo"
  | "send"
  | "send_and_close"
  | "settings"
  | "guide"
  | "help"
  | "escape"
  | "zoom_in"
  | "zoom_out"
  | "zoom_reset";

/** Where a key belongs in lists of keys. */
export type KeyGroup = "anywhere" | "lists" | "search" | "conversation" | "writing";

interface Chord {
  /** `KeyboardEvent.key`, letters in lower case. */
  key: string;
  ctrl?: boolean;
  /** `any` where the sign itself needs Shift on some keyboards. */
  shift?: boolean | "any";
}

/** A row of the table. */
export interface KeyRow {
  name: KeyName;
  chord: Chord;
  /** Key caps as shown. */
  caps: string[];
  group: KeyGroup;
  /** What it does, for lists of keys. */
  label: () => string;
  /** Holding the key down does it again and again. */
  repeats?: boolean;
  /** Works under a dialog too. */
  modal?: boolean;
  /** The part that has the focus listens for it; here it is only listed. */
  listed?: boolean;
}

/** Every key of the window. */
export const keyTable: readonly KeyRow[] = [
  { name: "palette", chord: { key: "k", ctrl: true }, caps: ["Ctrl", "K"], group: "anywhere", label: m.key_palette },
  { name: "search", chord: { key: "/", shift: "any" }, caps: ["/"], group: "anywhere", label: m.key_search },
  { name: "search", chord: { key: "f", ctrl: true }, caps: [], group: "anywhere", label: m.key_search },
  { name: "create", chord: { key: "c" }, caps: ["C"], group: "anywhere", label: m.key_create },
  { name: "undo", chord: { key: "z", ctrl: true }, caps: ["Ctrl", "Z"], group: "anywhere", label: m.key_undo },
  { name: "next_pane", chord: { key: "F6" }, caps: ["F6"], group: "anywhere", label: m.key_next_pane },
  { name: "previous_pane", chord: { key: "F6", shift: true }, caps: ["Shift", "F6"], group: "anywhere", label: m.key_previous_pane },
  { name: "settings", chord: { key: ",", ctrl: true }, caps: ["Ctrl", ","], group: "anywhere", label: m.key_settings },
  { name: "guide", chord: { key: "F1" }, caps: ["F1"], group: "anywhere", label: m.key_guide, modal: true },
  { name: "help", chord: { key: "?", shift: "any" }, caps: ["?"], group: "anywhere", label: m.key_help },
  { name: "escape", chord: { key: "Escape" }, caps: ["Esc"], group: "anywhere", label: m.key_escape },
  { name: "zoom_in", chord: { key: "+", ctrl: true, shift: "any" }, caps: ["Ctrl", "+"], group: "anywhere", label: m.key_zoom_in, repeats: true, modal: true },
  { name: "zoom_in", chord: { key: "=", ctrl: true }, caps: [], group: "anywhere", label: m.key_zoom_in, repeats: true, modal: true },
  { name: "zoom_out", chord: { key: "-", ctrl: true }, caps: ["Ctrl", "-"], group: "anywhere", label: m.key_zoom_out, repeats: true, modal: true },
  { name: "zoom_reset", chord: { key: "0", ctrl: true }, caps: ["Ctrl", "0"], group: "anywhere", label: m.key_zoom_reset, modal: true },
  { name: "next", chord: { key: "j" }, caps: ["J"], group: "lists", label: m.key_next, repeats: true },
  { name: "previous", chord: { key: "k" }, caps: ["K"], group: "lists", label: m.key_previous, repeats: true },
  { name: "open", chord: { key: "Enter" }, caps: ["Enter"], group: "lists", label: m.key_open, listed: true },
  { name: "pin", chord: { key: "p" }, caps: ["P"], group: "lists", label: m.key_pin },
  { name: "open_hit", chord: { key: "Enter" }, caps: ["Enter"], group: "search", label: m.key_open_hit, listed: true },
  { name: "next_hit", chord: { key: "Enter" }, caps: ["Enter"], group: "search", label: m.key_next_hit, listed: true },
  { name: "previous_hit", chord: { key: "Enter", shift: true }, caps: ["Shift", "Enter"], group: "search", label: m.key_previous_hit, listed: true },
  { name: "last_chip", chord: { key: "Backspace" }, caps: ["Backspace"], group: "search", label: m.key_last_chip, listed: true },
  { name: "reply", chord: { key: "r" }, caps: ["R"], group: "conversation", label: m.key_reply },
  { name: "assign", chord: { key: "a" }, caps: ["A"], group: "conversation", label: m.key_assign },
  { name: "close", chord: { key: "e" }, caps: ["E"], group: "conversation", label: m.key_close },
  { name: "tag", chord: { key: "l" }, caps: ["L"], group: "conversation", label: m.key_tag },
  { name: "history", chord: { key: "h" }, caps: ["H"], group: "conversation", label: m.key_history },
  { name: "send", chord: { key: "Enter" }, caps: ["Enter"], group: "writing", label: m.key_send, listed: true },
  {
    name: "send_and_close",
    chord: { key: "Enter", ctrl: true, shift: true },
    caps: ["Ctrl", "Shift", "Enter"],
    group: "writing",
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

/** Whether somebody would do something now if the key were pressed. */
export function keyWorks(name: KeyName): boolean {
  return (handlers.get(name)?.length ?? 0) > 0;
}

/** Does what the key would do now. */
export function doKey(name: KeyName): void {
  handlers.get(name)?.at(-1)?.();
}

/** One letter or sign without Ctrl. */
function isSingle({ chord }: KeyRow): boolean {
  return chord.key.length === 1 && chord.ctrl !== true;
}

/**
 * What was pressed. A keyboard of another script types other letters: there the place of the key counts, so that the
 * shortcuts stay where the caps of a Latin keyboard are.
 */
export function pressed(event: KeyboardEvent): string {
  if (event.key.length !== 1) return event.key;
  if (event.key >= " " && event.key <= "~") return event.key.toLowerCase();
  if (event.code === "Slash") return event.shiftKey ? "?" : "/";
  if (event.code === "Comma") return ",";
  return /^Key([A-Z])$/u.exec(event.code)?.[1]?.toLowerCase() ?? /^Digit(\d)$/u.exec(event.code)?.[1] ?? event.key;
}

/** The row that an event means, if any. */
export function keyOf(event: KeyboardEvent): KeyRow | undefined {
  const key = pressed(event);
  const ctrl = event.ctrlKey || event.metaKey;
  return keyTable.find(
    ({ chord, listed }) =>
      listed !== true &&
      chord.key === key &&
      (chord.ctrl ?? false) === ctrl &&
      (chord.shift === "any" || (chord.shift ?? false) === event.shiftKey) &&
      !event.altKey,
  );
}

/** Key caps of a name, for buttons and tooltips; none while its letter is switched off. */
export function capsOf(name: KeyName): string[] {
  const row = keyTable.find((one) => one.name === name);
  if (row === undefined || (isSingle(row) && !settings.current.single_keys)) return [];
  if (settings.current.enter_breaks && name === "send") return ["Ctrl", "Enter"];
  return row.caps;
}

/** The rows of a group as they hold now, each key once. */
export function keysIn(group: KeyGroup): KeyRow[] {
  return keyTable.filter((row) => row.group === group && row.caps.length > 0);
}

/** A letter typed here is text, not a command. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target.closest("input, textarea, select, [role='menu'], [role='dialog']") !== null;
}

/** Whether something lies over the window that must be left first. */
function isUnderneath(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("[role='menu'], [role='dialog'], [role='alertdialog']") !== null;
}

/** Something that would stand in a field. */
function isLetter(event: KeyboardEvent): boolean {
  return event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey;
}

/**
 * What is typed is for a field that is about to be there, until the returned function is called: before whatever has the focus
 * takes a key for itself, as a row of a list takes a space.
 */
export function typeAhead(take: (letter: string) => void): () => void {
  const early = (event: KeyboardEvent): void => {
    if (!isLetter(event) || event.isComposing || isTyping(event.target) || isUnderneath(event.target)) return;
    event.preventDefault();
    event.stopPropagation();
    take(event.key);
  };
  addEventListener("keydown", early, true);
  return () => removeEventListener("keydown", early, true);
}

/** Takes back what was typed into a field, or does it again; `false` where the event asks for neither. */
function undoTyping(event: KeyboardEvent): boolean {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return false;
  const key = pressed(event);
  const redo = event.shiftKey ? key === "z" : key === "y";
  if (!redo && (key !== "z" || event.shiftKey)) return false;
  if (!stepTyping(event.target, redo ? 1 : -1)) return false;
  event.preventDefault();
  return true;
}

/** What a key that is held down did last has been drawn. */
let drawn = true;

/** The window's one key listener. */
export function handleKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || event.keyCode === 229) return;
  if (undoTyping(event)) return;
  const row = keyOf(event);
  if (row === undefined) return;
  if (isUnderneath(event.target) && row.modal !== true) return;
  if (isSingle(row) && !settings.current.single_keys && row.name !== "help") return;
  if ((isSingle(row) || row.name === "undo") && isTyping(event.target)) return;
  const act = handlers.get(row.name)?.at(-1);
  if (act === undefined) return;
  event.preventDefault();
  // A key that is held down closes one conversation, not the whole list; and it stops where it is let go, however busy the window is.
  if (event.repeat && (row.repeats !== true || !drawn)) return;
  if (event.repeat) {
    drawn = false;
    requestAnimationFrame(() => setTimeout(() => (drawn = true)));
  }
  act();
}
