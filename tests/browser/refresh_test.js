// The admin page while the device's state changes under it. Time is the page's own and moves when a test says so.

import { accessible, check, equal, eventually, launch, noFaults, shot, test } from './harness.js';
import { visit as visitWith } from './sample_device.js';

let browser = null;
const visit = (sample, options) => visitWith(browser, sample, options);

// The page asks every five seconds of its own clock.
const polls = (page) => page.clock.runFor(5100);
const headlineBecomes = (page, headline) => eventually(async () => (await page.locator('h1').innerText()) === headline, headline, 5);

function testChanges() {
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
    await eventually(() => device.of('/') === 2, 'the first refresh, which fetches the page once');
    await page.evaluate(() => { document.querySelector('article').marked = true; });
    for (const expected of [2, 3, 4]) {
      await polls(page);
      await eventually(() => device.of('/api/v1/status') >= expected, 'the next question');
      equal(device.of('/api/v1/status'), expected, 'questions');
    }
    equal(device.of('/'), 2, 'how often the page was fetched');
    check(await page.evaluate(() => document.querySelector('article').marked), 'the card was replaced');
    await page.context().close();
  });
}

function testSilence() {
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
    const before = device.of('/api/v1/status');
    await page.evaluate(() => {
      window.isAway = false;
      document.dispatchEvent(new Event('visibilitychange'));
    });
    await eventually(() => device.of('/api/v1/status') > before, 'a question once it is seen again', 5);
    equal(before, 0, 'questions while it was hidden');
    await page.context().close();
  });
}

function testFirstPaint() {
  test('the first paint takes at most six requests', async () => {
    const { page, device } = await visit('many');
    check(device.asked <= 6, `${device.asked} requests`);
    await page.clock.runFor(1000);
    await eventually(() => page.locator('#graphs svg').count().then((count) => count === 4), 'graphs');
    equal(await page.locator('#who').innerText(), 'Logged in from 192.0.2.7 since 21 Nov 2026, 09:40', 'who is logged in');
    await accessible(page);
    noFaults(page);
    await shot(page, 'state-many-complete');
    await page.context().close();
  });
}

export async function defineRefreshTests() {
  browser = await launch();
  testFirstPaint();
  testChanges();
  testSilence();
  return () => browser.close();
}
