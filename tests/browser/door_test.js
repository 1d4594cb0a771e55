// In front of the door: the first set-up, the login, the logout. One device, in this order.

import { accessible, check, contains, equal, launch, noFaults, noSideScroll, openPage, phone, shot, test } from './harness.js';
import { pinsOf } from './trust.js';

const { POSTERN_SETUP_URL: url, POSTERN_SETUP_TOKEN: token } = process.env;
const FRESH = 'seven green kettles';
let browser = null;

// A page of its own for `body`; what it complained of, but the answers that it `expects`, is a failure.
async function fresh(options, body, expects = []) {
  const page = await openPage(browser, options);
  try {
    await body(page);
    page.faults = page.faults.filter((fault) => !expects.some((each) => fault.includes(each)));
    noFaults(page);
  } finally {
    await page.context().close();
  }
}

async function looksWell(page, name) {
  await noSideScroll(page);
  await accessible(page);
  await shot(page, name);
}

// Where scripts are off there is nothing to measure with.
const bare = { viewport: phone, colorScheme: 'dark', javaScriptEnabled: false };

const path = (page) => new URL(page.url()).pathname;
const LOOKS = { light: {}, 'phone-dark': { viewport: phone, colorScheme: 'dark' } };

async function setUp(page, said, password, again = password) {
  await page.getByLabel('Set-up token').fill(said);
  await page.getByLabel('A password for this device').fill(password);
  await page.getByLabel('The password once more').fill(again);
  await page.getByRole('button', { name: 'Set the password' }).click();
}

// What is typed can be looked at; what is sent is a password again, which no browser remembers as a text.
async function looksAt(page) {
  const field = page.locator('#password');
  await field.fill('abc');
  equal(await field.getAttribute('type'), 'password', 'before');
  await page.getByLabel('Show what I type').check();
  equal(await field.getAttribute('type'), 'text', 'what is looked at');
  await page.evaluate(() => document.forms[0].addEventListener('submit', (event) => event.preventDefault(), { once: true }));
  await page.getByRole('button', { name: 'Log in' }).click();
  equal(await field.getAttribute('type'), 'password', 'what is sent');
  await page.reload();
}

async function submit(page, password) {
  await page.getByLabel('Password of this device').fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
}

function testSetUp() {
  for (const [look, options] of Object.entries(LOOKS)) {
    test(`door: a new device leads to its set-up, ${look}`, () => fresh(options, async (page) => {
      await page.goto(url);
      equal(path(page), '/setup', 'where it leads');
      await looksWell(page, `setup-${look}`);
    }));
  }

  test('door: another language before anybody is in, and it stays', () => fresh({}, async (page) => {
    await page.goto(url);
    contains(await page.locator('main').innerText(), '/setup-token', 'where the token is');
    await page.getByRole('link', { name: '日本語' }).click();
    equal(await page.locator('h1').innerText(), 'この機器の初期設定', 'heading');
    await page.goto(url);
    equal(await page.locator('html').getAttribute('lang'), 'ja', 'the next time');
    await looksWell(page, 'setup-ja');
    await page.getByRole('link', { name: 'English' }).click();
    equal(await page.locator('html').getAttribute('lang'), 'en', 'back again');
  }));

  test('door: first set-up, without JavaScript: wrong token, two passwords, one that all know, a good one', () => fresh(bare, async (page) => {
    await page.goto(url);
    const said = page.getByRole('alert');
    await setUp(page, 'AAAAA-AAAAA-AAAAA-AAAAA-AAAAA-AAAAA', FRESH);
    contains(await said.innerText(), 'not the set-up token', 'a wrong token');
    await setUp(page, token, FRESH, `${FRESH}!`);
    contains(await said.innerText(), 'not the same', 'two passwords');
    await setUp(page, token, 'password1');
    check((await said.innerText()).length > 10, 'nothing is said of a password that everybody tries first');
    await shot(page, 'setup-refused');
    await setUp(page, token, FRESH);
    equal(path(page), '/', 'where it leads');
    check((await page.locator('h1').innerText()).length > 0, 'no heading');
  }, ['401', '422']));
}

function testLogin() {
  for (const [look, options] of Object.entries(LOOKS)) {
    test(`door: login: a wrong password, the right one, logout; ${look}`, () => fresh(options, async (page) => {
      await page.goto(url);
      equal(path(page), '/login', 'where a stranger is led');
      await looksWell(page, `login-${look}`);
      await looksAt(page);
      await submit(page, `${FRESH}?`);
      equal(await page.getByRole('alert').innerText(), 'That is not the password.', 'what is said');
      await looksWell(page, `login-refused-${look}`);
      await submit(page, FRESH);
      equal(path(page), '/', 'where the owner is led');
      await page.getByRole('button', { name: 'Log out' }).click();
      equal(path(page), '/login', 'where the logout leads');
      await page.goto(url);
      equal(path(page), '/login', 'after the logout');
    }, ['401']));
  }
}

function testLoginWithoutJavaScript() {
  test('door: login and logout without JavaScript', () => fresh(bare, async (page) => {
    await page.goto(url);
    await submit(page, FRESH);
    equal(path(page), '/', 'where the owner is led');
    await page.getByRole('button', { name: 'Log out' }).click();
    equal(path(page), '/login', 'where the logout leads');
  }));
}

export async function defineDoorTests() {
  browser = await launch(await pinsOf(url));
  testSetUp();
  testLogin();
  testLoginWithoutJavaScript();
  return () => browser.close();
}
