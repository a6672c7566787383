import "@fontsource-variable/inter/opsz.css";
import "./tokens.css";
import "./app.css";
import "./parts.css";
import { mount } from "svelte";
import App from "./App.svelte";
import { followSystemTheme } from "./lib/theme";

followSystemTheme();
const target = document.getElementById("app");
if (target === null) throw new Error("index.html has no #app");
mount(App, { target });
