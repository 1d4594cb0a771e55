// The running program: the demo site, the welcome page of a site without a root, and the admin page.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { accessible, check, closing, contains, equal, eventually, launch, logIn, noFaults, noSideScroll, openPage, phone, shot, test } from './harness.js';
import { pinsOf } from './trust.js';

const { POSTERN_SITE_URL: site, POSTERN_ADMIN_URL: admin, POSTERN_WELCOME_URL: welcome, POSTERN_CA_FILE: caFile,
  POSTERN_RENEW: renew, POSTERN_ADMIN_PASSWORD: password } = process.env;
let browser = null;
let owner = null; // what the browser of somebody who is logged in keeps

async function visit(url, options) {
  const page = await openPage(browser, url === admin ? { storageState: owner, ...options } : options);
  const answer = await page.goto(url, { waitUntil: 'load' });
  equal(answer.status(), 200, url);
  return page;
}

function testSite() {
  test('the site answers over HTTPS, its certificate leads to the CA', async () => {
    const pins = await pinsOf(site, caFile);
    check(pins.length > 0, 'the server showed no certificate');
    await closing(await visit(site), async (page) => {
      check((await page.title()).length > 0, 'the page has no title');
      check((await page.locator('h1').first().innerText()).length > 0, 'the page has no heading');
      const details = await (await page.reload()).securityDetails();
      contains(details.protocol, 'TLS 1.3', 'protocol');
      await shot(page, 'site');
    });
  });

  test('the site on a phone and in the dark', async () => {
    await closing(await visit(site, { viewport: phone, colorScheme: 'dark' }), async (page) => {
      await noSideScroll(page);
      await shot(page, 'site-phone-dark');
    });
  });
}

function testWelcome() {
  test('a site without a root shows the welcome page, which says what to do', async () => {
    await closing(await visit(welcome), async (page) => {
      equal(await page.title(), 'It works · Postern', 'title');
      contains(await page.locator('main').innerText(), 'set root in the site', 'text');
      await accessible(page);
      await shot(page, 'welcome');
    });
    await closing(await visit(welcome, { viewport: phone, colorScheme: 'dark' }), async (page) => {
      await noSideScroll(page);
      await accessible(page);
      await shot(page, 'welcome-phone-dark');
    });
  });
}

async function checkCard(page) {
  contains(await page.title(), await page.locator('h1').innerText(), 'title');
  const card = page.locator('article').first();
  check((await card.locator('h3').innerText()).length > 0, 'the card has no name');
  const text = await card.innerText();
  for (const label of ['Issuer', 'Until', 'Kind']) contains(text, label, 'card');
  await card.getByRole('meter').waitFor();
}

function testAdmin() {
  test('the admin page: verdict, cards, nothing broken', async () => {
    await closing(await visit(admin), async (page) => {
      await checkCard(page);
      await accessible(page);
      await shot(page, 'admin');
      await page.locator('details.more > summary').first().click();
      check(/^[0-9A-F:]{8,}$/.test(await page.locator('.hex').first().innerText()), 'the serial number is not shown');
      await shot(page, 'admin-details');
    });
  });

  test('the admin page without JavaScript, on a phone, in the dark', async () => {
    const options = { viewport: phone, colorScheme: 'dark', javaScriptEnabled: false };
    await closing(await visit(admin, options), async (page) => {
      await checkCard(page);
      contains(await page.locator('footer').innerText(), 'reload the page', 'footer');
      await shot(page, 'admin-phone-dark-without-javascript');
    });
  });

  test('the admin page keeps itself fresh', async () => {
    await closing(await visit(admin), async (page) => {
      await eventually(async () => /refreshed every|kept up to date/.test(await page.locator('#asof').innerText()), 'a first refresh');
      equal(await page.locator('#link').innerText(), '', 'the line about a lost connection');
    });
  });

  test('another name pointed at the admin listener is refused', async () => {
    const page = await openPage(browser);
    const { port } = new URL(admin);
    const answer = await page.goto(`https://evil.localhost:${port}/`);
    equal(answer.status(), 421, 'status');
    contains(await page.locator('main').innerText(), 'Open it by its own IP address', 'the way out');
    await accessible(page);
    await shot(page, 'refused');
    await page.context().close();
  });
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

// What a browser that knows nothing of the page asks for until it is loaded, and the bytes that it is sent until the page is
// at rest (views that nobody opened stay out).
async function firstView() {
  const page = await openPage(browser, { storageState: owner });
  const asked = [];
  page.on('request', (request) => asked.push(request.url()));
  const last = page.waitForResponse((answer) => answer.url().endsWith('/api/v1/history'));
  await page.goto(admin, { waitUntil: 'load' });
  const requests = asked.length;
  await (await last).finished();
  const bytes = await page.evaluate(() => [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
    .reduce((sum, entry) => sum + entry.transferSize, 0));
  await page.context().close();
  return { requests, bytes };
}

// Until something of `url` is painted, in ms, in a browser that has been at this device before.
async function firstPaint(url) {
  const page = await openPage(browser, { storageState: owner });
  await page.goto(new URL('/login', url).href);
  await page.goto(url);
  const painted = () => page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime);
  const ms = await eventually(painted, 'the first paint');
  await page.context().close();
  return ms;
}

// 100 ms is for a machine that has nothing else to do: where a bare page of one line takes long, it may be five times as long.
function testFirstView() {
  test('the admin page: 6 requests and 60 kB at most for the first view, painted within 100 ms', async () => {
    const { requests, bytes } = await firstView();
    const bare = [];
    const paints = [];
    for (let i = 0; i < 7; i += 1) {
      bare.push(await firstPaint(new URL('/nothing', site).href));
      paints.push(await firstPaint(admin));
    }
    const [least, best] = [Math.min(...bare), Math.min(...paints)];
    const said = `${best.toFixed(0)} ms at best, ${median(paints).toFixed(0)} in the median of ${paints.length}; a bare page ${least.toFixed(0)} and ${median(bare).toFixed(0)}`;
    console.log(`     ${requests} requests, ${bytes} bytes, first paint after ${said}`);
    check(requests >= 4 && requests <= 6, `${requests} requests until it is loaded`);
    check(bytes >= 10000 && bytes <= 60000, `${bytes} bytes until it is at rest`);
    check(best < Math.max(100, 5 * least), `first paint after ${said}`);
  });
}

function testRenewal() {
  test('a renewal shows on the open page, without a reload', async () => {
    await closing(await visit(admin), async (page) => {
      await page.locator('details.more > summary').first().click();
      const serial = () => page.locator('.hex').first().innerText();
      const before = await serial();
      await page.evaluate(() => { window.neverReloaded = true; });
      const [program, ...argv] = JSON.parse(renew);
      await promisify(execFile)(program, argv, { timeout: 60000 });
      await eventually(async () => (await serial()) !== before, 'another serial number');
      check(await page.evaluate(() => window.neverReloaded), 'the page was loaded anew');
      check(await page.locator('details.more').first().evaluate((element) => element.open), 'the details folded themselves');
      await shot(page, 'admin-renewed');
    });
  });
}

function testRenewalByHand() {
  test('a renewal asked for on the page: its steps, and how it ended', async () => {
    await closing(await visit(admin), async (page) => {
      const card = page.locator('article').first();
      await card.getByRole('button', { name: 'Renew now' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Renew now' }).click(); // it is not due
      await eventually(async () => (await card.locator('.result').innerText()) === 'Done. There is a new certificate.', 'the end', 60);
      check(await card.locator('.steps li').count() >= 3, `steps: ${await card.locator('.steps').innerText()}`);
      const step = await card.locator('.steps li').first().innerText();
      check(/^\d\d:\d\d:\d\d /.test(step), `a step without its time: ${step}`);
      await accessible(page);
      await shot(page, 'admin-renewed-by-hand');
    });
  });
}

// From there on its visitors are warned, until a new one is ordered: all on the page, against the test CA.
function testRevocation() {
  test('a revocation: what follows is said, it happens, and a renewal mends it', async () => {
    const name = new URL(welcome).hostname;
    await closing(await visit(admin), async (page) => {
      const card = page.locator('article', { has: page.getByRole('heading', { name, exact: true }) });
      await card.getByRole('button', { name: 'Revoke…' }).click();
      const dialog = page.getByRole('dialog', { name: `Revoke the certificate of ${name}?` });
      contains(await dialog.innerText(), `Visitors of ${name} see a warning`, 'what follows');
      await dialog.getByLabel('Why?').selectOption('cessationOfOperation');
      await dialog.getByRole('button', { name: 'Revoke it' }).click();
      const result = card.locator('.result');
      const asked = page.getByLabel('Password of this device');
      await eventually(async () => await asked.isVisible() || await result.isVisible(), 'a question for the password, or the job');
      if (await asked.isVisible()) {
        await asked.fill(password);
        await page.getByRole('button', { name: 'Go on' }).click();
      }
      await eventually(async () => await result.innerText() === 'Done. The certificate was revoked.', 'the end', 60);
      await eventually(async () => (await card.innerText()).includes('The certificate was revoked, as you asked.'), 'the card');
      check(await pinsOf(welcome, caFile).then(() => false, () => true), 'what was revoked is served still');
      await accessible(page);
      await shot(page, 'admin-revoked');
      await card.getByRole('button', { name: 'Close' }).click();
      await card.getByRole('button', { name: 'Renew now' }).click();
      await eventually(async () => await result.innerText() === 'Done. There is a new certificate.', 'the next one', 60);
      check((await pinsOf(welcome, caFile)).length > 0, 'its chain leads to the CA');
      await eventually(async () => await card.locator('.problem').count() === 0, 'no trace of it in the card');
      page.faults = page.faults.filter((fault) => !fault.includes('403'));
    });
  });
}

export async function defineLiveTests() {
  const pins = [...await pinsOf(site, caFile), ...await pinsOf(admin)];
  if (welcome) pins.push(...await pinsOf(welcome, caFile));
  browser = await launch([...new Set(pins)]);
  owner = await logIn(browser, admin, password);
  testSite();
  if (welcome) testWelcome();
  testAdmin();
  testFirstView();
  testRenewalByHand();
  if (renew) testRenewal();
  if (welcome) testRevocation();
  return () => browser.close();
}
