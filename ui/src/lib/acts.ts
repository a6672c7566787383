/**
 * What the window can do now and has no key for: a part of the window says so while it is mounted, and the palette offers
 * it. What has a key says it in the table of keys.
 */
export type ActName = "sort" | "filter" | "date" | "favorite" | "sign_out";

const acts = new Map<ActName, Array<() => void>>();

/** Says what can be done from now on, until the returned function is called. The latest to say so is asked. */
export function onAct(name: ActName, act: () => void): () => void {
  const list = acts.get(name) ?? [];
  list.push(act);
  acts.set(name, list);
  return () => {
    const at = list.indexOf(act);
    if (at >= 0) list.splice(at, 1);
  };
}

/** Whether it can be done now. */
export function canDo(name: ActName): boolean {
  return (acts.get(name)?.length ?? 0) > 0;
}

/** Does it. */
export function doAct(name: ActName): void {
  acts.get(name)?.at(-1)?.();
}
