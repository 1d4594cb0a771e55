// Elements from values. Text is only ever set as text: nothing from outside becomes markup.

// make('p', { class: 'hint', hidden: true, onclick: f }, 'text', element, ...)
export function make(tag, values = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(values)) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (typeof value === 'boolean') element.toggleAttribute(name, value);
    else if (value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

// show: one of the forms in dates.js, in which `words` already are.
export function makeTime(iso, words, show) {
  return make('time', { datetime: iso, title: iso, 'data-show': show }, words);
}

// A label and what it is for, ready to be put into a form.
export function field(label, input, hint) {
  const parts = [make('label', { for: input.id }, label), input];
  if (!hint) return parts;
  input.setAttribute('aria-describedby', `${input.id}-hint`);
  return [...parts, make('p', { class: 'hint', id: `${input.id}-hint` }, hint)];
}
