import { expect, test } from 'vitest';
import { bounded, mustBeFull } from './frame';

test.each<[row: string, width: number, height: number, windowWidth: number, windowHeight: number, want: [number, number]]>([
  ['the least', 400, 460, 1280, 900, [400, 460]],
  ['less than the least', 100, 100, 1280, 900, [400, 460]],
  ['a larger one', 700, 600, 1280, 900, [700, 600]],
  ['more than the window', 2000, 2000, 1280, 900, [1240, 788]],
  ['one from a larger window', 900, 700, 600, 600, [560, 488]],
])('a panel of %s fits its window', (row, width, height, windowWidth, windowHeight, [w, h]) => {
  expect(bounded(width, height, windowWidth, windowHeight), row).toEqual({ width: w, height: h });
});

test.each<[row: string, width: number, height: number, want: boolean]>([
  ['a desktop', 1280, 900, false],
  ['a phone', 360, 740, true],
  ['a phone on its side', 740, 360, true],
  ['a desktop at 400 %', 320, 225, true],
  ['the narrowest that is none', 480, 700, false],
])('on %s the panel covers everything: %s × %s → %s', (row, width, height, want) => {
  expect(mustBeFull(width, height), row).toBe(want);
});
