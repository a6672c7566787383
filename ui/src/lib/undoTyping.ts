// Takes back what was typed into a field, and does it again. The web view has one memory for all fields of the page: asked for
// one more step it goes on in another field, that of a reply to a customer too. And it gives the keys for it to nobody. So each
// field remembers by itself. What the program puts into it (a chat's draft, nothing once it was sent) is where it begins anew.

type Field = HTMLInputElement | HTMLTextAreaElement;

/** What stood in a field, and where the caret was or what was selected. */
interface Stood {
  text: string;
  start: number;
  end: number;
}

interface Memory {
  /** Oldest first; `at` is what stands there now. */
  steps: Stood[];
  at: number;
  /** How the last step came to be, and when. */
  how: string;
  when: number;
}

/** Most steps that a field remembers. */
const MOST = 100;
/** Who goes on typing sooner, in milliseconds, is still at the same step. */
const PAUSE_MS = 1000;

const memories = new WeakMap<Field, Memory>();

function fieldOf(target: EventTarget | null): Field | null {
  if (target instanceof HTMLTextAreaElement) return target;
  // Others have no caret to ask for, or a secret.
  return target instanceof HTMLInputElement && ["text", "search", "url", "tel"].includes(target.type) ? target : null;
}

function look(field: Field): Stood {
  const end = field.value.length;
  return { text: field.value, start: field.selectionStart ?? end, end: field.selectionEnd ?? end };
}

/** What the field remembers; `null` where something else stands in it than what was typed last. */
function memoryOf(field: Field): Memory | null {
  const memory = memories.get(field);
  return memory?.steps[memory.at]?.text === field.value ? memory : null;
}

/** Before something is typed. */
function beforeTyping(event: Event): void {
  const field = fieldOf(event.target);
  if (field === null) return;
  const memory = memoryOf(field);
  if (memory === null) memories.set(field, { steps: [look(field)], at: 0, how: "", when: 0 });
  // To take it back is to come back to where the caret was.
  else memory.steps[memory.at] = look(field);
}

/** Whether what is typed belongs to the step before: a word that goes on, letters that go one after the other. */
function goesOn(memory: Memory, how: string, when: number): boolean {
  if (how !== memory.how || memory.at === 0 || when - memory.when >= PAUSE_MS) return false;
  if (how.startsWith("delete")) return true;
  const stood = memory.steps[memory.at];
  return how.startsWith("insert") && how !== "insertFromPaste" && stood !== undefined && !/\s$/u.test(stood.text.slice(0, stood.start));
}

/** After something was typed. */
function afterTyping(event: Event): void {
  const field = fieldOf(event.target);
  const memory = field === null ? undefined : memories.get(field);
  if (field === null || memory === undefined) return;
  const now = look(field);
  if (now.text === memory.steps[memory.at]?.text) return;
  const how = event instanceof InputEvent ? event.inputType : "";
  memory.steps.length = memory.at + 1;
  if (goesOn(memory, how, event.timeStamp)) memory.steps[memory.at] = now;
  else memory.steps.push(now);
  if (memory.steps.length > MOST) memory.steps.shift();
  memory.at = memory.steps.length - 1;
  memory.how = how;
  memory.when = event.timeStamp;
}

/** Has every field remember what is typed into it, until the returned function is called. */
export function rememberTyping(): () => void {
  // Before whoever takes what was typed and puts something else there.
  addEventListener("beforeinput", beforeTyping, true);
  addEventListener("input", afterTyping, true);
  return () => {
    removeEventListener("beforeinput", beforeTyping, true);
    removeEventListener("input", afterTyping, true);
  };
}

/** Puts back what stood in a field before (-1) or after (1); where nothing is remembered, nothing. `false` where it is no field. */
export function stepTyping(target: EventTarget | null, step: -1 | 1): boolean {
  const field = fieldOf(target);
  if (field === null) return false;
  const memory = memoryOf(field);
  const stood = memory?.steps[memory.at + step];
  if (memory === null || stood === undefined || field.readOnly) return true;
  memory.at += step;
  memory.how = "";
  field.value = stood.text;
  field.setSelectionRange(stood.start, stood.end);
  field.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: step < 0 ? "historyUndo" : "historyRedo" }));
  return true;
}
