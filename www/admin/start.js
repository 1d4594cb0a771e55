// The first start: names, e-mail and the authority's terms, a check of just these names, and then the first certificate. What
// stands in the configuration file is the device's business: here nothing but the wish is put together.

import { ask } from './api.js';
import { findingElement, pasteOf } from './checks.js';
import { withPassword } from './dialog.js';
import { field, make } from './dom.js';
import { getCertificate } from './start_go.js';
import { say } from './words.js';

const PATH = '/api/v1/first-site';
const POLL_MS = 1000; // while the device looks at the names
const TYPED_MS = 500; // after the last key
const LEVELS = ['fault', 'warning', 'note', 'ok'];

let place = null; // the element that holds the present step
let facts = null; // what the device says: etag, ca, addresses ...
let view = null; // the elements of the form
let checked = ''; // the names that were looked at
let warned = false; // the press after which faults are no hindrance

// Names as people type them: other commas and blanks, and scripts other than Latin, which DNS writes in punycode.
function ascii(name) {
  if (/^[\x21-\x7e]*$/.test(name)) return name;
  try {
    return new URL(`https://${name}`).hostname;
  } catch {
    return name;
  }
}
const typedNames = () => view.names.value.split(/[\s,;、，]+/).filter(Boolean).map(ascii);

function tell(words, kind = 'hint') {
  view.said.className = kind;
  view.said.replaceChildren(words);
}

function tellNames({ names, faults }) {
  view.names.setAttribute('aria-invalid', String(faults.length > 0));
  view.namesSaid.className = faults.length ? 'said-no' : 'hint';
  view.namesSaid.textContent = faults.length ? faults.map((fault) => fault.text).join('\n') : say('start.names.good', { names: names.join(', ') });
}

// The names as the device takes them; nothing: it takes them not, and says why.
async function askAboutNames() {
  const read = await ask('POST', `${PATH}/check`, { names: typedNames() });
  tellNames(read);
  return read.faults.length ? null : read.names;
}

function forgetCheck() {
  checked = '';
  warned = false;
  view.go.hidden = true;
  view.check.className = 'main';
}

let timer = 0;
function lookSoon() {
  window.clearTimeout(timer);
  forgetCheck();
  timer = window.setTimeout(() => {
    if (view.names.value.trim()) askAboutNames().catch((error) => tell(error.message, 'said-no'));
  }, TYPED_MS);
}

const later = (ms) => new Promise((done) => { window.setTimeout(done, ms); });

// What was found about exactly these names.
async function findingsOf(names) {
  await ask('POST', '/api/v1/preflight', { names });
  for (;;) {
    const found = await ask('GET', '/api/v1/findings');
    if (!found.running) return found;
    await later(POLL_MS);
  }
}

async function check() {
  window.clearTimeout(timer);
  forgetCheck();
  view.list.replaceChildren();
  const names = await askAboutNames();
  if (!names) return view.names;
  tell(say('checks.running'));
  const { level, findings, names: of } = await findingsOf(names);
  if (!place.contains(view.form)) return null;
  if (String(of) !== String(names)) throw new Error(say('start.check.lost'));
  const worstFirst = [...findings].sort((a, b) => LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level));
  view.list.replaceChildren(...worstFirst.map(findingElement));
  tell(say(`start.checked.${level}`), level === 'fault' ? 'said-no' : 'said-yes');
  checked = String(names);
  view.go.hidden = false;
  view.check.className = '';
  return view.go;
}

const linesByHand = (paste) => make('li', { class: 'finding' }, make('h2', {}, say('start.by_hand')), ...paste.map(pasteOf), make('p', {}, say('start.reload')));

// What the device said to the wish.
async function takeRefusal(error) {
  const { faults, paste } = error.problem ?? {};
  if (error.status === 412) {
    await refetch();
    return tell(say('start.changed'), 'said-no');
  }
  tell(faults ? faults.map((fault) => fault.text).join('\n') : error.message, 'said-no');
  if (paste?.length) view.list.replaceChildren(linesByHand(paste));
  return undefined;
}

async function refetch() {
  facts = { ...facts, ...await ask('GET', PATH) };
}

async function go() {
  const names = await askAboutNames();
  if (!names || String(names) !== checked) {
    forgetCheck();
    return view.names;
  }
  if (!view.agree.checked) {
    tell(say('start.agree.missing'), 'said-no');
    return view.agree;
  }
  if (!warned && view.list.querySelector('.finding.fault')) {
    warned = true;
    tell(say('start.go.again'), 'said-no');
    return view.go;
  }
  const wish = { names, agree_tos: true };
  if (view.email.value.trim()) wish.email = view.email.value.trim();
  if (view.ca && view.ca.value !== facts.ca.name) wish.ca = view.ca.value;
  const kept = { names: view.names.value, email: view.email.value };
  try {
    const begun = await withPassword(() => ask('POST', PATH, wish, { 'If-Match': facts.etag }));
    document.dispatchEvent(new Event('postern:refresh'));
    stage(3);
    getCertificate({ begun, names, place, back: () => showForm(kept) });
  } catch (error) {
    if (error.message) await takeRefusal(error); // none: the question for the password was left
  }
  return view.go;
}

// A press that fails says so, and cannot be made twice at once. The keyboard goes on where `work` says.
const press = (work) => async (event) => {
  event.preventDefault();
  const buttons = view.form.querySelectorAll('button');
  let next = view.check;
  for (const button of buttons) button.disabled = true;
  try {
    next = await work();
  } catch (error) {
    tell(error.message, 'said-no');
  }
  for (const button of buttons) button.disabled = false;
  if (next?.isConnected) next.focus();
};

function caWords(name) {
  if (name.startsWith('https://')) return new URL(name).host;
  return facts.ca.choices.includes(name) ? say(`start.ca.${name}`) : name;
}

function agreement() {
  const { name, directory, terms } = facts.ca;
  const [before, after] = say('start.agree', { ca: caWords(name) }).split('{terms}');
  const link = terms ? make('a', { href: terms, rel: 'noreferrer', target: '_blank' }, say('start.terms')) : say('start.terms');
  return [make('div', { class: 'tick-box' }, view.agree, make('label', { for: view.agree.id }, before, link, after)),
    terms ? null : make('p', { class: 'hint' }, say('start.terms.own', { directory }))];
}

function choice() {
  if (!facts.ca.choices.length) return null;
  view.ca = make('select', { id: 'start-ca' }, ...facts.ca.choices.map((each) => make('option', { value: each, selected: each === facts.ca.name }, caWords(each))));
  return make('details', {}, make('summary', {}, say('start.more')), ...field(say('start.ca'), view.ca, say('start.ca.hint')));
}

function offers() {
  if (!facts.addresses.length) return null;
  const take = (address) => () => {
    view.names.value = address;
    lookSoon();
    view.names.focus();
  };
  return make('div', { class: 'offers' }, make('p', { class: 'hint' }, say(facts.ca.choices.length ? 'start.address' : 'start.address.own')),
    make('div', { class: 'actions' }, ...facts.addresses.map((each) =>
      make('button', { type: 'button', onclick: take(each) }, say('start.address.use', { address: each })))));
}

function makeView(kept) {
  const names = kept?.names ?? facts.names.join(', ');
  view = {
    names: make('input', { id: 'start-names', type: 'text', autocomplete: 'off', autocapitalize: 'off', spellcheck: 'false', required: true, value: names, oninput: lookSoon }),
    namesSaid: make('p', { id: 'start-names-said', class: 'hint', role: 'status' }),
    email: make('input', { id: 'start-email', type: 'email', autocomplete: 'email', value: kept?.email ?? facts.email }),
    agree: make('input', { id: 'start-agree', type: 'checkbox', checked: Boolean(kept) }),
    check: make('button', { type: 'submit', class: 'main' }, say('start.check')),
    go: make('button', { type: 'button', class: 'main', hidden: true, onclick: press(go) }, say('start.go')),
    said: make('p', { class: 'hint', role: 'status' }),
    list: make('ol', { class: 'findings' }),
  };
}

function showForm(kept) {
  stage(2);
  makeView(kept);
  const why = facts.why_kept ? make('p', { class: 'said-no' }, say('start.readonly', { why: facts.why_kept })) : null;
  view.form = make('form', { class: 'narrow', novalidate: true, onsubmit: press(check) }, ...field(say('start.names'), view.names, say('start.names.hint')),
    view.namesSaid, offers(), ...field(say('start.email'), view.email, say('start.email.hint')), ...agreement(), choice(),
    make('div', { class: 'actions' }, view.check, view.go, make('a', { class: 'button quiet', href: '#status' }, say('start.skip'))));
  view.names.setAttribute('aria-describedby', 'start-names-hint start-names-said');
  const title = make('h2', { tabindex: '-1' }, say('start.step.names'));
  const rest = [why, make('p', { class: 'hint' }, say('start.text')), view.form, view.said, view.list].filter(Boolean);
  place.replaceChildren(title, ...rest);
  if (!kept) return;
  refetch().catch((error) => tell(error.message, 'said-no'));
  title.focus();
}

let stages = null;
function stage(number) {
  const words = ['password', 'names', 'go'].map((each) => say(`start.step.${each}`));
  stages.replaceChildren(...words.map((each, i) => make('li', { class: i + 1 < number ? 'done' : undefined,
    'aria-current': i + 1 === number ? 'step' : undefined }, each)));
}

export async function begin(section) {
  stages = make('ol', { class: 'stages', 'aria-label': say('start.steps') });
  place = make('div');
  section.replaceChildren(make('h1', {}, say('start.title')), stages, place);
  try {
    facts = await ask('GET', PATH);
    if (facts.open) showForm();
    else place.replaceChildren(make('p', {}, say('start.closed')));
  } catch (error) {
    place.replaceChildren(make('p', { class: 'hint' }, error.status === 404 ? say('not_here') : error.message));
  }
}
