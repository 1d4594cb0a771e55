// What changed between two lists of lines (longest common subsequence), and how that is shown.

import { make } from './dom.js';

const MOST_CELLS = 4e6; // of the table: 2000 changed lines on both sides; beyond that all between is called changed
const AROUND = 3; // unchanged lines that are shown around a change

function lengthsOf(a, b) {
  const wide = b.length + 1;
  const table = new Uint16Array((a.length + 1) * wide);
  for (let i = a.length - 1; i >= 0; i -= 1)
    for (let j = b.length - 1; j >= 0; j -= 1)
      table[i * wide + j] = a[i] === b[j] ? table[(i + 1) * wide + j + 1] + 1
        : Math.max(table[(i + 1) * wide + j], table[i * wide + j + 1]);
  return (i, j) => table[i * wide + j];
}

function compareMiddle(a, b, offset) {
  const steps = [];
  const length = a.length * b.length <= MOST_CELLS ? lengthsOf(a, b) : null;
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (length && i < a.length && j < b.length && a[i] === b[j]) {
      steps.push({ kind: ' ', a: offset + i, b: offset + j });
      i += 1;
      j += 1;
    } else if (i < a.length && (j >= b.length || !length || length(i + 1, j) >= length(i, j + 1))) {
      steps.push({ kind: '-', a: offset + i });
      i += 1;
    } else {
      steps.push({ kind: '+', b: offset + j });
      j += 1;
    }
  }
  return steps;
}

// [{ kind: ' ' | '-' | '+', a, b }]: indexes into the two lists, in the order in which they are shown.
export function compare(a, b) {
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail += 1;
  const same = (from, to, shift) => Array.from({ length: to - from }, (_, i) => ({ kind: ' ', a: from + i, b: from + i + shift }));
  return [...same(0, head, 0), ...compareMiddle(a.slice(head, a.length - tail), b.slice(head, b.length - tail), head),
    ...same(a.length - tail, a.length, b.length - a.length)];
}

function skipped(count, sayCount) {
  return make('li', { class: 'skipped' }, sayCount('config.skipped', count));
}

const mark = { '-': 'del', '+': 'ins' };

function row(step, a, b, say) {
  const line = step.kind === '+' ? b[step.b] : a[step.a];
  const number = make('span', { class: 'number', 'aria-hidden': 'true' }, String((step.b ?? step.a) + 1));
  if (step.kind === ' ') return make('li', {}, number, make('code', {}, line.text));
  const word = make('span', { class: 'unseen' }, say(step.kind === '+' ? 'config.added' : 'config.removed'), ': ');
  const end = line.end ? null : make('em', {}, ` (${say('config.no_final_newline')})`);
  return make('li', { class: mark[step.kind] }, number, word, make(mark[step.kind], {}, make('code', {}, line.text)), end);
}

// The changes from `a` to `b` (as linesOf gives them) as a list; nothing where there are none.
export function diffElement(a, b, { say, sayCount }) {
  const same = (line) => line.text + (line.end ? '' : '\n'); // a line end that went or came at the end of the file counts
  const steps = compare(a.map(same), b.map(same));
  if (steps.every((step) => step.kind === ' ')) return null;
  const near = steps.map((_, i) => steps.slice(Math.max(0, i - AROUND), i + AROUND + 1).some((step) => step.kind !== ' '));
  const list = make('ol', { class: 'diff', tabindex: '0' });
  let left = 0;
  steps.forEach((step, i) => {
    if (!near[i]) left += 1;
    if (near[i] || i === steps.length - 1) {
      if (left) list.append(skipped(left, sayCount));
      left = 0;
    }
    if (near[i]) list.append(row(step, a, b, say));
  });
  return list;
}
