/**
 * Where the member is: place, tab, segment, chat. The only state of the window that several panes share.
 * It is remembered per place for the run of the program, so that going away and coming back finds the same list.
 */
import { rpc } from "$lib/host";
import type { Place, Segment, Tab } from "$lib/rpc/types";

/** Same place? */
export function samePlace(a: Place | null, b: Place | null): boolean {
  return placeKey(a) === placeKey(b);
}

/** A place as a string, for keys and maps. */
export function placeKey(place: Place | null): string {
  if (place === null) return "";
  return place.place === "direct" ? "direct" : `${place.place}:${place.id}`;
}

/** A tab of *Needs attention*: what has to be decided, and what goes by itself. */
export type AttentionTab = "you" | "waiting";

class Selection {
  /** Whose list is shown; nothing before the places are known. */
  place = $state.raw<Place | null>(null);
  /** Tab of the list. */
  tab = $state<Tab>("open");
  /** Segment within *Open*. */
  segment = $state<Segment>("all");
  /** The chat on screen. */
  chat = $state<string | null>(null);
  /** *Needs attention* is on screen, in the place of the list and the chat; they come back as they were. */
  attention = $state<AttentionTab | null>(null);
  /** What is to be decided, of *Needs attention*. */
  command = $state<string | null>(null);
  /** Grows when the caret is wanted in the composer of `chat`. */
  composerWanted = $state(0);
  /** Grows when the selected row should be scrolled to and shown. */
  revealWanted = $state(0);

  /** Whose choices are to have the focus. */
  #decision = $state<string | null>(null);
  #remembered = new Map<string, { tab: Tab; segment: Segment }>();

  /** Shows the list of a place, as it was left. The chat on screen stays. */
  openPlace(place: Place, segment: Segment = "all"): void {
    this.attention = null;
    this.place = place;
    const was = this.#remembered.get(placeKey(place));
    this.tab = was?.tab ?? "open";
    this.segment = was?.segment ?? segment;
  }

  /** Chooses a tab. */
  openTab(tab: Tab): void {
    this.tab = tab;
    this.#remember();
  }

  /** Chooses a segment. */
  openSegment(segment: Segment): void {
    this.segment = segment;
    this.#remember();
  }

  /** Puts a chat on screen; `reply` also puts the caret into its composer. */
  openChat(chat: string | null, reply = false): void {
    this.attention = null;
    this.chat = chat;
    if (reply) this.wantComposer();
  }

  /** Shows what needs attention, or what waits; `command` is what is to be decided, else the first. */
  openAttention(tab: AttentionTab, command: string | null = this.command): void {
    this.attention = tab;
    this.command = command;
  }

  /** Goes back to the list and the chat that were on screen. */
  leaveAttention(): void {
    this.attention = null;
  }

  /** Chooses what is to be decided; `decide` also puts the focus at the choices. */
  openCommand(command: string | null, decide = false): void {
    this.command = command;
    if (decide) this.#decision = command;
  }

  /** Whether the choices of this are to have the focus now. True once. */
  takeDecision(command: string): boolean {
    if (this.#decision !== command) return false;
    this.#decision = null;
    return true;
  }

  /** Asks the composer of the chat on screen to take the caret. */
  wantComposer(): void {
    this.composerWanted += 1;
  }

  /**
   * Shows a chat wherever it is: the list follows to a place, tab and segment that hold it, and stays where it is
   * if it holds it already.
   */
  async reveal(chat: string, reply = false): Promise<void> {
    const head = await rpc("get_chat", { chat });
    if (head.kind === "direct") {
      if (this.place?.place !== "direct") this.openPlace({ place: "direct" });
    } else {
      const inInbox = this.place?.place === "inbox" && this.place.id === head.inbox_id;
      const inChannel = this.place?.place === "channel" && this.place.id === head.channel?.id;
      if (!inInbox && !inChannel && head.inbox_id !== null) {
        this.openPlace({ place: "inbox", id: head.inbox_id });
      }
      this.openTab(head.closed === null ? "open" : "closed");
      const segment: Segment = head.assignee === null ? "unassigned" : head.assignee.me ? "me" : "others";
      if (this.segment !== "all" && this.segment !== segment) this.openSegment(segment);
    }
    this.openChat(chat, reply);
    this.revealWanted += 1;
  }

  /** Forgets everything: another member may sign in. */
  clear(): void {
    this.place = null;
    this.tab = "open";
    this.segment = "all";
    this.chat = null;
    this.attention = null;
    this.command = null;
    this.#remembered.clear();
  }

  #remember(): void {
    this.#remembered.set(placeKey(this.place), { tab: this.tab, segment: this.segment });
  }
}

/** The one selection of the window. */
export const selection = new Selection();
