/**
 * Moving a pinned row by the mouse. By pointer events: the window's own drag and drop belongs to files, and in the web view
 * the two do not go together. A press that hardly moves is a click.
 */
interface Options {
  grid: () => HTMLElement | undefined;
  /** The pinned chats, in their order. */
  pinned: () => readonly string[];
  /** Puts one to a place among them. */
  move: (chat: string, to: number) => void;
}

const SLACK = 6;

/** What a row says while one is being moved. */
export type DropMark = "moving" | "above" | "below";

export function dragRows({ grid, pinned, move }: Options) {
  let moving = $state<string | null>(null);
  /** Where it would stand among the others. */
  let to = $state(-1);
  let dragged = false;

  function placeAt(y: number): number {
    const others = pinned().filter((one) => one !== moving);
    const above = others.filter((one) => {
      const box = grid()?.querySelector(`[data-chat="${CSS.escape(one)}"]`)?.getBoundingClientRect();
      return box !== undefined && y > box.top + box.height / 2;
    });
    return above.length;
  }

  function start(event: PointerEvent): void {
    dragged = false;
    const row = (event.target as Element).closest<HTMLElement>("[data-pinned]");
    const chat = row?.dataset.chat;
    if (chat === undefined || event.button !== 0 || event.pointerType === "touch" || pinned().length < 2) return;
    if ((event.target as Element).closest("button") !== null) return;
    const from = event.clientY;
    const controller = new AbortController();
    const { signal } = controller;
    const end = (drop: boolean) => {
      controller.abort();
      const [chatMoved, place] = [moving, to];
      moving = null;
      to = -1;
      if (drop && chatMoved !== null) move(chatMoved, place);
    };
    window.addEventListener("pointermove", (now) => {
      if (moving === null && Math.abs(now.clientY - from) < SLACK) return;
      moving = chat;
      dragged = true;
      to = placeAt(now.clientY);
    }, { signal });
    window.addEventListener("pointerup", () => end(true), { signal });
    window.addEventListener("pointercancel", () => end(false), { signal });
    window.addEventListener("blur", () => end(false), { signal });
    window.addEventListener("keydown", (key) => {
      if (key.key !== "Escape" || moving === null) return;
      key.preventDefault();
      key.stopPropagation();
      end(false);
    }, { signal, capture: true });
  }

  return {
    start,
    /** The click that ends a move opens nothing. */
    click(event: MouseEvent): void {
      if (!dragged) return;
      dragged = false;
      event.preventDefault();
      event.stopPropagation();
    },
    markOf(chat: string): DropMark | undefined {
      if (moving === null) return undefined;
      if (chat === moving) return "moving";
      const others = pinned().filter((one) => one !== moving);
      if (others[to] === chat) return "above";
      return to === others.length && others.at(-1) === chat ? "below" : undefined;
    },
  };
}
