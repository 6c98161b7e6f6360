import { expect, test } from 'vitest';
import { command, KEYS, type Where } from './keys';

const FREE: Where = { field: false, control: false, modal: false, on: true };
const press = (key: string, more = {}) => ({
  key, ctrlKey: false, metaKey: false, altKey: false, isComposing: false, keyCode: 0, repeat: false, ...more,
});

test('each key does one thing, and no key two', () => {
  for (const [key, wanted] of KEYS) expect(command(press(key), FREE), key).toBe(wanted);
  expect(new Set(KEYS.map(([key]) => key)).size).toBe(KEYS.length);
  expect(command(press('3'), FREE)).toBe('chat3');
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
])('a key does nothing %s', (row, event, where) => {
  expect(command(event, where), row).toBeNull();
});

test('held down, a key moves on', () => {
  expect(command(press('j', { repeat: true }), FREE)).toBe('next');
});
