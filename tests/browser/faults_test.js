// A renewal that the authority spoils, asked for on the page: with a real authority behind tools/lab/faulty-ca. The page
// that is open says so by itself, in plain words; what the authority said is folded below; the old certificate serves on.

import { readFileSync } from 'node:fs';
import { accessible, check, contains, equal, eventually, launch, logIn, noFaults, openPage, phone, shot, test } from './harness.js';
import { pinsOf } from './trust.js';

const { POSTERN_SITE_URL: site, POSTERN_ADMIN_URL: admin, POSTERN_CA_FILE: caFile, POSTERN_ADMIN_PASSWORD: password,
  POSTERN_FAULTY_CONTROL: control } = process.env;
const words = JSON.parse(readFileSync(new URL('../../www/admin/words/en.json', import.meta.url), 'utf8'));
const name = new URL(site ?? 'https://none').hostname;
let browser = null;
let page = null;

// fault: for faulty-ca. type: of the problem, which names the words of the page. said: of what is folded below them.
const FAULTS = [
  { fault: 'rate-limit-week', type: 'rateLimited', said: 'injected by faulty-ca' },
  { fault: 'http-error:status=503,on=new-order', type: 'serverInternal', said: '503' },
  { fault: 'http-error:status=502,on=any', type: 'serverInternal', said: '502' },
  { fault: 'truncate:at=40,how=length,on=order', type: 'answer', said: 'no JSON' },
  { fault: 'cert-wrong-key', type: 'certificate', said: 'private key does not belong to the first certificate' },
  { fault: 'cert-reversed', type: 'certificate', said: 'Intermediate' },
  { fault: 'problem:type=accountDoesNotExist,status=400,on=new-order', type: 'accountDoesNotExist', said: 'injected by faulty-ca' },
  { fault: 'authz:status=invalid,type=unauthorized', type: 'unauthorized', said: name },
  { fault: 'authz:status=invalid,type=caa', type: 'caa', said: name },
  { fault: 'authz:status=invalid,type=connection', type: 'connection', said: name },
  { fault: 'terms-changed', type: 'userActionRequired', said: 'injected by faulty-ca' },
  { fault: 'ca-untrusted', type: 'trust', said: 'not correctly signed' },
  { fault: 'ca-down', type: 'transport', said: 'directory: localhost: ' },
];

const card = () => page.locator('article', { has: page.getByRole('heading', { name, exact: true }) });

async function inForce(...faults) {
  const answer = await fetch(`${control}/faults`, faults.length ? { method: 'PUT', body: faults.join('\n') } : { method: 'DELETE' });
  check(answer.ok, `faulty-ca: ${answer.status} ${await answer.text()}`);
}

// One page for all of them.
async function opened() {
  if (page) return;
  page = await openPage(browser, { storageState: await logIn(browser, admin, password) });
  await page.goto(admin);
  await page.evaluate(() => { window.neverReloaded = true; });
}

// The page says how it ended; `ended`: in these words. One that is not due, as before the first fault, it asks about.
async function renew(ended) {
  const [close, sure] = [card().getByRole('button', { name: 'Close' }), page.getByRole('dialog').getByRole('button', { name: 'Renew now' })];
  if (await close.isVisible()) await close.click();
  await card().getByRole('button', { name: 'Renew now' }).click();
  await eventually(async () => await sure.isVisible() || await card().locator('.job h4').isVisible(), 'a question or a beginning');
  if (await sure.isVisible()) await sure.click();
  await eventually(async () => (await card().locator('.result').innerText()) === ended, ended, 40);
}

const served = async () => (await pinsOf(site, caFile))[0];

function mayFail({ fault, type, said }) {
  test(`fault: ${fault}`, async () => {
    await opened();
    const before = await served();
    await inForce(fault);
    await renew(words['job.failed']);
    const problem = card().locator('.problem');
    await eventually(async () => equal(await problem.locator('h4').innerText(), words[`problem.${type}`], 'the title') ?? true, 'the problem in the card');
    equal(await problem.locator(':scope > p').innerText(), words[`advice.${type}`], 'the advice');
    const folded = problem.locator('.said');
    await eventually(async () => contains(await folded.textContent(), said, 'what the authority said') ?? true, 'its own words');
    contains(await folded.textContent(), type, 'its kind');
    check(!await folded.isVisible(), 'what the authority said is not folded');
    await problem.locator('summary').click();
    check(await folded.isVisible(), 'it cannot be unfolded');
    await problem.locator('summary').click();   // what is unfolded stays so when the card changes
    contains(await card().locator('.sentence').innerText(), 'Visitors notice nothing yet', 'the sentence');
    equal(await served(), before, 'the key that is served');
    check(await page.evaluate(() => window.neverReloaded), 'the page was loaded anew');
  });
}

function whenItIsOver() {
  test('fault: when it is over, a renewal takes every trace of it away', async () => {
    await page.setViewportSize(phone);
    await accessible(page);
    await shot(page, 'fault-phone');
    const before = await served();
    await inForce();
    await renew(words['job.ok']);
    await eventually(async () => await card().locator('.problem').count() === 0, 'no problem in the card');
    check(await served() !== before, 'the old certificate is served still');
    noFaults(page);
    await page.context().close();
  });
}

export async function defineFaultTests() {
  browser = await launch([...new Set([...await pinsOf(site, caFile), ...await pinsOf(admin)])]);
  for (const each of FAULTS) mayFail(each);
  whenItIsOver();
  return async () => {
    await inForce();
    await browser.close();
  };
}
