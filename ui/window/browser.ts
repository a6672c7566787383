/**
 * A real browser for what a simulated one cannot show: how things look, where the focus goes, what a real key does. The
 * system's own Chromium; nothing is fetched.
 */
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium, type Browser as Chromium } from "playwright-core";
import { Page } from "./page";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** The first of the usual ones that is there, or the one that is named. */
function found(): string {
  const named = process.env.DESKBELL_BROWSER;
  if (named !== undefined) return named;
  const folders = (process.env.PATH ?? "").split(delimiter);
  for (const path of names.flatMap((name) => folders.map((folder) => join(folder, name)))) {
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not here.
    }
  }
  throw new Error("no Chromium was found: install one, or name it in DESKBELL_BROWSER");
}

/** A browser that has been started. */
export class Browser {
  #chromium: Chromium;

  private constructor(started: Chromium) {
    this.#chromium = started;
  }

  /** Starts it. A container has no sandbox of its own to give. */
  static async start(): Promise<Browser> {
    const args = ["--disable-gpu", "--disable-dev-shm-usage", "--force-color-profile=srgb"];
    return new Browser(await chromium.launch({ executablePath: found(), chromiumSandbox: process.getuid?.() !== 0, args }));
  }

  /** A page of its own. */
  page(): Page {
    return new Page(this.#chromium);
  }

  /** Ends it. */
  close(): Promise<void> {
    return this.#chromium.close();
  }
}
