// The log: what the device remembers of it, then each line as it comes; with a filter. And who asked the sites for what.

import { ask } from './api.js';
import { field, make } from './dom.js';
import { isLive, listen } from './live.js';
import { say } from './words.js';

const PATHS = { events: '/api/v1/log', requests: '/api/v1/requests' };
const POLL_MS = 3000; // where the device does not tell by itself
const MOST_LINES = 2000;
const WORSE = { all: /./, warn: /^\S+ (warn|error)/i, error: /^\S+ error/i }; // a line is TIME LEVEL event key=value ...

let lines = [];
let view = null;
let elsewhere = ''; // where the device writes the lines that it does not remember

const choices = (names, word) => names.map((each) => make('option', { value: each }, word(each)));
const hasEvents = () => view.source.value === 'events';

function isWanted(line) {
  return (!hasEvents() || WORSE[view.level.value].test(line)) && line.toLowerCase().includes(view.filter.value.toLowerCase());
}

function lineElement(line) {
  if (!hasEvents()) return make('li', {}, line);
  const [time, level, ...rest] = line.split(' ');
  return make('li', { class: level.toLowerCase() }, make('span', { class: 'at' }, time), ' ', make('b', {}, level), ` ${rest.join(' ')}`);
}

function showCount(shown) {
  if (elsewhere) view.count.textContent = say(elsewhere === 'off' ? 'log.off' : 'log.elsewhere', { where: elsewhere });
  else view.count.textContent = lines.length && !shown ? say('log.none') : say('log.count', { shown, all: lines.length });
}

function scroll() {
  if (view.follow.checked) view.list.scrollTop = view.list.scrollHeight;
}

function draw() {
  const wanted = lines.filter(isWanted);
  view.list.replaceChildren(...wanted.map(lineElement));
  showCount(wanted.length);
  scroll();
}

function take(line) {
  if (!line) return;
  lines.push(line);
  if (lines.length > MOST_LINES) {
    lines = lines.slice(-MOST_LINES / 2);
    return draw();
  }
  if (isWanted(line)) view.list.append(lineElement(line));
  showCount(view.list.childElementCount);
  scroll();
}

async function fetchAll() {
  const source = view.source.value;
  const { lines: fresh, where = 'ring' } = await ask('GET', PATHS[source]);
  if (source !== view.source.value) return;
  elsewhere = where === 'ring' ? '' : where;
  if (fresh.length && fresh.length === lines.length && fresh.at(-1) === lines.at(-1)) return;
  lines = fresh;
  draw();
}

const isShown = () => !document.hidden && view.list.offsetParent !== null;

async function poll() {
  try {
    if (isShown() && !(isLive() && hasEvents())) await fetchAll();
  } catch { /* the line about a lost connection says it */ }
  window.setTimeout(poll, POLL_MS);
}

async function change() {
  view.level.disabled = !hasEvents();
  lines = [];
  draw();
  try {
    await fetchAll();
  } catch (error) {
    view.count.textContent = error.message;
  }
}

function build(section) {
  view = {
    filter: make('input', { id: 'log-filter', type: 'search', oninput: draw }),
    level: make('select', { id: 'log-level', onchange: draw }, ...choices(['all', 'warn', 'error'], (each) => say(`log.level.${each}`))),
    source: make('select', { id: 'log-source', onchange: change }, ...choices(Object.keys(PATHS), (each) => say(`log.source.${each}`))),
    follow: make('input', { id: 'log-follow', type: 'checkbox', checked: true, onchange: scroll }),
    count: make('p', { class: 'hint', role: 'status' }),
    list: make('ol', { class: 'log', tabindex: '0', 'aria-label': say('log.title') }),
  };
  const tools = make('div', { class: 'tools' },
    ...['filter', 'source', 'level'].map((name) => make('div', {}, ...field(say(`log.${name}`), view[name]))),
    make('div', { class: 'tick-box' }, view.follow, make('label', { for: 'log-follow' }, say('log.follow'))));
  section.replaceChildren(make('h1', {}, say('log.title')), tools, view.list, view.count,
    make('h2', {}, say('support.title')), make('p', { class: 'hint' }, say('support.text')),
    make('p', { class: 'actions' }, make('a', { class: 'button', href: '/api/v1/support-bundle', download: true }, say('support.get'))));
}

export async function begin(section) {
  try {
    const first = (await ask('GET', PATHS.events)).lines;
    build(section);
    lines = first;
    draw();
  } catch (error) {
    section.replaceChildren(make('h1', {}, say('log.title')),
      make('p', { class: 'hint' }, error.status === 404 ? say('not_here') : error.message));
    return;
  }
  listen('log', (event) => hasEvents() && take(event.line));
  listen('lost', fetchAll);
  window.setTimeout(poll, POLL_MS);
}
