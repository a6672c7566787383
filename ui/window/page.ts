/** A page of the browser: what a person does in it, and what is there to see. */
import type { Browser } from "./browser";

/** How a member's computer is. */
export interface Looks {
  width: number;
  height: number;
  theme: "light" | "dark";
  language: string;
}

const codes: Record<string, { code: string; number: number; text?: string }> = {
  Enter: { code: "Enter", number: 13, text: "\r" },
  Escape: { code: "Escape", number: 27 },
  Tab: { code: "Tab", number: 9 },
  Backspace: { code: "Backspace", number: 8 },
  ArrowLeft: { code: "ArrowLeft", number: 37 },
  ArrowUp: { code: "ArrowUp", number: 38 },
  ArrowRight: { code: "ArrowRight", number: 39 },
  ArrowDown: { code: "ArrowDown", number: 40 },
  Home: { code: "Home", number: 36 },
  End: { code: "End", number: 35 },
  F1: { code: "F1", number: 112 },
  F6: { code: "F6", number: 117 },
  " ": { code: "Space", number: 32, text: " " },
  ",": { code: "Comma", number: 188, text: "," },
  "?": { code: "Slash", number: 191, text: "?" },
};

function keyOf(key: string): { code: string; number: number; text?: string } {
  const known = codes[key];
  if (known !== undefined) return known;
  if (/^[a-z]$/u.test(key)) return { code: `Key${key.toUpperCase()}`, number: key.toUpperCase().charCodeAt(0), text: key };
  if (/^\d$/u.test(key)) return { code: `Digit${key}`, number: key.charCodeAt(0), text: key };
  throw new Error(`how is ${key} pressed?`);
}

/** How long something on the page may take to happen. */
const PATIENCE_MS = 60_000;

export class Page {
  #browser: Browser;
  #session: string;
  #target: string;

  constructor(browser: Browser, session: string, target: string) {
    this.#browser = browser;
    this.#session = session;
    this.#target = target;
  }

  async prepare(): Promise<void> {
    await this.#ask("Page.enable");
    await this.#ask("Runtime.enable");
    await this.#ask("Emulation.setFocusEmulationEnabled", { enabled: true });
  }

  /** Makes the computer what it is to be; before `open`. */
  async look({ width, height, theme, language }: Looks): Promise<void> {
    await this.#ask("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile: false });
    await this.#ask("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: theme }, { name: "prefers-reduced-motion", value: "reduce" }] });
    await this.#ask("Emulation.setLocaleOverride", { locale: language });
    await this.#ask("Emulation.setUserAgentOverride", { userAgent: "Deskbell", acceptLanguage: language });
  }

  /** Goes to an address and waits until the window is drawn. */
  async open(address: string): Promise<void> {
    await this.#ask("Page.navigate", { url: "about:blank" });
    await this.#ask("Page.navigate", { url: address });
    await this.until("document.querySelector('#app')?.childElementCount > 0 && document.fonts.status === 'loaded'");
    await this.settle();
  }

  /** What an expression gives in the page; of a promise, what it promises. */
  async eval<T>(expression: string): Promise<T> {
    const answer = (await this.#ask("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true })) as {
      result: { value?: T };
      exceptionDetails?: { text: string; exception?: { description?: string } };
    };
    const wrong = answer.exceptionDetails;
    if (wrong !== undefined) throw new Error(wrong.exception?.description ?? wrong.text);
    return answer.result.value as T;
  }

  /** Waits until an expression holds. */
  async until(expression: string): Promise<void> {
    const end = Date.now() + PATIENCE_MS;
    for (;;) {
      if (await this.eval<boolean>(`Boolean(${expression})`).catch(() => false)) return;
      if (Date.now() > end) throw new Error(`it never came to: ${expression}`);
      await new Promise((done) => setTimeout(done, 40));
    }
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
  async press(chord: string): Promise<void> {
    const parts = chord === "+" ? ["+"] : chord.split("+");
    const key = parts.pop() ?? "";
    const modifiers = (parts.includes("Alt") ? 1 : 0) + (parts.includes("Control") ? 2 : 0) + (parts.includes("Shift") || key === "?" ? 8 : 0);
    const { code, number, text } = keyOf(key);
    const typed = (modifiers & ~8) === 0 ? text : undefined;
    const event = { key, code, windowsVirtualKeyCode: number, modifiers };
    await this.#ask("Input.dispatchKeyEvent", { type: typed === undefined ? "rawKeyDown" : "keyDown", ...event, ...(typed === undefined ? {} : { text: typed }) });
    await this.#ask("Input.dispatchKeyEvent", { type: "keyUp", ...event });
  }

  /** Types words where the caret is. */
  async type(text: string): Promise<void> {
    await this.#ask("Input.insertText", { text });
  }

  /** Clicks the first element that a selector finds and that can be seen. */
  async click(selector: string, button: "left" | "right" = "left"): Promise<void> {
    await this.until(`document.querySelector(${JSON.stringify(selector)})`);
    const { x, y } = await this.eval<{ x: number; y: number }>(`(() => {
      const element = document.querySelector(${JSON.stringify(selector)});
      element.scrollIntoView({ block: "nearest" });
      const box = element.getBoundingClientRect();
      return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    })()`);
    await this.#ask("Input.dispatchMouseEvent", { type: "mouseMoved", x, y });
    await this.#ask("Input.dispatchMouseEvent", { type: "mousePressed", x, y, button, clickCount: 1 });
    await this.#ask("Input.dispatchMouseEvent", { type: "mouseReleased", x, y, button, clickCount: 1 });
  }

  /** Turns the wheel over a place. */
  async wheel(x: number, y: number, pixels: number): Promise<void> {
    await this.#ask("Input.dispatchMouseEvent", { type: "mouseWheel", x, y, deltaX: 0, deltaY: pixels });
  }

  /** Takes the pointer out of the way. */
  async away(): Promise<void> {
    await this.#ask("Input.dispatchMouseEvent", { type: "mouseMoved", x: 0, y: 0 });
  }

  /** A picture of the window. */
  async shot(): Promise<Buffer> {
    const { data } = await this.#ask("Page.captureScreenshot", { format: "png" });
    return Buffer.from(String(data), "base64");
  }

  /** Ends the page. */
  async close(): Promise<void> {
    await this.#browser.ask("Target.closeTarget", { targetId: this.#target });
  }

  #ask(method: string, params: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
    return this.#browser.ask(method, params, this.#session);
  }
}
