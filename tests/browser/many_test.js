// A page of two hundred small files over HTTP/2, as a browser that knows nothing of them loads it, and again.

import { check, closing, contains, equal, launch, openPage, test } from './harness.js';
import { pinsOf } from './trust.js';

const { POSTERN_SITE_URL: site, POSTERN_CA_FILE: caFile } = process.env;
const FILES = 200;

// Of each of the files: by which protocol, when it was asked for and had, in ms, and the bytes that came.
async function waterfall(page) {
  return page.evaluate(() => performance.getEntriesByType('resource').filter((entry) => entry.name.includes('/many/'))
    .map(({ nextHopProtocol, startTime, responseEnd, transferSize }) => ({ nextHopProtocol, startTime, responseEnd, transferSize })));
}

function said(entries) {
  const quarter = (part) => entries.map((entry) => entry.responseEnd).sort((a, b) => a - b)[Math.floor((entries.length - 1) * part)].toFixed(0);
  const first = Math.min(...entries.map((entry) => entry.startTime)).toFixed(0);
  return `asked from ${first} ms on, a quarter there at ${quarter(0.25)}, half at ${quarter(0.5)}, all at ${quarter(1)} ms, ` +
    `${entries.reduce((sum, entry) => sum + entry.transferSize, 0)} bytes`;
}

export async function defineManyTests() {
  const browser = await launch(await pinsOf(site, caFile));
  test(`a page of ${FILES} files comes over one connection of HTTP/2, cold and warm`, async () => {
    const page = await openPage(browser);
    await closing(page, async () => {
      const url = new URL('/many/', site).href;
      await page.goto(url, { waitUntil: 'load' });
      const cold = await waterfall(page);
      equal(cold.length, FILES, 'files');
      check(cold.every((entry) => entry.nextHopProtocol === 'h2'), 'all of them by h2');
      equal(await page.evaluate(() => [...document.images].filter((image) => image.naturalWidth > 0).length), FILES, 'images');
      const answers = [];
      page.on('response', (answer) => answers.push(answer.status()));
      await page.reload({ waitUntil: 'load' });
      const warm = await waterfall(page);
      check(answers.every((status) => status === 200 || status === 304), `answers: ${[...new Set(answers)]}`);
      contains(said(warm), 'half', 'waterfall');
      console.log(`     cold: ${said(cold)}`);
      console.log(`     warm: ${said(warm)}`);
    });
  });
  return () => browser.close();
}
