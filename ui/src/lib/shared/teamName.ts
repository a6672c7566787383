/** What a team chat may be called. The rule decides; here it answers before anything is sent, at the field. */
import { m } from "$lib/paraglide/messages.js";
import { number } from "./time.svelte";

/** Most characters of a name, as the rule has it. */
const MOST = 200;

/** What is wrong with a name; nothing where it can be one. */
export function nameError(name: string): string | null {
  const clean = name.trim();
  if (clean === "") return m.team_name_missing();
  return [...clean].length > MOST ? m.team_name_long({ most: number(MOST) }) : null;
}
