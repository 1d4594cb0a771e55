// The password, and who did what.

import { ask } from './api.js';
import { dateWords } from './dates.js';
import { field, make, makeTime } from './dom.js';
import { say } from './words.js';

function passwordInput(id, kind) {
  return make('input', { id, name: id, type: 'password', autocomplete: kind, required: true, maxlength: '512' });
}

function passwordForm() {
  const old = passwordInput('password-old', 'current-password');
  const fresh = passwordInput('password-new', 'new-password');
  const again = passwordInput('password-again', 'new-password');
  const said = make('p', { role: 'status' });
  const tell = (words, kind) => {
    said.className = kind;
    said.textContent = words;
  };
  const form = make('form', { class: 'narrow' }, ...field(say('password.old'), old),
    ...field(say('password.new'), fresh, say('door.rule')), ...field(say('password.again'), again),
    make('div', { class: 'actions' }, make('button', { type: 'submit', class: 'main' }, say('password.do'))), said);
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (fresh.value !== again.value) return tell(say('password.differ'), 'said-no');
    try {
      await ask('POST', '/api/v1/password', { old: old.value, new: fresh.value });
      form.reset();
      tell(say('password.done'), 'said-yes');
    } catch (error) {
      tell(error.message, 'said-no');
    }
  });
  return form;
}

// What was asked of the API, as its path tells, is said as a job is.
function deedWords({ action, object }) {
  const [, name, what] = /^\/api\/v1\/certificates\/(.+)\/(.+)$/.exec(object) ?? [];
  const key = action !== 'ask' ? `did.${action}` : `job.${what === 'dry-run' ? 'try' : what}`;
  const words = say(key, { name });
  return words === key ? `${action} ${object}` : words;
}

const outcomeWords = (outcome) => (/^(ok|2\d\d|changed|saved)$/.test(outcome) ? say('audit.done') : outcome.replace(/^(refused|[45]\d\d)$/, say('audit.refused')));

function auditRow(entry) {
  return make('tr', {}, make('td', {}, makeTime(entry.at, dateWords(new Date(entry.at)))), make('td', {}, entry.peer),
    make('td', { title: entry.object }, deedWords(entry)), make('td', { title: entry.outcome }, outcomeWords(entry.outcome)));
}

function auditTable(entries) {
  if (!entries.length) return make('p', { class: 'hint' }, say('audit.none'));
  const heads = ['when', 'who', 'what', 'how'].map((each) => make('th', { scope: 'col' }, say(`audit.${each}`)));
  return make('div', { class: 'table', tabindex: '0', role: 'region', 'aria-label': say('audit.title') },
    make('table', {}, make('thead', {}, make('tr', {}, ...heads)), make('tbody', {}, ...entries.map(auditRow))));
}

export async function begin(section) {
  section.replaceChildren(make('h1', {}, say('access.title')), make('h2', {}, say('password.title')), passwordForm());
  try {
    const { entries } = await ask('GET', '/api/v1/audit');
    section.append(make('h2', {}, say('audit.title')), auditTable(entries));
  } catch (error) {
    if (error.status !== 404) section.append(make('p', { class: 'said-no' }, error.message));
  }
}
