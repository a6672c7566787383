import "@fontsource-variable/inter/opsz.css";
import "./tokens.css";
import "./app.css";
import "./parts.css";
import { mount } from "svelte";
import App from "./App.svelte";
import { page } from "./lib/page";
import { settings } from "./lib/settings/settings.svelte";

// Language, theme, size and where the page before this one was are known before the first thing is drawn; a core that does not answer holds nothing up.
// So are the letters: without them the first layout asks the system for others, once for each family, size and weight.
settings.follow();
const letters = document.fonts.load('1rem "Inter Variable"').catch(() => undefined);
const known = Promise.all([settings.load(), page.take(), letters]);
await Promise.race([known, new Promise((done) => setTimeout(done, 400))]);
const target = document.getElementById("app");
if (target === null) throw new Error("index.html has no #app");
mount(App, { target });
