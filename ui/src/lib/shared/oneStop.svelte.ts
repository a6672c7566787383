/**
 * Buttons in a row as one tab stop: somebody has 400 tags, and Tab would pass the button of each. Arrows, Home and End
 * walk them, Tab comes back to the one that was used last, Delete and Backspace do what takes one away.
 */
import { along } from "./along";

/** The row of such buttons. */
export class OneStop {
  #last = $state(0);

  /** Whether Tab reaches the button in this place, of so many. */
  reaches(place: number, of: number): boolean {
    return place === Math.min(this.#last, of - 1);
  }

  /** The place of the button that had the focus last. */
  get place(): number {
    return this.#last;
  }

  /** The button in this place has the focus. */
  took(place: number): void {
    this.#last = place;
  }

  /** Keys of the row: walks, or presses the button that takes one away. */
  onkeydown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const row = event.currentTarget as HTMLElement;
    const buttons = [...row.querySelectorAll("button")];
    const at = buttons.findIndex((one) => one === document.activeElement);
    if (at >= 0 && (event.key === "Delete" || event.key === "Backspace")) {
      event.preventDefault();
      buttons[at]?.click();
      return;
    }
    const to = along(event, row, at, buttons.length);
    if (to === undefined) return;
    event.preventDefault();
    buttons[to]?.focus();
  };
}
