/** What is being created. Opened from the rail, from the list and by key; shown once. */
class Create {
  /** The menu of the rail. */
  menu = $state(false);
  /** The dialog *New direct chat*. */
  direct = $state(false);
  /** The dialog *New team chat*. */
  team = $state(false);
}

/** The window's one creation. */
export const create = new Create();
