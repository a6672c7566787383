// What the browser keeps for this chat: shared by all tabs of the same site, and still there after a reload. A browser
// that forbids it (private modes, strict settings) gets a memory that lasts as long as the page.

const memory = new Map();

function area(name) {
  try {
    const found = window[name];
    found.setItem("deskbell.try", "1");
    found.removeItem("deskbell.try");
    return found;
  } catch {
    return null;
  }
}

const local = area("localStorage");
const session = area("sessionStorage");

/** Whether anything survives a reload. */
export const isLasting = local !== null;

function keep(store) {
  return {
    read(key, otherwise) {
      const text = store ? store.getItem(key) : memory.get(key);
      if (text === null || text === undefined) return otherwise;
      try {
        return JSON.parse(text);
      } catch {
        return otherwise;
      }
    },
    write(key, value) {
      const text = JSON.stringify(value);
      if (!store) memory.set(key, text);
      else store.setItem(key, text); // throws when full: the caller must know that nothing was kept
    },
    remove(key) {
      if (store) store.removeItem(key);
      else memory.delete(key);
    },
  };
}

/** Kept for all tabs. */
export const shared = keep(local);
/** Kept for this tab alone. */
export const own = keep(session);

/** Calls back when another tab changes the key. */
export function onOtherTab(key, changed) {
  addEventListener("storage", (event) => {
    if (event.storageArea === local && (event.key === key || event.key === null)) changed();
  });
}

/** Runs `work` in one tab at a time, where the browser can see to that (it does on https). */
export async function alone(name, work) {
  return navigator.locks ? navigator.locks.request(name, work) : work();
}
