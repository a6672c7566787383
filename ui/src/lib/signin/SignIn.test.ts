import { render, screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import { fake, rpcError } from "$dev/host";
import SignIn from "./SignIn.svelte";
import Unlock from "./Unlock.svelte";

const hub = () => screen.getByLabelText(/^Hub address/u) as HTMLInputElement;
const email = () => screen.getByLabelText(/^Email/u) as HTMLInputElement;
const password = () => screen.getByLabelText("Password") as HTMLInputElement;
const submit = () => screen.getByRole("button", { name: "Sign in" });

const nobody = { hub: null, email: null, reason: null };
const known = { hub: "hub.kestrelcycles.example", email: "priya@kestrelcycles.example", reason: null };

beforeEach(() => fake.reset({ conversations: 0 }));

test("the_hub_is_looked_up_once_the_typing_pauses_and_answers_with_its_name", async () => {
  const user = userEvent.setup();
  render(SignIn, nobody);
  expect(document.activeElement).toBe(hub());
  await user.type(hub(), "hub.kestrelcycles.example");
  expect(await screen.findByText("Found: Kestrel Cycles, secure connection")).toBeTruthy();
  expect(fake.called("lookup_hub")).toEqual([{ address: "hub.kestrelcycles.example" }]);
});

test("a_late_answer_to_an_older_address_is_dropped", async () => {
  const user = userEvent.setup();
  let answerFirst: (() => void) | undefined;
  fake.answer("lookup_hub", ({ address }) =>
    address === "one" ? new Promise((done) => (answerFirst = () => done({ address, organization: "Wrong one" }))) : { address: "https://two", organization: "Right one" },
  );
  render(SignIn, nobody);
  await user.type(hub(), "one");
  await waitFor(() => expect(answerFirst).toBeDefined());
  await user.clear(hub());
  await user.type(hub(), "two");
  expect(await screen.findByText(/Right one/u)).toBeTruthy();
  answerFirst?.();
  await new Promise((done) => setTimeout(done, 20));
  expect(screen.queryByText(/Wrong one/u)).toBeNull();
});

test("a_wrong_address_is_said_at_the_address", async () => {
  const user = userEvent.setup();
  render(SignIn, nobody);
  await user.type(hub(), "www.kestrelcycles.example");
  expect(await screen.findByText(/There is no hub at www\.kestrelcycles\.example/u)).toBeTruthy();
  expect(hub().getAttribute("aria-invalid")).toBe("true");
  expect(screen.queryByRole("alert")).toBeNull();
});

test("a_wrong_sign_in_names_neither_field_and_says_how_many_tries_are_left", async () => {
  const user = userEvent.setup();
  render(SignIn, known);
  await user.type(password(), "guess{Enter}");
  const alert = await screen.findByRole("alert");
  expect(alert.textContent).toContain("Email or password is wrong. 3 more tries");
  expect([email(), password()].map((one) => one.getAttribute("aria-invalid"))).toEqual(["false", "false"]);
  expect(document.activeElement).toBe(password());
});

test("a_hub_that_does_not_answer_offers_to_try_again", async () => {
  const user = userEvent.setup();
  let up = false;
  fake.answer("sign_in", () => {
    if (!up) throw rpcError("hub_unreachable", "The hub does not answer.", { address: "hub.kestrelcycles.example" }, true);
    return fake.session;
  });
  const ondone = vi.fn();
  render(SignIn, { ...known, ondone });
  await user.type(password(), "correcthorse{Enter}");
  expect((await screen.findByRole("alert")).textContent).toContain("hub.kestrelcycles.example does not answer.");
  up = true;
  await user.click(screen.getByRole("button", { name: "Try again" }));
  await waitFor(() => expect(ondone).toHaveBeenCalledOnce());
});

test("an_empty_field_is_named_and_nothing_is_sent", async () => {
  const user = userEvent.setup();
  render(SignIn, { ...known, email: null });
  await user.click(submit());
  expect(screen.getByText("Enter your email address.")).toBeTruthy();
  expect(document.activeElement).toBe(email());
  expect(fake.called("sign_in")).toEqual([]);
});

test("without_a_keyring_a_password_is_asked_for_before_anything_is_stored", async () => {
  const user = userEvent.setup();
  fake.answer("sign_in", (args) => {
    if (args.cache_password === undefined) throw rpcError("keyring_missing", "This computer has no keyring.");
    return fake.session;
  });
  const ondone = vi.fn();
  render(SignIn, { ...known, ondone });
  await user.type(password(), "correcthorse{Enter}");
  const field = (await screen.findByLabelText("Password for this computer")) as HTMLInputElement;
  expect(document.activeElement).toBe(field);
  await user.type(field, "short{Enter}");
  expect(screen.getByText("Use at least 12 characters.")).toBeTruthy();
  expect(fake.called("sign_in")).toHaveLength(1);
  await user.clear(field);
  await user.type(field, "four quiet words{Enter}");
  await waitFor(() => expect(ondone).toHaveBeenCalledOnce());
  expect(fake.called("sign_in").at(-1)?.cache_password).toBe("four quiet words");
});

test("a_password_that_the_core_calls_too_short_is_said_at_its_field", async () => {
  const user = userEvent.setup();
  fake.answer("sign_in", (args) => {
    if (args.cache_password === undefined) throw rpcError("keyring_missing", "This computer has no keyring.");
    throw rpcError("password_too_short", "It is too short.", { least: "20" });
  });
  render(SignIn, known);
  await user.type(password(), "correcthorse{Enter}");
  const field = (await screen.findByLabelText("Password for this computer")) as HTMLInputElement;
  await user.type(field, "four quiet words{Enter}");
  expect(await screen.findByText("The password for this computer is too short. Use at least 20 characters.")).toBeTruthy();
  expect(field.getAttribute("aria-invalid")).toBe("true");
  expect(document.activeElement).toBe(field);
  expect(screen.queryByRole("alert")).toBeNull();
  await user.type(field, "!");
  expect(field.getAttribute("aria-invalid")).toBe("false");
});

test("with_a_locked_keyring_it_may_be_unlocked_or_a_password_chosen", async () => {
  const user = userEvent.setup();
  let locked = true;
  fake.answer("sign_in", (args) => {
    if (locked && args.cache_password === undefined) throw rpcError("keyring_locked", "The keyring is locked.", undefined, true);
    return fake.session;
  });
  const ondone = vi.fn();
  render(SignIn, { ...known, ondone });
  await user.type(password(), "correcthorse{Enter}");
  expect(await screen.findByLabelText("Password for this computer")).toBeTruthy();
  locked = false;
  await user.click(submit());
  await waitFor(() => expect(ondone).toHaveBeenCalledOnce());
  expect(fake.called("sign_in").at(-1)).not.toHaveProperty("cache_password");
});

test("too_many_tries_says_how_long_to_wait", async () => {
  const user = userEvent.setup();
  fake.answer("sign_in", () => {
    throw rpcError("too_many_tries", "Wait.", { retry_after_s: "850" }, true);
  });
  render(SignIn, known);
  await user.type(password(), "guess{Enter}");
  expect((await screen.findByRole("alert")).textContent).toContain("Wait 15 minutes");
});

test("why_the_sign_in_before_ended_is_said", async () => {
  render(SignIn, { ...known, reason: rpcError("some_new_code", "This computer was signed out by an admin.") });
  expect((await screen.findByRole("alert")).textContent).toContain("This computer was signed out by an admin.");
});

test("the_password_can_be_looked_at", async () => {
  const user = userEvent.setup();
  render(SignIn, known);
  expect(password().type).toBe("password");
  await user.click(screen.getByRole("button", { name: "Show the password" }));
  expect(password().type).toBe("text");
});

test("two_quick_submits_sign_in_once", async () => {
  const user = userEvent.setup();
  fake.answer("sign_in", () => new Promise(() => {}));
  render(SignIn, known);
  await user.type(password(), "correcthorse{Enter}{Enter}");
  expect(fake.called("sign_in")).toHaveLength(1);
});

test("a_cache_with_a_password_opens_with_it_and_a_wrong_one_is_said", async () => {
  const user = userEvent.setup();
  render(Unlock, { why: "password", hub: null, email: null });
  const field = screen.getByLabelText("Password for this computer") as HTMLInputElement;
  expect(document.activeElement).toBe(field);
  await user.type(field, "wrong{Enter}");
  expect((await screen.findByRole("alert")).textContent).toContain("That is not the password");
  await user.clear(field);
  await user.type(field, "four quiet words{Enter}");
  await waitFor(() => expect(fake.session.state).toBe("signed_in"));
});

test("a_locked_keyring_is_asked_again", async () => {
  const user = userEvent.setup();
  render(Unlock, { why: "keyring_locked", hub: null, email: null });
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(fake.called("unlock")).toEqual([{ password: null }]);
  expect((await screen.findByRole("alert")).textContent).toContain("The keyring is locked.");
});

test("a_keyring_that_still_gives_no_key_is_said", async () => {
  const user = userEvent.setup();
  fake.answer("unlock", () => ({ state: "locked", why: "keyring_missing", hub: null, email: null }));
  render(Unlock, { why: "keyring_missing", hub: null, email: null });
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect((await screen.findByRole("alert")).textContent).toContain("Still locked.");
});

test("a_damaged_cache_is_said_and_signing_in_is_the_way_on", async () => {
  const user = userEvent.setup();
  render(Unlock, { why: "damaged", ...known });
  expect(screen.getByText(/some of it may be lost/)).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Sign in again" }));
  expect(hub().value).toBe("hub.kestrelcycles.example");
});

test("a_full_disk_is_no_lost_key", async () => {
  const user = userEvent.setup();
  fake.answer("unlock", () => ({ state: "locked", why: "disk_full", hub: null, email: null }));
  render(Unlock, { why: "disk_full", ...known });
  expect(screen.queryByRole("button", { name: /Sign in again/ })).toBeNull();
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(fake.called("unlock")).toEqual([{ password: null }]);
});

test("what_a_newer_program_wrote_asks_for_an_update_and_not_for_a_sign_in", () => {
  render(Unlock, { why: "newer", ...known });
  expect(screen.getByText(/Update this one/)).toBeTruthy();
  expect(screen.queryByRole("button", { name: /Sign in again/ })).toBeNull();
});

test("a_lost_key_comes_back_by_signing_in_again", async () => {
  const user = userEvent.setup();
  render(Unlock, { why: "key_lost", ...known });
  await user.click(screen.getByRole("button", { name: "Sign in again" }));
  expect(hub().value).toBe("hub.kestrelcycles.example");
  expect(fake.called("unlock")).toEqual([]);
});
