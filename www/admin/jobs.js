// A running job, step by step, in the card of its certificate.

import { ask } from './api.js';
import { dateWords } from './dates.js';
import { make, makeTime } from './dom.js';
import { isLive, listen } from './live.js';
import { say } from './words.js';

const POLL_MS = 1000;
const SAFETY_MS = 10000; // although the device tells by itself: one of its words may have been lost

const ENDINGS = { renew: 'job.ok', first: 'job.ok', try: 'job.tried', revoke: 'job.revoked', upload: 'job.ok' };

function ending(what, job) {
  if (!job.ok) return say('job.failed');
  return say(what === 'renew' && !job.changed ? 'job.same' : ENDINGS[what]);
}

// The device writes dates as RFC 3339 has them.
const withDates = (text) => text.replace(/\d{4}-\d\d-\d\dT[\d:]+Z/g, (iso) => dateWords(new Date(iso)));

function stepElement(step) {
  return make('li', {}, makeTime(step.at, dateWords(new Date(step.at), 'second'), 'second'), ' ', make('span', {}, withDates(step.text)));
}

// Draws into `place`, which stays when the card around it is exchanged.
function panel(place, what, name) {
  const list = make('ol', { class: 'steps', 'aria-live': 'polite', 'aria-label': say(`job.${what}`, { name }) });
  const result = make('p', { class: 'result busy', role: 'status' }, say('job.running'));
  const close = make('button', { type: 'button', class: 'quiet', hidden: true, onclick: () => place.replaceChildren() }, say('job.close'));
  const inCard = Boolean(place.closest('article'));
  const title = make(inCard ? 'h4' : 'h3', {}, say(`job.${what}`, { name })); // a level below what stands above
  place.replaceChildren(title, list, result, ...(inCard ? [close] : []));
  return {
    add: (step) => list.append(stepElement(step)),
    end: (words, ok) => {
      result.textContent = words;
      result.className = `result ${ok ? 'well' : 'attention'}`;
      close.hidden = false;
    },
    isShown: () => list.isConnected && place.contains(list),
  };
}

// what: "renew", "try", "revoke", "upload", "first". `ended`, if given, is called with how it ended, in words. Returns at once;
// ends by itself when the job does. The device tells of each step while it listens; what counts is the list that it gives when
// asked, for a word may have been said before anybody listened.
export function follow(id, what, name, place, ended) {
  const shown = panel(place, what, name);
  const seen = new Set();
  let timer = 0;
  let over = false;
  let asked = false; // an answer was there: from here on what is told comes after what is shown

  const end = (words, ok) => {
    over = true;
    window.clearTimeout(timer);
    deaf();
    shown.end(words, ok);
    document.dispatchEvent(new Event('postern:refresh'));
    ended?.(words);
  };
  const add = (step) => {
    const key = JSON.stringify([step.at, step.certificate, step.text]);
    if (!step.text || seen.has(key)) return;
    seen.add(key);
    shown.add(step);
  };
  const take = (job) => {
    if (over || !job) return;
    asked = true;
    for (const step of job.steps ?? []) add(step);
    if (job.done) end(ending(what, job), job.ok);
  };
  const poll = async () => {
    window.clearTimeout(timer);
    if (over) return;
    if (!shown.isShown()) return void deaf();
    try {
      take(await ask('GET', `/api/v1/jobs/${encodeURIComponent(id)}`));
    } catch (error) {
      if (error.status === 404) return end(say('job.lost'), false);
    }
    if (!over) timer = window.setTimeout(poll, isLive() ? SAFETY_MS : POLL_MS);
  };
  const deaf = listen('progress', async (event) => {
    if (over || event.job !== id) return;
    if (!event.done) return asked ? add(event) : undefined;
    await poll(); // all the steps, in their order
    if (over) return;
    add(event);
    end(ending(what, event), event.ok);
  });
  poll();
}
