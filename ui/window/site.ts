/**
 * The window with its fake core, built once and served on this computer for the tests that need a real browser. Built,
 * not served by the development server: that would have the browser fetch hundreds of files for every state.
 */
import { createReadStream, existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** Where the window is served. */
    site: string;
  }
}

const kinds: Record<string, string> = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".woff2": "font/woff2", ".svg": "image/svg+xml" };

/** Before the first test: builds and serves. Returns how to stop. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dist = mkdtempSync(join(tmpdir(), "deskbell-window-"));
  await build({
    root: fileURLToPath(new URL("..", import.meta.url)),
    mode: "fake",
    logLevel: "error",
    build: { outDir: dist, emptyOutDir: true, minify: false, reportCompressedSize: false },
  });
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? "/", "http://localhost").pathname);
    const file = join(dist, path === "/" ? "index.html" : path);
    if (!file.startsWith(dist) || !existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { "content-type": kinds[extname(file)] ?? "application/octet-stream" });
    createReadStream(file).pipe(response);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  project.provide("site", `http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  return async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
    rmSync(dist, { recursive: true, force: true });
  };
}
