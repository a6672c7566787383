import axe from "axe-core";

/** What axe finds, as sentences. Colours are measured by the design's own contrast table: happy-dom draws nothing. */
export async function violations(): Promise<string[]> {
  const found = await axe.run(document.body, { rules: { "color-contrast": { enabled: false }, region: { enabled: false } } });
  return found.violations.flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.html.slice(0, 160)}`));
}
