// The line that a web site pastes in: <script async src="https://HUB/chat.js" data-channel="PUBLIC_ID"></script>
//
// Draws the button, in a shadow root so that neither page nor button restyles the other, and a frame on the hub's
// origin, where the chat itself lives: the page's scripts cannot read it, it cannot read the page. Button and frame
// talk by postMessage and each checks the other's origin. The button appears once the frame has answered, so a page
// that the channel does not allow (the browser blocks the frame there) shows nothing at all.
(() => {
  "use strict";

  const script =
    document.currentScript ?? document.querySelector('script[data-channel][src$="/chat.js"]');
  const channel = script?.dataset.channel;
  if (!channel) {
    console.error("Deskbell: the chat.js script needs the attribute data-channel.");
    return;
  }
  const hub = new URL(script.src, document.baseURI).origin;
  const visitorName = script.dataset.name ?? "";
  const ROOT = "deskbell-chat";
  // A page that holds the line twice still has one chat.
  if ([...document.querySelectorAll(ROOT)].some((e) => e.dataset.channel === channel)) return;

  const CSS = `
    :host { all: initial; display: block; font-size: medium;
      --brand: var(--given-brand, #1f5d54); --on-brand: var(--given-on-brand, #ffffff);
      --sheet: #fffefb; --ink: #221e19; --ink-2: #4e473e; --ink-inverse: #fffefb; --line-2: #d3ccbf; --focus: #7a5000;
      --hover: rgb(60 45 20 / .055); --weight-regular: 430; --weight-strong: 630;
      --shadow-pop: 0 0 0 1px rgb(84 66 34 / .14), 0 2px 6px rgb(60 45 20 / .10), 0 16px 36px -10px rgb(60 45 20 / .28);
      --shadow-modal: 0 0 0 1px rgb(84 66 34 / .16), 0 8px 20px rgb(60 45 20 / .12), 0 36px 80px -16px rgb(60 45 20 / .42);
      --font-ui: "Inter Variable", "Inter", system-ui, -apple-system, "Segoe UI", "Noto Sans", "Noto Sans Arabic", "Noto Sans Hebrew", "Noto Sans CJK KR", "Noto Color Emoji", sans-serif; }
    @media (prefers-color-scheme: dark) { :host {
      --brand: var(--given-brand, #2f7d72);
      --sheet: #221f1b; --ink: #f3efe8; --ink-2: #c9c1b7; --ink-inverse: #1a1815; --line-2: #453f37; --focus: #ffd27a;
      --hover: rgb(255 240 214 / .055); --weight-regular: 410; --weight-strong: 610;
      --shadow-pop: 0 0 0 1px rgb(255 236 205 / .12), 0 4px 10px rgb(0 0 0 / .4), 0 20px 44px -10px rgb(0 0 0 / .7);
      --shadow-modal: 0 0 0 1px rgb(255 236 205 / .14), 0 10px 24px rgb(0 0 0 / .45), 0 40px 90px -16px rgb(0 0 0 / .8); } }
    *, *::before, *::after { box-sizing: border-box; }
    [hidden] { display: none !important; }
    svg { fill: none; stroke: currentColor; stroke-width: 1.75; stroke-linecap: round; stroke-linejoin: round; flex: none; }
    button { font: inherit; color: inherit; border: 0; padding: 0; cursor: pointer; }
    .open { position: fixed; z-index: 2147483000; inset-block-end: 24px; inset-inline-end: 24px; width: 56px; height: 56px; border-radius: 50%; background: var(--brand); color: var(--on-brand); display: grid; place-items: center; box-shadow: var(--shadow-pop); }
    .open svg { width: 24px; height: 24px; }
    .open:focus-visible, .x:focus-visible { outline: 2px solid var(--focus); outline-offset: 3px; }
    .n { position: absolute; inset-block-start: -3px; inset-inline-end: -3px; min-width: 22px; height: 22px; padding: 0 6px; border-radius: 11px; background: var(--ink); color: var(--ink-inverse); font: var(--weight-strong) .75em/22px var(--font-ui); text-align: center; box-shadow: 0 0 0 2px var(--sheet); }
    .peek { position: fixed; z-index: 2147483000; inset-block-end: 92px; inset-inline-end: 24px; width: min(288px, 100vw - 48px); padding: 12px 14px 13px; border-radius: 14px; border-end-end-radius: 4px; background: var(--sheet); color: var(--ink); box-shadow: var(--shadow-pop); font: var(--weight-regular) .875em/1.5 var(--font-ui); cursor: pointer; }
    .peek p { margin: 4px 0 0; overflow-wrap: anywhere; unicode-bidi: plaintext; text-align: start; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 3; overflow: hidden; }
    .by { display: flex; align-items: center; gap: 6px; padding-inline-end: 24px; color: var(--ink-2); font-size: .857em; line-height: 1.333; }
    .by i { font-style: normal; display: grid; place-items: center; width: 20px; height: 20px; border-radius: 50%; background: var(--line-2); color: var(--ink); font-size: .75em; font-weight: var(--weight-strong); flex: none; }
    .x { position: absolute; inset-block-start: 6px; inset-inline-end: 6px; display: grid; place-items: center; width: 28px; height: 28px; border-radius: 7px; background: none; color: var(--ink-2); }
    .x:hover { background: var(--hover); }
    .x svg { width: 15px; height: 15px; }
    iframe { position: fixed; z-index: 2147483000; inset-block-end: 96px; inset-inline-end: 24px; width: 376px; height: min(620px, 100vh - 120px); border: 0; border-radius: 16px; background: var(--sheet); box-shadow: var(--shadow-modal); color-scheme: light dark; transition: translate .22s cubic-bezier(.2, .7, .2, 1), opacity .22s cubic-bezier(.2, .7, .2, 1), visibility 0s; }
    iframe.shut { visibility: hidden; opacity: 0; translate: 0 8px; transition: none; }
    @media (max-width: 480px) { iframe { inset: 0; width: 100%; height: 100%; height: 100dvh; border-radius: 0; } .open[aria-expanded="true"] { display: none; } }
    @media (prefers-reduced-motion: reduce) { iframe { transition: none; } }
    @media print { :host { display: none; } }`;

  const words = {
    frame: (title) => `Chat with ${title}`,
    open: "Open the chat",
    openUnread: (n) => (n === 1 ? "Open the chat, 1 new message" : `Open the chat, ${n} new messages`),
    close: "Close the chat",
    dismiss: "Dismiss",
    by: (name, title) => `${name}, ${title}`,
  };

  const node = (tag, attributes = {}, children = []) => {
    const e = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) e.setAttribute(name, value);
    e.append(...children);
    return e;
  };
  const icon = (...paths) => {
    const ns = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(ns, "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    for (const d of paths) svg.appendChild(document.createElementNS(ns, "path")).setAttribute("d", d);
    return svg;
  };
  const BUBBLE =
    "M2.992 16.342a2 2 0 0 1 .094 1.167l-1.065 3.29a1 1 0 0 0 1.236 1.168l3.413-.998a2 2 0 0 1 1.099.092 10 10 0 1 0-4.777-4.719";

  const host = node(ROOT, { "data-channel": channel });
  const root = host.attachShadow({ mode: "open" });
  try {
    // Passes a page's Content-Security-Policy, which a style element would not.
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
    root.adoptedStyleSheets = [sheet];
  } catch {
    root.append(node("style", {}, [CSS]));
  }

  const count = node("span", { class: "n", hidden: "" });
  const opener = node("button", { class: "open", type: "button", hidden: "", "aria-expanded": "false" }, [
    icon(BUBBLE),
    count,
  ]);
  const peekInitials = node("i", { "aria-hidden": "true" });
  const peekBy = node("span");
  const peekText = node("p");
  const dismiss = node("button", { class: "x", type: "button", "aria-label": words.dismiss }, [
    icon("M18 6 6 18", "m6 6 12 12"),
  ]);
  const peek = node("div", { class: "peek", role: "status", hidden: "" }, [
    dismiss,
    node("div", { class: "by" }, [peekInitials, peekBy]),
    peekText,
  ]);
  const frame = node("iframe", { class: "shut", tabindex: "-1", "aria-hidden": "true", title: "Chat" });
  root.append(opener, peek, frame);

  let isOpen = false;
  let isReady = false;
  let unread = 0;
  let title = "";

  const say = (message) => frame.contentWindow?.postMessage({ deskbell: 1, ...message }, hub);

  const label = () => {
    const now = isOpen ? words.close : unread > 0 ? words.openUnread(unread) : words.open;
    opener.setAttribute("aria-label", now);
    count.textContent = unread > 99 ? "99+" : String(unread);
    count.hidden = isOpen || unread === 0;
  };

  const setOpen = (open) => {
    if (open === isOpen) return;
    isOpen = open;
    opener.setAttribute("aria-expanded", String(open));
    frame.classList.toggle("shut", !open);
    if (open) {
      frame.removeAttribute("tabindex");
      frame.removeAttribute("aria-hidden");
      peek.hidden = true;
      frame.focus();
    } else {
      frame.setAttribute("tabindex", "-1");
      frame.setAttribute("aria-hidden", "true");
      opener.focus();
    }
    label();
    say({ type: open ? "open" : "close" });
  };

  const showPeek = (news) => {
    peek.hidden = isOpen || !news;
    if (!news) return;
    peekInitials.textContent = String(news.initials);
    peekBy.textContent = words.by(String(news.name), title);
    peekText.textContent = String(news.text);
  };

  opener.addEventListener("click", () => setOpen(!isOpen));
  peek.addEventListener("click", (event) => {
    if (event.composedPath().includes(dismiss)) {
      peek.hidden = true;
      say({ type: "peek_dismissed" });
      opener.focus();
    } else {
      setOpen(true);
    }
  });
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && isOpen) setOpen(false);
  });

  addEventListener("message", (event) => {
    if (event.origin !== hub || event.source !== frame.contentWindow || event.data?.deskbell !== 1) return;
    const message = event.data;
    if (message.type === "ready") {
      isReady = true;
      title = String(message.title);
      frame.title = words.frame(title);
      if (message.color && message.ink) {
        host.style.setProperty("--given-brand", message.color);
        host.style.setProperty("--given-on-brand", message.ink);
      }
      opener.hidden = false;
      label();
      // The frame may have been loaded anew behind our back (a crashed tab process, say).
      say({ type: isOpen ? "open" : "close" });
    } else if (message.type === "unread") {
      unread = Number(message.count) || 0;
      showPeek(message.peek);
      label();
    } else if (message.type === "close") {
      setOpen(false);
    }
  });

  const src = `${hub}/widget/${encodeURIComponent(channel)}`;
  let tries = 0;
  const load = () => {
    frame.src = src;
    // A hub that is away for a moment must not cost the page its chat.
    const wait = Math.min(15_000 * 2 ** tries++, 600_000);
    setTimeout(() => isReady || load(), wait);
  };
  frame.addEventListener("load", () => {
    say({ type: "hello", dir: getComputedStyle(document.documentElement).direction, name: visitorName });
  });

  const begin = () => {
    load(); // before it is in the page: an empty frame would be loaded first
    document.body.append(host);
  };
  if (document.body) begin();
  else addEventListener("DOMContentLoaded", begin, { once: true });
})();
