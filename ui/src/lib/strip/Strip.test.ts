import { fireEvent, render, screen, waitFor } from "@testing-library/svelte";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { fake, rpcError } from "$dev/host";
import type { Arranged } from "$dev/outbox";
import type { OutboxRow, Status } from "$lib/rpc/types";
import { selection } from "$lib/selection.svelte";
import { member } from "$lib/session.svelte";
import Strip from "./Strip.svelte";
import { patience, stripState } from "./wording";

const tasks = (ms = 20) => new Promise((done) => setTimeout(done, ms));
const calm: Status = { network: "online", up_to_date_ms: 1, first_sync: false, waiting: 0, failed: 0, held: 0, problem: null, rescued: null };

function row(command: string, state: OutboxRow["state"], more: Partial<OutboxRow> = {}): Arranged {
  const chat = fake.world.chats[0]!;
  return { command, kind: "send_message", chat: chat.id, title: chat.person.name, text: `text of ${command}`, created_ms: Date.now(), state, reason: null, other: null, ...more };
}

describe("what the strip says", () => {
  it("is nothing while all is well", () => {
    expect(stripState(calm, null)).toBeNull();
    expect(stripState(undefined, null)).toBeNull();
  });

  it("is the worst first", () => {
    const revoked = rpcError("device_revoked", "Signed out.");
    const newer = rpcError("hub_newer", "Update.");
    expect(stripState({ ...calm, network: "offline", problem: revoked }, null)?.kind).toBe("signed_out");
    expect(stripState({ ...calm, network: "offline", problem: newer }, null)?.kind).toBe("problem");
    expect(stripState(calm, revoked)?.kind).toBe("signed_out");
    expect(stripState({ ...calm, problem: rpcError("member_removed", "Gone.") }, null)?.kind).toBe("signed_out");
    expect(stripState({ ...calm, network: "offline", failed: 1 }, null)?.kind).toBe("offline");
    expect(stripState({ ...calm, failed: 1, waiting: 1 }, null)?.kind).toBe("attention");
    expect(stripState({ ...calm, waiting: 1 }, null)?.kind).toBe("waiting");
  });

  it("speaks of a rescue until it was read", () => {
    const rescued = { ...rpcError("cache_rescued", "Damaged."), params: { count: "2", file: "cache.unreadable-1" } };
    expect(stripState({ ...calm, network: "offline", rescued }, null)?.kind).toBe("rescued");
    expect(patience(stripState({ ...calm, rescued }, null))).toBe(0);
  });

  it("waits before it speaks of what passes by itself", () => {
    expect(patience(stripState({ ...calm, network: "connecting" }, null))).toBeGreaterThan(1_000);
    expect(patience(stripState({ ...calm, waiting: 1 }, null))).toBeGreaterThan(1_000);
    expect(patience(stripState({ ...calm, network: "offline" }, null))).toBe(0);
    expect(patience(stripState({ ...calm, held: 1 }, null))).toBe(0);
  });
});

describe("the strip", () => {
  beforeEach(() => {
    fake.reset({ conversations: 3 });
    member.current = fake.world.session;
    selection.clear();
  });

  function set(status: Partial<Status>, outbox: Arranged[] = []) {
    Object.assign(fake.world.status, status);
    fake.world.outbox = outbox;
  }

  it("takes no room while there is nothing to say", async () => {
    const { container } = render(Strip);
    await tasks();
    expect(container.querySelector(".strip")).toBeNull();
  });

  it("counts what waits while there is no network, and tries on demand", async () => {
    set({ network: "offline", waiting: 1 }, [row("a", "waiting")]);
    render(Strip);
    await waitFor(() => expect(screen.getByRole("status").textContent).toContain("Working offline, 1 change waiting"));
    await fireEvent.click(screen.getByRole("button", { name: "Try now" }));
    await tasks();
    expect(fake.called("sync_now")).toHaveLength(1);
  });

  it("goes away when it is over", async () => {
    set({ network: "offline" });
    const { container } = render(Strip);
    await waitFor(() => screen.getByRole("status"));
    set({ network: "online" });
    fake.touch("status");
    await waitFor(() => expect(container.querySelector(".strip")).toBeNull());
  });

  it("shows how far the first fetch is, and says it to nobody who did not ask", async () => {
    set({ up_to_date_ms: null, first_sync: true, first_sync_percent: 42 });
    render(Strip);
    const bar = await screen.findByRole<HTMLProgressElement>("progressbar", { name: "Fetching conversations" }, { timeout: 5_000 });
    expect(bar.value).toBe(42);
    expect(screen.getByText("42%")).toBeTruthy();
    expect(screen.getByRole("status").textContent).not.toContain("42");
    set({ first_sync_percent: 43 });
    fake.touch("status");
    await waitFor(() => expect(bar.value).toBe(43));
  });

  it("leads to what waits, and offers it no more once it is on screen", async () => {
    set({ network: "offline", waiting: 1, failed: 1, held: 1 }, [row("w", "waiting"), row("f", "failed"), row("h", "held")]);
    render(Strip);
    await fireEvent.click(await screen.findByRole("button", { name: "Show what waits" }));
    await waitFor(() => expect(selection.attention).toBe("waiting"));
    await waitFor(() => expect(screen.queryByRole("button", { name: "Show what waits" })).toBeNull());
    selection.openAttention("you");
    expect(await screen.findByRole("button", { name: "Show what waits" })).toBeTruthy();
  });

  it("leads to what has to be decided where that is what it speaks of", async () => {
    set({ failed: 1, waiting: 1 }, [row("f", "failed"), row("w", "waiting")]);
    render(Strip);
    await fireEvent.click(await screen.findByRole("button", { name: "Show what happened" }));
    await waitFor(() => expect(selection.attention).toBe("you"));
    expect(screen.queryByRole("button", { name: "Show what happened" })).toBeNull();
  });

  it("leads to what was rescued, wherever that stands", async () => {
    const rescued = { ...rpcError("cache_rescued", "Damaged."), params: { count: "1", file: "cache.unreadable-1" } };
    set({ network: "offline", waiting: 1, rescued }, [row("w", "waiting")]);
    render(Strip);
    await fireEvent.click(await screen.findByRole("button", { name: "Show what waits" }));
    await waitFor(() => expect(selection.attention).toBe("waiting"));
    selection.leaveAttention();
    set({ held: 1, rescued }, [row("w", "waiting"), row("h", "held")]);
    fake.touch("status");
    expect(await screen.findByRole("button", { name: "Show what happened" })).toBeTruthy();
  });

  it.each([
    [{ count: "0", drafts: "2" }, "2 drafts rescued"],
    [{ count: "0", drafts: "0" }, "What was kept on this computer was damaged"],
    [{ count: "1", drafts: "2" }, "1 unsent message rescued"],
  ])("says what was rescued (%o)", async (params, title) => {
    set({ rescued: { ...rpcError("cache_rescued", "Damaged."), params: { ...params, file: "cache.unreadable-1" } } });
    render(Strip);
    await waitFor(() => expect(screen.getByRole("status").textContent).toContain(title));
  });

  it("leads nowhere while there is nothing to show", async () => {
    set({ network: "offline" });
    render(Strip);
    await waitFor(() => expect(screen.getByRole("status").textContent).toContain("Working offline"));
    expect(screen.queryByRole("button", { name: /^Show/u })).toBeNull();
  });

  it("offers to sign in again where the hub signed this computer out", async () => {
    set({ problem: rpcError("device_revoked", "Signed out by an admin.") });
    const onsignin = vi.fn();
    render(Strip, { onsignin });
    await fireEvent.click(await screen.findByRole("button", { name: "Sign in again" }));
    expect(onsignin).toHaveBeenCalledTimes(1);
  });

  it("says what to do where the hub is newer", async () => {
    set({ problem: rpcError("hub_newer", "Update.") });
    render(Strip);
    await waitFor(() => expect(screen.getByRole("status").textContent).toContain("Update Deskbell"));
    expect(screen.queryByRole("button", { name: "Sign in again" })).toBeNull();
  });
});
