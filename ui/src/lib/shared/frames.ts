/** Longest that a frame is waited for, in milliseconds: a window that is not visible gets none. */
const PATIENCE_MS = 50;

/** Resolves in the next frame, before it is drawn. */
export function frame(): Promise<void> {
  return new Promise((done) => {
    requestAnimationFrame(() => done());
    setTimeout(done, PATIENCE_MS);
  });
}

/** Resolves once the next frame has been drawn, with what changed until now in it. */
export function drawn(): Promise<void> {
  return new Promise((done) => {
    requestAnimationFrame(() => setTimeout(done));
    setTimeout(done, PATIENCE_MS);
  });
}
