// Lines and their ends. A textarea knows LF alone: what it gives back gets the ends that the file had, byte for byte.

import { compare } from './diff.js';

// [{ text, end }]: `end` is CR LF, LF, CR, or nothing for a last line without one. An empty text has no lines.
export function linesOf(text) {
  const lines = [];
  for (const [whole, line, end] of text.matchAll(/([^\r\n]*)(\r\n|\n|\r|$)/g)) {
    if (whole) lines.push({ text: line, end });
  }
  return lines;
}

// What a textarea makes of it.
export const shownText = (text) => text.replace(/\r\n?/g, '\n');

function commonest(lines) {
  const count = new Map();
  for (const { end } of lines) if (end) count.set(end, (count.get(end) ?? 0) + 1);
  return [...count].sort((a, b) => b[1] - a[1])[0]?.[0] ?? '\n';
}

// `edited`, as a textarea gave it, with the ends that the same lines have in `original`; one that stands in the place of
// another ends as that did, and more lines than that end as most do there.
export function withEndsOf(original, edited) {
  const old = linesOf(original);
  const fresh = linesOf(edited);
  const usual = commonest(old);
  const ends = new Array(fresh.length).fill('');
  let gone = []; // ends of lines that were taken out just here
  let come = []; // and the numbers of those that were put in
  const pair = () => {
    come.forEach((number, i) => { ends[number] = gone[i] ?? ''; });
    gone = [];
    come = [];
  };
  for (const step of compare(old.map((line) => line.text), fresh.map((line) => line.text))) {
    if (step.kind === '-') gone.push(old[step.a].end);
    else if (step.kind === '+') come.push(step.b);
    else {
      pair();
      ends[step.b] = old[step.a].end;
    }
  }
  pair();
  return fresh.map(({ text, end }, i) => text + (end ? ends[i] || usual : '')).join('');
}
