import js from "@eslint/js";
import svelte from "eslint-plugin-svelte";
import globals from "globals";
import ts from "typescript-eslint";
import svelteConfig from "./svelte.config.js";

const onlyTheHost = {
  patterns: [{ group: ["@tauri-apps/*"], message: "Only src/lib/host may know Tauri." }],
};
const noSampleData = {
  patterns: [
    ...onlyTheHost.patterns,
    { group: ["$dev/*", "**/dev/*"], message: "Sample data stays out of the program." },
  ],
};

export default ts.config(
  { ignores: ["dist/", "node_modules/", "src/lib/paraglide/", "project.inlang/"] },
  js.configs.recommended,
  ...ts.configs.recommended,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser, ...globals.node, __APP_VERSION__: "readonly" } },
    rules: {
      "no-restricted-imports": "off",
      "@typescript-eslint/no-restricted-imports": ["error", noSampleData],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "no-console": "error",
      eqeqeq: "error",
    },
  },
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: {
      parserOptions: { extraFileExtensions: [".svelte"], parser: ts.parser, svelteConfig },
    },
    rules: {
      "svelte/no-at-html-tags": "error",
      "svelte/button-has-type": "error",
      "svelte/no-target-blank": "error",
      // A Set or a Date that nothing on screen reads is better plain.
      "svelte/prefer-svelte-reactivity": "off",
      "svelte/require-each-key": "error",
    },
  },
  {
    files: ["src/lib/host/**"],
    rules: { "@typescript-eslint/no-restricted-imports": "off" },
  },
  {
    files: ["dev/**", "test/**", "window/**", "**/*.test.ts", "vite.config.ts", "eslint.config.js"],
    rules: { "@typescript-eslint/no-restricted-imports": ["error", onlyTheHost] },
  },
);
