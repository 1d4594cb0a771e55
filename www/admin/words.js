// The words of the page's language: the very file from which the server writes the page.

const language = document.documentElement.lang === 'ja' ? 'ja' : 'en';
const answer = await fetch(`/words/${language}.json`);
const words = await answer.json();

export const fillSlots = (text, slots) => text.replace(/\{(\w+)\}/g, (all, name) => slots[name] ?? all);

export function say(key, slots = {}) {
  return fillSlots(words[key] ?? key, slots);
}

// "1 fault", "3 faults"
export function sayCount(key, n) {
  return say(`${key}.${n === 1 ? 'one' : 'other'}`, { n: n.toLocaleString(language) });
}
