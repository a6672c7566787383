import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import { answers } from "$dev/answers";
import { fake } from "$dev/host";
import { handleKey } from "$lib/keys";
import type { Places } from "$lib/rpc/types";
import { selection } from "$lib/selection.svelte";
import { member } from "$lib/session.svelte";
import ListStage from "../../../test/ListStage.svelte";

/** The rows are there: the first of them comes before the pane has been measured, the others after. */
const settled = () => waitFor(() => expect(screen.queryAllByRole("row").length).toBeGreaterThan(3));
const names = () => screen.getAllByRole("row").map((row) => row.querySelector(".name")?.textContent);

async function show(options: Parameters<typeof fake.reset>[0] = {}) {
  fake.reset({ conversations: 60, longThread: 0, ...options });
  member.current = fake.world.session;
  const user = userEvent.setup();
  render(ListStage);
  return user;
}

beforeEach(() => selection.clear());

test("the_first_inbox_opens_with_its_newest_conversation_on_top", async () => {
  await show();
  await settled();
  expect(screen.getByRole("heading", { name: /^Front desk/u })).toBeTruthy();
  expect(names()[0]).toBe("Layla Haddad");
  expect(screen.getByRole("tab", { name: /^Open/u }).getAttribute("aria-selected")).toBe("true");
});

test("a_list_of_thousands_renders_only_what_is_on_screen", async () => {
  await show({ conversations: 3000 });
  await settled();
  expect(screen.getAllByRole("row").length).toBeLessThan(40);
  expect(Number(screen.getByRole("grid").getAttribute("aria-rowcount"))).toBeGreaterThan(500);
});

test("pages_are_read_to_the_end_and_each_conversation_comes_once", async () => {
  await show({ conversations: 420 });
  await settled();
  const grid = screen.getByRole("grid");
  const expected = fake.world.chats.filter((one) => one.inbox === "in-front" && one.closed === null && !one.archived).length;
  const seen = new Set<string>();
  for (let top = 0; seen.size < expected && top < 420 * 77; top += 380) {
    grid.scrollTop = top;
    grid.dispatchEvent(new Event("scroll"));
    await new Promise((done) => setTimeout(done, 5));
    for (const row of screen.getAllByRole("row")) seen.add(row.getAttribute("data-chat") ?? "");
  }
  expect(seen.size).toBe(expected);
  const cursors = fake.called("list_chats").map((call) => call.after).filter((after) => after !== null);
  expect(cursors.length).toBe(Math.ceil(expected / 60) - 1);
  expect(new Set(cursors).size).toBe(cursors.length);
});

test("what_a_first_sync_has_not_brought_yet_is_no_place_that_was_taken_away", async () => {
  await show();
  await settled();
  const all = (await fake.call("list_places", {})) as Places;
  const last = all.inboxes[all.inboxes.length - 1];
  if (last === undefined) throw new Error("no inbox");
  const place = { place: "inbox", id: last.id } as const;
  await selection.openPlace(place);
  selection.openChat("chat-of-it");
  fake.world.status = { ...fake.world.status, up_to_date_ms: null };
  fake.answer("list_places", () => ({ ...all, inboxes: all.inboxes.slice(0, 1) }));
  fake.touch("status");
  await waitFor(() => expect(fake.called("get_status").length).toBeGreaterThan(1));
  fake.touch("places");
  await waitFor(() => expect(fake.called("list_places").length).toBeGreaterThan(2));
  await new Promise((done) => setTimeout(done, 30));
  expect([selection.place, selection.chat, selection.lost]).toEqual([place, "chat-of-it", false]);

  // Once all is here, what is missing was taken away.
  fake.world.status = { ...fake.world.status, up_to_date_ms: 1 };
  fake.touch("status");
  await waitFor(() => expect(selection.lost).toBe(true));
});

test("what_a_customer_writes_is_text_in_the_row", async () => {
  await show();
  await settled();
  const chat = fake.world.chats.find((one) => one.person.name.includes("<script>"));
  if (chat === undefined) throw new Error("the sample has a visitor with markup");
  for (const entry of chat.entries) entry.at_ms = Date.now() + 60_000;
  selection.openPlace({ place: "inbox", id: chat.inbox ?? "" });
  fake.touch("chats");
  await waitFor(() => expect(screen.getByText("Layla <script>alert(1)</script>")).toBeTruthy());
  expect(document.querySelector("script, .row b:not(.draft)")).toBeNull();
  expect(screen.getByText("R&D <b>now</b> 1<2 javascript:alert(1)")).toBeTruthy();
});

test("segments_show_who_has_a_conversation_and_their_counts", async () => {
  const user = await show();
  await settled();
  const me = screen.getByRole("radio", { name: /^Me/u });
  await user.click(me);
  const mine = fake.world.chats.filter((one) => one.inbox === "in-front" && one.closed === null && one.assignee?.me);
  await waitFor(() => expect(fake.called("list_chats").at(-1)?.segment).toBe("me"));
  expect(me.textContent).toContain(String(mine.length));
  await waitFor(() => expect(names()[0]).toBe(mine[0]?.person.name));
});

test("arrows_walk_the_segments_as_one_tab_stop", async () => {
  const user = await show();
  await settled();
  screen.getByRole("radio", { name: /^All/u }).focus();
  await user.keyboard("{ArrowRight}{ArrowRight}");
  expect(selection.segment).toBe("others");
  expect(document.activeElement?.textContent).toContain("Others");
  const stops = screen.getAllByRole("radio").filter((one) => one.tabIndex === 0);
  expect(stops).toHaveLength(1);
});

test("without_assignment_there_are_no_segments_and_no_assignees", async () => {
  await show();
  await settled();
  selection.openPlace({ place: "inbox", id: "in-rides" });
  await waitFor(() => expect(screen.getByRole("heading", { name: /^Rides/u })).toBeTruthy());
  expect(screen.queryByRole("radiogroup")).toBeNull();
  await settled();
  expect(screen.queryByText(/^Assigned to/u)).toBeNull();
});

test("contact_center_has_me_and_unassigned_only", async () => {
  await show({ product: "contact_center" });
  await settled();
  expect(screen.getAllByRole("radio").map((one) => one.textContent?.trim().split(" ")[0])).toEqual(["Me", "Unassigned"]);
  expect(screen.getByRole("radio", { name: /^Me/u }).getAttribute("aria-checked")).toBe("true");
  expect(fake.called("list_chats").at(-1)?.segment).toBe("me");
});

test("assign_to_me_is_offered_under_unassigned_and_takes_the_conversation", async () => {
  const user = await show();
  await settled();
  expect(screen.queryByRole("button", { name: /^Assign/u })).toBeNull();
  await user.click(screen.getByRole("radio", { name: /^Unassigned/u }));
  const button = await screen.findByRole("button", { name: "Assign (503) 555-0186 to me" });
  await user.click(button);
  const chat = fake.world.chats.find((one) => one.person.name === "(503) 555-0186");
  expect(fake.called("assign_chat")).toEqual([{ chat: chat?.id, to: "m-priya" }]);
  expect(selection.chat).toBeNull();
});

test("a_refused_claim_is_said", async () => {
  const user = await show();
  await settled();
  fake.answer("assign_chat", () => {
    throw { code: "taken_by", message: "Dana was faster.", retryable: false };
  });
  await user.click(screen.getByRole("radio", { name: /^Unassigned/u }));
  await user.click(await screen.findByRole("button", { name: "Assign (503) 555-0186 to me" }));
  expect((await screen.findByRole("alert")).textContent).toContain("Dana was faster.");
});

test("nothing_moves_under_the_pointer_and_the_order_follows_when_it_leaves", async () => {
  const user = await show();
  await settled();
  const before = names();
  const grid = screen.getByRole("grid");
  await user.hover(grid);
  const chat = fake.world.chats.filter((one) => one.inbox === "in-front")[3];
  if (chat === undefined) throw new Error("there are four");
  const last = chat.entries.at(-1);
  if (last === undefined) throw new Error("it has a message");
  chat.entries.push({ ...last, id: "e-new", at_ms: Date.now() + 60_000, pos: 99_999, content: { kind: "text", parts: [{ text: "Hello again", href: null }] } });
  fake.touch("chats");
  await waitFor(() => expect(screen.getByText("Hello again")).toBeTruthy());
  expect(names()).toEqual(before);
  await user.unhover(grid);
  await waitFor(() => expect(names()[0]).toBe(chat.person.name));
});

test("the_focus_stays_with_its_row_when_the_order_changes", async () => {
  await show();
  await settled();
  const row = screen.getAllByRole("row")[2];
  const id = row?.getAttribute("data-chat") ?? "";
  row?.focus();
  const chat = fake.world.chats.find((one) => one.id === id);
  const last = chat?.entries.at(-1);
  if (chat === undefined || last === undefined) throw new Error("the row shows a chat");
  chat.entries.push({ ...last, id: "e-new", at_ms: Date.now() + 60_000, pos: 99_999 });
  fake.touch("chats");
  await waitFor(() => expect(screen.getAllByRole("row")[0]?.getAttribute("data-chat")).toBe(id));
  await waitFor(() => expect(document.activeElement?.getAttribute("data-chat")).toBe(id));
});

test("j_and_k_walk_the_list_and_are_letters_in_a_field", async () => {
  const user = await show();
  await settled();
  window.addEventListener("keydown", handleKey);
  const ids = screen.getAllByRole("row").map((row) => row.getAttribute("data-chat"));
  await user.keyboard("jj");
  expect(selection.chat).toBe(ids[1]);
  await user.keyboard("k");
  expect(selection.chat).toBe(ids[0]);
  const field = document.body.appendChild(document.createElement("textarea"));
  field.focus();
  await user.keyboard("jjj");
  window.removeEventListener("keydown", handleKey);
  expect(selection.chat).toBe(ids[0]);
  expect(field.value).toBe("jjj");
});

test("arrows_walk_the_rows_and_enter_opens", async () => {
  const user = await show();
  await settled();
  screen.getAllByRole("row")[0]?.focus();
  await user.keyboard("{ArrowDown}{ArrowDown}");
  await waitFor(() => expect(document.activeElement).toBe(screen.getAllByRole("row")[2]));
  expect(selection.chat).toBeNull();
  await user.keyboard("{Enter}");
  expect(selection.chat).toBe(screen.getAllByRole("row")[2]?.getAttribute("data-chat"));
  expect(screen.getAllByRole("row").filter((row) => row.tabIndex === 0)).toHaveLength(1);
});

test("an_empty_segment_names_the_filter_and_one_button_clears_it", async () => {
  const user = await show();
  await settled();
  for (const chat of fake.world.chats) if (chat.assignee?.me) chat.assignee = null;
  fake.touch("chats");
  await user.click(screen.getByRole("radio", { name: /^Me/u }));
  expect(await screen.findByText("None of the open conversations in Front desk is yours.")).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Show all" }));
  expect(selection.segment).toBe("all");
  await settled();
});

test("nothing_is_drawn_for_150_ms_and_then_rows_without_words", async () => {
  vi.useFakeTimers();
  try {
    await show();
    fake.answer("list_chats", () => new Promise(() => {}));
    await vi.advanceTimersByTimeAsync(100);
    expect(screen.queryByText("Loading conversations")).toBeNull();
    await vi.advanceTimersByTimeAsync(120);
    expect(screen.getByText("Loading conversations")).toBeTruthy();
  } finally {
    vi.useRealTimers();
  }
});

test("rows_of_another_place_stay_no_longer_than_150_ms_while_it_is_asked_how_the_new_one_was_left", async () => {
  await show();
  await settled();
  fake.answer("get_list_view", () => new Promise(() => {}));
  void selection.openPlace({ place: "direct" });
  await waitFor(() => expect(screen.getByText("Loading conversations")).toBeTruthy());
  expect(screen.queryAllByRole("row")).toHaveLength(0);
});

test("an_answer_to_an_older_question_is_dropped", async () => {
  const user = await show();
  await settled();
  let answerMe: (() => void) | undefined;
  fake.answer("list_chats", (args) =>
    args.segment === "me"
      ? new Promise((done) => (answerMe = () => void Promise.resolve(answers.list_chats(fake, args)).then(done)))
      : { pinned: [], rows: [], next: null },
  );
  await user.click(screen.getByRole("radio", { name: /^Me/u }));
  await user.click(screen.getByRole("radio", { name: /^Others/u }));
  expect(await screen.findByText("Nobody else has an open conversation in Front desk.")).toBeTruthy();
  answerMe?.();
  await new Promise((done) => setTimeout(done, 60));
  expect(screen.queryAllByRole("row")).toEqual([]);
});

test("a_row_says_its_draft_and_what_was_not_sent", async () => {
  await show();
  await settled();
  const [first, second] = fake.world.chats.filter((one) => one.inbox === "in-front");
  if (first === undefined || second === undefined) throw new Error("there are two");
  first.draft = "Half a thought";
  fake.world.outbox.push({ command: "x", kind: "send_message", chat: second.id, title: "", text: "", created_ms: 0, state: "failed", reason: null, other: null });
  fake.touch("chats");
  const rows = () => screen.getAllByRole("row");
  await waitFor(() => expect(rows()[0]?.textContent).toContain("Half a thought"));
  expect(within(rows()[0] as HTMLElement).getByText("Draft")).toBeTruthy();
  expect(within(rows()[1] as HTMLElement).getByText("Not sent")).toBeTruthy();
});

test("a_row_in_which_nothing_has_changed_is_not_drawn_again", async () => {
  await show();
  await settled();
  const [first] = fake.world.chats.filter((one) => one.inbox === "in-front");
  if (first === undefined) throw new Error("there is one");
  const changes: Node[] = [];
  const watch = new MutationObserver((seen) => changes.push(...seen.map(({ target }) => target)));
  for (const row of screen.getAllByRole("row").slice(1)) watch.observe(row, { subtree: true, attributes: true, childList: true, characterData: true });
  first.draft = "Half a thought";
  fake.touch("chats");
  await waitFor(() => expect(screen.getAllByRole("row")[0]?.textContent).toContain("Half a thought"));
  watch.disconnect();
  expect(changes).toEqual([]);
});

test("the_direct_chats_have_neither_tabs_nor_segments", async () => {
  await show();
  await settled();
  selection.openPlace({ place: "direct" });
  await waitFor(() => expect(names()).toEqual(["Tomasz Zieliński", "Dana Whitcombe", "Yuki Tanabe", "Kwame Mensah"]));
  expect(screen.queryByRole("tablist")).toBeNull();
  expect(screen.getByRole("button", { name: "New direct chat" })).toBeTruthy();
});

test("a_failed_read_says_so_and_can_be_tried_again", async () => {
  const user = await show();
  await settled();
  let fails = true;
  fake.answer("list_chats", () => {
    if (fails) throw { code: "cache_busy", message: "The cache cannot be read now.", retryable: true };
    return { pinned: [], rows: [], next: null };
  });
  await user.click(screen.getByRole("tab", { name: /^Closed/u }));
  expect(await screen.findByText("The cache cannot be read now.")).toBeTruthy();
  fails = false;
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByText("Nothing closed in Front desk.")).toBeTruthy();
});
