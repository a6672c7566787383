/**
 * How this computer shows and does things, and what follows from it for the page: language, direction, theme,
 * density. The core keeps it; here is what was read last, so that everything that depends on it changes at once.
 */
import { rpc } from "$lib/host";
import { language } from "$lib/language.svelte";
import { onTouched } from "$lib/live.svelte";
import type { RpcError, Settings } from "$lib/rpc/types";
import { asError } from "$lib/shared/errors";
import { followTheme } from "$lib/theme";
import { initial } from "./initial";

/** The steps of the zoom, in percent. */
export const zoomSteps: readonly number[] = [50, 67, 75, 80, 90, 100, 110, 125, 150, 175, 200];

class Preferences {
  /** As they are. */
  current = $state.raw<Settings>(initial);
  /** Why the last change was not kept. */
  error = $state.raw<RpcError>();

  /** They have been asked for. Until then the page has the theme that its window gave it. */
  #known = $state(false);
  #turn = 0;

  /** Reads them again. What a change that is under way will make of them is not overwritten. */
  async load(): Promise<void> {
    const mine = this.#turn;
    try {
      const read = await rpc("get_settings", {});
      if (mine === this.#turn) this.current = read;
    } catch {
      // What holds stays: a window without its settings is better than none.
    }
    this.#known = true;
  }

  /** Changes some of them at once; where the core refuses, they are as before and it is said. */
  async change(some: Partial<Settings>): Promise<void> {
    const before = this.current;
    const mine = ++this.#turn;
    this.current = { ...before, ...some };
    this.error = undefined;
    try {
      await rpc("set_settings", this.current);
    } catch (thrown) {
      if (mine !== this.#turn) return;
      this.current = before;
      this.error = asError(thrown);
    }
  }

  /** Makes everything a step larger or smaller, or as large as it is without. */
  async zoom(step: 1 | -1 | 0): Promise<void> {
    const { zoom } = this.current;
    const next = step === 0 ? 100 : step > 0 ? zoomSteps.find((one) => one > zoom) : zoomSteps.findLast((one) => one < zoom);
    if (next !== undefined && next !== zoom) await this.change({ zoom: next });
  }

  /** Lets the page follow, and the settings follow the core. Returns how to stop. */
  follow(): () => void {
    const stopReading = onTouched(() => ["settings"], () => void this.load());
    const stopShowing = $effect.root(() => {
      $effect.pre(() => {
        language.choose(this.current.language);
        const page = document.documentElement;
        page.lang = language.now;
        page.dir = language.direction;
        page.dataset.density = this.current.density === "compact" ? "compact" : "comfortable";
      });
      $effect.pre(() => (this.#known ? followTheme(this.current.theme) : undefined));
    });
    return () => {
      stopReading();
      stopShowing();
    };
  }
}

/** The settings of this computer. */
export const settings = new Preferences();
