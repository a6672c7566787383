import { describe, expect, it } from "vitest";
import { members } from "$dev/people";
import type { TextPart } from "$lib/rpc/types";
import { addDays, addMonths, dayStart, monthDays, weekStart } from "./calendar";
import { eventSentence } from "./eventLines";
import { safeHref } from "./links";
import { beginning, emojiCount, LONG } from "./longText";
import { presenceLine } from "./presence";

const [me, tomasz, dana, yuki] = members as [(typeof members)[0], (typeof members)[0], (typeof members)[0], (typeof members)[0]];
const text = (parts: readonly TextPart[]) => parts.map((part) => part.text).join("");
const plain = (words: string): TextPart[] => [{ text: words, href: null }];

describe("a long text", () => {
  it("of 60,000 letters is shown from its beginning, cut between two words", () => {
    const whole = plain("lorem ipsum ".repeat(5_000));
    const shown = text(beginning(whole));
    expect(shown.length).toBeLessThan(LONG);
    expect(shown.length).toBeGreaterThan(1_000);
    expect(shown).toMatch(/(?:lorem|ipsum)$/u);
  });

  it("without a space is never cut inside a sign", () => {
    const family = "👨‍👩‍👧‍👦";
    const shown = text(beginning(plain(family.repeat(1_000))));
    expect(shown.length % family.length).toBe(0);
    expect(shown).not.toContain("\ufffd");
  });

  it("keeps links that are shown whole, and the very same parts where nothing is cut", () => {
    const short = plain("short");
    expect(beginning(short)).toBe(short);
    const link = { text: "https://x.example", href: "https://x.example" };
    expect(beginning([link, ...plain(" word".repeat(2_000))])[0]).toBe(link);
  });

  it("of many lines is long too", () => {
    expect(text(beginning(plain("a\n".repeat(200)))).split("\n").length).toBeLessThan(30);
  });
});

describe("only emoji", () => {
  it("are counted as people see them", () => {
    expect(emojiCount("🙏")).toBe(1);
    expect(emojiCount("👨‍👩‍👧‍👦 🇵🇹")).toBe(2);
    expect(emojiCount("1️⃣❤️")).toBe(2);
  });

  it("are none where there is anything else, or too many", () => {
    for (const words of ["", "ok 🙏", "12", "©", "#", "🙏".repeat(7)]) expect(emojiCount(words)).toBe(0);
  });
});

describe("days", () => {
  it("are the calendar's, whatever a clock change makes of their hours", () => {
    const day = dayStart(new Date(2026, 2, 28, 15).getTime());
    for (let n = 0; n < 4; n += 1) expect(new Date(addDays(day, n)).getHours()).toBe(0);
    expect(new Date(addMonths(new Date(2026, 0, 31).getTime(), 1)).getDate()).toBe(28);
    expect(new Date(weekStart(new Date(2026, 5, 10).getTime(), 1)).getDay()).toBe(1);
  });

  it("of a month stand under their weekdays, each once", () => {
    for (const month of [0, 1, 4, 7, 10]) {
      const days = monthDays(new Date(2026, month, 15).getTime(), 0).flat();
      const real = days.filter((day) => day !== null);
      expect(real.map((day) => new Date(day).getDate())).toEqual(Array.from({ length: real.length }, (_, i) => i + 1));
      for (const [i, day] of days.entries()) if (day !== null) expect(new Date(day).getDay()).toBe(i % 7);
    }
  });
});

// C103
it("a link is one only where it leads to the web, a mailbox or a telephone", () => {
  for (const href of ["https://x.example", "http://x.example", "mailto:a@b.example", "tel:+1"]) expect(safeHref(href)).toBe(href);
  for (const href of ["javascript:alert(1)", "file:///etc/passwd", " javascript:alert(1)", "data:text/html,x", null]) expect(safeHref(href)).toBeNull();
});

describe("who is here", () => {
  it("is said of those who write before those who look, and never of oneself", () => {
    const line = presenceLine({ viewing: [me, dana], typing: [], known: true });
    expect([line?.first.id, line?.sentence]).toEqual([dana.id, "presence_viewing"]);
    expect(presenceLine({ viewing: [dana], typing: [tomasz, yuki], known: true })?.sentence).toBe("presence_typing_two");
    expect(presenceLine({ viewing: [dana, tomasz, yuki], typing: [me], known: true })?.values.count).toBe(2);
  });

  it("is not said while nobody can know", () => {
    expect(presenceLine({ viewing: [dana], typing: [dana], known: false })).toBeNull();
  });
});

it("a team chat's own lines say who did what", () => {
  const said = (line: Parameters<typeof eventSentence>[0]) => eventSentence(line).map((piece) => piece.text).join("");
  expect(said({ event: "renamed", by: me, name: "Stand 2" })).toBe("You renamed this to Stand 2");
  expect(said({ event: "added", by: dana, members: [tomasz, yuki, me] })).toBe("Dana added Tomasz, Yuki, and you");
  expect(said({ event: "left", by: tomasz })).toBe("Tomasz left");
});
