// A device made of the samples that the unit tests wrote with the same code that the server runs
// (tests/unit/firmware/admin/samples.cpp): every request of the page is answered from that folder.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openPage } from './harness.js';

const samples = process.env.POSTERN_SAMPLES_DIR;
const origin = 'http://device.localhost';
const TYPES = { html: 'text/html; charset=utf-8', js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml', json: 'application/json' };

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

// A page that shows device.sample, which may be changed; device.away: nobody answers; device.asked: requests so far.
export async function visit(browser, sample, options) {
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
