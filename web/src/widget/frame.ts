/** The panel is not smaller than that, and that large at first; pixels. */
export const LEAST = { width: 400, height: 460 };

/** Room around the panel, and for the button below it; pixels. */
const AROUND = { beside: 20, above: 20, below: 92 };

/** Below this width of the window the panel covers it; pixels. */
const PHONE = 480;

/** One press of an arrow key makes the panel so much wider and higher; pixels. */
export const KEY_STEP: Record<string, readonly [width: number, height: number]> = {
  ArrowLeft: [24, 0],
  ArrowRight: [-24, 0],
  ArrowUp: [0, 24],
  ArrowDown: [0, -24],
};

/** Whether a window has no room for anything beside the panel. */
export function mustBeFull(width: number, height: number): boolean {
  return width < PHONE || height < LEAST.height + AROUND.above + AROUND.below;
}

/** The size that fits the window. */
export function bounded(width: number, height: number, windowWidth: number, windowHeight: number) {
  return {
    width: Math.max(LEAST.width, Math.min(width, windowWidth - 2 * AROUND.beside)),
    height: Math.max(LEAST.height, Math.min(height, windowHeight - AROUND.above - AROUND.below)),
  };
}

const STOP = 'a[href], button:not([disabled]), input:not([disabled]), select:not([disabled]), textarea:not([disabled]), summary, [tabindex="0"]';

/** What the Tab key stops at, in its order, through every tree below an element. */
export function stops(element: Element): HTMLElement[] {
  const found: HTMLElement[] = [];
  const walk = (one: Element) => {
    if (one instanceof HTMLElement && one.matches(STOP) && one.getClientRects().length > 0) found.push(one);
    const below = one instanceof HTMLSlotElement ? one.assignedElements() : [...(one.shadowRoot ?? one).children];
    for (const next of below) walk(next);
  };
  for (const child of [...element.children]) walk(child);
  return found;
}
