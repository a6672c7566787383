// What the frame asks the hub. The token goes in a header, never in an address.

/** The hub answered, and not with what was asked for. */
export class Refused extends Error {
  constructor(status, error, retryAfter) {
    super(error.message ?? `The hub answered ${status}.`);
    this.status = status;
    this.code = error.code ?? "";
    this.retryAfterMs = Number(retryAfter) > 0 ? Number(retryAfter) * 1000 : null;
  }

  /** Whether the same request may succeed later. */
  get isPassing() {
    return this.status === 429 || this.status >= 500;
  }
}

const QUIET_MS = 45_000; // the hub says something every 20 s: a line silent for longer is dead
const ANSWER_MS = 30_000;
const BASE = location.pathname.replace(/\/+$/, "");

async function ask(path, { token, body, signal }) {
  const headers = {};
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body) headers["Content-Type"] = "application/json";
  const response = await fetch(`${BASE}/${path}`, {
    method: body ? "POST" : "GET",
    headers,
    body: body ? JSON.stringify(body) : undefined,
    credentials: "omit",
    cache: "no-store",
    signal,
  });
  if (response.ok) return response;
  const error = await response.json().catch(() => ({}));
  throw new Refused(response.status, error, response.headers.get("Retry-After"));
}

/** One question, one answer. */
export async function call(path, request) {
  const response = await ask(path, { ...request, signal: AbortSignal.timeout(ANSWER_MS) });
  return response.status === 204 ? null : response.json();
}

/** Server-sent events, read with fetch because EventSource sends no header. Ends when the hub ends it. */
export async function* events(path, token, signal) {
  const quiet = new AbortController();
  let timer;
  const heard = () => {
    clearTimeout(timer);
    timer = setTimeout(() => quiet.abort(new Error("silent for too long")), QUIET_MS);
  };
  try {
    heard();
    const response = await ask(path, { token, signal: AbortSignal.any([signal, quiet.signal]) });
    yield { event: "open" };
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      heard();
      const blocks = (rest + value).split(/\r?\n\r?\n/);
      rest = blocks.pop();
      for (const block of blocks) {
        const found = { event: "message", data: "" };
        for (const line of block.split(/\r?\n/)) {
          if (line.startsWith("event:")) found.event = line.slice(6).trim();
          else if (line.startsWith("data:")) found.data += line.slice(5).trimStart();
        }
        if (found.data) yield { event: found.event, data: JSON.parse(found.data) };
      }
    }
  } finally {
    clearTimeout(timer);
  }
}
