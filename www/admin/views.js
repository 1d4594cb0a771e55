// The parts of the page beside the status: one is shown at a time, and its module is loaded when it first is.

const LOADERS = {
  start: () => import('./start.js'),
  configuration: () => import('./config.js'),
  checks: () => import('./checks.js'),
  log: () => import('./log.js'),
  access: () => import('./access.js'),
};

const begun = new Set();

export async function show(name) {
  for (const section of document.querySelectorAll('[id^="view-"]')) section.hidden = section.id !== `view-${name}`;
  for (const link of document.querySelectorAll('.views a')) {
    if (link.hash === `#${name}`) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  const load = LOADERS[name];
  if (!load || begun.has(name)) return;
  begun.add(name);
  (await load()).begin(document.getElementById(`view-${name}`));
}
