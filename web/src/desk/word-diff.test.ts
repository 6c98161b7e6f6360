import { expect, test } from 'vitest';
import { isApart, wordDiff, type Piece } from './word-diff';

/** Pieces in short: [-less-], {+more+}. */
const told = (pieces: readonly Piece[]) =>
  pieces.map(({ kind, text }) => (kind === 'same' ? text : kind === 'less' ? `[-${text}-]` : `{+${text}+}`)).join('');

test.each<[standard: string, text: string, want: string]>([
  ['', '', ''],
  ['不收费', '不收费', '不收费'],
  ['20个工作日', '15个工作日', '[-20-]{+15+}个工作日'],
  ['法定20个工作日', '法定20.5个工作日', '法定[-20-]{+20.5+}个工作日'],
  ['年满80周岁的老年人', '年满80周岁、低保的老年人', '年满80周岁{+、低保+}的老年人'],
  ['户口簿；身份证；照片', '户口簿；照片', '户口簿；[-身份证；-]照片'],
  ['甲\n乙', '甲\n乙\n丙', '甲\n乙{+\n丙+}'],
  ['', '新写的', '{+新写的+}'],
  ['原有的', '', '[-原有的-]'],
  // Too little in common to be worth marks.
  ['5个工作日', '即时办结', '[-5个工作日-]{+即时办结+}'],
  ['20个工作日', '30日', '[-20个工作日-]{+30日+}'],
  // One character between two changes is chance.
  ['由旗民政局受理后审核并公示', '由苏木民政办受理后审核并公示', '由[-旗-]{+苏木+}民政[-局-]{+办+}受理后审核并公示'],
  ['应当在本地居住满一年以上', '应当在外市居留满一年以上', '应当在[-本地居住-]{+外市居留+}满一年以上'],
])('what %s and %s differ in', (standard, text, want) => {
  expect(told(wordDiff(standard, text))).toBe(want);
});

test('both texts can be read out of the pieces', () => {
  const words = ['户口簿', '身份证', '（原件1份）', '照片', '2张', '；', '\n', 'A4', ' '];
  let seed = 5;
  const pick = (n: number) => (seed = (seed * 1103515245 + 12345) % 2147483648) % n;
  for (let round = 0; round < 300; round++) {
    const make = () => Array.from({ length: pick(9) }, () => words[pick(words.length)]).join('');
    const [standard, text] = [make(), make()];
    const pieces = wordDiff(standard, text);
    const without = (kind: Piece['kind']) => pieces.filter((piece) => piece.kind !== kind).map((piece) => piece.text).join('');
    expect(without('more')).toBe(standard);
    expect(without('less')).toBe(text);
    for (const [at, piece] of pieces.entries()) expect(piece.kind).not.toBe(pieces[at + 1]?.kind);
  }
});

test('texts with nothing in common are apart', () => {
  expect(isApart(wordDiff('5个工作日', '即时办结'))).toBe(true);
  expect(isApart(wordDiff('5个工作日', '3个工作日'))).toBe(false);
});

test('long texts are told apart by line', () => {
  const lines = Array.from({ length: 400 }, (_, at) => `第${at}份材料原件\n`);
  const changed = lines.map((line, at) => (at === 200 ? '第200份材料复印件\n' : line));
  expect(told(wordDiff(lines.join(''), changed.join('')))).toContain('[-第200份材料原件\n-]{+第200份材料复印件\n+}');
});
