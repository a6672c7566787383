// Which addresses a link may have here. The core finds the links and refuses to open others; what it would refuse is not
// drawn as a link either.

const ALLOWED = /^(?:https?|mailto|tel):/iu;

/** The address, where it is one that may be opened. */
export function safeHref(href: string | null): string | null {
  return href !== null && ALLOWED.test(href) ? href : null;
}
