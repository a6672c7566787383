import { defineConfig } from "vitest/config";

/** The tests that need a real browser, and the pictures: `npm run test:window`, `cargo xtask shots`. */
export default defineConfig({
  test: {
    environment: "node",
    include: [process.env.DESKBELL_SHOTS === undefined ? "window/**/*.test.ts" : "window/shots.ts"],
    globalSetup: ["./window/site.ts"],
    fileParallelism: false,
    testTimeout: 240_000,
    hookTimeout: 240_000,
  },
});
