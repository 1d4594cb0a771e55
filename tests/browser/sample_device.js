// A device made of the samples that the unit tests wrote with the same code that the server runs
// (tests/unit/firmware/admin/samples.cpp): every request of the page is answered from that folder, or by the test.

import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { join } from 'node:path';
import { openPage } from './harness.js';

const samples = process.env.POSTERN_SAMPLES_DIR;
const origin = 'http://device.localhost';
const TYPES = { html: 'text/html; charset=utf-8', js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml', json: 'application/json' };

// A file of the samples; scripts and styles lie there packed, as the device keeps them.
const contents = (path) => (existsSync(`${path}.gz`) ? gunzipSync(readFileSync(`${path}.gz`)) : readFileSync(path));

const minutes = (value) => Array.from({ length: 60 }, (_, i) => value(i));
const API = {
  'GET /api/v1/session': { json: { id: 's1', peer: '192.0.2.7', since: '2026-11-21T00:40:00Z', confirmed: true } },
  'GET /api/v1/history': { json: { step_s: 60, requests: minutes((i) => 40 + (i * 7) % 31), handshakes: minutes((i) => (i * 5) % 13),
    connections: minutes((i) => 8 + (i % 6)), errors: minutes((i) => (i === 41 ? 3 : 0)) } },
  'GET /api/v1/events': { status: 204 },
};

// The fields that the server sends with the page, as written beside it: the policy binds here as it does there.
function fieldsOf(sample) {
  const lines = readFileSync(join(samples, sample, 'index.fields'), 'utf8').trim().split('\n');
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]));
}

function file(route, path, device) {
  const name = { '/': device.language === 'ja' ? 'index.ja.html' : 'index.html', '/api/v1/status': 'status.json' }[path];
  const full = name ? join(samples, device.sample, name) : join(samples, path.slice(1));
  if (!existsSync(full) && !existsSync(`${full}.gz`)) return route.fulfill({ status: 404 });
  const headers = path === '/' ? fieldsOf(device.sample) : { 'Content-Type': TYPES[full.split('.').pop()] };
  return route.fulfill({ status: 200, headers, body: contents(full) });
}

function answer(route, device) {
  const request = route.request();
  const { pathname } = new URL(request.url());
  let said = device.api[`${request.method()} ${pathname}`] ?? API[`${request.method()} ${pathname}`];
  if (typeof said === 'function') said = said(request.postDataJSON?.() ?? null, request);
  if (!said) return file(route, pathname, device);
  const type = said.stream ? 'text/event-stream' : 'application/json';
  const body = said.stream ?? (said.json === undefined ? '' : JSON.stringify(said.json));
  return route.fulfill({ status: said.status ?? 200, headers: { 'Content-Type': type }, body });
}

// A page that shows device.sample, which may be changed; device.away: nobody answers; device.asked: requests so far;
// device.of(path): those for one path; device.api['METHOD /path']: { status, json, stream }, or what gives that from the body.
export async function visit(browser, sample, options = {}) {
  const { api = {}, language = 'en', ...rest } = options;
  const page = await openPage(browser, rest);
  const paths = [];
  const device = { sample, language, api, away: false, get asked() { return paths.length; },
    of: (path) => paths.filter((each) => each === path).length };
  await page.route(`${origin}/**`, (route) => {
    paths.push(new URL(route.request().url()).pathname);
    return device.away ? route.abort() : answer(route, device);
  });
  await page.clock.install({ time: new Date('2026-11-21T01:05:00Z') });
  await page.goto(`${origin}/${options.hash ?? ''}`);
  return { page, device };
}
