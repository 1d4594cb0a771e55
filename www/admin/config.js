// The editor of the configuration file: checked before it is saved, every fault at its line, the changes shown first, and
// nobody's work overwritten (If-Match). The bytes of lines that were not touched stay as they are.

import { ask } from './api.js';
import { diffElement } from './diff.js';
import { question, withPassword } from './dialog.js';
import { make } from './dom.js';
import { makeEditor } from './editor.js';
import { linesOf, shownText, withEndsOf } from './lines.js';
import { say, sayCount } from './words.js';

const PATH = '/api/v1/config';

let file = null; // as the device gave it: text, etag, why_kept, has_previous
let view = null; // the elements

const written = () => withEndsOf(file.text, view.editor.text());
const isChanged = () => file !== null && view !== null && view.editor.text() !== shownText(file.text);

function tell(words, kind = 'hint') {
  view.said.className = kind;
  view.said.textContent = words;
}

function showFaults(faults) {
  view.editor.mark(faults.map((fault) => fault.line));
  view.faults.replaceChildren(...faults.map((fault) => {
    const where = fault.line ? say('config.line', { n: fault.line }) : file.file;
    const names = [fault.section && `[${fault.section}]`, fault.key].filter(Boolean).join(' ');
    return make('li', {}, make('button', { type: 'button', onclick: () => view.editor.goTo(fault.line) }, where),
      ` ${names}${names ? ': ' : ''}${fault.text}`);
  }));
  tell(faults.length ? sayCount('config.faults', faults.length) : say('config.good'), faults.length ? 'said-no' : 'said-yes');
  return faults.length === 0;
}

async function check() {
  const { faults } = await ask('POST', `${PATH}/check`, { text: written() });
  return showFaults(faults);
}

function adopt(fresh, text) {
  file = fresh;
  view.editor.setText(shownText(text ?? fresh.text));
  view.file.textContent = say('config.file', { file: fresh.file });
  const kept = Boolean(fresh.why_kept);
  view.kept.hidden = !kept;
  view.kept.textContent = kept ? say('config.readonly', { why: fresh.why_kept }) : '';
  view.editor.setReadOnly(kept);
  view.save.disabled = kept;
  view.previous.disabled = kept || !fresh.has_previous;
  view.faults.replaceChildren();
}

async function fetchFile() {
  adopt(await ask('GET', PATH));
}

function conflictButtons(theirs, mine) {
  const base = { ...file, text: theirs.text, etag: theirs.etag };
  const end = (text) => {
    adopt(base, text);
    view.conflict.replaceChildren();
    tell('');
  };
  return make('div', { class: 'actions' },
    make('button', { type: 'button', onclick: () => end(mine) }, say('config.conflict.mine')),
    make('button', { type: 'button', onclick: () => end(theirs.text) }, say('config.conflict.theirs')));
}

function showConflict(theirs) {
  const mine = written();
  tell('');
  const changes = diffElement(linesOf(theirs.text), linesOf(mine), { say, sayCount });
  const title = make('h2', { tabindex: '-1' }, say('config.conflict.title'));
  view.conflict.replaceChildren(title, make('p', {}, say('config.conflict.text')), ...(changes ? [changes] : []),
    conflictButtons(theirs, mine));
  title.focus();
}

// What a refusal of a change is about; others are said where they happened.
function takeRefusal(error) {
  if (error.status === 412) showConflict(error.problem);
  else if (error.status === 422 && error.problem.faults) showFaults(error.problem.faults);
  else throw error;
}

async function change(method, path, body) {
  try {
    const done = await withPassword(() => ask(method, path, body, { 'If-Match': file.etag }));
    await fetchFile();
    tell(say('config.saved', { text: done.result ?? '' }), 'said-yes');
  } catch (error) {
    takeRefusal(error);
  }
}

async function save() {
  const text = written();
  const changes = diffElement(linesOf(file.text), linesOf(text), { say, sayCount });
  if (!changes) return tell(say('config.unchanged'));
  if (!await check()) return;
  await question({
    title: say('config.save.title'),
    parts: [make('p', {}, say('config.save.text')), changes],
    action: say('config.save.do'),
    wide: true,
    attempt: () => change('PUT', PATH, { text }),
  });
}

const goBack = () => question({
  title: say('config.previous.title'),
  parts: [make('p', {}, say('config.previous.text'))],
  action: say('config.previous.do'),
  attempt: () => change('POST', `${PATH}/previous`, {}),
});

// A button whose failure is said beside it.
function button(words, press, kind) {
  const element = make('button', { type: 'button', class: kind }, words);
  element.addEventListener('click', async () => {
    try {
      await press();
    } catch (error) {
      tell(error.message, 'said-no');
    }
  });
  return element;
}

function build(section) {
  view = {
    file: make('p', { class: 'hint' }),
    kept: make('p', { class: 'said-no', hidden: true }),
    editor: makeEditor('config-text', say('config.text')),
    said: make('p', { class: 'hint', role: 'status' }),
    faults: make('ul', { class: 'faults' }),
    conflict: make('div', { class: 'conflict' }),
    save: button(say('config.save'), save, 'main'),
    previous: button(say('config.previous'), goBack),
  };
  const actions = make('div', { class: 'actions' }, view.save, button(say('config.check'), check), view.previous,
    button(say('config.reload'), fetchFile, 'quiet'));
  section.replaceChildren(make('h1', {}, say('config.title')), view.file, view.kept, view.editor.element, actions, view.said,
    view.faults, view.conflict);
}

export async function begin(section) {
  try {
    const first = await ask('GET', PATH);
    build(section);
    adopt(first);
  } catch (error) {
    section.replaceChildren(make('h1', {}, say('config.title')),
      make('p', { class: 'hint' }, error.status === 404 ? say('not_here') : error.message));
  }
}

window.addEventListener('beforeunload', (event) => {
  if (isChanged()) event.preventDefault();
});
