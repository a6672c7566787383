/** The palette: whether it is open. */
class Palette {
  open = $state(false);
}

/** The one palette of the window. */
export const palette = new Palette();
