import { describe, expect, it } from "vitest";
import type { TagInfo } from "$lib/rpc/types";
import { eventSentence } from "./eventLines";
import { MAX_CHARACTERS, tooLong } from "./limits";
import { dana, priya } from "../../../test/entries";
import { nextTint, tagChoices } from "./tags";

const said = (pieces: { text: string; strong: boolean }[]) => pieces.map((p) => (p.strong ? `*${p.text}*` : p.text)).join("");
const tag = (id: string, name: string, color = "stone"): TagInfo => ({ id, name, color, waiting: false });

describe("system lines", () => {
  it("say who did what, with names set off", () => {
    expect(said(eventSentence({ event: "closed", by: dana }))).toBe("*Dana* closed this");
    expect(said(eventSentence({ event: "closed", by: priya }))).toBe("*You* closed this");
    expect(said(eventSentence({ event: "reopened", by: null }))).toBe("Reopened by a new message");
    expect(said(eventSentence({ event: "assigned", by: dana, to: priya, from: dana }))).toBe("*Dana* reassigned this to *you*");
    expect(said(eventSentence({ event: "assigned", by: priya, to: priya, from: null }))).toBe("*You* took this");
    expect(said(eventSentence({ event: "assigned", by: dana, to: null, from: dana }))).toBe("*Dana* let go of this, it is unassigned");
    expect(said(eventSentence({ event: "assigned", by: null, to: null, from: dana }))).toBe("This is unassigned again");
  });

  it("keep a name with braces and markup as it is", () => {
    const odd = { ...dana, name: "{from}<b>$&" };
    expect(said(eventSentence({ event: "closed", by: odd }))).toBe("*{from}<b>$&* closed this");
  });
});

describe("how much one message holds", () => {
  it("counts characters, not units, and bytes", () => {
    expect(tooLong("a".repeat(MAX_CHARACTERS))).toBe(false);
    expect(tooLong("a".repeat(MAX_CHARACTERS + 1))).toBe(true);
    expect(tooLong("🙏".repeat(MAX_CHARACTERS))).toBe(false);
    expect(tooLong("🙏".repeat(MAX_CHARACTERS) + "a")).toBe(true);
    expect(tooLong("漢".repeat(MAX_CHARACTERS))).toBe(false);
  });
});

describe("tags to choose from", () => {
  const tags = [tag("1", "Wheel building"), tag("2", "Touring"), tag("3", "Building site")];

  it("are those that contain what is typed, beginnings first, and one to make", () => {
    expect(tagChoices(tags, " BUILD").map((c) => c.tag?.name ?? `make ${c.make}`)).toEqual([
      "Building site",
      "Wheel building",
      "make BUILD",
    ]);
  });

  it("offer no second tag of the same name", () => {
    expect(tagChoices(tags, "  touring ").map((c) => c.key)).toEqual(["2"]);
  });

  it("differ in colour one after the other", () => {
    expect(nextTint([tag("1", "a", "sky"), tag("2", "b", "moss")])).toBe("amber");
  });
});
