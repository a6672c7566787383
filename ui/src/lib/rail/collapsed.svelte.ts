/**
 * Which groups of the rail are folded away. It belongs to this window and nobody else, and holds no name, so it lies where
 * the web view keeps such things; where that cannot be written it holds until the window closes.
 */
import { SvelteSet } from "svelte/reactivity";

/** A group of the rail. */
export type GroupName = "inboxes" | "numbers" | "favorites" | "direct" | "teams";

const KEY = "rail-collapsed";

function kept(): string[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(found) ? found.filter((one): one is string => typeof one === "string") : [];
  } catch {
    return [];
  }
}

const folded = new SvelteSet<string>(kept());

/** Whether a group is folded away. */
export function isCollapsed(group: GroupName): boolean {
  return folded.has(group);
}

/** Folds a group away, or opens it. */
export function setCollapsed(group: GroupName, collapsed: boolean): void {
  if (collapsed) folded.add(group);
  else folded.delete(group);
  try {
    localStorage.setItem(KEY, JSON.stringify([...folded]));
  } catch {
    // Then it holds until the window closes.
  }
}
