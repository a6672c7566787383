import { render, screen, waitFor } from "@testing-library/svelte";
import { beforeEach, expect, test } from "vitest";
import { fake, rpcError } from "$dev/host";
import { onTouched } from "$lib/live.svelte";
import LiveStage from "../../test/LiveStage.svelte";

const title = () => screen.getByTestId("title").textContent;
const state = () => screen.getByTestId("state").textContent?.trim();
const pause = (ms = 80) => new Promise((done) => setTimeout(done, ms));

let first = "";
let second = "";
beforeEach(() => {
  fake.reset({ conversations: 4, longThread: 0 });
  first = fake.world.chats[0]?.id ?? "";
  second = fake.world.chats[1]?.id ?? "";
});

test("a_query_runs_again_once_per_frame_when_its_tag_is_touched", async () => {
  render(LiveStage, { chat: first });
  await waitFor(() => expect(title()).toBe("Layla Haddad"));
  fake.calls = [];
  const chat = fake.world.chats[0];
  if (chat !== undefined) chat.person = { ...chat.person, name: "Layla H." };
  fake.touch(`chat:${first}`);
  fake.touch("places", `chat:${first}`);
  fake.touch(`chat:${first}`);
  await waitFor(() => expect(title()).toBe("Layla H."));
  await pause();
  expect(fake.called("get_chat")).toHaveLength(1);
});

test("a_tag_of_something_else_does_not_run_it", async () => {
  render(LiveStage, { chat: first });
  await waitFor(() => expect(title()).toBe("Layla Haddad"));
  fake.calls = [];
  fake.touch(`chat:${second}`, "places");
  await pause();
  expect(fake.called("get_chat")).toHaveLength(0);
});

test("all_runs_everything_again", async () => {
  render(LiveStage, { chat: first });
  await waitFor(() => expect(title()).toBe("Layla Haddad"));
  fake.calls = [];
  fake.emit({ event: "changed", tags: [], all: true });
  await waitFor(() => expect(fake.called("get_chat")).toHaveLength(1));
});

test("one_chat_never_shows_under_anothers_name", async () => {
  const { rerender } = render(LiveStage, { chat: first });
  await waitFor(() => expect(title()).toBe("Layla Haddad"));
  fake.delay = 40;
  await rerender({ chat: second });
  expect(title()).toBe("-");
  await waitFor(() => expect(title()).toBe("Mateo Quispe"));
});

test("with_keep_the_answer_before_stays_until_the_new_one_is_there", async () => {
  const { rerender } = render(LiveStage, { chat: first, keep: true });
  await waitFor(() => expect(title()).toBe("Layla Haddad"));
  fake.delay = 40;
  await rerender({ chat: second, keep: true });
  expect(title()).toBe("Layla Haddad");
  expect(state()).toBe("loading");
  await waitFor(() => expect(title()).toBe("Mateo Quispe"));
});

test("a_late_answer_is_dropped", async () => {
  const { rerender } = render(LiveStage, { chat: first });
  await waitFor(() => expect(title()).toBe("Layla Haddad"));
  fake.delay = 60;
  fake.touch(`chat:${first}`);
  await pause(30);
  fake.delay = 0;
  await rerender({ chat: second });
  await waitFor(() => expect(title()).toBe("Mateo Quispe"));
  await pause(120);
  expect(title()).toBe("Mateo Quispe");
});

test("an_error_keeps_what_was_known_and_goes_when_the_next_read_works", async () => {
  render(LiveStage, { chat: first });
  await waitFor(() => expect(title()).toBe("Layla Haddad"));
  let fails = true;
  const chat = fake.world.chats[0];
  if (chat === undefined) throw new Error("there is one");
  const { answers } = await import("$dev/answers");
  fake.answer("get_chat", (args) => {
    if (fails) throw rpcError("cache_busy", "Busy.");
    return answers.get_chat(fake, args);
  });
  fake.touch(`chat:${first}`);
  await waitFor(() => expect(state()).toBe("answered cache_busy"));
  expect(title()).toBe("Layla Haddad");
  fails = false;
  fake.touch(`chat:${first}`);
  await waitFor(() => expect(state()).toBe("answered"));
});

test("an_unmounted_query_asks_no_more", async () => {
  const { unmount } = render(LiveStage, { chat: first });
  await waitFor(() => expect(title()).toBe("Layla Haddad"));
  unmount();
  fake.calls = [];
  fake.touch(`chat:${first}`);
  await pause();
  expect(fake.calls).toEqual([]);
});

test("what_somebody_looks_at_is_read_first_and_the_same_question_is_asked_once", async () => {
  render(LiveStage, { chat: first });
  render(LiveStage, { chat: first });
  await waitFor(() => expect(screen.getAllByText("Layla Haddad")).toHaveLength(2));
  await pause();
  fake.calls = [];
  let arrived = () => {};
  const thread = new Promise<void>((done) => (arrived = done));
  const stop = onTouched(
    () => [`chat:${first}`],
    () => thread,
    true,
  );
  fake.touch(`chat:${first}`);
  await pause(20);
  expect(fake.called("get_chat")).toHaveLength(0);
  arrived();
  await waitFor(() => expect(fake.called("get_chat")).toHaveLength(1));
  // However long it takes, the others do not wait for ever.
  const stopLate = onTouched(
    () => [`chat:${first}`],
    () => new Promise(() => {}),
    true,
  );
  fake.touch(`chat:${first}`);
  await waitFor(() => expect(fake.called("get_chat")).toHaveLength(2));
  stop();
  stopLate();
});
