// The numbers of the regions, from the one table of the window.

export { callout } from "$lib/callouts";
