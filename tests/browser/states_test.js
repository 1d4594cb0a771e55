// The admin page in every state of a device and in every look; its words, its keyboard, its defences.

import { accessible, check, contains, desktop, equal, launch, noFaults, noSideScroll, phone, shot, test } from './harness.js';
import { visit as visitWith } from './sample_device.js';

let browser = null;
const visit = (sample, options) => visitWith(browser, sample, options);

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
  fresh: 'All is well',
  hostile: '1 certificate needs attention',
};

const LOOKS = {
  light: { viewport: desktop },
  dark: { viewport: desktop, colorScheme: 'dark' },
  phone: { viewport: phone },
  'phone-dark': { viewport: { width: 320, height: 700 }, colorScheme: 'dark' },
};

function testLook(look, options) {
  let visited = null; // one page for all states: a new one costs a second
  for (const [sample, headline] of Object.entries(HEADLINES)) {
    test(`${sample}, ${look}: readable`, async () => {
      if (visited) {
        visited.device.sample = sample;
        visited.page.faults.length = 0;
        await visited.page.reload();
      }
      visited ??= await visit(sample, options);
      const { page } = visited;
      equal(await page.locator('h1').innerText(), headline, 'heading');
      equal(await page.title(), `${headline} · Postern`, 'title');
      await noSideScroll(page);
      await accessible(page);
      noFaults(page);
      await shot(page, `state-${sample}-${look}`);
    });
  }
}

function testLooks() {
  for (const [look, options] of Object.entries(LOOKS)) testLook(look, options);

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

function testJapanese() {
  for (const [sample, options] of [['many', { viewport: desktop }], ['failing', { viewport: phone, colorScheme: 'dark' }]]) {
    test(`${sample} in Japanese`, async () => {
      const { page } = await visit(sample, { ...options, locale: 'ja-JP', language: 'ja' });
      equal(await page.locator('html').getAttribute('lang'), 'ja', 'language');
      contains(await page.locator('h1').innerText(), '件の証明書に対応が必要です', 'heading');
      await page.clock.runFor(1000);
      await page.locator('#graphs svg').first().waitFor();
      contains(await page.locator('#who').innerText(), 'にログイン', 'who');
      await noSideScroll(page);
      await accessible(page);
      noFaults(page);
      await shot(page, `state-${sample}-ja`);
      await page.context().close();
    });
  }
}

export async function defineStateTests() {
  browser = await launch();
  testLooks();
  testWords();
  testJapanese();
  return () => browser.close();
}
