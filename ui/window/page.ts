/** A page of the browser: what a person does in it, and what is there to see. */
import type { Browser, BrowserContext, Page as Tab } from "playwright-core";

/** How a member's computer is. */
export interface Looks {
  width: number;
  height: number;
  theme: "light" | "dark";
  language: string;
}

/** How long something on the page may take to happen: a busy machine is slow, not wrong. */
const PATIENCE_MS = 60_000;

export class Page {
  #browser: Browser;
  #context: BrowserContext | undefined;
  #language: string | undefined;
  #size = { width: 1440, height: 900 };
  #theme: Looks["theme"] = "light";
  #tab: Tab | undefined;

  constructor(browser: Browser) {
    this.#browser = browser;
  }

  /** Makes the computer what it is to be; before `open`. Another language is another computer. */
  async look({ width, height, theme, language }: Looks): Promise<void> {
    this.#size = { width, height };
    this.#theme = theme;
    if (this.#language === language) return;
    await this.close();
    this.#context = await this.#browser.newContext({ locale: language, reducedMotion: "reduce" });
    this.#context.setDefaultTimeout(PATIENCE_MS);
    this.#language = language;
  }

  /** Goes to an address and waits until the window is drawn. In a tab of its own: it begins, and nothing comes back to it. */
  async open(address: string): Promise<void> {
    if (this.#context === undefined) throw new Error("say how the computer is first");
    await this.#tab?.close();
    this.#tab = await this.#context.newPage();
    await this.#tab.setViewportSize(this.#size);
    await this.#tab.emulateMedia({ colorScheme: this.#theme });
    await this.#load(address);
  }

  /** Loads the page of an address again, in the place of the one that was there: the next page of the same window. */
  async again(address: string): Promise<void> {
    // From one address to another that differs behind `#` alone nothing would be loaded.
    await this.#page.goto("about:blank");
    await this.#load(address);
  }

  /** The system's theme changes while one looks, and the window follows. */
  async theme(theme: Looks["theme"]): Promise<void> {
    this.#theme = theme;
    await this.#page.emulateMedia({ colorScheme: theme });
    await this.settle();
  }

  async #load(address: string): Promise<void> {
    await this.#page.goto(address);
    await this.until("document.querySelector('#app')?.childElementCount > 0 && document.fonts.status === 'loaded'");
    await this.settle();
  }

  /** What an expression gives in the page; of a promise, what it promises. */
  eval<T>(expression: string): Promise<T> {
    return this.#page.evaluate<T>(expression);
  }

  /** Waits until an expression holds. */
  async until(expression: string): Promise<void> {
    await this.#page.waitForFunction(expression, undefined, { polling: 40, timeout: PATIENCE_MS }).catch(() => {
      throw new Error(`it never came to: ${expression}`);
    });
  }

  /** Waits until nothing moves any more. */
  async settle(): Promise<void> {
    await this.eval(`new Promise((done) => {
      let quiet = 0;
      const seen = new MutationObserver(() => { quiet = 0; });
      seen.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
      const end = performance.now() + 3000;
      const step = () => {
        quiet += 1;
        if (quiet < 8 && performance.now() < end) return void setTimeout(step, 25);
        seen.disconnect();
        done(true);
      };
      step();
    })`);
  }

  /** Presses a key, as `j`, `Escape`, `Control+,`, `Shift+F6`. */
  press(chord: string): Promise<void> {
    return this.#page.keyboard.press(chord);
  }

  /** Types words where the caret is. */
  type(text: string): Promise<void> {
    return this.#page.keyboard.insertText(text);
  }

  /** Clicks the first element that a selector finds, as soon as it can be clicked. */
  click(selector: string, button: "left" | "right" = "left"): Promise<void> {
    return this.#page.locator(selector).first().click({ button });
  }

  /** Moves with the mouse from one element to another and lets go there, a little below its middle. */
  async drag(from: string, to: string): Promise<void> {
    const middle = async (selector: string) => {
      const box = await this.#page.locator(selector).first().boundingBox();
      if (box === null) throw new Error(`${selector} is not to be seen`);
      return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    };
    const [start, end] = [await middle(from), await middle(to)];
    const { mouse } = this.#page;
    await mouse.move(start.x, start.y);
    await mouse.down();
    await mouse.move(start.x, start.y + (end.y > start.y ? 12 : -12), { steps: 3 });
    await mouse.move(end.x, end.y + (end.y > start.y ? 4 : -4), { steps: 6 });
    await mouse.up();
  }

  /** Turns the wheel over a place. */
  async wheel(x: number, y: number, pixels: number): Promise<void> {
    await this.#page.mouse.move(x, y);
    await this.#page.mouse.wheel(0, pixels);
  }

  /** Takes the pointer out of the way. */
  away(): Promise<void> {
    return this.#page.mouse.move(0, 0);
  }

  /** A picture of the window. */
  shot(): Promise<Buffer> {
    return this.#page.screenshot({ caret: "initial" });
  }

  /** Ends the page. */
  async close(): Promise<void> {
    await this.#context?.close();
    this.#context = undefined;
    this.#tab = undefined;
    this.#language = undefined;
  }

  get #page(): Tab {
    if (this.#tab === undefined) throw new Error("open an address first");
    return this.#tab;
  }
}
