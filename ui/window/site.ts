/**
 * The window with its fake core, built once and served on this computer for the tests that need a real browser. Built,
 * not served by the development server: that would have the browser fetch hundreds of files for every state.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, preview, type InlineConfig } from "vite";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** Where the window is served. */
    site: string;
  }
}

/** Before the first test: builds and serves. Returns how to stop. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dist = mkdtempSync(join(tmpdir(), "deskbell-window-"));
  const config: InlineConfig = {
    root: fileURLToPath(new URL("..", import.meta.url)),
    mode: "fake",
    logLevel: "error",
    build: { outDir: dist, emptyOutDir: true, minify: false, reportCompressedSize: false },
    // Any port that is free.
    preview: { host: "127.0.0.1", port: 0 },
  };
  await build(config);
  const server = await preview(config);
  project.provide("site", server.resolvedUrls?.local[0] ?? "");
  return async () => {
    await server.close();
    rmSync(dist, { recursive: true, force: true });
  };
}
