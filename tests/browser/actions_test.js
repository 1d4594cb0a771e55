// The buttons of a certificate's card: a job step by step, by asking and by the device's own news; a revocation.

import { accessible, check, contains, equal, eventually, launch, noFaults, phone, shot, test } from './harness.js';
import { visit as visitWith } from './sample_device.js';

let browser = null;
const visit = (sample, options) => visitWith(browser, sample, options);

const STEPS = [
  { at: '2026-11-21T01:05:01Z', certificate: 'example.org', text: 'order placed for example.org, www.example.org' },
  { at: '2026-11-21T01:05:03Z', certificate: 'example.org', text: 'validated example.org' },
  { at: '2026-11-21T01:05:04Z', certificate: 'example.org', text: '<b>installed</b> until 2027-02-19T00:05:00Z' },
];
const job = (count, end = {}) => ({ json: { id: 'j1', done: false, ok: false, changed: false, steps: STEPS.slice(0, count), ...end } });
const started = { status: 202, json: { job: 'j1' } };
const RENEW = 'POST /api/v1/certificates/example.org/renew';
const REVOKE = 'POST /api/v1/certificates/example.org/revoke';

const button = (page, name) => page.getByRole('button', { name });
const steps = (page) => page.locator('.steps li');

// A certificate that is not due is renewed by who says so twice.
async function renewNow(page) {
  await button(page, 'Renew now').click();
  await page.getByRole('dialog').getByRole('button', { name: 'Renew now' }).click();
}

function testQuestion() {
  test('renew now: what is not due is asked about, with what is left of the limits', async () => {
    const sent = [];
    const { page, device } = await visit('valid', { api: { [RENEW]: (body) => { sent.push(body); return started; }, 'GET /api/v1/jobs/j1': job(1) } });
    await button(page, 'Renew now').click();
    const dialog = page.getByRole('dialog', { name: 'Renew example.org now?' });
    contains(await dialog.innerText(), 'It is not due: that happens by itself, 19 Dec 2026, 17:17.', 'when');
    equal((await dialog.locator('li').allInnerTexts()).join(), '2 of 5 left: 5 certificates for the same names in 7 days', 'what was taken of');
    await accessible(page);
    await shot(page, 'renew-not-due');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    equal(sent.length, 0, 'orders of a person who changed his mind');
    device.sample = 'failing';
    await page.reload();
    device.api['POST /api/v1/certificates/home.example.org/renew'] = device.api[RENEW];
    await button(page, 'Renew now').click();
    await eventually(() => sent.length === 1, 'an order without a question where a renewal is due');
    await page.context().close();
  });
}

function testRenewal() {
  test('renew now: each step with its time, then how it ended; all stays when the card changes', async () => {
    const sent = [];
    let answer = job(1);
    const { page, device } = await visit('valid', { api: { [RENEW]: (body) => { sent.push(body); return started; },
      'GET /api/v1/jobs/j1': () => answer } });
    await renewNow(page);
    await eventually(async () => await steps(page).count() === 1, 'the first step');
    equal(JSON.stringify(sent), '[{"force":true}]', 'what was sent');
    equal(await steps(page).first().innerText(), '10:05:01 order placed for example.org, www.example.org', 'a step');
    await shot(page, 'job-running');
    device.sample = 'failing'; // another card in its place
    answer = job(2);
    await page.clock.runFor(5100);
    await eventually(async () => await steps(page).count() === 2, 'the second step');
    answer = job(3, { done: true, ok: true, changed: true });
    await page.clock.runFor(1100);
    await eventually(async () => (await page.locator('.result').innerText()).startsWith('Done. There is a new'), 'the end');
    equal(await steps(page).last().locator('span').innerText(), '<b>installed</b> until 19 Feb 2027, 09:05', 'text from outside, its date as people say it');
    equal(await page.locator('.job h4').innerText(), 'Renewal of example.org', 'what is said of it when it is over');
    await accessible(page);
    await shot(page, 'job-done');
    await button(page, 'Close').click();
    equal(await page.locator('.job').innerText(), '', 'after closing');
    noFaults(page);
    await page.context().close();
  });

  test('a dry run told by the device itself', async () => {
    const events = STEPS.map((step, i) => `event: progress\ndata: ${JSON.stringify({ job: 'j1', ...step, done: i === 2, ok: i === 2, changed: false })}\n\n`);
    const { page, device } = await visit('valid', { viewport: phone, api: { 'POST /api/v1/certificates/example.org/dry-run': started,
      'GET /api/v1/jobs/j1': job(0), 'GET /api/v1/events': { stream: 'retry: 200\n\n' } } });
    await button(page, 'Try it').click();
    await eventually(() => device.of('/api/v1/jobs/j1') > 0, 'a first question');
    await page.clock.runFor(400); // now the page listens, again and again
    device.api['GET /api/v1/events'] = { stream: `: heart\n\n${events.join('')}` };
    await eventually(async () => (await page.locator('.result').innerText()).startsWith('It would succeed'), 'the end');
    equal(await steps(page).count(), 3, 'steps');
    await shot(page, 'job-tried-phone');
    await page.context().close();
  });

  test('a refusal is said where one asked: in the question, or in the card', async () => {
    const { page } = await visit('valid', { api: { [RENEW]: { status: 503, json: { detail: 'The device is stopping.' } },
      'POST /api/v1/certificates/example.org/dry-run': { status: 503, json: { detail: 'The device is busy.' } } } });
    await renewNow(page);
    const dialog = page.getByRole('dialog');
    await dialog.getByText('The device is stopping.').waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await button(page, 'Try it').click();
    await eventually(async () => await page.locator('.job [role=alert]').innerText() === 'The device is busy.', 'what is said');
    await page.context().close();
  });
}

function testRevocation() {
  test('revoke: asks, names what follows, wants the password, says a wrong one', async () => {
    const sent = [];
    let confirmed = false;
    const { page } = await visit('valid', { api: {
      [REVOKE]: (body) => { sent.push(body.reason); return confirmed ? started : { status: 403, json: { detail: 'once more' } }; },
      'POST /api/v1/session/confirm': ({ password }) => {
        confirmed = password === 'right';
        return confirmed ? { json: { result: 'ok' } } : { status: 401, json: { detail: 'That is not the password.' } };
      },
      'GET /api/v1/jobs/j1': job(1, { done: true, ok: true }),
    } });
    await button(page, 'Revoke…').click();
    const dialog = page.getByRole('dialog', { name: 'Revoke the certificate of example.org?' });
    contains(await dialog.innerText(), 'Visitors of example.org, www.example.org see a warning', 'consequences');
    await accessible(page);
    await shot(page, 'revoke');
    await page.keyboard.press('Escape');
    await eventually(async () => await page.locator('dialog').count() === 0, 'the end of the dialog after Escape');
    equal(sent.length, 0, 'requests after Escape');
    await button(page, 'Revoke…').click();
    await page.getByLabel('Why?').selectOption('keyCompromise');
    await button(page, 'Revoke it').click();
    const password = page.getByLabel('Password of this device');
    await password.waitFor();
    await page.keyboard.press('Escape');
    await password.waitFor({ state: 'detached' });
    equal(await page.getByLabel('Why?').inputValue(), 'keyCompromise', 'the reason after who he is was not said');
    check(!await dialog.getByRole('alert').isVisible(), 'something is said of a mind that changed');
    equal(await page.evaluate(() => document.activeElement.textContent), 'Revoke it', 'the keyboard');
    await button(page, 'Revoke it').click();
    await password.fill('wrong');
    await button(page, 'Go on').click();
    await page.getByText('That is not the password.').waitFor();
    await shot(page, 'revoke-password');
    await password.fill('right');
    await button(page, 'Go on').click();
    await eventually(async () => (await page.locator('.result').innerText()) === 'Done. The certificate was revoked.', 'the end');
    equal(sent.join(), 'keyCompromise,keyCompromise,keyCompromise', 'what was sent');
    equal(await page.locator('dialog').count(), 0, 'dialogs at the end');
    await page.context().close();
  });

  test('only what can be done is offered', async () => {
    const { page } = await visit('many');
    const card = page.locator('article', { has: page.getByRole('heading', { name: 'printer.lan' }) });
    equal(await card.getByRole('button').count(), 0, 'buttons of a self-signed certificate');
    const chain = page.locator('article', { has: page.getByRole('heading', { name: '_wildcard.example.net' }) }).getByRole('link');
    equal(await chain.getAttribute('href'), '/api/v1/certificates/_wildcard.example.net/chain.pem', 'chain');
    const bare = await visit('valid', { javaScriptEnabled: false });
    check(!await bare.page.getByRole('button', { name: 'Renew now' }).isVisible(), 'a button that does nothing without JavaScript');
    await bare.page.context().close();
    await page.context().close();
  });
}

function testUpload() {
  test('upload: typed or from a file, what is said of it stays in the card', async () => {
    const sent = [];
    const refused = { at: '2026-11-21T01:05:01Z', certificate: 'example.org', text: 'not taken: the private key does not belong to it' };
    const { page } = await visit('valid', { api: {
      'PUT /api/v1/certificates/example.org/upload': (body) => { sent.push(body); return started; },
      'GET /api/v1/jobs/j1': { json: { id: 'j1', done: true, ok: false, changed: false, steps: [refused] } },
    } });
    await button(page, 'Upload your own…').click();
    const dialog = page.getByRole('dialog', { name: 'A certificate of your own for example.org' });
    contains(await dialog.innerText(), 'serves until it is due for renewal', 'what becomes of it');
    await accessible(page);
    await button(page, 'Serve it').click();
    equal(sent.length, 0, 'requests with nothing in the fields');
    await page.getByLabel('From a file: Certificate').setInputFiles({ name: 'chain.pem', mimeType: 'text/plain', buffer: Buffer.from('CHAIN\n') });
    await eventually(async () => await page.getByLabel('Certificate, with its intermediates (PEM)', { exact: true }).inputValue() === 'CHAIN\n', 'the text of the file');
    await page.getByLabel('Private key (PEM, without a passphrase)', { exact: true }).fill('KEY');
    await shot(page, 'upload');
    await button(page, 'Serve it').click();
    await eventually(async () => (await page.locator('.result').innerText()).startsWith('That did not succeed'), 'the end');
    equal(JSON.stringify(sent), '[{"chain":"CHAIN\\n","key":"KEY"}]', 'what was sent');
    contains(await steps(page).last().innerText(), 'does not belong', 'why');
    equal(await page.locator('dialog').count(), 0, 'dialogs at the end');
    noFaults(page);
    await page.context().close();
  });
}

function testUploadWithPassword() {
  test('upload: no password, no loss: what was typed is there still', async () => {
    const sent = [];
    let confirmed = false;
    const { page } = await visit('valid', { api: {
      'PUT /api/v1/certificates/example.org/upload': (body) => { sent.push(body.key); return confirmed ? started : { status: 403, json: { detail: 'once more' } }; },
      'POST /api/v1/session/confirm': () => { confirmed = true; return { json: { result: 'ok' } }; },
      'GET /api/v1/jobs/j1': job(1, { done: true, ok: true, changed: true }),
    } });
    await button(page, 'Upload your own…').click();
    await page.getByLabel('Certificate, with its intermediates (PEM)', { exact: true }).fill('CHAIN');
    const key = page.getByLabel('Private key (PEM, without a passphrase)', { exact: true });
    await key.fill('KEY');
    await button(page, 'Serve it').click();
    const asked = page.getByRole('dialog', { name: 'Your password once more' });
    await asked.getByRole('button', { name: 'Cancel' }).click();
    await asked.waitFor({ state: 'detached' });
    equal(await key.inputValue(), 'KEY', 'the key after no password was given');
    await button(page, 'Serve it').click();
    check(!(await asked.innerText()).includes('undone'), 'a change that can be undone is called one that cannot');
    await asked.getByLabel('Password of this device').fill('right');
    await button(page, 'Go on').click();
    await page.locator('.result').getByText('Done.').waitFor();
    equal(sent.join(), 'KEY,KEY,KEY', 'what was sent');
    equal(await page.locator('dialog').count(), 0, 'dialogs at the end');
    await page.context().close();
  });
}

export async function defineActionTests() {
  browser = await launch();
  testQuestion();
  testRenewal();
  testRevocation();
  testUpload();
  testUploadWithPassword();
  return () => browser.close();
}
