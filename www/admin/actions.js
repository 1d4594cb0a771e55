// The buttons of a certificate's card.

import { ask } from './api.js';
import { dateWords } from './dates.js';
import { question, withPassword } from './dialog.js';
import { field, make } from './dom.js';
import { follow } from './jobs.js';
import { say } from './words.js';

const REASONS = ['superseded', 'keyCompromise', 'cessationOfOperation']; // RFC 5280 section 5.3.1
const MOST_LIMITS = 5; // the scarcest

const address = (name, what) => `/api/v1/certificates/${encodeURIComponent(name)}/${what}`;
const placeOf = (card) => document.querySelector(`#${card} > .job`);

function sayFault(card, error) {
  placeOf(card)?.replaceChildren(make('p', { class: 'said-no', role: 'alert' }, error.message));
}

async function begin(card, what, name, send) {
  const started = await send();
  if (started?.job) follow(started.job, what, name, placeOf(card));
}

// Forced, for it is what a person wants. An order spends what the authority allows: asked before, where nothing makes it due.
async function renewal(name) {
  const send = () => ask('POST', address(name, 'renew'), { force: true });
  const { certificates, ledger, now } = await ask('GET', '/api/v1/status');
  const { state, renew_after: due } = certificates.find((each) => each.name === name) ?? {};
  if (state !== 'valid' || !(due > now)) return send();
  const limits = (ledger ?? []).filter((each) => each.left < each.of).sort((a, b) => a.left - b.left).slice(0, MOST_LIMITS);
  let started;
  await question({
    title: say('renew.title', { name }),
    parts: [make('p', {}, say('renew.text', { when: dateWords(new Date(due)) })),
      make('ul', { class: 'hint' }, ...limits.map((limit) => make('li', {}, say('renew.left', limit))))],
    action: say('do.renew'),
    attempt: async () => { started = await send(); },
  });
  return started;
}

function revocation(card, name, names) {
  const reason = make('select', { id: 'revoke-reason', name: 'reason' },
    ...REASONS.map((each) => make('option', { value: each }, say(`revoke.reason.${each}`))));
  let started;
  return question({
    title: say('revoke.title', { name }),
    parts: [make('p', {}, say('revoke.text')), make('p', {}, say('revoke.then', { names })),
      make('label', { for: reason.id }, say('revoke.reason')), reason],
    action: say('revoke.do'),
    danger: true,
    attempt: async (values) => {
      started = await withPassword(() => ask('POST', address(name, 'revoke'), { reason: values.reason }));
    },
  }).then(() => started);
}

// Room for PEM text, typed or from a file.
function pemField(what) {
  const label = say(`upload.${what}`);
  const text = make('textarea', { id: `upload-${what}`, name: what, rows: '4', spellcheck: 'false', autocomplete: 'off', required: true });
  const file = make('input', { type: 'file', 'aria-label': say('upload.file', { what: label }),
    onchange: async () => { text.value = await file.files[0]?.text() ?? ''; } });
  return [...field(label, text), file];
}

function upload(name) {
  let started;
  return question({
    title: say('upload.title', { name }),
    parts: [make('p', {}, say('upload.text')), ...pemField('chain'), ...pemField('key')],
    action: say('upload.do'),
    wide: true,
    attempt: async (values) => { started = await withPassword(() => ask('PUT', address(name, 'upload'), values)); },
  }).then(() => started);
}

const ACTS = {
  renew: (card, name) => renewal(name),
  try: (card, name) => ask('POST', address(name, 'dry-run')),
  revoke: (card, name, names) => revocation(card, name, names),
  upload: (card, name) => upload(name),
};

// A press of `button`, which says what to do in data-do.
export async function act(button) {
  const article = button.closest('article');
  const { id, dataset: { name, names } } = article;
  const what = button.dataset.do;
  button.disabled = true;
  try {
    await begin(id, what, name, () => ACTS[what](id, name, names));
  } catch (error) {
    sayFault(id, error);
  }
  button.disabled = false;
}
