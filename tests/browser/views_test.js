// The parts of the page beside the status: the configuration's editor, the log, the access.

import { readFileSync } from 'node:fs';
import { accessible, check, contains, equal, eventually, launch, noFaults, noSideScroll, phone, shot, test } from './harness.js';
import { visit as visitWith } from './sample_device.js';

let browser = null;
const visit = (sample, options) => visitWith(browser, sample, options);

const CONFIG = '/api/v1/config';
// CR LF here, LF there, no line end at the end of the file: all of that must survive
const TEXT = '; my device\r\n[server]\r\nhttp = [::]:80\n\r\n[site home]\r\nnames = example.org';
const fileOf = (text, more = {}) => ({ json: { file: '/etc/postern.ini', text, etag: '"1"', why_kept: '', has_previous: true, ...more } });

// An editor over a device that remembers in `sent` what it was asked.
async function edit(more = {}, options = {}) {
  const sent = [];
  const api = {
    [`GET ${CONFIG}`]: fileOf(TEXT),
    [`POST ${CONFIG}/check`]: ({ text }) => { sent.push(['check', text]); return { json: { faults: [] } }; },
    [`PUT ${CONFIG}`]: ({ text }, request) => {
      sent.push(['put', text, request.headers()['if-match']]);
      return { json: { etag: '"2"', result: 'reloaded: 1 site' } };
    },
    ...more,
  };
  const { page, device } = await visit('valid', { api, ...options });
  await page.getByRole('link', { name: 'Configuration' }).click();
  await page.getByRole('textbox', { name: 'Text of the configuration' }).waitFor();
  return { page, device, sent, area: page.locator('#config-text'), press: (name) => page.getByRole('button', { name, exact: true }).click() };
}

const become = (locator, text) => eventually(async () => (await locator.innerText()).includes(text), text, 5);

function testEditor() {
  test('editor: a change is checked, shown, saved; every other byte stays', async () => {
    const { page, sent, area, press } = await edit();
    equal(await page.locator('.gutter li').count(), 6, 'line numbers');
    await accessible(page);
    await shot(page, 'editor');
    await press('Save…');
    await become(page.locator('#view-configuration [role=status]'), 'Nothing was changed');
    await area.fill((await area.inputValue()).replace('[::]:80', '[::]:8080').replace('names =', 'root = /srv\nnames ='));
    await press('Save…');
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    equal((await dialog.locator('.del code, .ins code').allInnerTexts()).join('|'), 'http = [::]:80|http = [::]:8080|root = /srv', 'changes');
    await accessible(page);
    await shot(page, 'editor-diff');
    await press('Save and use');
    await become(page.locator('#view-configuration'), 'Saved: reloaded: 1 site');
    const expected = TEXT.replace('[::]:80\n', '[::]:8080\n').replace('names =', 'root = /srv\r\nnames =');
    equal(JSON.stringify(sent), JSON.stringify([['check', expected], ['put', expected, '"1"']]), 'what was sent');
    noFaults(page);
    await page.context().close();
  });
}

function testLineEnds() {
  test('editor: line ends survive every kind of change', async () => {
    const { page } = await visit('none');
    const wrong = await page.evaluate(async () => {
      const { linesOf, shownText, withEndsOf } = await import('/lines.js');
      const rows = [
        ['', ''], ['a', 'a'], ['a\r\n', 'a\n'], ['a\r\nb\nc\rd', 'a\nb\nc\nd'], ['\r\n\r\n', '\n\n'], ['\uFEFFa\r\n', '\uFEFFa\n'],
        ['a\r\nb', 'a\nb\n', 'a\r\nb\r\n'], ['a\r\nb\r\n', 'a\nb', 'a\r\nb'], ['a\r\nb\r\n', 'a\nx\nb\n', 'a\r\nx\r\nb\r\n'],
        ['a\nb\r\nb\nc\n', 'b\nb\nc\n', 'b\r\nb\nc\n'], ['a\r\nb', 'b\na', 'b\r\na'], ['', 'a\n', 'a\n'], ['a\r\n', '', ''],
        ['a\r\nb\nc\n', 'x\nb\nc\n', 'x\r\nb\nc\n'], ['a\nb\nc\r\n', 'a\nb\nx', 'a\nb\nx'], ['a\r\nb\nc\n', 'x\ny\nc\n', 'x\r\ny\nc\n'],
        ['a\r\nb\nc\n', 'x\nz\nb\nc\n', 'x\r\nz\nb\nc\n'],
      ];
      return rows.flatMap(([original, edited, expected = original]) => {
        const seen = withEndsOf(original, edited);
        const whole = linesOf(original).map(({ text, end }) => text + end).join('') === original && !shownText(original).includes('\r');
        return seen === expected && whole ? [] : [JSON.stringify([original, edited, seen])];
      });
    });
    equal(wrong.join('; '), '', 'rows');
    await page.context().close();
  });
}

const { POSTERN_INI_TEXTS: corpus } = process.env;

// Each once untouched, and once with a line in its middle typed anew, as a textarea gives it back.
function testCorpus() {
  test('editor: every configuration of the test corpus comes back byte for byte but for the changed line', async () => {
    const texts = JSON.parse(readFileSync(corpus, 'utf8'));
    const { page } = await visit('none');
    const wrong = await page.evaluate(async (all) => {
      const { linesOf, shownText, withEndsOf } = await import('/lines.js');
      const area = document.createElement('textarea');
      const typed = (text) => { area.value = text; return area.value; };
      const whole = (lines) => lines.map(({ text, end }) => text + end).join('');
      return all.filter(([, text]) => {
        const lines = linesOf(text);
        const middle = lines.length >> 1;
        const other = lines.length ? lines.with(middle, { ...lines[middle], text: '# typed anew' }) : lines;
        return withEndsOf(text, typed(shownText(text))) !== text || withEndsOf(text, typed(shownText(whole(other)))) !== whole(other);
      }).map(([name]) => name);
    }, texts);
    equal(wrong.join('; '), '', `of ${texts.length} texts`);
    check(texts.length > 300, `only ${texts.length} texts`);
    await page.context().close();
  });
}

function testRefusals() {
  test('editor: a fault leads to its line, and nothing is sent', async () => {
    const faults = [{ line: 3, section: 'server', key: 'http', text: 'no address: <b>' }, { line: 6, section: 'site home', key: 'names', text: 'twice' }];
    const { page, sent, area, press } = await edit({ [`POST ${CONFIG}/check`]: { json: { faults } } }, { viewport: phone, colorScheme: 'dark' });
    await area.fill(`${await area.inputValue()}\n`);
    await press('Save…');
    await become(page.locator('#view-configuration'), '2 faults');
    equal(sent.length, 0, 'requests to save');
    equal((await page.locator('.gutter .fault').allInnerTexts()).join(), '3,6', 'marked lines');
    await press('Line 3');
    equal(await area.evaluate((element) => element.value.slice(element.selectionStart, element.selectionEnd)), 'http = [::]:80', 'selected');
    await noSideScroll(page);
    await accessible(page);
    await shot(page, 'editor-faults-phone-dark');
    await page.context().close();
  });

  test('editor: somebody else was faster', async () => {
    const theirs = TEXT.replace('my device', 'theirs');
    let first = true;
    const sent = [];
    const { page, area, press } = await edit({ [`PUT ${CONFIG}`]: ({ text }, request) => {
      sent.push([request.headers()['if-match'], text]);
      if (!first) return { json: { etag: '"3"', result: 'reloaded' } };
      first = false;
      return { status: 412, json: { detail: 'changed', text: theirs, etag: '"2"' } };
    } });
    await area.fill((await area.inputValue()).replace(':80', ':81'));
    await press('Save…');
    await press('Save and use');
    await page.getByRole('heading', { name: 'Somebody else changed the file' }).waitFor();
    contains((await page.locator('.conflict .diff').innerText()), 'theirs', 'the other text');
    await accessible(page);
    await shot(page, 'editor-conflict');
    await press('Go on with mine');
    await press('Save…');
    await press('Save and use');
    await become(page.locator('#view-configuration'), 'Saved');
    equal(sent.map(([etag]) => etag).join(), '"1","2"', 'If-Match');
    await page.context().close();
  });
}

function testPassword() {
  test('editor: no password, no loss: the changes wait to be saved', async () => {
    let confirmed = false;
    let puts = 0;
    const { page, area, press } = await edit({
      [`PUT ${CONFIG}`]: () => { puts += 1; return confirmed ? { json: { etag: '"2"', result: 'reloaded' } } : { status: 403, json: {} }; },
      'POST /api/v1/session/confirm': () => { confirmed = true; return { json: {} }; },
    });
    await area.fill(`${await area.inputValue()}\n# mine`);
    await press('Save…');
    await press('Save and use');
    const asked = page.getByRole('dialog', { name: 'Your password once more' });
    await asked.waitFor();
    await page.keyboard.press('Escape');
    await asked.waitFor({ state: 'detached' });
    contains(await page.getByRole('dialog', { name: 'Save these changes?' }).innerText(), '# mine', 'the changes');
    await press('Save and use');
    await asked.getByLabel('Password of this device').fill('right');
    await press('Go on');
    await become(page.locator('#view-configuration'), 'Saved');
    equal(puts, 3, 'requests to save');
    await page.context().close();
  });
}

function testOtherFiles() {
  test('editor: back to the previous file; a file that is read-only', async () => {
    let asked = 0;
    const back = await edit({ [`POST ${CONFIG}/previous`]: () => { asked += 1; return { json: { etag: '"0"', result: 'reloaded' } }; } });
    await back.press('Back to the previous file…');
    await back.press('Go back');
    await become(back.page.locator('#view-configuration'), 'Saved');
    equal(asked, 1, 'requests');
    await back.page.context().close();
    const kept = await edit({ [`GET ${CONFIG}`]: fileOf(TEXT, { why_kept: 'its folder is read-only' }) });
    contains(await kept.page.locator('#view-configuration').innerText(), 'cannot be changed here: its folder is read-only', 'why');
    check(await kept.page.getByRole('button', { name: 'Save…' }).isDisabled(), 'it can be saved');
    await kept.page.context().close();
  });
}

const LINES = ['2026-11-21T01:00:00Z info started version=0.1.0', '2026-11-21T01:01:00Z warn acme.failed certificate=example.org',
  '2026-11-21T01:02:00Z error disk.full path=<b>'];

function testLog() {
  test('log: what was, what comes, and a filter', async () => {
    const { page, device } = await visit('valid', { api: { 'GET /api/v1/log': { json: { lines: LINES } } } });
    await page.getByRole('link', { name: 'Log', exact: true }).click();
    const rows = page.locator('.log li');
    await eventually(async () => await rows.count() === 3, 'lines');
    equal(await rows.last().innerText(), LINES[2], 'a line');
    device.api['GET /api/v1/log'] = { json: { lines: [...LINES, '2026-11-21T01:03:00Z info acme.installed certificate=example.org'] } };
    await page.clock.runFor(3100);
    await eventually(async () => await rows.count() === 4, 'the new line');
    await page.getByLabel('Show only lines with').fill('EXAMPLE');
    equal(await rows.count(), 2, 'lines after the filter');
    const bottoms = await page.locator('.tools input[type=search], .tools select').evaluateAll((all) => all.map((each) => each.getBoundingClientRect().bottom));
    const follow = await page.getByLabel('Follow').boundingBox();
    check(new Set(bottoms).size === 1 && follow.y < bottoms[0], `the tools are not in one row: ${bottoms}, ${follow.y}`);
    await page.getByLabel('Level').selectOption('warn');
    equal(await rows.allInnerTexts().then((all) => all.join()), LINES[1], 'lines of that level');
    await accessible(page);
    await shot(page, 'log');
    await page.setViewportSize(phone);
    await noSideScroll(page);
    await shot(page, 'log-phone');
    noFaults(page);
    await page.context().close();
  });
}

function testChecks() {
  test('checks: what was found, a look begun, and what it found', async () => {
    const finding = { check: 'port', level: 'fault', about: 'port 80 of 192.0.2.1', seen: 'Refused <b>.', result: 'The CA gets no answer.',
      change: 'Open port 80.', paste: [{ where: 'nftables', lines: ['nft add rule inet filter input tcp dport 80 accept'] }] };
    const found = { running: false, at: '2026-11-21T01:04:00Z', level: 'fault', findings: [finding] };
    const { page, device } = await visit('valid', { viewport: phone, api: {
      'GET /api/v1/findings': { json: { running: false, at: null, level: 'ok', findings: [] } },
      'POST /api/v1/preflight': () => { device.api['GET /api/v1/findings'] = { json: { ...found, running: true, findings: [] } }; return { status: 202, json: { result: 'begun' } }; },
    } });
    await page.getByRole('link', { name: 'Checks' }).click();
    const view = page.locator('#view-checks');
    await become(view, 'Nobody has looked yet.');
    const again = page.getByRole('button', { name: 'Look now' });
    await again.click();
    await become(view, 'Looking');
    check(await again.isDisabled(), 'a second look at the same time');
    device.api['GET /api/v1/findings'] = { json: found };
    await page.clock.runFor(1100);
    await become(view, 'An order would fail');
    const text = await view.innerText();
    for (const part of ['In the way: port 80 of 192.0.2.1', 'Refused <b>.', 'The CA gets no answer.', 'Open port 80.', 'nft add rule'])
      contains(text, part, 'the finding');
    check(await again.isEnabled(), 'no second look');
    device.api['POST /api/v1/preflight'] = { status: 409, json: { detail: 'One is under way.' } };
    await again.click();
    await become(view, 'One is under way.');
    await noSideScroll(page);
    await accessible(page);
    await shot(page, 'checks-phone');
    await page.context().close();
  });
}

function testAccess() {
  test('access: the password changes, and who did what', async () => {
    const sent = [];
    const entries = [{ at: '2026-11-21T00:40:00Z', session: 's1', peer: '192.0.2.7', action: 'login', object: '', outcome: 'ok' },
      { at: '2026-11-20T10:00:00Z', session: 's0', peer: '192.0.2.9', action: 'ask', object: '/api/v1/certificates/<b>/renew', outcome: '202' },
      { at: '2026-11-20T09:00:00Z', session: 's0', peer: '192.0.2.9', action: 'ask', object: '/api/v1/certificates/a.example/revoke', outcome: '403' },
      { at: '2026-11-20T09:00:00Z', session: 's0', peer: '192.0.2.9', action: 'ask', object: '/api/v1/reload', outcome: '200' },
      { at: '2026-11-20T08:00:00Z', session: 's0', peer: '192.0.2.9', action: 'config', object: '/etc/postern.ini', outcome: 'taken back' },
      { at: '2026-11-20T07:00:00Z', session: '', peer: '192.0.2.9', action: 'login', object: '', outcome: 'wrong password' }];
    const { page } = await visit('valid', { viewport: phone, api: { 'GET /api/v1/audit': { json: { entries } },
      'POST /api/v1/password': (body) => { sent.push(body); return sent.length === 1 ? { status: 422, json: { detail: 'Too common.' } } : { json: {} }; } } });
    await page.getByRole('link', { name: 'Access' }).click();
    await page.getByRole('cell', { name: 'Renewal of <b>' }).waitFor();
    const said = await page.locator('#view-access tbody tr').evaluateAll((rows) => rows.map((row) => [...row.cells].slice(2).map((cell) => cell.innerText).join(': ')));
    equal(said.join('; '), 'Login: done; Renewal of <b>: done; Revocation of the certificate of a.example: refused; ask /api/v1/reload: done; '
      + 'Change of the configuration: taken back; Login: wrong password', 'who did what');
    const change = async (fresh, again) => {
      await page.getByLabel('The present password').fill('old one');
      await page.getByLabel('The new password', { exact: true }).fill(fresh);
      await page.getByLabel('The new password once more').fill(again);
      await page.getByRole('button', { name: 'Change it' }).click();
    };
    const view = page.locator('#view-access');
    await change('one', 'two');
    await become(view, 'not the same');
    await change('password1', 'password1');
    await become(view, 'Too common.');
    await change('seven kettles', 'seven kettles');
    await become(view, 'The password was changed');
    equal(JSON.stringify(sent[1]), '{"old":"old one","new":"seven kettles"}', 'what was sent');
    await noSideScroll(page);
    await accessible(page);
    await shot(page, 'access-phone');
    await page.context().close();
  });
}

export async function defineViewTests() {
  browser = await launch();
  testEditor();
  testLineEnds();
  if (corpus) testCorpus();
  testRefusals();
  testPassword();
  testOtherFiles();
  testLog();
  testChecks();
  testAccess();
  return () => browser.close();
}
