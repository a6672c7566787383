/**
 * Says when the mouse aims at something, so that nothing moves under it. A mouse that lies still for a while aims at
 * nothing: without that a list would stop following for as long as somebody works with the keyboard.
 */
const STILL_MS = 4000;

/** Watches an element; `aims` is told true and false. Returns how to stop. */
export function watchAim(element: HTMLElement, aims: (aiming: boolean) => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let aiming = false;
  const say = (now: boolean) => {
    if (now === aiming) return;
    aiming = now;
    aims(now);
  };
  const moved = (event: PointerEvent) => {
    if (event.pointerType === "touch") return;
    clearTimeout(timer);
    timer = setTimeout(() => say(false), STILL_MS);
    say(true);
  };
  const left = () => {
    clearTimeout(timer);
    say(false);
  };
  element.addEventListener("pointerenter", moved);
  element.addEventListener("pointermove", moved);
  element.addEventListener("pointerdown", moved);
  element.addEventListener("pointerleave", left);
  window.addEventListener("blur", left);
  return () => {
    clearTimeout(timer);
    element.removeEventListener("pointerenter", moved);
    element.removeEventListener("pointermove", moved);
    element.removeEventListener("pointerdown", moved);
    element.removeEventListener("pointerleave", left);
    window.removeEventListener("blur", left);
  };
}
