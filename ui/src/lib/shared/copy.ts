/** Puts a text on the clipboard. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

/** Where the page may not write to the clipboard by itself it may still copy what is selected. */
function copyBySelection(text: string): boolean {
  const back = document.activeElement;
  const field = document.createElement("textarea");
  field.value = text;
  field.setAttribute("aria-hidden", "true");
  field.style.cssText = "position:fixed;inset-block-start:0;inset-inline-start:-200vw;opacity:0";
  document.body.append(field);
  field.select();
  let done: boolean;
  try {
    done = document.execCommand("copy");
  } catch {
    done = false;
  }
  field.remove();
  if (back instanceof HTMLElement) back.focus({ preventScroll: true });
  return done;
}
