/**
 * A real browser for what a simulated one cannot show: how things look, where the focus goes, what a real key does.
 * It is spoken to over two pipes with the browser's own protocol, so nothing has to be installed but the browser, and
 * no port is open while it runs.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { Page } from "./page";

type Answer = { result: Record<string, unknown> } | { error: { message: string } };

/** How long one question to the browser may take: a busy machine is slow, not wrong. */
const PATIENCE_MS = 60_000;

const names = [process.env.DESKBELL_BROWSER, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** A browser that has been started. */
export class Browser {
  #process: ChildProcess;
  #toBrowser: Writable;
  #profile: string;
  #turn = 0;
  #asked = new Map<number, { done: (result: Record<string, unknown>) => void; failed: (why: Error) => void }>();
  #rest = "";

  private constructor(process: ChildProcess, profile: string) {
    this.#process = process;
    this.#profile = profile;
    this.#toBrowser = process.stdio[3] as Writable;
    const from = process.stdio[4] as Readable;
    from.setEncoding("utf8");
    from.on("data", (text: string) => this.#heard(text));
    process.on("exit", () => {
      for (const one of this.#asked.values()) one.failed(new Error("the browser has ended"));
      this.#asked.clear();
    });
  }

  /** Starts the first browser that there is. */
  static async start(): Promise<Browser> {
    for (const name of names) {
      if (name === undefined) continue;
      const profile = mkdtempSync(join(tmpdir(), "deskbell-browser-"));
      const flags = ["--headless=new", "--remote-debugging-pipe", `--user-data-dir=${profile}`, "--no-first-run", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage", "--force-color-profile=srgb"];
      // A container has no sandbox of its own to give.
      if (process.getuid?.() === 0) flags.push("--no-sandbox");
      const child = spawn(name, [...flags, "about:blank"], { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
      const started = await new Promise<boolean>((done) => {
        child.once("error", () => done(false));
        child.once("spawn", () => done(true));
      });
      if (started) return new Browser(child, profile);
      rmSync(profile, { recursive: true, force: true });
    }
    throw new Error("no Chromium was found: install one, or name it in DESKBELL_BROWSER");
  }

  /** Asks the browser, or one of its pages. */
  ask(method: string, params: Record<string, unknown> = {}, session?: string): Promise<Record<string, unknown>> {
    const id = ++this.#turn;
    return new Promise((done, failed) => {
      const late = setTimeout(() => {
        this.#asked.delete(id);
        failed(new Error(`${method}: no answer`));
      }, PATIENCE_MS);
      this.#asked.set(id, {
        done: (result) => {
          clearTimeout(late);
          done(result);
        },
        failed: (why) => {
          clearTimeout(late);
          failed(why);
        },
      });
      this.#toBrowser.write(`${JSON.stringify({ id, method, params, ...(session === undefined ? {} : { sessionId: session }) })}\0`);
    });
  }

  /** A page of its own, of a member with these habits. */
  async page(): Promise<Page> {
    const { targetId } = await this.ask("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await this.ask("Target.attachToTarget", { targetId, flatten: true });
    const page = new Page(this, String(sessionId), String(targetId));
    await page.prepare();
    return page;
  }

  /** Ends it. */
  async close(): Promise<void> {
    const ended = new Promise<void>((done) => this.#process.once("exit", () => done()));
    await this.ask("Browser.close").catch(() => this.#process.kill());
    await ended;
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }

  #heard(text: string): void {
    const parts = (this.#rest + text).split("\0");
    this.#rest = parts.pop() ?? "";
    for (const part of parts) {
      const said = JSON.parse(part) as { id?: number } & Answer;
      if (said.id === undefined) continue;
      const asked = this.#asked.get(said.id);
      this.#asked.delete(said.id);
      if ("error" in said) asked?.failed(new Error(said.error.message));
      else asked?.done(said.result);
    }
  }
}
