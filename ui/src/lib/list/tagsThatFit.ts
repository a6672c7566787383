/** How many tags a row has room for. Pure. */

/** Between two of them. */
const GAP = 10;
/** What says how many more there are. */
const MORE = 28;

/** Of tags that are so wide, each shown whole. `all` is how many there are: where some are left out, that is said behind them. */
export function howManyFit(widths: readonly number[], all: number, room: number): number {
  let end = 0;
  let fit = 0;
  for (const [at, width] of widths.entries()) {
    end += (at === 0 ? 0 : GAP) + width;
    const last = at + 1 === all;
    if (end <= room - (last ? 0 : GAP + MORE)) fit = at + 1;
  }
  return fit;
}
