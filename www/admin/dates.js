// Dates in the reader's own time zone, in the page's language.

const language = document.documentElement.lang || undefined;
// English says little about how its reader writes dates: the browser knows better
const locale = navigator.languages?.find((each) => each.split('-')[0] === language) ?? language;
const form = (options) => new Intl.DateTimeFormat(locale, options);

const forms = {
  moment: form({ dateStyle: 'medium', timeStyle: 'short' }),
  date: form({ dateStyle: 'medium' }),
  clock: form({ timeStyle: 'short' }),
  second: form({ timeStyle: 'medium' }),
};

export const dateWords = (at, show = 'moment') => forms[show].format(at);

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
