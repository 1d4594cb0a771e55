// The first start: from the password to the first certificate, on a device that nobody has set up yet, with a CA; and the
// same page against a device made of samples, for what a CA cannot be made to say.

import { readFileSync } from 'node:fs';
import { accessible, check, contains, equal, eventually, launch, noFaults, noSideScroll, openPage, phone, shot, test } from './harness.js';
import { visit as visitWith } from './sample_device.js';
import { pinsOf } from './trust.js';

const { POSTERN_WIZARD_URL: url, POSTERN_WIZARD_TOKEN: token, POSTERN_WIZARD_INI: ini, POSTERN_WIZARD_SITE: site, POSTERN_WIZARD_CA_FILE: caFile } = process.env;
const PASSWORD = 'seven blue kettles';
let browser = null;

const SITE = '/api/v1/first-site';
const FACTS = { open: true, asks: false, file: '/etc/postern.ini', etag: '"1"', why_kept: '', section: 'site example.org', names: [], email: '',
  ca: { name: 'letsencrypt', directory: 'https://acme-v02.api.letsencrypt.org/directory', terms: 'https://letsencrypt.org/repository/',
    choices: ['letsencrypt', 'letsencrypt-staging'] }, addresses: ['203.0.113.7'] };
const FAULT = { check: 'port', level: 'fault', about: 'port 80 of 203.0.113.7', seen: 'Connections time out.', result: 'The CA would say `connection`.',
  change: 'Let the port in.', paste: [{ where: 'a terminal', lines: ['iptables -I INPUT -p tcp --dport 80 -j ACCEPT'] }] };
const found = (names, findings) => ({ json: { running: false, at: '2026-11-21T01:05:00Z', names, level: findings[0]?.level ?? 'ok', findings } });

// A wizard over a device that remembers in `sent` what was wished.
async function begin(more = {}, options = {}) {
  const sent = [];
  const api = {
    [`GET ${SITE}`]: { json: FACTS },
    [`POST ${SITE}/check`]: ({ names }) => ({ json: { names, faults: names.filter((name) => name.includes('_'))
      .map((name) => ({ line: 0, section: '', key: 'names', text: `'${name}' holds '_', which no host name may` })) } }),
    'POST /api/v1/preflight': ({ names }) => { sent.push(['look', names]); return { status: 202, json: { result: 'begun' } }; },
    'GET /api/v1/findings': () => found(sent.at(-1)[1], []),
    [`POST ${SITE}`]: (body, request) => {
      sent.push([request.headers()['if-match'], body]);
      return { json: { etag: '"2"', result: 'reloaded', in_force: true, certificate: 'a.example', job: 'j1', changes: [{ line: 3, was: null, now: 'agree_tos = yes' }] } };
    },
    ...more,
  };
  const seen = await visitWith(browser, 'fresh', { api, hash: '#start', ...options });
  await seen.page.locator('#start-names').waitFor();
  return { ...seen, sent, said: (words) => eventually(async () => (await seen.page.locator('#view-start').innerText()).includes(words), words, 5),
    press: (name) => seen.page.getByRole('button', { name, exact: true }).click() };
}

async function looksWell(page, name) {
  await noSideScroll(page);
  await accessible(page);
  await shot(page, name);
}

function testForm() {
  test('wizard: names as people write them, faults at once, the address of the device', async () => {
    const { page, said, sent, press } = await begin();
    await looksWell(page, 'wizard-names');
    await page.getByLabel('Names of this device').fill('a_b.example、 b\u00fccher.example');
    await page.clock.runFor(600);
    await said("'a_b.example' holds '_'");
    await accessible(page);
    await press('Check');
    await eventually(() => page.evaluate(() => document.activeElement.id === 'start-names'), 'the keyboard at the names');
    equal(sent.length, 0, 'looks at names that are none');
    await page.getByLabel('Names of this device').fill('b\u00fccher.example; 日本語.example');
    await page.clock.runFor(600);
    await said('In the certificate: xn--bcher-kva.example, xn--wgv71a119e.example');
    await press('Use this address: 203.0.113.7');
    equal(await page.getByLabel('Names of this device').inputValue(), '203.0.113.7', 'names');
    await page.clock.runFor(600);
    await said('In the certificate: 203.0.113.7');
    noFaults(page);
    await page.context().close();
  });

  test('wizard: what was found does not stand in the way of a second press', async () => {
    const { page, said, sent, press } = await begin({ 'GET /api/v1/findings': found(['a.example'], [FAULT]), 'GET /api/v1/jobs/j1': { json: { id: 'j1', done: false, ok: false, changed: false, steps: [] } } },
      { viewport: phone, colorScheme: 'dark' });
    await page.getByLabel('Names of this device').fill('a.example');
    equal(await page.getByRole('button', { name: 'Get the certificate' }).isVisible(), false, 'a way past the check');
    await press('Check');
    await said('iptables -I INPUT');
    await looksWell(page, 'wizard-found-phone-dark');
    await press('Get the certificate');
    await said('unless you agree');
    await page.getByLabel('I have read the').check();
    await page.getByText('Another authority').click();
    await page.getByLabel('Certificate authority', { exact: true }).selectOption('letsencrypt-staging');
    await page.getByLabel('E-mail').fill('me@a.example');
    await press('Get the certificate');
    await said('Press once more');
    equal(sent.length, 1, 'what was asked before the second press');
    await press('Get the certificate');
    await said('Certificate for a.example');
    equal(JSON.stringify(sent[1]), JSON.stringify(['"1"', { names: ['a.example'], agree_tos: true, email: 'me@a.example', ca: 'letsencrypt-staging' }]), 'the wish');
    await looksWell(page, 'wizard-go-phone-dark');
    noFaults(page);
    await page.context().close();
  });
}

function testRefusals() {
  const agreed = async (page, press) => {
    await page.getByLabel('Names of this device').fill('a.example');
    await page.getByLabel('I have read the').check();
    await press('Check');
    await page.getByRole('button', { name: 'Get the certificate' }).click();
  };

  test('wizard: a file that cannot be written: the lines; somebody was faster: once more', async () => {
    const paste = [{ where: '[acme], /etc/postern.ini', lines: ['agree_tos = yes'] }];
    let answer = { status: 409, json: { detail: 'It cannot be saved here.', paste } };
    const facts = { ...FACTS, why_kept: 'the file system of /etc is read-only' };
    const { page, said, press } = await begin({ [`GET ${SITE}`]: { json: facts }, [`POST ${SITE}`]: () => answer });
    await said('is read-only');
    await agreed(page, press);
    await said('agree_tos = yes');
    await said('postern reload');
    await looksWell(page, 'wizard-readonly');
    answer = { status: 412, json: { detail: 'changed', text: '', etag: '"3"' } };
    await press('Get the certificate');
    await said('Somebody else has changed');
    answer = { status: 422, json: { detail: 'x', faults: [{ line: 7, section: 'acme', key: 'email', text: 'no e-mail address' }] } };
    await press('Get the certificate');
    await said('no e-mail address');
    await page.context().close();
  });

  test('wizard: an order that fails says why, and leads back', async () => {
    const job = { json: { id: 'j1', done: true, ok: false, changed: false, steps: [{ at: '2026-11-21T01:05:01Z', certificate: 'a.example', text: 'connection: refused' }] } };
    const status = JSON.parse(readFileSync(`${process.env.POSTERN_SAMPLES_DIR}/not-obtained/status.json`, 'utf8'));
    const { page, said, press, device } = await begin({ 'GET /api/v1/jobs/j1': job, [`POST ${SITE}`]: { json: { etag: '"2"', result: 'reloaded', in_force: true,
      certificate: status.certificates[0].name, job: 'j1', changes: [] } } });
    await agreed(page, press);
    device.api['GET /api/v1/status'] = { json: status };
    device.sample = 'not-obtained';
    await said('The name could not be looked up');
    await said('See that the name has an A or AAAA record');
    await looksWell(page, 'wizard-failed');
    await press('Back to the names');
    equal(await page.getByLabel('Names of this device').inputValue(), 'a.example', 'names');
    await eventually(() => page.evaluate(() => document.activeElement.textContent === 'Names'), 'the keyboard at the title');
    await page.context().close();
  });
}

function testLooks() {
  test('wizard: in Japanese, on a phone; without JavaScript it says what to edit', async () => {
    const { page } = await begin({}, { viewport: phone, language: 'ja' });
    await noSideScroll(page);
    await shot(page, 'wizard-names-phone-ja');
    await page.context().close();
    const bare = await visitWith(browser, 'fresh', { viewport: phone, javaScriptEnabled: false });
    contains(await bare.page.locator('main').innerText(), 'set agree_tos = yes below [acme]', 'what to edit');
    check(!await bare.page.getByRole('link', { name: 'Get the first certificate' }).isVisible(), 'a link that leads nowhere without JavaScript');
    await shot(bare.page, 'wizard-without-javascript');
    await bare.page.context().close();
    const later = await begin();
    await later.page.getByRole('link', { name: 'Not now' }).click();
    await later.page.getByRole('link', { name: 'Get the first certificate' }).waitFor();
    await accessible(later.page);
    await shot(later.page, 'wizard-offered');
    await later.page.context().close();
  });
}

async function pressKey(page, key, times = 1) {
  for (let i = 0; i < times; ++i) await page.keyboard.press(key);
}

// By the keyboard alone, to the element that `is` finds the focus at.
async function tabTo(page, is, what) {
  for (let i = 0; i < 40; ++i) {
    if (await page.evaluate(is)) return;
    await pressKey(page, 'Tab');
  }
  throw new Error(`no way by the keyboard to ${what}`);
}

function testWhole() {
  test('wizard: from the set-up to the first certificate, by the keyboard alone', async () => {
    const page = await openPage(browser);
    await page.goto(url);
    await eventually(() => page.evaluate(() => document.activeElement.name === 'token'), 'the keyboard at the token');
    await page.keyboard.type(token);
    for (let i = 0; i < 2; ++i) {
      await pressKey(page, 'Tab');
      await page.keyboard.type(PASSWORD);
    }
    await pressKey(page, 'Enter');
    await page.locator('#start-names').waitFor();
    equal(new URL(page.url()).hash, '#start', 'where the set-up leads');
    await tabTo(page, () => document.activeElement.id === 'start-names', 'the names');
    await page.keyboard.type(`${site} www.${site}`);
    await tabTo(page, () => document.activeElement.id === 'start-agree', 'the consent');
    await pressKey(page, 'Space');
    await tabTo(page, () => document.activeElement.textContent === 'Check', 'the check');
    await pressKey(page, 'Enter');
    await eventually(() => page.evaluate(() => document.activeElement.textContent === 'Get the certificate'), 'the way on', 60);
    await looksWell(page, 'wizard-checked');
    await pressKey(page, 'Enter');
    if (await page.getByText('Press once more').isVisible()) await pressKey(page, 'Enter');
    await page.getByText('The certificate is here and in use.').waitFor({ timeout: 60000 });
    check(await page.locator('#view-start .steps li').count() >= 3, 'steps of the order');
    await looksWell(page, 'wizard-done');
    const link = page.locator('#view-start .links a').first();
    equal(await link.getAttribute('href'), `https://${site}/`, 'link');
    equal(await link.evaluate((element) => element === document.activeElement), true, 'the keyboard at the link');
    await eventually(async () => await page.getByRole('link', { name: 'First certificate' }).count() === 0, 'the wizard is not offered any more');
    const text = readFileSync(ini, 'utf8');
    for (const line of ['agree_tos = yes', `[site ${site}]`, `names = ${site}, www.${site}`, 'certificate = acme']) contains(text, `\n${line}\n`, 'file');
    await page.getByRole('link', { name: 'To the status', exact: true }).click();
    await eventually(async () => (await page.locator('#headline').innerText()) === 'All is well', 'the status');
    noFaults(page);
    await page.context().close();
    check((await pinsOf(process.env.POSTERN_WIZARD_HTTPS, caFile)).length > 1, 'the chain leads to the CA');
  });
}

export async function defineWizardTests() {
  browser = await launch(url ? await pinsOf(url) : []);
  if (process.env.POSTERN_SAMPLES_DIR) {
    testForm();
    testRefusals();
    testLooks();
  }
  if (url) testWhole();
  return () => browser.close();
}
