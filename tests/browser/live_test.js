// The running program: the demo site, the welcome page of a site without a root, and the admin page.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { accessible, check, contains, equal, eventually, launch, noFaults, noSideScroll, openPage, phone, shot, test } from './harness.js';
import { pinsOf } from './trust.js';

const { POSTERN_SITE_URL: site, POSTERN_ADMIN_URL: admin, POSTERN_WELCOME_URL: welcome, POSTERN_CA_FILE: caFile,
  POSTERN_RENEW: renew } = process.env;
let browser = null;

async function visit(url, options) {
  const page = await openPage(browser, options);
  const answer = await page.goto(url, { waitUntil: 'load' });
  equal(answer.status(), 200, url);
  return page;
}

async function closing(page, body) {
  try {
    await body(page);
    noFaults(page);
  } finally {
    await page.context().close();
  }
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
      await eventually(async () => (await page.locator('#asof').innerText()).includes('refreshed every'), 'a first refresh');
      equal(await page.locator('#link').innerText(), '', 'the line about a lost connection');
    });
  });

  test('another name pointed at the admin listener is refused', async () => {
    const page = await openPage(browser);
    const { port } = new URL(admin);
    const answer = await page.goto(`https://evil.localhost:${port}/`);
    equal(answer.status(), 421, 'status');
    equal(answer.headers()['content-type'], 'application/problem+json', 'type');
    await page.context().close();
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

export async function defineLiveTests() {
  const pins = [...await pinsOf(site, caFile), ...await pinsOf(admin)];
  if (welcome) pins.push(...await pinsOf(welcome, caFile));
  browser = await launch([...new Set(pins)]);
  testSite();
  if (welcome) testWelcome();
  testAdmin();
  if (renew) testRenewal();
  return () => browser.close();
}
