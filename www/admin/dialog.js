// Questions to the owner, in the browser's own <dialog>: Escape and the keyboard work as everywhere.

import { ask as askDevice } from './api.js';
import { field, make } from './dom.js';
import { say } from './words.js';

let count = 0;

// Shows `title`, `parts` and two buttons. When `action` is chosen, `attempt(values of the fields)` is tried: what it throws is
// said and the question stays (with an empty message, nothing is said). Gives true, or false for a person who changed his mind.
export function question({ title, parts, action, danger = false, wide = false, attempt }) {
  const id = `dialog-${count += 1}`;
  const said = make('p', { class: 'said-no', role: 'alert', hidden: true });
  const go = make('button', { type: 'submit', class: danger ? 'danger' : 'main' }, action);
  const stop = make('button', { type: 'button', onclick: () => dialog.close() }, say('dialog.cancel'));
  const form = make('form', { method: 'dialog' }, make('h2', { id }, title), ...parts, said,
    make('div', { class: 'actions' }, go, stop));
  const dialog = make('dialog', { 'aria-labelledby': id, class: wide ? 'wide' : undefined }, form);
  return new Promise((resolve) => {
    let done = false;
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      go.disabled = true;
      said.hidden = true;
      try {
        await attempt(Object.fromEntries(new FormData(form)));
        done = true;
        dialog.close();
      } catch (error) {
        said.textContent = error.message;
        said.hidden = !error.message;
        go.disabled = false;
        if (!form.contains(document.activeElement)) go.focus();
      }
    });
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(done);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

function askPassword() {
  const input = make('input', { id: 'confirm-password', name: 'password', type: 'password', autocomplete: 'current-password',
    required: true, maxlength: '512', autofocus: true });
  return question({
    title: say('confirm.title'),
    parts: [make('p', {}, say('confirm.text')), ...field(say('door.password'), input)],
    action: say('confirm.do'),
    attempt: (values) => askDevice('POST', '/api/v1/session/confirm', { password: values.password }),
  });
}

// Sends what may need a password typed a moment ago (403): asks for it, and sends it again. Of a person who changed his mind
// it throws an error with nothing to say: the question from which he came is there as it was.
export async function withPassword(send) {
  try {
    return await send();
  } catch (error) {
    if (error.status !== 403) throw error;
    if (!await askPassword()) throw new Error('');
    return send();
  }
}
