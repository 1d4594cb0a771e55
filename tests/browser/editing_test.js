// The editor over a running device: a line is typed anew, and every other byte of the file on the disk stays as it was.

import { readFileSync, writeFileSync } from 'node:fs';
import { accessible, contains, eventually, equal, launch, logIn, noFaults, openPage, shot, test } from './harness.js';
import { pinsOf } from './trust.js';

const { POSTERN_EDITED_URL: url, POSTERN_EDITED_INI: ini, POSTERN_EDITED_PASSWORD: password } = process.env;
const OLD = 'log_level = info';
const NEW = 'log_level = debug';
const BAD = 'log_level = loud';
let browser = null;
let kept = null;
let first = ''; // the file that the device began with, and that line in it

const crlf = (text) => text.replaceAll('\n', '\r\n');
const TEXTS = {
  'a byte order mark and CR LF': () => `\uFEFF${crlf(first)}`,
  'tabs, UTF-8, both line ends, none at the end': () =>
    `; Gerät im Büro: ルーター 🔑 e\u0301 \u00A0\u2028\r\n\t\r\n${first.replace(OLD, `${OLD}\r`).replaceAll('state = ', 'state\t=\t')};\tthe last line \t`,
  'a long file': () => first + Array.from({ length: 4000 }, (_, i) => `# line ${i} of a long file${i % 2 ? '\r' : ''}\n`).join(''),
};

// Selects a line of the editor, as a person with a mouse, and types another.
async function retype(page, line, other) {
  const area = page.locator('#config-text');
  await area.evaluate((element, wanted) => {
    const from = element.value.indexOf(wanted);
    element.focus();
    element.setSelectionRange(from, from + wanted.length);
  }, line);
  await page.keyboard.type(other);
}

function survives(name, text) {
  test(`edited on the disk: ${name}`, async () => {
    writeFileSync(ini, text());
    const before = readFileSync(ini, 'latin1');
    const page = await openPage(browser, { storageState: kept });
    await page.goto(`${url}#configuration`);
    await page.locator('#config-text').waitFor();
    await retype(page, OLD, NEW);
    await page.getByRole('button', { name: 'Save…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    equal((await dialog.locator('.del code, .ins code').allInnerTexts()).join('|'), `${OLD}|${NEW}`, 'the changes shown');
    await dialog.getByRole('button', { name: 'Save and use' }).click();
    await eventually(async () => (await page.locator('#view-configuration [role=status]').innerText()).startsWith('Saved: reloaded'), 'it is saved', 10);
    equal(readFileSync(ini, 'latin1'), before.replace(OLD, NEW), 'the file');
    equal(readFileSync(`${ini}.previous`, 'latin1'), before, 'the file before');
    await shot(page, `edited-${Object.keys(TEXTS).indexOf(name)}`);
    noFaults(page);
    await page.context().close();
  });
}

function faultsComeFirst() {
  test('edited on the disk: a fault is shown at its line with what is allowed, and nothing is written until it is mended', async () => {
    writeFileSync(ini, first);
    const page = await openPage(browser, { storageState: kept });
    await page.goto(`${url}#configuration`);
    await page.locator('#config-text').waitFor();
    await retype(page, OLD, BAD);
    await page.getByRole('button', { name: 'Save…' }).click();
    const faults = page.locator('.faults li');
    await faults.first().waitFor();
    const number = first.split('\n').indexOf(OLD) + 1;
    equal(await faults.count(), 1, 'faults');
    for (const part of [`Line ${number}`, 'log_level', 'debug', 'warn']) contains(await faults.innerText(), part, 'the fault');
    equal((await page.locator('.gutter .fault').allInnerTexts()).join(), String(number), 'the marked line');
    equal(await page.getByRole('dialog').count(), 0, 'a question to save what has faults');
    await accessible(page);
    await shot(page, 'edited-faults');
    // the device holds to that whoever asks
    const refused = await page.evaluate(async (text) => {
      const { etag } = await (await fetch('/api/v1/config')).json();
      const answer = await fetch('/api/v1/config', { method: 'PUT', body: JSON.stringify({ text }), headers: { 'Content-Type': 'application/json', 'If-Match': etag } });
      return [answer.status, (await answer.json()).faults?.length];
    }, first.replace(OLD, BAD));
    equal(refused.join(), '422,1', 'a PUT past the page');
    equal(readFileSync(ini, 'utf8'), first, 'the file');
    await faults.getByRole('button').click();
    await page.keyboard.type(NEW);
    await page.getByRole('button', { name: 'Save…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Save and use' }).click();
    await eventually(async () => (await page.locator('#view-configuration [role=status]').innerText()).startsWith('Saved: reloaded'), 'it is saved', 10);
    equal(readFileSync(ini, 'utf8'), first.replace(OLD, NEW), 'the file when it is mended');
    page.faults = page.faults.filter((fault) => !fault.includes('422'));
    noFaults(page);
    await page.context().close();
  });
}

export async function defineEditingTests() {
  first = readFileSync(ini, 'utf8').replace('[server]\n', `[server]\n${OLD}\n`);
  browser = await launch(await pinsOf(url));
  kept = await logIn(browser, url, password);
  for (const [name, text] of Object.entries(TEXTS)) survives(name, text);
  faultsComeFirst();
  return () => browser.close();
}
