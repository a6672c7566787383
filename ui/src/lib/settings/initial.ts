import type { Settings } from "$lib/rpc/types";

/** What holds until the core has answered; the core has the same. */
export const initial: Settings = {
  language: "system",
  theme: "system",
  density: "comfortable",
  zoom: 100,
  single_keys: true,
  undo_seconds: 5,
  after_close: "next",
  enter_breaks: false,
  sound: true,
  hide_content: false,
};
