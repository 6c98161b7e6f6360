/** A stretch of text that both have, that only the standard has, or only the other. */
export interface Piece {
  kind: 'same' | 'less' | 'more';
  text: string;
}

/** Longer texts are told apart by line only: the table that finds what they share grows with both. */
const MOST = 1_500;

/** Two texts that share less than that are two texts: marks in every second place help nobody. */
const LIKE = 0.5;

/** A number with its decimals, a Latin word and a space are one; of Chinese each character is. */
const TOKEN = /\d+(?:[.,]\d+)*%?|[A-Za-z]+|\s+|[\s\S]/gu;

/** What of a standard a text leaves out, and what it has more; in the order of the text. */
export function wordDiff(standard: string, text: string): Piece[] {
  if (standard === text) return text ? [{ kind: 'same', text }] : [];
  const byLine = standard.length > MOST || text.length > MOST;
  const split = (of: string) => (byLine ? (of.match(/[^\n]*\n|[^\n]+/g) ?? []) : (of.match(TOKEN) ?? []));
  const pieces = joined(compare(split(standard), split(text)));
  const shared = pieces.filter(({ kind }) => kind === 'same').reduce((sum, piece) => sum + piece.text.trim().length, 0);
  if (shared < LIKE * Math.min(standard.length, text.length)) return whole(standard, text);
  return bridged(pieces);
}

/** Whether two texts have too little in common to be marked. */
export function isApart(pieces: readonly Piece[]): boolean {
  return pieces.every(({ kind }) => kind !== 'same');
}

function whole(standard: string, text: string): Piece[] {
  const pieces: Piece[] = [{ kind: 'less', text: standard }, { kind: 'more', text }];
  return pieces.filter((piece) => piece.text !== '');
}

/** Longest common subsequence of two rows of words. */
function compare(a: readonly string[], b: readonly string[]): Piece[] {
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  const [left, right] = [a.slice(head, a.length - tail), b.slice(head, b.length - tail)];
  const wide = right.length + 1;
  // Cell (i, j): how much of left from i on and of right from j on is shared.
  const table = new Uint16Array((left.length + 1) * wide);
  for (let i = left.length - 1; i >= 0; i--) {
    for (let j = right.length - 1; j >= 0; j--) {
      table[i * wide + j] =
        left[i] === right[j] ? at(table, (i + 1) * wide + j + 1) + 1 : Math.max(at(table, (i + 1) * wide + j), at(table, i * wide + j + 1));
    }
  }
  const pieces: Piece[] = a.slice(0, head).map((text) => ({ kind: 'same', text }));
  let [i, j] = [0, 0];
  while (i < left.length || j < right.length) {
    const [before, after] = [left[i], right[j]];
    if (before !== undefined && before === after) {
      pieces.push({ kind: 'same', text: before });
      i++;
      j++;
    } else if (before !== undefined && (after === undefined || at(table, (i + 1) * wide + j) >= at(table, i * wide + j + 1))) {
      pieces.push({ kind: 'less', text: before });
      i++;
    } else {
      pieces.push({ kind: 'more', text: after as string });
      j++;
    }
  }
  for (const text of a.slice(a.length - tail)) pieces.push({ kind: 'same', text });
  return pieces;
}

const at = (table: Uint16Array, index: number): number => table[index] ?? 0;

/** Neighbours of one kind become one; between two shared stretches what is less stands before what is more. */
function joined(pieces: readonly Piece[]): Piece[] {
  const out: Piece[] = [];
  let [less, more] = ['', ''];
  const flush = () => {
    if (less) out.push({ kind: 'less', text: less });
    if (more) out.push({ kind: 'more', text: more });
    less = more = '';
  };
  for (const { kind, text } of pieces) {
    if (kind === 'less') less += text;
    else if (kind === 'more') more += text;
    else {
      flush();
      const last = out[out.length - 1];
      if (last?.kind === 'same') last.text += text;
      else out.push({ kind, text });
    }
  }
  flush();
  return out;
}

/** A single shared character between two changes is chance: both changes and it are told as one. */
function bridged(pieces: readonly Piece[]): Piece[] {
  const changed = (piece: Piece | undefined) => piece !== undefined && piece.kind !== 'same';
  const flat = pieces.flatMap((piece, at): Piece[] => {
    const chance = piece.kind === 'same' && [...piece.text].length === 1 && /\p{Script=Han}/u.test(piece.text);
    if (!chance || !changed(pieces[at - 1]) || !changed(pieces[at + 1])) return [piece];
    return [
      { kind: 'less', text: piece.text },
      { kind: 'more', text: piece.text },
    ];
  });
  return joined(flat);
}
