// The search in the place of the list: typing, chips, suggestions, what is found, nothing found, and the way back.

import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test } from "vitest";
import { fake, rpcError } from "$dev/host";
import { members } from "$dev/people";
import { searching } from "$dev/search";
import { textEntry } from "$dev/world";
import type { Found, FoundChat, Search } from "$lib/rpc/types";
import { selection } from "$lib/selection.svelte";
import { violations } from "../../../test/axe";
import App from "../../App.svelte";
import { search } from "./search.svelte";

const field = () => screen.getByRole<HTMLInputElement>("combobox", { name: "Search everything" });
const found = () => [...document.querySelectorAll<HTMLElement>("[data-found]")];
const message = (text: string) => found().find((row) => row.dataset.found?.startsWith("message:") && row.textContent.includes(text));
const chips = () => [...document.querySelectorAll(".op .pair")].map((chip) => chip.textContent);
const nothing: Omit<Found, "terms"> = { conversations: [], more_conversations: false, messages: [], next: null, contacts: [], more_contacts: false, complete: true, here: 12, signs_only: false };

/** What would be found. */
const realSearch = (args: Search) => searching.search(fake, args) as Found;

async function start() {
  render(App);
  await waitFor(() => expect(screen.queryAllByRole("row").length).toBeGreaterThan(3));
  const user = userEvent.setup();
  await user.keyboard("/");
  await waitFor(() => expect(document.activeElement).toBe(field()));
  return user;
}

/** A conversation in which something was said that nobody else says. */
function said(text: string, at = 3): string {
  const chat = fake.world.chats[at];
  if (chat === undefined) throw new Error("there is no such chat");
  chat.entries.push(textEntry({ kind: "contact", name: chat.person.name }, text, Date.now()));
  return chat.id;
}

beforeEach(() => {
  selection.clear();
  search.clear();
  fake.reset({ conversations: 60, longThread: 40 });
});

test("what_is_typed_is_found_marked_and_grouped", async () => {
  said("My <b>derailleur</b> hanger is bent 😩");
  const user = await start();
  await user.type(field(), "hanger");
  await waitFor(() => expect(message("hanger")).toBeTruthy());
  const row = message("😩");
  expect([...(row?.querySelectorAll("mark") ?? [])].map((mark) => mark.textContent)).toEqual(["hanger"]);
  // Customer text is text.
  expect(row?.querySelector("b")).toBeNull();
  expect(row?.textContent).toContain("<b>derailleur</b>");
  expect(document.querySelector(".rows-h")?.textContent).toMatch(/^Messages \d/u);
  expect(await violations()).toEqual([]);
});

test("names_find_conversations_and_contacts_and_a_contact_opens_its_latest_conversation", async () => {
  const user = await start();
  await user.type(field(), "siobhan");
  await waitFor(() => expect(found().some((row) => row.dataset.found?.startsWith("contact:"))).toBe(true));
  const heads = [...document.querySelectorAll(".rows-h")].map((head) => head.textContent.replace(/[\d+\s]+$/u, ""));
  expect(heads.filter((head) => head !== "Messages")).toEqual(["Conversations", "Contacts"]);
  const contact = found().find((row) => row.dataset.found?.startsWith("contact:"));
  expect(contact?.querySelector("mark")?.textContent).toBe("Siobhán");
  await user.click(contact as HTMLElement);
  expect(fake.world.chats.find((chat) => chat.id === selection.chat)?.person.name).toContain("Siobhán");
});

test("more_of_a_group_is_shown_on_request_and_the_focus_goes_to_the_first_of_them", async () => {
  const user = await start();
  await user.type(field(), "layla");
  const rows = (kind: string) => found().filter((row) => row.dataset.found?.startsWith(`${kind}:`));
  await waitFor(() => expect(screen.getByRole("grid", { name: "Results for layla" })).toBeTruthy());
  await waitFor(() => expect(rows("chat")).toHaveLength(5));
  const more = document.querySelector<HTMLElement>("[data-found='/more/conversations']");
  more?.focus();
  await user.keyboard("{Enter}");
  await waitFor(() => expect(rows("chat").length).toBeGreaterThan(5));
  await waitFor(() => expect((document.activeElement as HTMLElement).dataset.found).toBe(rows("chat")[5]?.dataset.found));
  expect(document.querySelector("[data-found='/more/conversations']")).toBeNull();
});

test("where_there_are_no_more_of_a_group_after_all_the_focus_stays_in_the_rows", async () => {
  const user = await start();
  fake.answer("search", (asked) => {
    const all = realSearch({ ...asked, others: 5 });
    return { ...all, more_conversations: (asked.others ?? 5) === 5 };
  });
  await user.type(field(), "layla");
  await waitFor(() => expect(document.querySelector("[data-found='/more/conversations']")).not.toBeNull());
  document.querySelector<HTMLElement>("[data-found='/more/conversations']")?.focus();
  await user.keyboard("{Enter}");
  await waitFor(() => expect(document.querySelector("[data-found='/more/conversations']")).toBeNull());
  const chats = () => found().filter((row) => row.dataset.found?.startsWith("chat:"));
  await waitFor(() => expect(document.activeElement).toBe(chats().at(-1)));
});

test("of_an_operator_alone_all_conversations_are_shown_on_request", async () => {
  const user = await start();
  fake.answer("search", (asked) => ({ ...nothing, ...realSearch({ ...asked, text: "layla" }), terms: [{ start: 0, end: 7, operator: "is", value: "open", problem: null }] }));
  await user.type(field(), "is:open ");
  await waitFor(() => expect(document.querySelector("[data-found='/more/conversations']")).not.toBeNull());
  await user.click(document.querySelector("[data-found='/more/conversations']") as HTMLElement);
  await waitFor(() => expect(found().filter((row) => row.dataset.found?.startsWith("chat:")).length).toBeGreaterThan(5));
});

test("of_signs_alone_and_of_a_long_text_it_is_said_truly_that_nothing_was_found", async () => {
  const user = await start();
  await user.type(field(), "🙏!");
  expect(await screen.findByText("There is nothing to look for in signs alone.")).toBeTruthy();
  await user.clear(field());
  await user.paste("x".repeat(10_000));
  const said = await screen.findByText(/^Nothing has “x+…”\.$/u);
  expect(said.textContent.length).toBeLessThan(120);
});

test("an_answer_that_comes_late_never_replaces_a_newer_one", async () => {
  const user = await start();
  let first: (found: Found) => void = () => {};
  const row = (text: string) => ({ message: text, chat: "c-1", kind: "conversation", title: text, channel: "sms", inbox: null, pos: 1, at_ms: 0, author: { kind: "contact" as const, name: "L" }, pending: null, text: { text, marks: [], cut_start: false, cut_end: false } });
  fake.answer("search", ({ text }) => (text === "a" ? new Promise<Found>((done) => (first = done)) : { ...nothing, terms: [], messages: [row(`for ${text}`)] }));
  await user.type(field(), "abc");
  // One question at a time: the others wait, and only the newest of them is asked.
  expect(fake.called("search").map((args) => args.text)).toEqual(["a"]);
  first({ ...nothing, terms: [], messages: [row("for a")] });
  await waitFor(() => expect(found()[0]?.textContent).toContain("for abc"));
  expect(found().map((one) => one.dataset.found)).toEqual(["message:for abc"]);
  expect(fake.called("search").map((args) => args.text)).toEqual(["a", "abc"]);
});

test("where_the_core_stopped_to_stay_quick_it_is_asked_to_go_on_before_nothing_is_said", async () => {
  const user = await start();
  const late = { message: "m-late", chat: "c-1", kind: "conversation", title: "Layla", channel: "sms", inbox: null, pos: 1, at_ms: 0, author: { kind: "contact" as const, name: "L" }, pending: null, text: { text: "rare", marks: [], cut_start: false, cut_end: false } };
  fake.answer("search", ({ after }) => ({ ...nothing, terms: [], messages: after === "2" ? [late] : [], next: after === null ? "1" : after === "1" ? "2" : null }));
  await user.type(field(), "r");
  await waitFor(() => expect(found().map((row) => row.dataset.found)).toEqual(["message:m-late"]));
  expect(screen.queryByText(/Nothing has/u)).toBeNull();
});

test("an_operator_becomes_a_chip_and_backspace_opens_it_again", async () => {
  const user = await start();
  await user.type(field(), 'in:"Front desk" rack');
  await waitFor(() => expect(chips()).toEqual(["in:Front desk"]));
  expect(field().value).toBe("rack");
  await waitFor(() => expect(fake.called("search").at(-1)?.text).toBe('in:"Front desk" rack'));
  field().setSelectionRange(0, 0);
  await user.keyboard("{Backspace}");
  expect(chips()).toEqual([]);
  expect(field().value).toBe('in:"Front desk" rack');
  await waitFor(() => expect(field().selectionStart).toBe(15));
});

test("a_chip_is_taken_away_by_its_button", async () => {
  const user = await start();
  await user.type(field(), "is:closed tag:parts x");
  await waitFor(() => expect(chips()).toEqual(["is:closed", "tag:parts"]));
  await user.click(screen.getByRole("button", { name: "Remove is: closed" }));
  expect(chips()).toEqual(["tag:parts"]);
  expect(document.activeElement).toBe(field());
  await waitFor(() => expect(fake.called("search").at(-1)?.text).toBe("tag:parts x"));
});

test("what_can_stand_behind_an_operator_is_offered_explained_and_chosen_with_the_arrows", async () => {
  const user = await start();
  await user.type(field(), "is:");
  const list = await screen.findByRole("listbox", { name: "is:" });
  await waitFor(() => expect(within(list).getAllByRole("option")).toHaveLength(5));
  expect(within(list).getAllByRole("option")[0]?.textContent).toBe("is:open not closed yet");
  const active = () => document.getElementById(field().getAttribute("aria-activedescendant") ?? "")?.textContent;
  expect(active()).toContain("is:open");
  await user.keyboard("{ArrowDown}{ArrowDown}");
  expect(active()).toContain("is:archived");
  expect(await violations()).toEqual([]);
  await user.keyboard("{Enter}");
  expect(chips()).toEqual(["is:archived"]);
  expect(field().getAttribute("aria-expanded")).toBe("false");
});

test("escape_puts_the_offers_away_and_then_gives_the_list_back", async () => {
  const user = await start();
  await user.type(field(), "is:");
  await waitFor(() => expect(field().getAttribute("aria-expanded")).toBe("true"));
  await user.keyboard("{Escape}");
  expect(field().getAttribute("aria-expanded")).toBe("false");
  expect(selection.searching).toBe(true);
  await user.keyboard("{Escape}");
  await waitFor(() => expect(selection.searching).toBe(false));
});

test("what_waits_to_be_sent_has_the_sign_and_the_word_of_its_thread", async () => {
  const chat = fake.world.chats[3];
  const mine = textEntry({ kind: "member", id: "m-me", name: "Dana", initials: "D", me: true, role: "agent" }, "The hanger is here", Date.now());
  chat?.entries.push({ ...mine, pos: null, delivery: "waiting", pending: { command: "k-1", state: "waiting", reason: null, other: null, leaves_ms: null } });
  const failed = { ...textEntry({ kind: "member", id: "m-me", name: "Dana", initials: "D", me: true, role: "agent" }, "The hanger is blue", Date.now()), pos: null };
  chat?.entries.push({ ...failed, delivery: "failed", pending: { command: "k-2", state: "failed", reason: null, other: null, leaves_ms: null } });
  const user = await start();
  await user.type(field(), "hanger");
  await waitFor(() => expect(message("hanger is here")).toBeTruthy());
  const sign = (text: string) => within(message(text) as HTMLElement).queryByRole("img", { name: /Sending|Waiting for the network|Not sent/u })?.getAttribute("aria-label");
  expect(sign("hanger is here")).toBe("Sending");
  expect(sign("hanger is blue")).toBe("Not sent");
  fake.world.status.network = "offline";
  fake.touch("status");
  await waitFor(() => expect(sign("hanger is here")).toBe("Waiting for the network"));
  expect(await violations()).toEqual([]);
});

test("where_only_the_first_hundred_are_shown_it_is_said_and_leads_back_into_the_field", async () => {
  const user = await start();
  const [one] = realSearch({ text: "layla", after: null, limit: 5, others: 1 }).conversations;
  fake.answer("search", ({ others }) => ({
    ...nothing,
    terms: [],
    conversations: Array.from({ length: others ?? 5 }, (_, at) => ({ ...(one as FoundChat), chat: `many-${at}` })),
    more_conversations: true,
  }));
  await user.type(field(), "layla");
  await waitFor(() => expect(document.querySelector("[data-found='/more/conversations']")).not.toBeNull());
  await user.click(document.querySelector("[data-found='/more/conversations']") as HTMLElement);
  await waitFor(() => expect(document.querySelector(".rows-h")?.textContent).toBe("Conversations 100+"));
  (document.querySelector("[role=row][tabindex='0'][data-found]") as HTMLElement).focus();
  await user.keyboard("{End}");
  await waitFor(() => expect(document.activeElement?.textContent).toBe("The first 100 are shown. Add words to find the others."));
  expect(await violations()).toEqual([]);
  await user.keyboard("{Enter}");
  expect(document.activeElement).toBe(field());
});

test("who_types_their_own_name_behind_from_is_offered_what_they_wrote", async () => {
  const me = members.find((one) => one.me)?.name ?? "";
  const user = await start();
  await user.type(field(), `from:${me.slice(0, 3).toLowerCase()}`);
  const list = await screen.findByRole("listbox", { name: "from:" });
  await waitFor(() => expect(within(list).getAllByRole("option")[0]?.textContent).toBe("from:me what I wrote"));
  await user.keyboard("{Enter}");
  expect(chips()).toEqual(["from:me"]);
});

test("what_was_asked_is_there_again_selected_so_that_typing_takes_its_place", async () => {
  const user = await start();
  await user.type(field(), "is:closed rack");
  await waitFor(() => expect(chips()).toEqual(["is:closed"]));
  await user.keyboard("{Escape}");
  await waitFor(() => expect(selection.searching).toBe(false));
  for (const key of ["/", "{Control>}f{/Control}"]) {
    await user.keyboard(key);
    await waitFor(() => expect(document.activeElement).toBe(field()));
    expect(chips()).toEqual(["is:closed"]);
    expect([field().value, field().selectionStart, field().selectionEnd]).toEqual(["rack", 0, 4]);
    expect(document.querySelectorAll(".op.whole")).toHaveLength(1);
    expect(await violations()).toEqual([]);
    await user.keyboard("{Escape}");
    await waitFor(() => expect(selection.searching).toBe(false));
  }
  await user.keyboard("/");
  await waitFor(() => expect(document.activeElement).toBe(field()));
  await user.keyboard("h");
  expect(chips()).toEqual([]);
  expect(search.text).toBe("h");
});

test("an_arrow_goes_on_with_what_was_asked", async () => {
  const user = await start();
  await user.type(field(), "is:closed rack");
  await waitFor(() => expect(chips()).toEqual(["is:closed"]));
  await user.keyboard("{Escape}/");
  await waitFor(() => expect(document.activeElement).toBe(field()));
  await user.keyboard("{ArrowRight}s");
  expect(chips()).toEqual(["is:closed"]);
  expect(field().value).toBe("racks");
});

test("who_signs_in_next_finds_nothing_of_what_was_asked", async () => {
  const user = await start();
  await user.type(field(), "rack");
  fake.session = { state: "signed_out", hub: null, email: null, reason: null };
  fake.touch("session");
  await waitFor(() => expect(selection.searching).toBe(false));
  expect(search.text).toBe("");
});

test("all_of_it_is_selected_chips_too_copied_and_taken_away", async () => {
  const user = await start();
  for (const key of ["{Backspace}", "{Delete}", "x"]) {
    await user.clear(field());
    await user.type(field(), "is:closed tag:parts rack");
    await waitFor(() => expect(chips()).toEqual(["is:closed", "tag:parts"]));
    await user.keyboard("{Control>}a{/Control}");
    expect(document.querySelectorAll(".op.whole")).toHaveLength(2);
    const copied = new DataTransfer();
    field().dispatchEvent(new ClipboardEvent("copy", { clipboardData: copied, bubbles: true, cancelable: true }));
    expect(copied.getData("text/plain")).toBe("is:closed tag:parts rack");
    await user.keyboard(key);
    expect(chips()).toEqual([]);
    expect(field().value).toBe(key === "x" ? "x" : "");
  }
});

test("all_of_it_stays_selected_or_none_of_it", async () => {
  const user = await start();
  const whole = (): number => document.querySelectorAll(".op.whole").length;
  const ask = async (): Promise<void> => {
    await user.clear(field());
    await user.type(field(), "is:closed rack");
    await waitFor(() => expect(chips()).toEqual(["is:closed"]));
    await user.keyboard("{Control>}a{/Control}");
    expect(whole()).toBe(1);
  };
  // What Tab comes back to, what a menu is for, and keys that go nowhere.
  const stays = [() => user.keyboard("{Tab}{Shift>}{Tab}{/Shift}"), () => user.keyboard("{F5}{Insert}"), () => user.pointer({ keys: "[MouseRight]", target: field() })];
  for (const does of stays) {
    await ask();
    await does();
    await waitFor(() => expect([whole(), document.activeElement]).toEqual([1, field()]));
    field().setSelectionRange(0, 4);
    await user.keyboard("{Backspace}");
    expect([chips(), field().value]).toEqual([[], ""]);
  }
  await ask();
  await user.keyboard("{Shift>}{ArrowRight}{/Shift}{Backspace}");
  expect([whole(), chips(), field().value]).toEqual([0, ["is:closed"], "rac"]);
});

test("from_anywhere_beside_it_the_question_is_selected_while_it_is_on_screen", async () => {
  const user = await start();
  await user.type(field(), "is:closed rack");
  await waitFor(() => expect(chips()).toEqual(["is:closed"]));
  screen.getByRole("button", { name: "before:" }).focus();
  await user.keyboard("/");
  await waitFor(() => expect(document.activeElement).toBe(field()));
  await user.keyboard("h");
  expect(search.text).toBe("h");
});

test("where_not_all_was_looked_through_that_is_said_and_no_number", async () => {
  const [one] = realSearch({ text: "layla", after: null, limit: 5, others: 1 }).conversations;
  fake.answer("search", ({ others }) => ({
    ...realSearch({ text: "layla", after: null, limit: 5, others: 1 }),
    conversations: Array.from({ length: others === undefined ? 1 : 2 }, (_, at) => ({ ...(one as FoundChat), chat: `few-${at}` })),
    more_conversations: true,
  }));
  const user = await start();
  await user.type(field(), "layla");
  await user.click(await screen.findByText("More conversations"));
  expect(await screen.findByText("There may be more further back. Add words to find it.")).toBeTruthy();
});

test("the_row_of_operators_begins_one_at_the_caret", async () => {
  const user = await start();
  await user.type(field(), "rack");
  await user.click(screen.getByRole("button", { name: "before:" }));
  expect(field().value).toBe("rack before:");
  const list = await screen.findByRole("listbox", { name: "before:" });
  await waitFor(() => expect(within(list).getAllByRole("option").map((one) => one.querySelector(".pair")?.textContent)).toEqual(["before:today", "before:yesterday"]));
});

test("an_operator_that_finds_nothing_says_why_in_a_sentence", async () => {
  const user = await start();
  await user.type(field(), "in:nowhere before:soon x");
  expect(await screen.findByText("No inbox, channel or chat is called “nowhere”.")).toBeTruthy();
  // With a sign that joins: a day is never broken behind its hyphen.
  expect(screen.getByText("“soon” is no day. Write 2026-\u206003-\u206001, 2026-\u206003, 2026, today or yesterday.")).toBeTruthy();
});

test("nothing_found_says_what_was_looked_for_and_what_would_be_found_without_a_filter", async () => {
  said("The tandem is ready");
  const user = await start();
  await user.type(field(), "is:archived tandem");
  expect(await screen.findByText("Nothing that passes these filters has “tandem”.")).toBeTruthy();
  const way = await screen.findByRole("button", { name: "Search without is:archived 1" });
  expect(await violations()).toEqual([]);
  await user.click(way);
  expect(chips()).toEqual([]);
  expect(field().value).toBe("tandem");
  await waitFor(() => expect(message("tandem")).toBeTruthy());
});

test("a_failure_is_said_and_can_be_tried_again", async () => {
  const user = await start();
  let broken = true;
  fake.answer("search", ({ text }) => {
    if (broken) throw rpcError("internal", "The cache could not be read.", undefined, true);
    return { ...nothing, terms: [], conversations: [], here: text.length };
  });
  await user.type(field(), "rack");
  expect(await screen.findByRole("alert")).toBeTruthy();
  broken = false;
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByText("Nothing has “rack”.")).toBeTruthy();
});

test("how_much_was_looked_through_is_said_and_with_no_network_up_to_when", async () => {
  const user = await start();
  await user.type(field(), "rack");
  expect((await screen.findByText(/48,211 messages/u)).closest("p")?.textContent).toMatch(/48,211 messages, all on this computer, \d+\sms/u);
  fake.world.status.network = "offline";
  fake.touch("status");
  expect(await screen.findByText(/^Complete up to/u)).toBeTruthy();
  expect(document.querySelector(".list-foot")?.textContent).toContain("All 48,211 messages are on this computer, so offline finds the same.");
});

test("while_not_everything_can_be_found_it_is_said", async () => {
  fake.world.searchable = false;
  const user = await start();
  await user.type(field(), "rack");
  expect(await screen.findByText("Older messages may be missing.")).toBeTruthy();
});

test("a_text_of_ten_thousand_letters_quotation_marks_and_signs_is_only_a_text", async () => {
  const user = await start();
  for (const text of ["x".repeat(10_000), '"unclosed', "NOT x", "a:b", "don't", "*", "is:is:is:", 'in:"']) {
    await user.clear(field());
    await user.click(field());
    await user.paste(text);
    await waitFor(() => expect(fake.called("search").at(-1)?.text).toBe(text));
    expect(field().value).toBe(text);
  }
  expect(screen.queryByRole("alert")).toBeNull();
});

test("in_the_first_row_the_arrow_up_leads_back_into_the_field", async () => {
  said("hanger one");
  said("hanger two", 5);
  const user = await start();
  await user.type(field(), "hanger");
  await waitFor(() => expect(found().length).toBeGreaterThan(1));
  await user.keyboard("{ArrowDown}");
  await waitFor(() => expect(document.activeElement).toBe(found()[0]));
  await user.keyboard("{ArrowDown}");
  await waitFor(() => expect(document.activeElement).toBe(found()[1]));
  await user.keyboard("{ArrowUp}");
  await waitFor(() => expect(document.activeElement).toBe(found()[0]));
  await user.keyboard("{ArrowUp}");
  await waitFor(() => expect(document.activeElement).toBe(field()));
});

test("enter_opens_at_the_message_and_escape_gives_list_chat_and_focus_back", async () => {
  const chat = said("hanger in the past", 4);
  const before = fake.world.chats[0]?.id ?? "";
  render(App);
  await waitFor(() => expect(screen.queryAllByRole("row").length).toBeGreaterThan(3));
  const user = userEvent.setup();
  const row = document.querySelector<HTMLElement>(`[data-chat="${before}"]`);
  row?.focus();
  await user.keyboard("{Enter}/");
  await waitFor(() => expect(document.activeElement).toBe(field()));
  await user.keyboard("hanger");
  await waitFor(() => expect(message("in the past")).toBeTruthy());
  await user.keyboard("{Enter}");
  expect(selection.chat).toBe(chat);
  expect(selection.hit).toMatchObject({ chat, text: "hanger", words: "hanger" });
  expect(await screen.findByText("“hanger” 1 of 1 in this conversation")).toBeTruthy();
  await waitFor(() => expect(document.querySelector("[role=log] mark.now")?.textContent).toBe("hanger"));
  await user.keyboard("{Escape}");
  await waitFor(() => expect(selection.searching).toBe(false));
  expect(selection.chat).toBe(before);
  expect(selection.hit).toBeNull();
  await waitFor(() => expect(document.activeElement).toBe(row));
});

test("opening_a_hit_moves_no_reading_position_and_reads_nothing_that_was_not_seen", async () => {
  const chat = fake.world.chats[0];
  if (chat === undefined) throw new Error("there is no chat");
  const old = chat.entries[2];
  chat.read_pos = (chat.entries[10]?.pos ?? 0);
  const user = await start();
  await user.type(field(), "pannier");
  await waitFor(() => expect(found().length).toBeGreaterThan(0));
  selection.openHit({ chat: chat.id, message: old?.id ?? "", pos: old?.pos ?? 0, text: "pannier", words: "pannier" });
  await waitFor(() => expect(screen.getByRole("log")).toBeTruthy());
  await new Promise((done) => setTimeout(done, 700));
  expect(fake.called("save_reading")).toEqual([]);
});
