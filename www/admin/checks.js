// What stands in the way of certificates (GET /api/v1/findings), and looking again.

import { ask } from './api.js';
import { dateWords } from './dates.js';
import { make, makeTime } from './dom.js';
import { listen } from './live.js';
import { say } from './words.js';

const POLL_MS = 1000; // while it looks; the device tells when it has ended, but its word may be lost

let view = null;
let timer = 0;

export function pasteOf({ where, lines }) {
  return make('figure', { class: 'paste' }, make('figcaption', {}, where),
    make('pre', { tabindex: '0' }, make('code', {}, lines.join('\n'))));
}

// The findings are the device's own words, in English.
export function findingElement(finding) {
  const { level } = finding;
  const parts = [['seen', finding.seen], ['follows', finding.result], ['change', finding.change]].filter(([, words]) => words);
  return make('li', { class: `finding ${level}` },
    make('h2', {}, make('span', { class: 'level' }, say(`checks.level.${level}`)), ' ', make('span', { lang: 'en' }, finding.about)),
    ...parts.map(([kind, words]) => make('p', { class: kind, lang: 'en' }, kind === 'change' ? make('strong', {}, words) : words)),
    ...finding.paste.map(pasteOf));
}

function draw({ running, at, level, findings }) {
  view.again.disabled = running;
  if (running) view.said.replaceChildren(say('checks.running'));
  else if (!at) view.said.replaceChildren(say('checks.none'));
  else view.said.replaceChildren(say(`checks.verdict.${level}`), ' ', makeTime(at, dateWords(new Date(at))));
  view.list.replaceChildren(...findings.map(findingElement));
}

async function refresh() {
  window.clearTimeout(timer);
  try {
    const found = await ask('GET', '/api/v1/findings');
    draw(found);
    if (found.running) timer = window.setTimeout(refresh, POLL_MS);
  } catch (error) {
    view.said.replaceChildren(error.message);
  }
}

async function look() {
  view.again.disabled = true;
  try {
    await ask('POST', '/api/v1/preflight', {});
    await refresh();
  } catch (error) {
    view.again.disabled = false;
    view.said.replaceChildren(error.message);
  }
}

export async function begin(section) {
  view = {
    said: make('p', { class: 'told', role: 'status' }),
    again: make('button', { type: 'button', class: 'main', onclick: look }, say('checks.do')),
    list: make('ol', { class: 'findings' }),
  };
  section.replaceChildren(make('h1', {}, say('checks.title')), make('p', { class: 'hint' }, say('checks.text')),
    make('div', { class: 'actions' }, view.again), view.said, view.list);
  listen('status', refresh);
  await refresh();
}
