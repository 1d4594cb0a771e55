// Keeps the admin page fresh. Every sentence on it is written by the server: this script only asks whether anything has
// changed (GET /api/v1/status), fetches the page again when it has, exchanges the parts that differ, and shows dates in
// the reader's own time zone. Without it the page stands as it was served. What only some need is loaded when they do.

import { dateWords, showLocalDates } from './dates.js';

const POLL_MS = 5000;
const LIVE_POLL_MS = 60000; // the device says by itself that something has changed
const REWRITE_MS = 60000; // "in 3 minutes" grows old although nothing has changed
const ANSWER_MS = 8000;
const USED_MS = 60000; // how often the device hears that somebody is here: what is asked by the clock keeps no session awake

const seen = new Map(); // id of a part -> its HTML as the server sent it, before dates became local
let lastShown = '';
let lastRewrite = Date.now();
let lastAnswer = new Date();
let timer = 0;
let asking = false;
let lastUse = Date.now();
let isLive = () => false;

const byId = (id) => document.getElementById(id);
const parts = (root) => root.querySelectorAll('[data-part]');

// A sentence that the server wrote with slots into data-NAME of an element.
const filled = (text, slots) => text.replace(/\{(\w+)\}/g, (all, name) => slots[name] ?? all);

function openDetails(root) {
  return new Set(Array.from(root.querySelectorAll('details[open]'), (element) => element.id));
}

// What the script put into the page (data-keep) moves on into the element that stands there now.
function keep(old, fresh) {
  for (const element of old.querySelectorAll('[data-keep]')) fresh.querySelector(`#${element.id}`)?.replaceWith(element);
}

// Puts `fresh` in the place of `old`; what was unfolded stays so, and the keyboard stays where it was.
function exchange(old, fresh) {
  const open = openDetails(old);
  const active = old.contains(document.activeElement) ? document.activeElement : null;
  const focused = active?.id || active?.closest('details')?.id;
  for (const element of fresh.querySelectorAll('details')) element.open = open.has(element.id);
  keep(old, fresh);
  showLocalDates(fresh);
  old.replaceWith(fresh);
  const again = focused && byId(focused);
  if (again) (again.querySelector(':scope > summary') ?? again).focus();
}

const idsOf = (root) => Array.from(root.querySelectorAll('#certificates > article'), (card) => card.id).join();

function replaceCards(page) {
  const fresh = Array.from(page.querySelectorAll('#certificates > article'));
  const open = openDetails(document);
  for (const card of fresh) {
    seen.set(card.id, card.outerHTML);
    keep(document, card);
    for (const element of card.querySelectorAll('details')) element.open = open.has(element.id);
    showLocalDates(card);
  }
  byId('certificates').replaceChildren(...fresh);
}

function adopt(page) {
  if (idsOf(document) !== idsOf(page)) replaceCards(page);
  for (const fresh of parts(page)) {
    const old = byId(fresh.id);
    const html = fresh.outerHTML;
    if (!old || seen.get(fresh.id) === html) continue;
    seen.set(fresh.id, html);
    exchange(old, document.adoptNode(fresh));
  }
  if (document.title !== page.title) {
    document.title = page.title;
    byId('announce').textContent = byId('headline').textContent;
  }
}

async function ask(url) {
  const answer = await fetch(url, { cache: 'no-store', signal: AbortSignal.timeout(ANSWER_MS) });
  if (answer.status === 401) window.location.assign('/login');
  if (!answer.ok || answer.redirected) throw new Error(`${url}: ${answer.status}`);
  return answer;
}

function showFigures(status) {
  for (const [id, count] of [['connections', status.connections], ['requests', status.requests], ['swaps', status.swaps.count]])
    byId(id).textContent = count.toLocaleString();
  lastAnswer = new Date();
  const { live, polls } = byId('asof').dataset;
  byId('asof').textContent = filled(isLive() ? live : polls, { time: dateWords(lastAnswer, 'clock'), n: POLL_MS / 1000 });
  byId('link').textContent = '';
}

function showLoss() {
  const link = byId('link');
  link.textContent = filled(link.dataset.lost, { time: dateWords(lastAnswer, 'clock') });
}

async function refresh() {
  const status = await (await ask('/api/v1/status')).json();
  showFigures(status);
  const shown = JSON.stringify([status.version, status.certificates, status.clock, status.notices, status.listeners, status.sites,
    status.ledger]);
  if (shown === lastShown && Date.now() - lastRewrite < REWRITE_MS) return;
  const html = await (await ask('/')).text();
  adopt(new DOMParser().parseFromString(html, 'text/html'));
  lastShown = shown;
  lastRewrite = Date.now();
}

async function poll() {
  window.clearTimeout(timer);
  if (document.hidden || asking) return;
  asking = true;
  try {
    await refresh();
  } catch {
    showLoss();
  }
  asking = false;
  timer = window.setTimeout(poll, isLive() ? LIVE_POLL_MS : POLL_MS);
}

// News in quick succession are one question, a moment later.
function pollSoon() {
  window.clearTimeout(timer);
  timer = window.setTimeout(poll, 200);
}

async function showWho() {
  const answer = await fetch('/api/v1/session', { cache: 'no-store' });
  if (!answer.ok) return;
  const { peer, since } = await answer.json();
  const who = byId('who');
  who.textContent = filled(who.dataset.words, { peer, since: dateWords(new Date(since)) });
}

// Somebody who reads or writes for half an hour asks for nothing, and is not to lose his work.
function tellUse() {
  if (Date.now() - lastUse < USED_MS) return;
  lastUse = Date.now();
  fetch('/api/v1/session', { cache: 'no-store' }).catch(showLoss);
}

document.addEventListener('click', async (event) => {
  const button = event.target.closest('button[data-do]');
  if (button) (await import('./actions.js')).act(button);
});

async function showView() {
  const wanted = window.location.hash.slice(1);
  if (wanted === 'status' || byId(`view-${wanted}`)) (await import('./views.js')).show(wanted);
}

// What can wait until the page is there.
async function showRest() {
  if (window.location.search.startsWith('?lang=')) window.history.replaceState(null, '', `/${window.location.hash}`); // a cookie keeps it
  const live = await import('./live.js');
  for (const kind of ['status', 'lost', 'live']) live.listen(kind, pollSoon);
  isLive = live.isLive;
  live.start();
  await showWho();
  (await import('./graphs.js')).begin(byId('graphs'));
}

document.documentElement.classList.add('script');
// The page as it was served is whole: it is shown before anything is done to it.
await new Promise((shown) => { requestAnimationFrame(() => setTimeout(shown)); });
for (const part of parts(document)) seen.set(part.id, part.outerHTML);
showLocalDates(document);
document.addEventListener('postern:refresh', pollSoon);
document.addEventListener('visibilitychange', poll);
window.addEventListener('hashchange', showView);
for (const kind of ['keydown', 'pointerdown', 'wheel']) document.addEventListener(kind, tellUse, { capture: true, passive: true });
timer = window.setTimeout(poll, POLL_MS);
showView();
window.setTimeout(() => showRest().catch(showLoss), 300);
