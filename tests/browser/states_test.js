// The admin page in every state of a device, from samples that the unit tests wrote with the same code that the server
// runs (tests/unit/firmware/admin/samples.cpp), and its behaviour when the state changes under it.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { accessible, check, contains, desktop, equal, eventually, launch, noFaults, noSideScroll, openPage, phone, shot, test } from './harness.js';

const samples = process.env.POSTERN_SAMPLES_DIR;
const origin = 'http://device.localhost';
const TYPES = { html: 'text/html; charset=utf-8', js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml', json: 'application/json' };
let browser = null;

// The fields that the server sends with the page, as written beside it: the policy binds here as it does there.
function fieldsOf(sample) {
  const lines = readFileSync(join(samples, sample, 'index.fields'), 'utf8').trim().split('\n');
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]));
}

function answer(route, sample) {
  const path = new URL(route.request().url()).pathname;
  const file = { '/': 'index.html', '/api/v1/status': 'status.json' }[path] || path.slice(1);
  const full = join(samples, sample, file);
  if (!existsSync(full)) return route.fulfill({ status: 404 });
  const headers = file === 'index.html' ? fieldsOf(sample) : { 'Content-Type': TYPES[file.split('.').pop()] };
  return route.fulfill({ status: 200, headers, body: readFileSync(full) });
}

// A page that shows device.sample, which may be changed; device.away: nobody answers.
async function visit(sample, options) {
  const page = await openPage(browser, options);
  const device = { sample, away: false, asked: 0 };
  await page.route(`${origin}/**`, (route) => {
    device.asked += 1;
    return device.away ? route.abort() : answer(route, device.sample);
  });
  await page.clock.install({ time: new Date('2026-11-21T01:05:00Z') });
  await page.goto(`${origin}/`);
  return { page, device };
}

const HEADLINES = {
  valid: 'All is well',
  many: '3 certificates need attention',
  failing: '1 certificate needs attention',
  waiting: 'Just a moment',
  'not-obtained': '1 certificate needs attention',
  expired: '1 certificate needs attention',
  renewing: 'Just a moment',
  notices: 'The clock is not right',
  none: 'Nothing to look after yet',
  hostile: '1 certificate needs attention',
};

const LOOKS = {
  light: { viewport: desktop },
  dark: { viewport: desktop, colorScheme: 'dark' },
  phone: { viewport: phone },
  'phone-dark': { viewport: { width: 320, height: 700 }, colorScheme: 'dark' },
};

function testLooks() {
  for (const [sample, headline] of Object.entries(HEADLINES)) {
    test(`${sample}: readable in every look`, async () => {
      for (const [look, options] of Object.entries(LOOKS)) {
        const { page } = await visit(sample, options);
        equal(await page.locator('h1').innerText(), headline, 'heading');
        equal(await page.title(), `${headline} · Postern`, 'title');
        await noSideScroll(page);
        await accessible(page);
        noFaults(page);
        await shot(page, `state-${sample}-${look}`);
        await page.context().close();
      }
    });
  }

  test('everything unfolded', async () => {
    for (const [look, options] of Object.entries(LOOKS)) {
      const { page } = await visit('many', options);
      for (const summary of await page.locator('summary').all()) await summary.click();
      await noSideScroll(page);
      await accessible(page);
      await shot(page, `state-unfolded-${look}`);
      await page.context().close();
    }
  });
}

function testWords() {
  test('dates are those of the reader', async () => {
    const { page } = await visit('valid');
    const until = page.locator('.facts time').first();
    equal(await until.innerText(), '18 Jan 2027, 17:17', 'in Tokyo');
    equal(await until.getAttribute('title'), '18 Jan 2027, 08:17 UTC', 'title');
    await page.context().close();
  });

  test('what the CA said is folded, and unfolds by keyboard', async () => {
    const { page } = await visit('failing');
    const said = page.locator('.problem .said');
    check(!await said.isVisible(), 'it is not folded');
    await page.keyboard.press('Tab');
    equal(await page.evaluate(() => document.activeElement.className), 'skip', 'first stop');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    equal(await page.evaluate(() => document.activeElement.textContent), 'What was reported', 'next stop');
    await page.keyboard.press('Enter');
    check(await said.isVisible(), 'it stays folded');
    contains(await said.innerText(), 'Timeout during connect', 'said');
    await page.context().close();
  });

  test('hostile text runs nothing and hides nothing', async () => {
    const { page } = await visit('hostile');
    page.on('dialog', () => page.faults.push('a dialog opened'));
    equal(await page.locator('h3').innerText(), '"><img src=x onerror=alert(2)>', 'name');
    equal(await page.locator('main img, main script').count(), 0, 'elements from outside');
    noFaults(page);
    await page.context().close();
  });
}

// The page asks every five seconds of its own clock.
const polls = (page) => page.clock.runFor(5100);
const headlineBecomes = (page, headline) => eventually(async () => (await page.locator('h1').innerText()) === headline, headline, 5);

function testRefresh() {
  test('a change shows without a reload; what was unfolded and focused stays', async () => {
    const { page, device } = await visit('valid');
    await page.locator('#certificate-1-more > summary').click();
    device.sample = 'failing';
    await polls(page);
    await headlineBecomes(page, '1 certificate needs attention');
    equal(await page.title(), '1 certificate needs attention · Postern', 'title');
    equal(await page.locator('#announce').innerText(), '1 certificate needs attention', 'what a screen reader is told');
    equal(await page.evaluate(() => document.activeElement.parentElement.id), 'certificate-1-more', 'focus');
    check(await page.locator('#certificate-1-more').evaluate((element) => element.open), 'the details folded themselves');
    await accessible(page);
    noFaults(page);
    device.sample = 'many';
    await polls(page);
    await headlineBecomes(page, '3 certificates need attention');
    equal(await page.locator('article').count(), 9, 'cards');
    equal(await page.locator('article time').first().getAttribute('title') !== null, true, 'local dates in new cards');
    await page.context().close();
  });

  test('nothing changed: the page is not fetched, and nothing is touched', async () => {
    const { page, device } = await visit('valid');
    await polls(page);
    await eventually(() => device.asked >= 6, 'the first refresh, which fetches the page once', 5);
    await page.evaluate(() => { document.querySelector('article').marked = true; });
    for (const expected of [7, 8, 9]) {
      await polls(page);
      await eventually(() => device.asked >= expected, 'the next question', 5);
      equal(device.asked, expected, 'requests');
    }
    check(await page.evaluate(() => document.querySelector('article').marked), 'the card was replaced');
    await page.context().close();
  });

  test('a device that goes away is said, and forgotten when it is back', async () => {
    const { page, device } = await visit('valid');
    device.away = true;
    await polls(page);
    const link = page.locator('#link');
    await eventually(async () => (await link.innerText()).startsWith('No answer from the device since'), 'the line', 5);
    await shot(page, 'state-away-light');
    await accessible(page);
    device.away = false;
    await polls(page);
    await eventually(async () => (await link.innerText()) === '', 'no line', 5);
    await page.context().close();
  });

  test('a hidden page does not ask', async () => {
    const { page, device } = await visit('valid');
    await page.evaluate(() => {
      Object.defineProperty(document, 'hidden', { get: () => window.isAway, configurable: true });
      window.isAway = true;
    });
    await page.clock.runFor(60000);
    const before = device.asked;
    await page.evaluate(() => {
      window.isAway = false;
      document.dispatchEvent(new Event('visibilitychange'));
    });
    await eventually(() => device.asked > before, 'a question once it is seen again', 5);
    equal(before, 4, 'requests: the page and its three files');
    await page.context().close();
  });
}

export async function defineStateTests() {
  browser = await launch();
  testLooks();
  testWords();
  testRefresh();
  return () => browser.close();
}
