/**
 * The rail is one tab stop: where the focus was last, else where the member is, else its first row (a group's name only
 * where there is no row). Arrows walk.
 */
export class Stops {
  #last = $state<string>();
  #keys: () => readonly string[];
  #current: () => string | undefined;

  constructor(keys: () => readonly string[], current: () => string | undefined) {
    this.#keys = keys;
    this.#current = current;
  }

  readonly #stop = $derived.by(() => {
    const keys = this.#keys();
    return [this.#last, this.#current()].find((key) => key !== undefined && keys.includes(key)) ?? keys.find((key) => !key.startsWith("group:")) ?? keys[0];
  });

  /** What a row spreads on its button. */
  props(key: string) {
    const here = key === this.#stop;
    return { tabindex: here ? 0 : -1, onfocus: () => (this.#last = key), "data-stop": key, "data-pane-focus": here ? "" : undefined };
  }
}

/** Arrows, Home and End walk the rows of the rail. */
export function walkRows(event: KeyboardEvent): void {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const rows = [...(event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>("[data-stop]")];
  const at = rows.indexOf(document.activeElement as HTMLElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
  if (at < 0 || to === undefined) return;
  event.preventDefault();
  rows[Math.max(0, Math.min(rows.length - 1, to))]?.focus();
}
