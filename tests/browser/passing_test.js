// What a browser says to a server behind the site, and hears: WebSockets of a well-known library, events, bodies both ways.
// The server runs in this process; its port is known to the site's configuration.

import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { check, closing, equal, launch, openPage, packagePath, test } from './harness.js';
import { pinsOf } from './trust.js';

const { POSTERN_SITE_URL: site, POSTERN_CA_FILE: caFile, POSTERN_PASSED_PORT: port } = process.env;
const BIG = 3_000_000;
const { WebSocketServer } = (await import(packagePath('ws'))).default;

function answer(request, response) {
  const path = new URL(request.url, 'http://h').pathname;
  if (path === '/app/page') {
    response.writeHead(200, { 'Content-Type': 'text/html' });
    return response.end('<!doctype html><html lang="en"><title>passed on</title><link rel="icon" href="data:,"><h1>passed on</h1>');
  }
  if (path === '/app/events') {
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
    let left = 5;
    const timer = setInterval(() => {
      response.write(`data: ${6 - left}\n\n`);
      if (--left === 0) clearInterval(timer);
    }, 100);
    return request.on('close', () => clearInterval(timer));
  }
  if (path === '/app/digest') {
    const hash = createHash('sha256');
    request.on('data', (piece) => hash.update(piece));
    return request.on('end', () => response.end(hash.digest('hex')));
  }
  if (path === '/app/big') return response.end(Buffer.alloc(BIG, 'b'));
  response.writeHead(404);
  return response.end();
}

async function startServer() {
  const server = createServer(answer);
  const sockets = new WebSocketServer({ server, path: '/app/ws', perMessageDeflate: true });
  sockets.on('connection', (socket) => {
    socket.on('message', (data, binary) => socket.send(data, { binary }));
    socket.ping();
  });
  await new Promise((resolve) => server.listen(Number(port), '127.0.0.1', resolve));
  return () => {
    for (const socket of sockets.clients) socket.terminate();
    server.closeAllConnections();
    server.close();
  };
}

// In the page: sends each message when the one before has come back.
const echoes = (sizes) => new Promise((resolve, reject) => {
  const socket = new WebSocket(new URL('/app/ws', location.href.replace('https', 'wss')));
  socket.binaryType = 'arraybuffer';
  let at = 0;
  const next = () => {
    if (at === sizes.length) return socket.close(1000, 'done');
    return socket.send(at % 2 ? new Uint8Array(sizes[at]).fill(at) : 'x'.repeat(sizes[at]));
  };
  socket.onopen = next;
  socket.onmessage = ({ data }) => {
    const size = typeof data === 'string' ? data.length : data.byteLength;
    if (size !== sizes[at]) reject(new Error(`${size} of ${sizes[at]}`));
    at += 1;
    next();
  };
  socket.onclose = ({ code, reason }) => resolve({ at, code, reason });
  socket.onerror = () => reject(new Error(`broken at ${at}`));
});

const events = () => new Promise((resolve) => {
  const source = new EventSource('/app/events');
  const times = [];
  source.onmessage = ({ data }) => {
    times.push(performance.now());
    if (data !== '5') return;
    source.close();
    resolve(times);
  };
});

export async function definePassingTests() {
  const end = await startServer();
  const browser = await launch(await pinsOf(site, caFile));
  const inPage = async (work) => {
    const page = await openPage(browser);
    return closing(page, async () => {
      await page.goto(new URL('/app/page', site).href);
      equal(await page.textContent('h1'), 'passed on', 'heading');
      await work(page);
    });
  };
  test('a WebSocket goes through to a server behind the site, both ways, to its end', () => inPage(async (page) => {
    const sizes = [...Array(200).keys()].map((i) => i * 7).concat([65_535, 65_536, 1_000_000]);
    const { at, code, reason } = await page.evaluate(echoes, sizes);
    equal(at, sizes.length, 'messages');
    equal(code, 1000, 'code of the end');
    equal(reason, 'done', 'its reason');
  }));
  test('events come when they happen', () => inPage(async (page) => {
    const times = await page.evaluate(events);
    equal(times.length, 5, 'events');
    check(times[4] - times[0] > 200, `they came within ${times[4] - times[0]} ms: somebody kept them`);
  }));
  test('bodies of megabytes go both ways over HTTP/2', () => inPage(async (page) => {
    const got = await page.evaluate(async (size) => {
      const sent = await fetch('/app/digest', { method: 'POST', body: new Uint8Array(size).fill(7) });
      const big = await (await fetch('/app/big')).text();
      const how = performance.getEntriesByName(new URL('/app/big', location.href).href)[0].nextHopProtocol;
      return { digest: await sent.text(), size: big.length, how };
    }, BIG);
    equal(got.digest, createHash('sha256').update(Buffer.alloc(BIG, 7)).digest('hex'), 'digest of what was sent');
    equal(got.size, BIG, 'bytes that came');
    equal(got.how, 'h2', 'protocol');
  }));
  return async () => {
    await browser.close();
    end();
  };
}
