/** What explains the window: the layout guide and the list of keys. One at a time. */
class Help {
  /** The numbers over the window. */
  guide = $state(false);
  /** The list of keys. */
  keys = $state(false);

  /** Shows the layout guide, or takes it away. */
  toggleGuide(): void {
    this.keys = false;
    this.guide = !this.guide;
  }

  /** Shows the list of keys. */
  showKeys(): void {
    this.guide = false;
    this.keys = true;
  }
}

/** The window's one help. */
export const help = new Help();
