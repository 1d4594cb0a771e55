// What every browser test uses: Debian's Chromium through playwright-core, pages that complain about every console error,
// failed request and broken answer, screenshots, axe-core, and the list of tests with its count.

import { readFileSync, mkdirSync, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

// the packages lie in a cache folder, not beside this file: the tree stays clean
const packages = createRequire(join(process.env.POSTERN_BROWSER_PACKAGES, 'package.json'));
const { chromium } = packages('playwright-core');
const axeSource = readFileSync(packages.resolve('axe-core/axe.min.js'), 'utf8');

// Where `name` begins, for import().
export const packagePath = (name) => pathToFileURL(packages.resolve(name)).href;

export const shots = process.env.POSTERN_BROWSER_OUT;
export const desktop = { width: 1280, height: 900 };
export const phone = { width: 390, height: 844 };

const PROGRAM = process.env.POSTERN_CHROMIUM || '/usr/bin/chromium';
const QUIET = ['--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update',
  '--disable-sync', '--disable-gpu', '--force-color-profile=srgb'];

// pins: SHA-256 of public keys that may end a chain which the system does not know; nothing else is let through.
export async function launch(pins = []) {
  if (!existsSync(PROGRAM)) throw new Error(`there is no ${PROGRAM}: tools/setup test installs it`);
  const args = [...QUIET];
  if (process.getuid() === 0) args.push('--no-sandbox');
  if (pins.length) args.push(`--ignore-certificate-errors-spki-list=${pins.join(',')}`);
  mkdirSync(shots, { recursive: true });
  return chromium.launch({ executablePath: PROGRAM, args });
}

// What a device may offer or not: the page asks once, and shows nothing of it when it is not there (404).
const OFFERED = /\/api\/v1\/(events|history)$/;

// A page that remembers everything a person would call broken, in page.faults.
export async function openPage(browser, options = {}) {
  const context = await browser.newContext({ viewport: desktop, locale: 'en-GB', timezoneId: 'Asia/Tokyo', ...options });
  const page = await context.newPage();
  page.faults = [];
  page.on('console', (message) => {
    const optional = OFFERED.test(message.location().url) && message.text().includes('404');
    if (!optional && (message.type() === 'error' || message.type() === 'warning')) page.faults.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => page.faults.push(`script: ${error.message}`));
  page.on('requestfailed', (request) => {
    const why = request.failure()?.errorText;
    // what a reload cuts off, such as the icon, did not fail
    if (why !== 'net::ERR_ABORTED') page.faults.push(`failed: ${request.url()} ${why}`);
  });
  page.on('response', (answer) => {
    const optional = answer.status() === 404 && OFFERED.test(answer.url());
    if (answer.status() >= 400 && !optional) page.faults.push(`${answer.status()}: ${answer.url()}`);
  });
  return page;
}

// Does `body` with a page, which must have nothing to complain about then.
export async function closing(page, body) {
  try {
    await body(page);
    noFaults(page);
  } finally {
    await page.context().close();
  }
}

// Logs in by the form; what the browser keeps of it, as the option storageState of other pages.
export async function logIn(browser, url, password) {
  const page = await openPage(browser);
  await page.goto(new URL('/login', url).href);
  await page.locator('#password').fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.locator('#headline').waitFor();
  const kept = await page.context().storageState();
  await page.context().close();
  return kept;
}

export function check(condition, what) {
  if (!condition) throw new Error(what);
}

export function equal(seen, expected, what) {
  check(seen === expected, `${what}: expected ${JSON.stringify(expected)}, seen ${JSON.stringify(seen)}`);
}

export function contains(text, part, what) {
  check(text.includes(part), `${what}: ${JSON.stringify(part)} is not in ${JSON.stringify(text.slice(0, 2000))}`);
}

export function noFaults(page) {
  equal(page.faults.join('\n'), '', 'console, requests and answers');
}

// Until `look` gives something true; what it throws counts as not yet.
export async function eventually(look, what, seconds = 20) {
  const end = Date.now() + seconds * 1000;
  let last = '';
  while (Date.now() < end) {
    try {
      const found = await look();
      if (found) return found;
    } catch (error) {
      last = ` (${error.message})`;
    }
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`not within ${seconds} s: ${what}${last}`);
}

export async function noSideScroll(page) {
  const [inner, outer] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
  check(inner <= outer, `the page is ${inner} px wide in a window of ${outer}`);
}

export async function shot(page, name) {
  await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
}

// axe-core's rules for WCAG 2.2 A and AA, and its best practices; in a world of its own, where the page's policy does not bind.
export async function accessible(page) {
  const session = await page.context().newCDPSession(page);
  const { frameTree } = await session.send('Page.getFrameTree');
  const { executionContextId } = await session.send('Page.createIsolatedWorld', { frameId: frameTree.frame.id });
  const inWorld = async (expression) => {
    const answer = await session.send('Runtime.evaluate',
      { expression, contextId: executionContextId, awaitPromise: true, returnByValue: true });
    check(!answer.exceptionDetails, `axe: ${JSON.stringify(answer.exceptionDetails)}`);
    return answer.result.value;
  };
  await inWorld(`${axeSource}; 0`);
  const found = await inWorld('axe.run(document, {resultTypes: ["violations"]}).then((result) => result.violations.map(' +
    '(rule) => rule.id + " at " + rule.nodes.map((node) => node.target.join(" ")).join(", ")).join("; "))');
  await session.detach();
  equal(found, '', 'axe-core');
}

const tests = [];

export function test(name, body) {
  tests.push({ name, body });
}

// Those whose name contains one of the command line's words; all without one.
export async function runTests() {
  const words = process.argv.slice(2);
  const wanted = words.length ? tests.filter(({ name }) => words.some((word) => name.includes(word))) : tests;
  let failed = 0;
  for (const { name, body } of wanted) {
    const began = Date.now();
    let fault = null;
    try {
      await body();
    } catch (error) {
      fault = error;
      failed += 1;
    }
    const seconds = ((Date.now() - began) / 1000).toFixed(2).padStart(7);
    console.log(`${fault ? 'FAIL' : 'ok  '} ${seconds} s  ${name}`);
    if (fault) console.log(String(fault.stack).replace(/^/gm, '     '));
  }
  console.log(`${wanted.length - failed} passed, ${failed} failed`);
  return failed;
}
