import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test } from "vitest";
import { fake } from "$dev/host";
import { regions } from "$lib/callouts";
import { selection } from "$lib/selection.svelte";
import App from "../../App.svelte";
import { help } from "./help.svelte";

beforeEach(() => {
  selection.clear();
  fake.reset({ conversations: 12, longThread: 0 });
});

afterEach(() => {
  help.guide = false;
  help.keys = false;
});

async function start(): Promise<ReturnType<typeof userEvent.setup>> {
  render(App);
  await waitFor(() => expect(screen.queryAllByRole("row").length).toBeGreaterThan(3));
  return userEvent.setup();
}

test("every_number_of_a_product_means_one_region", () => {
  for (const product of ["engagement", "center"] as const) {
    const numbers = regions.flatMap((row) => row[product] ?? []);
    expect(new Set(numbers).size).toBe(numbers.length);
  }
});

test("f1_explains_every_number_and_escape_or_f1_ends_it", async () => {
  const user = await start();
  await user.keyboard("{F1}");
  const guide = await screen.findByRole("dialog", { name: "Layout guide" });
  expect(within(guide).getAllByRole("listitem")).toHaveLength(regions.filter((row) => row.engagement !== undefined).length);
  await user.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  await user.keyboard("{F1}");
  await screen.findByRole("dialog", { name: "Layout guide" });
  await user.keyboard("{F1}");
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
});

test("contact_center_is_explained_by_its_own_numbers", async () => {
  fake.reset({ conversations: 12, longThread: 0, product: "contact_center" });
  const user = await start();
  await user.keyboard("{F1}");
  const guide = await screen.findByRole("dialog", { name: "Layout guide" });
  const items = within(guide).getAllByRole("listitem").map((one) => one.textContent?.replace(/\s+/gu, " "));
  expect(items.some((text) => text?.includes("3: Their channels"))).toBe(true);
  expect(items.some((text) => text?.includes("My texting numbers"))).toBe(false);
  expect(items.some((text) => text?.includes("15: Close"))).toBe(true);
});

test("what_is_out_of_view_is_said", async () => {
  const user = await start();
  await user.keyboard("{F1}");
  const guide = await screen.findByRole("dialog", { name: "Layout guide" });
  const away = within(guide).getAllByRole("listitem").filter((one) => one.textContent?.includes("out of view now"));
  expect(away.length).toBeGreaterThan(0);
});

test("the_list_of_keys_opens_on_its_key_and_from_the_menu_of_the_member", async () => {
  const user = await start();
  await user.keyboard("?");
  const sheet = await screen.findByRole("dialog", { name: "Shortcuts" });
  expect(within(sheet).getByText("Close or reopen").closest("div")?.textContent).toContain("E");
  await user.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  await user.click(screen.getByRole("button", { name: /Priya Raman/u }));
  await user.click(await screen.findByRole("menuitem", { name: /Layout guide/u }));
  expect(await screen.findByRole("dialog", { name: "Layout guide" })).toBeTruthy();
});
