// A page of another origin, open in the same browser while the owner is logged in, learns nothing of the admin page and
// changes nothing: one on another port of the same name (whose requests carry the owner's cookie), one at another name, one
// without TLS, and one without any origin.

import { readFileSync } from 'node:fs';
import { check, contains, equal, eventually, launch, logIn, openPage, test } from './harness.js';
import { readByElements, readByScript, readByWindows, tryToChange } from './foreign_page.js';
import { pinsOf } from './trust.js';

const { POSTERN_FOREIGN_ADMIN_URL: admin, POSTERN_FOREIGN_INI: ini, POSTERN_FOREIGN_PASSWORD: password } = process.env;
const foreign = JSON.parse(process.env.POSTERN_FOREIGN_URLS ?? '{}');
const base = admin && new URL(admin).origin;
const CERTIFICATE = '/api/v1/certificates/localhost';
const RENEWAL = ['POST', `${CERTIFICATE}/renew`, { force: true }];

const SECRETS = ['/', '/api/v1/status', '/api/v1/config', '/api/v1/log', '/api/v1/audit', '/api/v1/session', '/api/v1/support-bundle',
  '/api/v1/events', '/api/v1/openapi.json', '/metrics', `${CERTIFICATE}/chain.pem`];
const LOADED = ['/app.js', '/style.css', '/icon.svg', '/api/v1/status', '/api/v1/config', '/logout', '/nothing'];
const CHANGES = [
  RENEWAL, ['POST', `${CERTIFICATE}/dry-run`, {}], ['POST', `${CERTIFICATE}/revoke`, { reason: 'superseded' }],
  ['POST', `${CERTIFICATE}/delete`, {}], ['POST', '/api/v1/renew', { force: true }], ['POST', '/api/v1/reload', {}],
  ['POST', '/api/v1/config/previous', {}], ['POST', '/api/v1/preflight', {}], ['POST', '/api/v1/probes', { seconds: 60 }],
  ['POST', '/api/v1/password', { old: password, new: 'a word of somebody else' }], ['POST', '/api/v1/session/confirm', { password }],
  ['POST', '/api/v1/session', { password }], ['POST', '/login', { password }], ['POST', '/logout', {}],
  ['PUT', '/api/v1/config', { text: '; somebody else\n' }], ['DELETE', '/api/v1/session'],
  ['PUT', `${CERTIFICATE}/upload`, { chain: 'theirs', key: 'theirs' }], ['POST', '/api/v1/dry-run', {}],
  ['POST', '/api/v1/config/check', { text: '; somebody else\n' }], ['POST', '/api/v1/first-site', { names: ['theirs.example'], agree_tos: true }],
  ['POST', '/api/v1/setup', { token: 'AAAAA-AAAAA-AAAAA-AAAAA-AAAAA-AAAAA', password: 'a word of somebody else' }],
];
let browser = null;
let kept = null; // what the owner's browser keeps
let owner = null; // the owner's page

const ask = (path, method = 'GET', body = undefined) => owner.evaluate(async ([where, how, what]) => {
  const answer = await fetch(where, { method: how, body: what, headers: what ? { 'Content-Type': 'application/json' } : {} });
  return `${answer.status} ${await answer.text()}`;
}, [path, method, body]);

// All that a change would leave a trace in. Jobs are numbered from 1.
async function traces() {
  const { certificates = [] } = JSON.parse((await ask('/api/v1/status')).slice(4));
  return {
    file: readFileSync(ini, 'latin1'), config: await ask('/api/v1/config'), audit: await ask('/api/v1/audit'), log: await ask('/api/v1/log'),
    session: await ask('/api/v1/session'), job: (await ask('/api/v1/jobs/1')).slice(0, 3), findings: await ask('/api/v1/findings'),
    certificates: JSON.stringify(certificates.map((each) => [each.serial, each.state, each.history])),
  };
}

async function untouched(before) {
  const after = await traces();
  for (const [what, was] of Object.entries(before)) equal(after[what], was, what);
  equal(after.session.slice(0, 3), '200', 'the session');
  equal(after.job, '404', 'a first job');
}

// {status: how often the admin page has answered so}; a browser does not tell what it keeps from a page.
async function answers() {
  const lines = (await ask('/metrics')).matchAll(/^postern_http_requests_total\{site="admin",code="(\d+)"\} (\d+)$/gm);
  return Object.fromEntries(Array.from(lines, ([, code, count]) => [code, Number(count)]));
}

// The page of `url` in the owner's own browser.
async function visit(url, body) {
  const context = await browser.newContext({ storageState: kept });
  const page = await context.newPage();
  try {
    await page.goto(url);
    await body(page);
  } finally {
    await context.close();
  }
}

// A frame in `page` whose origin is nobody's.
async function sandboxed(page) {
  await page.evaluate(() => document.body.append(Object.assign(document.createElement('iframe'),
    { sandbox: 'allow-scripts allow-forms allow-popups', srcdoc: '<p>nobody</p>' })));
  const frame = await eventually(() => page.frames()[1], 'the frame');
  equal(await frame.evaluate(() => window.origin), 'null', 'its origin');
  return frame;
}

function mayNotRead(name, { url, sandbox = false, isSameSite = false }) {
  test(`foreign: ${name} reads nothing`, () => visit(url, async (page) => {
    const where = sandbox ? await sandboxed(page) : page;
    equal((await where.evaluate(readByScript, { base, paths: SECRETS })).join('\n'), '', 'by scripts');
    equal((await where.evaluate(readByElements, { base, paths: LOADED })).join('\n'), '', 'by elements');
    equal((await where.evaluate(readByWindows, { base, paths: ['/', '/login', '/api/v1/status'] })).join('\n'), '', 'by windows');
    for (const frame of page.frames().filter((each) => each.url().startsWith(base))) contains(await frame.content(), '<body></body>', frame.url());
    if (sandbox) return; // whose windows may not even show a page with an opener policy
    const popup = page.context().pages().find((each) => each.url().startsWith(base));
    check(popup, 'no window was opened');
    equal(new URL(popup.url()).pathname, isSameSite ? '/' : '/login', 'what the window shows the owner');
  }));
}

function mayNotChange(name, { url, sandbox = false, isSameSite = false }) {
  test(`foreign: ${name} changes nothing`, async () => {
    const before = await traces();
    const were = await answers();
    await visit(url, async (page) => {
      const where = sandbox ? await sandboxed(page) : page;
      equal((await where.evaluate(tryToChange, { base, changes: CHANGES })).join('\n'), '', 'answers that it could read');
      await page.waitForTimeout(500); // a beacon is on its way when the call returns
    });
    const are = await answers();
    await untouched(before);
    const more = Object.fromEntries(Object.keys(are).map((code) => [code, are[code] - (were[code] ?? 0)]).filter(([, count]) => count));
    check(more[200] === 1, `beside our own question one was answered: ${JSON.stringify(more)}`);
    check(Object.keys(more).every((code) => ['200', '401', '403', '405'].includes(code)), `answered: ${JSON.stringify(more)}`);
    // by its origin; elsewhere the browser does not even send the cookie
    check(more[403] >= (isSameSite ? 150 : 1) && (more[401] ?? 0) >= (isSameSite ? 0 : 150), `refused: ${JSON.stringify(more)}`);
  });
}

// That these looks would see a change: the owner's own page makes one.
function ownersMay() {
  test('foreign: what others may not, the owner\'s page may', async () => {
    const before = await traces();
    equal((await owner.evaluate(readByScript, { base, paths: ['/api/v1/status'] })).length >= 4, true, 'what it reads');
    equal((await ask(RENEWAL[1], RENEWAL[0], JSON.stringify(RENEWAL[2]))).slice(0, 3), '202', 'a renewal');
    await eventually(async () => (await traces()).audit !== before.audit, 'the audit log knows');
    equal((await traces()).job, '200', 'the first job');
  });
}

export async function defineForeignTests() {
  const secure = [admin, ...Object.values(foreign)].filter((url) => url.startsWith('https:'));
  const pins = (await Promise.all(secure.map((url) => pinsOf(url)))).flat();
  browser = await launch([...new Set(pins)]);
  kept = await logIn(browser, admin, password);
  owner = await openPage(browser, { storageState: kept });
  await owner.goto(new URL('/style.css', admin).href); // an address of the admin page at which nothing asks by itself
  const origins = {
    'another port of the same name': { url: foreign.port, isSameSite: true }, 'another name': { url: foreign.name },
    'a page without TLS': { url: foreign.clear }, 'a page without an origin': { url: foreign.port, sandbox: true },
  };
  for (const [name, origin] of Object.entries(origins)) mayNotRead(name, origin);
  for (const [name, origin] of Object.entries(origins)) mayNotChange(name, origin);
  ownersMay();
  return () => browser.close();
}
