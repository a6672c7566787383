// Every draft of this run, by chat.

import { ChatDraft } from "./chatDraft.svelte";

const drafts = new Map<string, ChatDraft>();

/** The draft of a chat; always the same object. */
export function draftOf(chat: string): ChatDraft {
  let draft = drafts.get(chat);
  if (!draft) drafts.set(chat, (draft = new ChatDraft(chat)));
  return draft;
}

/** Puts every draft on disk: the window is hidden, closed or reloaded. */
export async function flushDrafts(): Promise<void> {
  await Promise.all([...drafts.values()].map((draft) => draft.flush()));
}

/** Forgets the drafts in memory: somebody else may sign in. What is not on disk yet is put there first. */
export function forgetDrafts(): void {
  void flushDrafts();
  drafts.clear();
}

/** Keeps drafts safe while the window is hidden, left or closed, until the returned function is called. */
export function watchDrafts(): () => void {
  const leaving = () => void flushDrafts();
  document.addEventListener("visibilitychange", leaving);
  addEventListener("pagehide", leaving);
  addEventListener("blur", leaving);
  return () => {
    document.removeEventListener("visibilitychange", leaving);
    removeEventListener("pagehide", leaving);
    removeEventListener("blur", leaving);
  };
}
