// The last step of the first start: the first certificate while it is being fetched, and how that ended.

import { ask } from './api.js';
import { dateWords } from './dates.js';
import { make, makeTime } from './dom.js';
import { follow } from './jobs.js';
import { say, sayCount } from './words.js';

const DAY_MS = 86400000;

async function certificateOf(name) {
  const { certificates } = await ask('GET', '/api/v1/status');
  return certificates.find((each) => each.name === name);
}

const linkTo = (name) => `https://${name.includes(':') ? `[${name}]` : name}/`;

function served(certificate, names) {
  const days = Math.floor((new Date(certificate.not_after) - Date.now()) / DAY_MS);
  const life = sayCount('start.life', days);
  return [
    make('p', { class: 'said-yes' }, say('start.done', { issuer: certificate.issuer })),
    make('p', {}, makeTime(certificate.not_after, say('start.until', { date: dateWords(new Date(certificate.not_after)), life }))),
    make('p', {}, say('start.renews')),
    make('ul', { class: 'links' }, ...names.map((name) => make('li', {}, make('a', { href: linkTo(name), rel: 'noreferrer' }, linkTo(name))))),
    make('div', { class: 'actions' }, make('a', { class: 'button main', href: '#status' }, say('start.to_status'))),
  ];
}

// As the page says it of a certificate; a kind of trouble that has no words of its own is said in general.
function wordsOf(kind, type) {
  const key = `${kind}.${type.split(':').pop()}`;
  const words = say(key);
  return words === key ? null : words;
}

function problemOf({ type, detail, advice }) {
  return make('div', { class: 'problem' }, make('h3', {}, wordsOf('problem', type) ?? say('problem')), make('p', {}, wordsOf('advice', type) ?? advice),
    make('details', {}, make('summary', {}, say('reported')), make('p', { class: 'said', lang: 'en' }, make('code', {}, type), make('br'), detail)));
}

function failed(problem, back, words) {
  return [
    ...(problem ? [problemOf(problem)] : [make('p', { class: 'said-no' }, words)]),
    make('p', { class: 'hint' }, say('start.failed')),
    make('div', { class: 'actions' }, make('button', { type: 'button', class: 'main', onclick: back }, say('start.back')),
      make('a', { class: 'button', href: '#status' }, say('start.to_status'))),
  ];
}

async function showEnd(end, { begun, names, back }, words) {
  try {
    const certificate = await certificateOf(begun.certificate);
    const good = certificate && ['public', 'previous'].includes(certificate.rung);
    end.replaceChildren(...(good ? served(certificate, names) : failed(certificate?.last_problem, back, words)));
    end.classList.add(good ? 'well' : 'attention');
  } catch (error) {
    end.replaceChildren(...failed(null, back, error.message));
  }
  end.querySelector('a, button').focus();
}

function changesOf(changes) {
  return make('details', {}, make('summary', {}, say('start.written')),
    make('pre', { class: 'paste', tabindex: '0' }, make('code', {}, changes.map(({ line, now }) => `${line}: ${now}`).join('\n'))));
}

// begun: what the device answered; names: as it took them; back: leads to the names again.
export function getCertificate(wish) {
  const { begun, place } = wish;
  const title = make('h2', { tabindex: '-1' }, say('start.step.go'));
  const job = make('div', { class: 'job' });
  const end = make('div', { class: 'end' });
  place.replaceChildren(title, job, end, changesOf(begun.changes));
  title.focus();
  if (begun.job) follow(begun.job, 'first', wish.names.join(', '), job, (words) => showEnd(end, wish, words));
  else showEnd(end, wish, begun.result);
}
