import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { paraglideVitePlugin } from "@inlang/paraglide-js";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const { version } = JSON.parse(readFileSync(here("./package.json"), "utf8")) as { version: string };

/** Messages write their numbers as `src/lib/numbers.ts` does. */
const numbersOfTheRegion = {
  name: "numbers-of-the-region",
  enforce: "pre" as const,
  resolveId: (source: string, importer?: string) =>
    source.endsWith("/registry.js") && importer?.includes("/src/lib/paraglide/") === true ? here("./src/lib/numbers.ts") : null,
};

/**
 * A time zone in which it is noon. Tests run there: shortly before midnight half an hour leads to another day, which is said in
 * other words.
 */
function noon(): string {
  const ahead = 12 - new Date().getUTCHours();
  // The sign of these names is what has to be added to reach UTC.
  return `Etc/GMT${ahead > 0 ? "-" : "+"}${Math.abs(ahead)}`;
}

/**
 * `fake` mode and the component tests put `dev/host.ts` in the place of the one module that knows Tauri.
 * A normal build never resolves it, so sample data cannot end up in the program.
 */
export default defineConfig(({ mode }) => {
  const fake = mode === "fake" || mode === "test";
  return {
    base: "./",
    define: { __APP_VERSION__: JSON.stringify(version) },
    plugins: [
      numbersOfTheRegion,
      paraglideVitePlugin({
        project: "./project.inlang",
        outdir: "./src/lib/paraglide",
        // Which language it is, src/lib/language.svelte.ts says.
        strategy: ["baseLocale"],
        emitTsDeclarations: true,
      }),
      svelte(),
    ],
    resolve: {
      alias: [
        ...(fake ? [{ find: /^\$lib\/host$/, replacement: here("./dev/host.ts") }] : []),
        { find: "$lib", replacement: here("./src/lib") },
        { find: "$dev", replacement: here("./dev") },
      ],
      ...(mode === "test" ? { conditions: ["browser"] } : {}),
    },
    clearScreen: false,
    server: { port: Number(process.env.DESKBELL_UI_PORT ?? 1420), strictPort: true, host: "127.0.0.1" },
    build: { target: "safari16", assetsInlineLimit: 0, chunkSizeWarningLimit: 900 },
    test: {
      environment: "happy-dom",
      env: { TZ: noon() },
      include: ["src/**/*.test.ts", "test/**/*.test.ts"],
      setupFiles: ["./test/setup.ts"],
      restoreMocks: true,
      testTimeout: 30_000,
    },
  };
});
