// Keeps the admin page fresh. Every sentence on it is written by the server: this script only asks whether anything has
// changed (GET /api/v1/status), fetches the page again when it has, exchanges the parts that differ, and shows dates in
// the reader's own time zone. Without it the page stands as it was served.

const POLL_MS = 5000;
const REWRITE_MS = 60000; // "in 3 minutes" grows old although nothing has changed
const ANSWER_MS = 8000;

const seen = new Map(); // id of a part -> its HTML as the server sent it, before dates became local
let lastShown = '';
let lastRewrite = Date.now();
let lastAnswer = new Date();
let timer = 0;
let asking = false;

const byId = (id) => document.getElementById(id);
const parts = (root) => root.querySelectorAll('[data-part]');
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const date = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });

function showLocalDates(root) {
  for (const element of root.querySelectorAll('time')) {
    const at = new Date(element.dateTime);
    if (Number.isNaN(at.getTime())) continue;
    element.title = element.textContent;
    element.textContent = (element.dataset.show === 'date' ? date : moment).format(at);
  }
}

function openDetails(root) {
  return new Set(Array.from(root.querySelectorAll('details[open]'), (element) => element.id));
}

// Puts `fresh` in the place of `old`; what was unfolded stays so, and the keyboard stays where it was.
function exchange(old, fresh) {
  const open = openDetails(old);
  const focused = old.contains(document.activeElement) ? document.activeElement.closest('details')?.id : undefined;
  for (const element of fresh.querySelectorAll('details')) element.open = open.has(element.id);
  showLocalDates(fresh);
  old.replaceWith(fresh);
  if (focused) byId(focused)?.querySelector('summary').focus();
}

const idsOf = (root) => Array.from(root.querySelectorAll('#certificates > article'), (card) => card.id).join();

function replaceCards(page) {
  const fresh = Array.from(page.querySelectorAll('#certificates > article'));
  const open = openDetails(document);
  byId('certificates').replaceChildren(...fresh);
  for (const card of fresh) {
    seen.set(card.id, card.outerHTML);
    for (const element of card.querySelectorAll('details')) element.open = open.has(element.id);
    showLocalDates(card);
  }
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
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return answer;
}

function showFigures(status) {
  for (const [id, count] of [['connections', status.connections], ['requests', status.requests], ['swaps', status.swaps.count]])
    byId(id).textContent = count.toLocaleString();
  lastAnswer = new Date();
  byId('asof').textContent = `as of ${clock.format(lastAnswer)}, refreshed every ${POLL_MS / 1000} seconds`;
  byId('link').textContent = '';
}

function showLoss() {
  byId('link').textContent = `No answer from the device since ${clock.format(lastAnswer)}. This is what it said last.`;
}

async function refresh() {
  const status = await (await ask('/api/v1/status')).json();
  showFigures(status);
  const shown = JSON.stringify([status.version, status.certificates, status.clock, status.notices, status.listeners]);
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
  timer = window.setTimeout(poll, POLL_MS);
}

for (const part of parts(document)) seen.set(part.id, part.outerHTML);
showLocalDates(document);
document.addEventListener('visibilitychange', poll);
timer = window.setTimeout(poll, POLL_MS);
