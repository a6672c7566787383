import { expect, test, vi } from "vitest";

const invoke = vi.hoisted(() => vi.fn((..._: unknown[]) => Promise.resolve({})));
vi.mock("@tauri-apps/api/core", () => ({ invoke }));
vi.mock("@tauri-apps/api/event", () => ({ listen: vi.fn() }));

import { rpc } from "./index";

test("half_of_a_sign_takes_nothing_with_it", async () => {
  await rpc("save_draft", { chat: "c", text: "Half \ud83d of it, and a whole \u{1F389}" });
  expect(invoke).toHaveBeenLastCalledWith("rpc", { name: "save_draft", args: { chat: "c", text: "Half \ufffd of it, and a whole \u{1F389}" } });
});

test("what_is_nothing_stays_nothing", async () => {
  await rpc("list_messages", { chat: "c", before: null, after: null, around: 7, limit: 60 });
  expect(invoke).toHaveBeenLastCalledWith("rpc", { name: "list_messages", args: { chat: "c", before: null, after: null, around: 7, limit: 60 } });
});
