/**
 * What happy-dom lacks and a window has: sizes. Everything measured is as high as its kind in the design, so that
 * virtual lists render what a window would.
 */
import { cleanup, configure } from "@testing-library/svelte";
import { afterEach, vi } from "vitest";

// A busy machine is slow, not wrong.
configure({ asyncUtilTimeout: 8000 });

/** Height of a scrolling pane. */
export const PANE_HEIGHT = 760;
const ROW_HEIGHT = 77;
const PANE_WIDTH = 336;

const isPane = (element: Element): boolean => element.matches("[role='grid'], [role='log'], .thread, .rows");
const heightOf = (element: Element): number => (isPane(element) ? PANE_HEIGHT : ROW_HEIGHT);

class Sizes implements ResizeObserver {
  #seen = new Set<Element>();
  #callback: ResizeObserverCallback;

  constructor(callback: ResizeObserverCallback) {
    this.#callback = callback;
  }

  observe(element: Element): void {
    this.#seen.add(element);
    queueMicrotask(() => {
      if (!this.#seen.has(element)) return;
      const size = [{ blockSize: heightOf(element), inlineSize: PANE_WIDTH }];
      const entry = {
        target: element,
        contentRect: { x: 0, y: 0, top: 0, left: 0, width: PANE_WIDTH, height: heightOf(element) } as DOMRectReadOnly,
        borderBoxSize: size,
        contentBoxSize: size,
        devicePixelContentBoxSize: size,
      } as ResizeObserverEntry;
      this.#callback([entry], this);
    });
  }

  unobserve(element: Element): void {
    this.#seen.delete(element);
  }

  disconnect(): void {
    this.#seen.clear();
  }
}

vi.stubGlobal("ResizeObserver", Sizes);
for (const name of ["offsetHeight", "clientHeight"] as const) {
  Object.defineProperty(HTMLElement.prototype, name, {
    configurable: true,
    get(this: HTMLElement) {
      return heightOf(this);
    },
  });
}
Object.defineProperty(HTMLElement.prototype, "offsetParent", {
  configurable: true,
  get(this: HTMLElement) {
    return this.parentElement;
  },
});
Element.prototype.scrollIntoView ??= () => {};
Element.prototype.getAnimations ??= () => [];

afterEach(() => {
  cleanup();
  document.body.innerHTML = "";
});
