// The page around the frame, heard and spoken to only where the channel allows its origin.

const origins = document.documentElement.dataset.origins.split(" ").filter(Boolean);

/** Whether the channel allows the origin. `http://127.0.0.1:*` stands for every port of this computer. */
function isAllowed(origin) {
  return origins.some(
    (allowed) => allowed === origin || (allowed.endsWith(":*") && origin.replace(/:\d+$/, "") === allowed.slice(0, -2)),
  );
}

/** Whether there is a page around. */
export const isFramed = window.parent !== window;

export class Page {
  #origin = null;

  /** `on` has `hello(message, origin)` and one function for each type of message. */
  constructor(on) {
    addEventListener("message", (event) => {
      if (event.source !== window.parent || event.data?.deskbell !== 1 || !isAllowed(event.origin)) return;
      this.#origin = event.origin;
      if (Object.hasOwn(on, event.data.type)) on[event.data.type](event.data, event.origin);
    });
  }

  /** Says it to the page that said hello, and to nobody else. */
  say(message) {
    if (this.#origin) window.parent.postMessage({ deskbell: 1, ...message }, this.#origin);
  }
}
