// Dates in the reader's own time zone, in the page's language.

const language = document.documentElement.lang || undefined;
// English says little about how its reader writes dates: the browser knows better
const locale = navigator.languages?.find((each) => each.split('-')[0] === language) ?? language;
const options = {
  moment: { dateStyle: 'medium', timeStyle: 'short' },
  date: { dateStyle: 'medium' },
  clock: { timeStyle: 'short' },
  second: { timeStyle: 'medium' },
};
const forms = {}; // each takes a browser some milliseconds: when it is wanted, not before the first paint

export function dateWords(at, show = 'moment') {
  forms[show] ??= new Intl.DateTimeFormat(locale, options[show]);
  return forms[show].format(at);
}

// Every <time> below `root`; what the server wrote, in UTC, becomes its title.
export function showLocalDates(root) {
  for (const element of root.querySelectorAll('time')) {
    const at = new Date(element.dateTime);
    if (Number.isNaN(at.getTime())) continue;
    const words = dateWords(at, element.dataset.show);
    if (words === element.textContent) continue;
    element.title = element.textContent;
    element.textContent = words;
  }
}
