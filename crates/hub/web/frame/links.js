// Text into nodes: what people wrote is text for ever, and only http and https addresses in it become links.

// Stops at white space, quotes, angle brackets and direction marks, with which an address could pretend to be another.
const ADDRESS = /https?:\/\/[^\s<>"'`\u200e\u200f\u202a-\u202e\u2066-\u2069]+/giu;
const TRAILING = /[.,;:!?…)\]}»”’]+$/u;

/** Length of the address at the start of `found`: a sentence's last dot is not part of it, a closing bracket only if opened in it. */
function lengthOf(found) {
  let length = found.length;
  for (;;) {
    const end = TRAILING.exec(found.slice(0, length))?.[0].at(-1);
    if (!end) return length;
    const address = found.slice(0, length);
    if (end === ")" && address.split("(").length >= address.split(")").length) return length;
    length -= end.length;
  }
}

/** Pieces of a text: `{text}` or `{text, href}`. */
export function pieces(text) {
  const found = [];
  let from = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const shown = match[0].slice(0, lengthOf(match[0]));
    let url;
    try {
      url = new URL(shown);
    } catch {
      continue;
    }
    if (!/^https?:$/.test(url.protocol) || !url.hostname) continue;
    if (match.index > from) found.push({ text: text.slice(from, match.index) });
    found.push({ text: shown, href: url.href });
    from = match.index + shown.length;
  }
  if (from < text.length) found.push({ text: text.slice(from) });
  return found;
}

/** Appends the text to an element, never as markup. */
export function write(element, text) {
  for (const piece of pieces(text)) {
    if (!piece.href) {
      element.append(piece.text);
      continue;
    }
    const a = document.createElement("a");
    a.textContent = piece.text;
    a.href = piece.href;
    a.target = "_blank";
    a.rel = "noopener noreferrer nofollow";
    a.dir = "ltr";
    element.append(a);
  }
}
