/** Settings as a place: they take the window over, and leaving them gives back what was there. */

import { layout } from "$lib/layout.svelte";

/** A part of the settings. */
export type SettingsPart = "notifications" | "appearance" | "shortcuts";

class SettingsPlace {
  /** What is on screen of them; nothing while the member works. */
  part = $state<SettingsPart | null>(null);

  /** Opens them, where they were left last. */
  open(part: SettingsPart = this.#last): void {
    this.#last = part;
    this.part = part;
    layout.rail = false;
  }

  /** Goes back to work. */
  leave(): void {
    this.part = null;
  }

  #last: SettingsPart = "appearance";
}

/** Where the window is in its settings. */
export const settingsPlace = new SettingsPlace();
