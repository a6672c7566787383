/**
 * Where the numbers of the layout guide stand: measured on the living window, so that the guide cannot show a picture
 * of something that has moved.
 */

/** A rectangle of the window in CSS pixels. */
export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** A frame around a region, with its number. */
export interface Mark extends Box {
  number: number;
  /** The number stands inside: whole sections would push it over their neighbours. */
  inside: boolean;
}

/** Less than this of a region to be seen is as good as nothing. */
const LEAST = 12;
/** Between a control and its frame. */
const ROOM = 3;
/** Higher than this it is a section, not a control. */
const SECTION = 64;

/** The part of an element that can be seen: what scrolls in between cuts it. */
export function visibleBox(element: Element): Box {
  const own = element.getBoundingClientRect();
  let { left, top, right, bottom } = own;
  for (let around = element.parentElement; around !== null; around = around.parentElement) {
    if (around === document.body) break;
    const { overflowX, overflowY } = getComputedStyle(around);
    if (overflowX === "visible" && overflowY === "visible") continue;
    const edge = around.getBoundingClientRect();
    if (overflowX !== "visible") {
      left = Math.max(left, edge.left);
      right = Math.min(right, edge.right);
    }
    if (overflowY !== "visible") {
      top = Math.max(top, edge.top);
      bottom = Math.min(bottom, edge.bottom);
    }
  }
  left = Math.max(left, 0);
  top = Math.max(top, 0);
  right = Math.min(right, innerWidth);
  bottom = Math.min(bottom, innerHeight);
  return { left, top, width: Math.max(0, right - left), height: Math.max(0, bottom - top) };
}

/** A little room around a control, as far as the window goes. */
function around({ left, top, width, height }: Box): Box {
  const from = { x: Math.max(1, left - ROOM), y: Math.max(1, top - ROOM) };
  const to = { x: Math.min(innerWidth - 1, left + width + ROOM), y: Math.min(innerHeight - 1, top + height + ROOM) };
  return { left: from.x, top: from.y, width: to.x - from.x, height: to.y - from.y };
}

/** The frames of everything that carries a number and can be seen, in the order of the numbers. */
export function marksOf(root: ParentNode = document): Mark[] {
  const marks: Mark[] = [];
  for (const element of root.querySelectorAll<HTMLElement>("[data-callout]")) {
    const number = Number(element.dataset.callout);
    if (getComputedStyle(element).visibility === "hidden") continue;
    const box = visibleBox(element);
    if (!Number.isInteger(number) || box.width < LEAST || box.height < LEAST) continue;
    const inside = box.height > SECTION;
    // A group of few rows is as wide as one of many.
    marks.push({ number, inside, ...(inside || element.matches("[role='group']") ? box : around(box)) });
  }
  return marks.sort((a, b) => a.number - b.number);
}

/** Same frames? */
export function sameMarks(a: readonly Mark[], b: readonly Mark[]): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
