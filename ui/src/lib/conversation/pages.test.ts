import { describe, expect, it } from "vitest";
import { mergePage } from "./pages";
import { fromContact, fromMe, message, pending } from "../../../test/entries";

const at = (pos: number, text = "x") => message(`m${pos}`, fromContact, text, { pos });
const waiting = (id: string) => message(id, fromMe, "w", { pos: null, pending: pending("waiting") });
const ids = (entries: readonly { id: string }[]) => entries.map((entry) => entry.id);

describe("pages of a thread", () => {
  it("puts an older page in front and keeps what waits at the end", () => {
    const loaded = [at(3), at(4), waiting("w")];
    const { entries, reachesStart } = mergePage(loaded, { entries: [at(1), at(2)], more: false, more_after: false }, { before: 3 });
    expect(ids(entries)).toEqual(["m1", "m2", "m3", "m4", "w"]);
    expect(reachesStart).toBe(true);
  });

  it("takes the end as it is now: what waited is gone, what is new is there, older pages stay", () => {
    const loaded = [at(1), at(2), at(3), waiting("w")];
    const { entries, reachesStart } = mergePage(loaded, { entries: [at(3), at(4)], more: true, more_after: false }, {});
    expect(ids(entries)).toEqual(["m1", "m2", "m3", "m4"]);
    expect(reachesStart).toBe(false);
  });

  it("keeps a message once when the hub gives it its place", () => {
    const { entries } = mergePage([at(1), waiting("m2")], { entries: [at(1), at(2)], more: false, more_after: false }, {});
    expect(ids(entries)).toEqual(["m1", "m2"]);
  });

  it("drops what a page no longer has, at the start too", () => {
    const { entries } = mergePage([at(1), at(2), at(3)], { entries: [at(2), at(3)], more: false, more_after: false }, {});
    expect(ids(entries)).toEqual(["m2", "m3"]);
  });

  it("keeps the very array where nothing changed, and unchanged entries where something did", () => {
    const loaded = [at(1), at(2)];
    expect(mergePage(loaded, { entries: [at(1), at(2)], more: false, more_after: false }, {}).entries).toBe(loaded);
    const { entries } = mergePage(loaded, { entries: [at(1), at(2, "changed")], more: false, more_after: false }, {});
    expect(entries[0]).toBe(loaded[0]);
    expect(entries[1]).not.toBe(loaded[1]);
  });
});
