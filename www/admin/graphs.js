// Four small graphs of the last hour or day (GET /api/v1/history); nothing where the device keeps no history.

import { make } from './dom.js';
import { say } from './words.js';

const SVG = 'http://www.w3.org/2000/svg';
const WIDTH = 240, HEIGHT = 56;
const SERIES = ['requests', 'handshakes', 'connections', 'errors'];
const AGAIN_MS = 60000;

function pathOf(values, most) {
  const x = (i) => (i * WIDTH / Math.max(1, values.length - 1)).toFixed(1);
  const y = (value) => (HEIGHT - 2 - value / Math.max(1, most) * (HEIGHT - 6)).toFixed(1);
  return values.map((value, i) => `${i ? 'L' : 'M'}${x(i)} ${y(value)}`).join('');
}

function graph(name, values) {
  const most = Math.max(0, ...values);
  const what = say(`graph.${name}`);
  const words = say('graph.words', { what, now: values.at(-1).toLocaleString(), most: most.toLocaleString() });
  const svg = document.createElementNS(SVG, 'svg');
  for (const [key, value] of Object.entries({ viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: 'none', role: 'img', 'aria-label': words }))
    svg.setAttribute(key, value);
  const line = pathOf(values, most);
  for (const [kind, d] of [['area', `${line}L${WIDTH} ${HEIGHT}L0 ${HEIGHT}Z`], ['line', line]]) {
    const path = document.createElementNS(SVG, 'path');
    path.setAttribute('class', kind);
    path.setAttribute('d', d);
    svg.append(path);
  }
  return make('figure', { class: `graph ${name}` }, make('figcaption', {}, what, ' ', make('b', {}, values.at(-1).toLocaleString())), svg);
}

async function draw(place, span) {
  const answer = await fetch(`/api/v1/history${span === 'day' ? '?span=day' : ''}`, { cache: 'no-store' });
  if (!answer.ok) return false;
  const history = await answer.json();
  const graphs = SERIES.filter((name) => history[name]?.length).map((name) => graph(name, history[name]));
  place.replaceChildren(...graphs);
  return graphs.length > 0;
}

export async function begin(section) {
  const place = make('div', { class: 'graphs' });
  const choice = make('select', { 'aria-label': say('graph.span') }, make('option', { value: 'hour' }, say('graph.title')),
    make('option', { value: 'day' }, say('graph.title.day')));
  if (!await draw(place, 'hour')) return;
  choice.addEventListener('change', () => draw(place, choice.value));
  section.replaceChildren(choice, place);
  window.setInterval(() => {
    if (!document.hidden) draw(place, choice.value).catch(() => false);
  }, AGAIN_MS);
}
