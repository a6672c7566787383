/** Finding a name while it is typed: case and accents do not matter, every word may be begun. */
function fold(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

/** Whether what was typed begins words of the name, in any order. */
export function matches(name: string, typed: string): boolean {
  const words = fold(name).split(/\s+/u);
  return fold(typed)
    .split(/\s+/u)
    .filter((part) => part !== "")
    .every((part) => words.some((word) => word.startsWith(part)));
}
