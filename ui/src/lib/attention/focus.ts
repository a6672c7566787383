/** What was settled with the focus at its choices: the focus goes on at the choices of what comes next. */
let settled: string | null = null;

/** This was settled by the member just now. */
export function settledHere(command: string): void {
  settled = command;
}

/** Whether this takes the focus of what was settled before it. Asked once. */
export function takesFocusAfterAnother(command: string): boolean {
  if (settled === null || settled === command) return false;
  settled = null;
  return true;
}

/** The member has gone elsewhere. */
export function forgetSettled(): void {
  settled = null;
}
