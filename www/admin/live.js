// What the device tells by itself (GET /api/v1/events). Whoever needs it listens here; without a stream, each asks by the
// clock instead.

const AGAIN_MS = 10000; // a stream that was open and ended for good: the device restarts, or takes no more listeners

const heard = new Map(); // kind of event -> those who listen
let live = false;
let known = false; // there was a stream once: this device has them

export const isLive = () => live;

// Calls `hear` with the data of every event of that kind ("status", "progress", "log", "lost"; "live" when a stream begins
// or ends). Gives back what ends it.
export function listen(kind, hear) {
  if (!heard.has(kind)) heard.set(kind, new Set());
  heard.get(kind).add(hear);
  return () => heard.get(kind).delete(hear);
}

function tell(kind, data) {
  for (const hear of heard.get(kind) ?? []) hear(data);
}

function become(now) {
  if (live === now) return;
  live = now;
  tell('live', now);
}

function dataOf(event) {
  try {
    return JSON.parse(event.data || '{}');
  } catch {
    return {};
  }
}

export function start() {
  const source = new EventSource('/api/v1/events');
  source.addEventListener('open', () => {
    known = true;
    become(true);
  });
  source.addEventListener('error', () => {
    become(false);
    if (known && source.readyState === EventSource.CLOSED) window.setTimeout(start, AGAIN_MS);
  });
  for (const kind of ['status', 'progress', 'log', 'lost'])
    source.addEventListener(kind, (event) => tell(kind, dataOf(event)));
}
