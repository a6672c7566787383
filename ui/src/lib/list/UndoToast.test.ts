import { render, screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { rpc } from "$lib/host";
import { fake, rpcError } from "$dev/host";
import { handleKey } from "$lib/keys";
import { member } from "$lib/session.svelte";
import { violations } from "../../../test/axe";
import UndoToast from "./UndoToast.svelte";

const undo = () => screen.queryByRole("button", { name: "Undo" });
const first = () => fake.world.chats[0] ?? { id: "", closed: null, person: { name: "" } };
const close = () => rpc("close_chat", { chat: first().id });

beforeEach(async () => {
  fake.reset({ conversations: 10, longThread: 0 });
  member.current = fake.world.session;
});
afterEach(() => vi.useRealTimers());

async function show() {
  render(UndoToast);
  await waitFor(() => expect(fake.called("get_undo")).toHaveLength(1));
  await Promise.resolve();
  return userEvent.setup();
}

test("what_was_done_is_said_with_the_way_back", async () => {
  const user = await show();
  await close();
  await waitFor(() => expect(undo()).toBeTruthy());
  expect(screen.getByText(`Closed ${first().person.name}`, { selector: ".toast span" })).toBeTruthy();
  expect(await violations()).toEqual([]);
  await user.click(undo() as HTMLElement);
  await waitFor(() => expect(first().closed).toBeNull());
  await waitFor(() => expect(undo()).toBeNull());
  expect(screen.getByText("Undone")).toBeTruthy();
});

test("an_act_of_before_the_window_opened_is_no_news_but_ctrl_z_undoes_it", async () => {
  await close();
  const user = await show();
  await new Promise((done) => setTimeout(done, 60));
  expect(undo()).toBeNull();
  window.addEventListener("keydown", handleKey);
  await user.keyboard("{Control>}z{/Control}");
  window.removeEventListener("keydown", handleKey);
  await waitFor(() => expect(first().closed).toBeNull());
});

test("only_one_is_shown_the_newest_and_what_is_left_after_it_is_undone_is_not_said_again", async () => {
  const user = await show();
  await close();
  await waitFor(() => expect(undo()).toBeTruthy());
  await rpc("assign_chat", { chat: first().id, to: "m-dana" });
  await waitFor(() => expect(screen.getByText(/^Assigned .* to Dana Whitcombe$/u, { selector: ".toast span" })).toBeTruthy());
  expect(screen.getAllByRole("button", { name: "Undo" })).toHaveLength(1);
  await user.click(undo() as HTMLElement);
  await waitFor(() => expect(undo()).toBeNull());
  await new Promise((done) => setTimeout(done, 80));
  expect(undo()).toBeNull();
});

test("it_goes_after_six_seconds_and_stays_while_somebody_is_on_it", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  await show();
  await close();
  await waitFor(() => expect(undo()).toBeTruthy());
  undo()?.focus();
  await vi.advanceTimersByTimeAsync(20_000);
  expect(undo()).toBeTruthy();
  undo()?.blur();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(undo()).toBeTruthy();
  await vi.advanceTimersByTimeAsync(1_500);
  expect(undo()).toBeNull();
});

test("where_somebody_acted_since_it_says_so_and_changes_nothing", async () => {
  const user = await show();
  await close();
  await waitFor(() => expect(undo()).toBeTruthy());
  fake.answer("undo", () => {
    throw rpcError("never_heard_of", "Dana has changed this since, so it was not undone.");
  });
  await user.click(undo() as HTMLElement);
  expect((await screen.findByRole("alert")).textContent).toContain("Dana has changed this since");
  expect(first().closed).not.toBeNull();
  await user.click(screen.getByRole("button", { name: "Hide" }));
  expect(screen.queryByRole("alert")).toBeNull();
});

test("a_message_that_is_held_back_counts_down_where_it_stands_and_not_here", async () => {
  await show();
  fake.answer("get_undo", () => ({ act: { kind: "send_message", chat: first().id, title: "Layla", what: null, command: "cmd-held", at_ms: Date.now(), leaves_ms: Date.now() + 5000 } }));
  fake.touch("undo");
  await waitFor(() => expect(fake.called("get_undo").length).toBeGreaterThan(1));
  await new Promise((done) => setTimeout(done, 60));
  expect(undo()).toBeNull();
});

test("the_focus_goes_to_the_list_when_its_row_goes_and_the_next_one_leaves_in_time", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  document.body.insertAdjacentHTML("beforeend", "<div data-pane='list'><button data-pane-focus>row</button></div>");
  const user = userEvent.setup({ advanceTimers: vi.advanceTimersByTime });
  render(UndoToast);
  await waitFor(() => expect(fake.called("get_undo")).toHaveLength(1));
  await vi.advanceTimersByTimeAsync(20);
  await close();
  await waitFor(() => expect(undo()).toBeTruthy());
  await user.click(undo() as HTMLElement);
  await waitFor(() => expect(undo()).toBeNull());
  expect(document.activeElement?.textContent).toBe("row");
  await close();
  await waitFor(() => expect(undo()).toBeTruthy());
  await vi.advanceTimersByTimeAsync(6_500);
  expect(undo()).toBeNull();
});

test("an_undo_that_the_hub_refuses_is_said_until_it_is_hidden_and_leaves_nothing_to_decide", async () => {
  const user = await show();
  const { id, person } = first() as { id: string; person: { name: string } };
  const reason = { code: "acted_since", message: "Somebody has done something since.", retryable: false };
  fake.world.outbox.push({ command: "cmd-undo", kind: "undo_act", chat: id, title: person.name, text: null, created_ms: Date.now(), state: "failed", reason, other: null });
  fake.touch("outbox");
  const said = await screen.findByRole("alert");
  expect(said.textContent).toContain(`${person.name}: Somebody has done something since, so it was not undone.`);
  await waitFor(() => expect(fake.called("discard")).toEqual([{ command: "cmd-undo" }]));
  await waitFor(() => expect(fake.world.outbox.some((one) => one.command === "cmd-undo")).toBe(false));
  expect(screen.getByRole("alert")).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Hide" }));
  await waitFor(() => expect(screen.queryByRole("alert")).toBeNull());
});
