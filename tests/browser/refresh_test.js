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
    await eventually(() => device.asked >= 6, 'the first refresh, which fetches the page once');
    await page.evaluate(() => { document.querySelector('article').marked = true; });
    for (const expected of [7, 8, 9]) {
      await polls(page);
      await eventually(() => device.asked >= expected, 'the next question');
      equal(device.asked, expected, 'requests');
    }
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

export async function defineRefreshTests() {
  browser = await launch();
  testChanges();
  testSilence();
  return () => browser.close();
}
