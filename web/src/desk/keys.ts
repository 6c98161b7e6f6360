import { isComposing } from '../ime';

/** What a key at the desk does. */
export type Command =
  | 'next' | 'previous' | 'open' | 'claim' | 'reply' | 'note' | 'close' | 'forward' | 'giveBack' | 'insert' | 'search' | 'sheet'
  | 'preview' | 'guide' | 'script' | 'message' | 'place' | 'transcript' | 'solved' | 'unsolved' | 'gap1' | 'gap2' | 'gap3' | 'wrapUp'
  | 'nextMine' | 'previousMine' | `take${number}`;

/** Keys of a page, and what they do; the sheet lists them in this order. */
export type Keys = readonly (readonly [key: string, command: Command])[];

/** Single keys of 接待. */
export const KEYS: Keys = [
  ['j', 'next'],
  ['k', 'previous'],
  ['Enter', 'open'],
  [']', 'nextMine'],
  ['[', 'previousMine'],
  ['a', 'claim'],
  ['r', 'reply'],
  ['n', 'note'],
  ['i', 'insert'],
  ['f', 'forward'],
  ['g', 'giveBack'],
  ['e', 'close'],
  ['/', 'search'],
  ['?', 'sheet'],
];

/** Keys of 热线台. */
export const HOTLINE_KEYS: Keys = [
  ['/', 'search'],
  ['ArrowDown', 'next'],
  ['ArrowUp', 'previous'],
  ['Enter', 'open'],
  [' ', 'preview'],
  ['g', 'guide'],
  ['c', 'script'],
  ['s', 'message'],
  ['p', 'place'],
  ['t', 'transcript'],
  ['y', 'solved'],
  ['n', 'unsolved'],
  ['1', 'gap1'],
  ['2', 'gap2'],
  ['3', 'gap3'],
  ['w', 'wrapUp'],
  ['?', 'sheet'],
];

/** Commands whose key also belongs to whatever control has focus. */
const SHARED: readonly (Command | null)[] = ['open', 'preview'];

/** Where the key was pressed. */
export interface Where {
  /** In something that text is written into. */
  field: boolean;
  /** On something that Enter or Space itself presses. */
  control: boolean;
  /** While a window stands over the page. */
  modal: boolean;
  /** Whether single keys are switched on. */
  on: boolean;
}

type Pressed = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'isComposing' | 'keyCode' | 'repeat'>;

/** What a key means where it was pressed; nothing in text fields, in an input method, or with another key held. */
export function command(event: Pressed, { field, control, modal, on }: Where, keys: Keys = KEYS): Command | null {
  if (!on || field || modal || isComposing(event) || event.ctrlKey || event.metaKey || event.altKey) return null;
  const digit = keys === KEYS && /^[1-9]$/.test(event.key);
  const found = digit ? (`take${Number(event.key)}` as const) : (keys.find(([key]) => key === event.key)?.[1] ?? null);
  if (SHARED.includes(found) && control) return null;
  // Held down, a key moves on; it doesn't claim or close again and again.
  if (event.repeat && found !== 'next' && found !== 'previous') return null;
  return found;
}

/** Where a key was pressed, as the event tells it through every shadow root. */
export function whereOf(event: Event, on: boolean): Where {
  const target = event.composedPath()[0];
  const element = target instanceof Element ? target : null;
  const field = element !== null && element.matches('input:not([type=checkbox]):not([type=radio]):not([type=button]), textarea, select, [contenteditable]');
  const control = element !== null && element.matches('button, a[href], summary, input, [role=option]');
  const modal = event.composedPath().some((one) => one instanceof HTMLDialogElement && one.open);
  return { field, control, modal, on };
}
