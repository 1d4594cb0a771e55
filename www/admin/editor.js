// A textarea with the numbers of its lines beside it.

import { make } from './dom.js';

export function makeEditor(id, label) {
  const numbers = make('ol', { class: 'gutter', 'aria-hidden': 'true' });
  const area = make('textarea', { id, 'aria-label': label, wrap: 'off', spellcheck: 'false', autocomplete: 'off',
    autocapitalize: 'off', rows: '24' });
  let marked = new Set();

  const drawNumbers = () => {
    const count = area.value.split('\n').length;
    if (numbers.childElementCount === count) return;
    numbers.replaceChildren(...Array.from({ length: count }, (_, i) =>
      make('li', { class: marked.has(i + 1) ? 'fault' : undefined }, String(i + 1))));
  };
  const follow = () => { numbers.scrollTop = area.scrollTop; };
  area.addEventListener('input', drawNumbers);
  area.addEventListener('scroll', follow);

  return {
    element: make('div', { class: 'editor' }, numbers, area),
    text: () => area.value,
    setText(text) {
      area.value = text;
      marked = new Set();
      numbers.replaceChildren();
      drawNumbers();
    },
    setReadOnly(on) {
      area.readOnly = on;
    },
    // Lines with a fault, counted from 1.
    mark(lines) {
      marked = new Set(lines);
      numbers.replaceChildren();
      drawNumbers();
      follow();
    },
    goTo(line) {
      const lines = area.value.split('\n');
      const wanted = Math.min(Math.max(line, 1), lines.length);
      const from = lines.slice(0, wanted - 1).reduce((sum, each) => sum + each.length + 1, 0);
      area.focus();
      area.setSelectionRange(from, from + lines[wanted - 1].length);
      area.scrollTop = (wanted - 1) * parseFloat(getComputedStyle(area).lineHeight) - area.clientHeight / 3;
      follow();
    },
  };
}
