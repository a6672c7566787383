/**
 * Where the member is: place, how its list is shown, chat. The only state of the window that several panes share.
 *
 * How a list is shown is remembered for each list, in the core, so that it is the same after a restart (C050). A channel of
 * an inbox is a filter of the inbox's list, so it shares that list's tab, segment, filter and sort: choosing a channel, in
 * the rail or in the list's own menu, changes nothing else.
 */
import { SvelteMap } from "svelte/reactivity";
import { rpc } from "$lib/host";
import type { ChatHead, LastPlace, ListView, Place, Places, Segment, Tab } from "$lib/rpc/types";
import { layout } from "$lib/layout.svelte";
import { freshView } from "$lib/list/question";
import { member } from "$lib/session.svelte";

/** Same place? */
export function samePlace(a: Place | null, b: Place | null): boolean {
  return placeKey(a) === placeKey(b);
}

/** A place as a string, for keys and maps. */
export function placeKey(place: Place | null): string {
  if (place === null) return "";
  return "id" in place ? `${place.place}:${place.id}` : place.place;
}

/** A tab of *Needs attention*: what has to be decided, and what goes by itself. */
export type AttentionTab = "you" | "waiting";

/** A message that was found, and in which chat; without a message the chat itself was found. */
export interface Hit {
  chat: string;
  message: string | null;
  /** Its place; nothing where the hub has not got it yet. */
  pos: number | null;
  /** What was looked for: all of it, and the words of it alone. */
  text: string;
  words: string;
}

/** What a search has put aside. */
interface Aside {
  chat: string | null;
  attention: AttentionTab | null;
  command: string | null;
  focus: HTMLElement | null;
}

/** What can be changed about how a list is shown. */
export type ViewChange = Partial<Omit<ListView, "place">>;

/** Where a chat is listed; nothing where the member has no list that holds it. */
function placeOf(head: ChatHead): Place | null {
  if (head.kind === "direct" || head.kind === "team") return { place: head.kind };
  if (head.inbox_id !== null) return { place: "inbox", id: head.inbox_id };
  return head.channel === null ? null : { place: "channel", id: head.channel.id };
}

class Selection {
  /** Whose list is shown; nothing before the places are known. */
  place = $state.raw<Place | null>(null);
  /** The chat on screen. */
  chat = $state<string | null>(null);
  /** The place where the member was has gone from them, and another one opened by itself. */
  lost = $state(false);
  /** *Needs attention* is on screen, in the place of the list and the chat; they come back as they were. */
  attention = $state<AttentionTab | null>(null);
  /** What is to be decided, of *Needs attention*. */
  command = $state<string | null>(null);
  /** What was found is on screen, in the place of the list; list, chat and focus come back as they were. */
  searching = $state(false);
  /** What the chat on screen was opened for: it is shown there, with what was looked for marked. */
  hit = $state.raw<Hit | null>(null);
  /** Grows when the field of the search is to have the focus. */
  searchWanted = $state(0);
  /** Grows when the chat on screen is to go back to where it was read. */
  returnWanted = $state(0);
  /** Grows when the caret is wanted in the composer of `chat`. */
  composerWanted = $state(0);
  /** Grows when the selected row should be scrolled to and shown. */
  revealWanted = $state(0);

  #aside: Aside | null = null;
  #returning: Promise<LastPlace> | undefined;
  #returned = false;
  #otherwise: Place | null = null;
  /** Whose choices are to have the focus. */
  #decision = $state<string | null>(null);
  /** Inboxes of channels. */
  #homes = $state.raw<ReadonlyMap<string, string>>(new Map());
  /** How lists are shown, as far as this run of the program has asked. */
  #views = new SvelteMap<string, ListView>();
  #asked = new Map<string, Promise<void>>();

  /** The list whose choices are used: the inbox, where the place is one of its channels. */
  get list(): Place | null {
    return this.#listOf(this.place);
  }

  /** How the list is shown; nothing while the core has not said it. */
  get view(): ListView | undefined {
    return this.#views.get(placeKey(this.list));
  }

  /** Tab of the list. */
  get tab(): Tab {
    return this.view?.tab ?? "open";
  }

  /** Segment within *Open*. */
  get segment(): Segment {
    return this.view?.segment ?? "all";
  }

  /** Learns which channel belongs to which inbox. */
  knowPlaces(places: Places): void {
    const homes = new Map(places.inboxes.flatMap((inbox) => inbox.channels.map((channel) => [channel.id, inbox.id] as const)));
    const same = homes.size === this.#homes.size && [...homes].every(([channel, inbox]) => this.#homes.get(channel) === inbox);
    if (!same) this.#homes = homes;
    void this.#know(this.list);
  }

  /**
   * Shows the list of a place, as it was left. The chat on screen stays in its own list; in another one nothing would be
   * marked, and its keys would go on closing what the list does not show: there none is chosen.
   */
  async openPlace(place: Place): Promise<void> {
    if (!samePlace(this.list, this.#listOf(place))) this.chat = null;
    await this.#goTo(place);
  }

  #goTo(place: Place): Promise<void> {
    this.#endSearch();
    this.attention = null;
    this.lost = false;
    this.place = place;
    layout.turnTo("list");
    return this.#know(this.list);
  }

  /** Asks where the member was when the window closed; it need not be known yet what there is. Nothing where one is already. */
  lookBack(): Promise<LastPlace> | undefined {
    if (this.place !== null || this.#returned) return undefined;
    return (this.#returning ??= rpc("get_last_place", {}).catch(() => ({ place: null, chat: null })));
  }

  /**
   * A place opens by itself: the one where the member was when the window closed, with the chat that was on screen, and
   * where that is not there (any more) this one.
   */
  async settle(otherwise: Place | null): Promise<void> {
    this.#otherwise = otherwise;
    const asked = this.lookBack();
    if (asked !== undefined) {
      const last = await asked;
      // Somebody else signed in meanwhile, or this was answered for another asker.
      if (this.#returning !== asked || this.#returned) return;
      this.#returned = true;
      this.chat ??= last.chat;
      if (this.chat !== null) layout.turnTo("conversation");
      this.place ??= last.place;
      if (this.place !== null) return void this.#know(this.list);
    }
    this.lost = this.place !== null;
    // Whoever asked last knows best what there is.
    this.place = this.#otherwise;
    await this.#know(this.list);
  }

  /** Shows the list otherwise, and remembers it. */
  show(change: ViewChange): void {
    const list = this.list;
    if (list === null) return;
    const view = { ...(this.view ?? freshView(list)), ...change };
    this.#views.set(placeKey(list), view);
    rpc("set_list_view", view).catch(() => {
      // It is shown that way now; that it cannot be remembered is no reason to say so.
    });
  }

  /** Chooses a tab. A filter that stands in for the tabs ends. */
  openTab(tab: Tab): void {
    this.show(this.view?.filter === "archived" ? { tab, filter: "all" } : { tab });
  }

  /** Chooses a segment. */
  openSegment(segment: Segment): void {
    this.show(this.view?.filter === "archived" ? { segment, filter: "all" } : { segment });
  }

  /** Puts a chat on screen; `reply` also puts the caret into its composer. */
  openChat(chat: string | null, reply = false): void {
    this.attention = null;
    this.hit = null;
    this.chat = chat;
    layout.turnTo(chat === null ? "list" : "conversation");
    if (reply) this.wantComposer();
  }

  /** Puts a chat on screen for what was found in it. */
  openHit(hit: Hit): void {
    this.openChat(hit.chat);
    this.hit = hit;
  }

  /** Shows the search in the place of the list, or puts the caret into it. */
  startSearch(): void {
    if (!this.searching) {
      const focus = document.activeElement instanceof HTMLElement && document.activeElement !== document.body ? document.activeElement : null;
      this.#aside = { chat: this.chat, attention: this.attention, command: this.command, focus };
      this.searching = true;
    }
    layout.turnTo("list");
    this.searchWanted += 1;
  }

  /** Gives back list and chat as they were before the search. Answers what had the focus then. */
  leaveSearch(): HTMLElement | null {
    const aside = this.#aside;
    this.#endSearch();
    if (aside === null) return null;
    if (this.chat === aside.chat) this.returnWanted += 1;
    this.chat = aside.chat;
    this.attention = aside.attention;
    this.command = aside.command;
    layout.turnTo("list");
    return aside.focus;
  }

  /** Shows what needs attention, or what waits; `command` is what is to be decided, else the first. */
  openAttention(tab: AttentionTab, command: string | null = this.command): void {
    this.#endSearch();
    this.attention = tab;
    this.command = command;
    layout.turnTo("list");
  }

  /** Goes back to the list and the chat that were on screen. */
  leaveAttention(): void {
    this.attention = null;
    layout.turnTo("list");
  }

  /** Chooses what is to be decided; `decide` also puts the focus at the choices. */
  openCommand(command: string | null, decide = false): void {
    this.command = command;
    if (!decide) return;
    this.#decision = command;
    layout.turnTo("conversation");
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
   * if it holds it already. With a hit it opens there.
   */
  async reveal(chat: string, reply = false, hit: Hit | null = null): Promise<void> {
    const head = await rpc("get_chat", { chat });
    const there = placeOf(head);
    const inChannel = this.place?.place === "channel" && this.place.id === head.channel?.id;
    if (there !== null && !inChannel && !samePlace(this.place, there)) await this.#goTo(there);
    else await this.#know(this.list);
    this.#endSearch();
    if (there !== null && head.kind !== "direct" && head.kind !== "team") this.show(this.#holding(head));
    this.openChat(chat, reply);
    this.hit = hit;
    this.revealWanted += 1;
  }

  /** What is on screen, for a page that comes after this one. */
  get now(): Pick<Selection, "place" | "chat" | "attention" | "command" | "hit"> & { view: ListView | null; aside: Omit<Aside, "focus"> | null } {
    const { place, chat, attention, command, hit } = this;
    const aside = this.#aside;
    return { place, chat, attention, command, hit, view: this.view ?? null, aside: aside === null ? null : { chat: aside.chat, attention: aside.attention, command: aside.command } };
  }

  /** Shows what was on screen. */
  comeBack({ place, chat, attention, command, hit, view, aside }: Selection["now"]): void {
    if (view !== null) this.#views.set(placeKey(view.place), view);
    if (place !== null) void this.#goTo(place);
    this.chat = chat;
    if (chat !== null && attention === null) layout.turnTo("conversation");
    this.attention = attention;
    this.command = command;
    this.hit = hit;
    if (aside === null) return;
    this.#aside = { ...aside, focus: null };
    this.searching = true;
  }

  /** Forgets everything: another member may sign in. */
  clear(): void {
    this.#endSearch();
    this.place = null;
    this.chat = null;
    this.lost = false;
    this.#returning = undefined;
    this.#returned = false;
    this.attention = null;
    this.command = null;
    this.#homes = new Map();
    this.#views.clear();
    this.#asked.clear();
  }

  /** The search is over; what it has put aside is not wanted any more. */
  #endSearch(): void {
    this.searching = false;
    this.hit = null;
    this.#aside = null;
  }

  /** What has to be otherwise so that a chat of this list is in it. */
  #holding(head: ChatHead): ViewChange {
    const { filter, segment } = this.view ?? freshView({ place: "direct" });
    const tab: Tab = head.archived ? "archived" : head.closed === null ? "open" : "closed";
    if (filter === "archived" && tab !== "open") return {};
    const change: ViewChange = { tab, with_me: false };
    if (filter === "archived" || (filter === "unread" && head.unread === 0)) change.filter = "all";
    const whose: Segment = head.assignee === null ? "unassigned" : head.assignee.me ? "me" : "others";
    const shown = !member.contactCenter || whose !== "others";
    if (tab === "open" && segment !== "all" && shown) change.segment = whose;
    return change;
  }

  #listOf(place: Place | null): Place | null {
    const home = place?.place === "channel" ? this.#homes.get(place.id) : undefined;
    return home === undefined ? place : { place: "inbox", id: home };
  }

  /** Asks the core how a list was left, once for each list. What was changed meanwhile is not undone by the answer. */
  #know(list: Place | null): Promise<void> {
    if (list === null) return Promise.resolve();
    const key = placeKey(list);
    const asked = this.#asked.get(key);
    if (asked !== undefined) return asked;
    const asking = rpc("get_list_view", { place: list })
      .catch(() => freshView(list))
      .then((view) => {
        if (this.#asked.get(key) === asking && !this.#views.has(key)) this.#views.set(key, view);
      });
    this.#asked.set(key, asking);
    return asking;
  }
}

/** The one selection of the window. */
export const selection = new Selection();
