import { expect, test } from 'vitest';
import { command, HOTLINE_KEYS, KEYS, type Where } from './keys';

const FREE: Where = { field: false, control: false, modal: false, on: true };
const press = (key: string, more = {}) => ({
  key, ctrlKey: false, metaKey: false, altKey: false, isComposing: false, keyCode: 0, repeat: false, ...more,
});

test('each key does one thing, and no key two', () => {
  for (const [key, wanted] of KEYS) expect(command(press(key), FREE), key).toBe(wanted);
  expect(new Set(KEYS.map(([key]) => key)).size).toBe(KEYS.length);
  expect(command(press('3'), FREE)).toBe('take3');
  expect(command(press('x'), FREE)).toBeNull();
  expect(command(press('0'), FREE)).toBeNull();
});

test.each<[row: string, event: ReturnType<typeof press>, where: Where]>([
  ['in a text field', press('a'), { ...FREE, field: true }],
  ['under a window', press('a'), { ...FREE, modal: true }],
  ['when they are switched off', press('a'), { ...FREE, on: false }],
  ['while an input method composes', press('a', { isComposing: true }), FREE],
  ['that an input method has taken', press('a', { keyCode: 229 }), FREE],
  ['with Ctrl', press('a', { ctrlKey: true }), FREE],
  ['with Alt', press('e', { altKey: true }), FREE],
  ['with the command key', press('f', { metaKey: true }), FREE],
  ['Enter on a button, which presses it', press('Enter'), { ...FREE, control: true }],
  ['held down, where it would close again and again', press('e', { repeat: true }), FREE],
  ['a digit in a text field, where it is written', press('1'), { ...FREE, field: true }],
  ['a digit when they are switched off', press('1'), { ...FREE, on: false }],
  ['a digit held down, where it would be put in again and again', press('1', { repeat: true }), FREE],
])('a key does nothing %s', (row, event, where) => {
  expect(command(event, where), row).toBeNull();
});

test('held down, a key moves on', () => {
  expect(command(press('j', { repeat: true }), FREE)).toBe('next');
});

test('the hotline has keys of its own: digits name a gap there, and no suggestion', () => {
  for (const [key, wanted] of HOTLINE_KEYS) expect(command(press(key), FREE, HOTLINE_KEYS), key).toBe(wanted);
  expect(new Set(HOTLINE_KEYS.map(([key]) => key)).size).toBe(HOTLINE_KEYS.length);
  expect(command(press('9'), FREE, HOTLINE_KEYS)).toBeNull();
  expect(command(press('a'), FREE, HOTLINE_KEYS)).toBeNull();
});

test.each<[row: string, event: ReturnType<typeof press>, where: Where]>([
  ['Space on a button, which presses it', press(' '), { ...FREE, control: true }],
  ['a letter in the search box', press('c'), { ...FREE, field: true }],
  ['a letter that an input method takes', press('s', { keyCode: 229 }), FREE],
  ['a letter where keys are switched off', press('w'), { ...FREE, on: false }],
  ['a copy with Ctrl', press('c', { ctrlKey: true }), FREE],
  ['held down, where it would be kept again and again', press('w', { repeat: true }), FREE],
])('at the hotline nothing is done by %s', (row, event, where) => {
  expect(command(event, where, HOTLINE_KEYS), row).toBeNull();
});

test('held down, an arrow moves on', () => {
  expect(command(press('ArrowDown', { repeat: true }), FREE, HOTLINE_KEYS)).toBe('next');
});
