import { expect, test } from 'vitest';
import { isComposing } from './ime';

test.each<[row: string, event: { isComposing: boolean; keyCode: number }, want: boolean]>([
  ['Enter by itself', { isComposing: false, keyCode: 13 }, false],
  ['Enter that takes a word', { isComposing: true, keyCode: 13 }, true],
  // Safari ends the composition before the key comes; only the key's number tells.
  ['Enter that Safari reports late', { isComposing: false, keyCode: 229 }, true],
  ['a letter on its way', { isComposing: true, keyCode: 229 }, true],
])('the input method has the key: %s', (row, event, want) => {
  expect(isComposing(event), row).toBe(want);
});
