// What a page of somebody else can try against the admin page, from within: each function is run by the browser in that
// page, so it may use nothing of this file but itself. `base`: the origin of the admin page. What it got to know comes back
// as a list of sentences; an empty list is what the owner wishes.

// By scripts: fetch in its modes, XMLHttpRequest, a stream of events, a socket.
export async function readByScript({ base, paths }) {
  const got = [];
  const quiet = (make) => new Promise((resolve) => {
    const end = setTimeout(() => resolve('nothing'), 3000);
    make((what) => { clearTimeout(end); resolve(what); });
  });
  for (const path of paths) {
    for (const mode of ['cors', 'no-cors', 'same-origin']) {
      try {
        const answer = await fetch(base + path, { mode, credentials: 'include', cache: 'no-store', signal: AbortSignal.timeout(3000) });
        const text = await answer.text();
        if (answer.status || text || [...answer.headers].length) got.push(`fetch ${mode} ${path}: ${answer.status} ${text.slice(0, 60)}`);
      } catch { /* as it should be: the browser keeps it */ }
    }
    const said = await quiet((tell) => {
      const request = new XMLHttpRequest();
      request.open('GET', base + path);
      request.withCredentials = true;
      request.onloadend = () => tell(request.status ? `${request.status} ${request.responseText.slice(0, 60)}` : 'nothing');
      request.send();
    });
    if (said !== 'nothing') got.push(`XMLHttpRequest ${path}: ${said}`);
  }
  const heard = await quiet((tell) => {
    const source = new EventSource(`${base}/api/v1/events`, { withCredentials: true });
    source.onopen = () => tell('open');
    source.onerror = () => { source.close(); tell('nothing'); };
  });
  if (heard !== 'nothing') got.push(`EventSource: ${heard}`);
  const spoken = await quiet((tell) => {
    const socket = new WebSocket(`${base.replace('https:', 'wss:')}/api/v1/events`);
    socket.onopen = () => tell('open');
    socket.onerror = () => tell('nothing');
  });
  if (spoken !== 'nothing') got.push(`WebSocket: ${spoken}`);
  return got;
}

// By elements that load things, and by what the browser counts of it.
export async function readByElements({ base, paths }) {
  const got = [];
  const before = new Set(Object.keys(window));
  const load = (tag, fields) => new Promise((resolve) => {
    const element = Object.assign(document.createElement(tag), fields);
    const end = setTimeout(() => resolve(false), 1500);
    element.onload = element.onloadedmetadata = () => { clearTimeout(end); resolve(true); };
    element.onerror = () => { clearTimeout(end); resolve(false); };
    document.body.append(element);
  });
  const kinds = [['img', 'src', {}], ['script', 'src', {}], ['script', 'src', { type: 'module', crossOrigin: 'use-credentials' }],
    ['link', 'href', { rel: 'stylesheet' }], ['link', 'href', { rel: 'stylesheet', crossOrigin: 'use-credentials' }],
    ['link', 'href', { rel: 'preload', as: 'script' }], ['video', 'src', {}]];
  await Promise.all(paths.flatMap((path) => kinds.map(async ([tag, name, fields]) => {
    if (await load(tag, { ...fields, [name]: base + path })) got.push(`<${tag} ${name}=${path} ${JSON.stringify(fields)}> loaded`);
  })));
  const made = Object.keys(window).filter((name) => !before.has(name));
  if (made.length) got.push(`scripts left ${made}`);
  for (const sheet of document.styleSheets) {
    try { if (sheet.cssRules.length) got.push(`rules of ${sheet.href}`); } catch { /* as it should be */ }
  }
  for (const entry of performance.getEntriesByType('resource')) {
    const told = [entry.transferSize, entry.encodedBodySize, entry.decodedBodySize, entry.responseStatus].filter(Boolean);
    if (entry.name.startsWith(base) && told.length) got.push(`counted of ${entry.name}: ${told}`);
  }
  return got;
}

// By windows: frames, and one that was opened. The one opened stays, for whoever wants to see that it showed the page.
export async function readByWindows({ base, paths }) {
  const got = [];
  const look = (where, other) => {
    const tries = { document: () => other.document?.body?.innerText, address: () => other.location.href, history: () => other.history.length,
      name: () => other.name, frames: () => other.length || undefined };
    for (const [what, find] of Object.entries(tries)) {
      let found;
      try { found = find(); } catch { continue; }
      if (found !== undefined && found !== '') got.push(`${where}: ${what} is ${String(found).slice(0, 60)}`);
    }
  };
  const heard = (event) => { if (event.origin === base) got.push(`it said ${event.data}`); };
  window.addEventListener('message', heard);
  for (const tag of ['iframe', 'object', 'embed']) {
    await Promise.all(paths.map((path) => new Promise((resolve) => {
      const element = document.createElement(tag);
      element.onload = element.onerror = resolve;
      setTimeout(resolve, 1500);
      element[tag === 'object' ? 'data' : 'src'] = base + path;
      document.body.append(element);
    })));
  }
  for (const frame of document.querySelectorAll('iframe, object, embed')) {
    if (frame.contentDocument?.body?.innerText) got.push(`<${frame.localName}>: ${frame.contentDocument.body.innerText.slice(0, 60)}`);
    if (frame.contentWindow) look(`<${frame.localName}>`, frame.contentWindow);
  }
  const opened = window.open(`${base}/`);
  const end = Date.now() + 5000;
  while (opened && !opened.closed && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 50));
  if (opened && !opened.closed) look('window.open', opened);     // who was let go of shows nothing at all
  window.removeEventListener('message', heard);
  return opened && !opened.closed ? [...got, 'the window that it opened is still its own'] : got;
}

// Every way in which a page can make a browser send something; `changes`: [[method, path, JSON]].
export async function tryToChange({ base, changes }) {
  const got = [];
  const send = async (method, path, init) => {
    try {
      const answer = await fetch(base + path, { method, credentials: 'include', signal: AbortSignal.timeout(5000), ...init });
      if (answer.status) got.push(`${method} ${path}: ${answer.status}`);
    } catch { /* as it should be */ }
  };
  const submitted = (form, target) => new Promise((resolve) => {
    const frame = Object.assign(document.createElement('iframe'), { name: target });
    document.body.append(frame, form);
    frame.onload = resolve;
    setTimeout(resolve, 1500);
    form.submit();
  });
  const form = (path, enctype, fields, target) => {
    const element = Object.assign(document.createElement('form'), { method: 'post', action: base + path, enctype, target });
    for (const [name, value] of fields) element.append(Object.assign(document.createElement('input'), { type: 'hidden', name, value }));
    return element;
  };
  for (const [method, path, json] of changes) {
    const body = json === undefined ? undefined : JSON.stringify(json);
    await send(method, path, { mode: 'cors', body, headers: { 'Content-Type': 'application/json', 'If-Match': '*' } });
    if (method !== 'POST') continue;
    await Promise.all(['cors', 'no-cors'].flatMap((mode) => [
      send(method, path, { mode, body, headers: { 'Content-Type': 'text/plain' } }),
      send(method, path, { mode, body, headers: { 'Content-Type': 'text/plain; x=application/json' }, keepalive: true }),
      send(method, path, { mode, body: new URLSearchParams(json) }),
      send(method, path, { mode, body: Object.entries(json ?? {}).reduce((data, [k, v]) => (data.append(k, v), data), new FormData()) }),
      send(method, path, { mode, body: new Blob([body ?? ''], { type: '' }) }),
    ]));
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/json'])
      navigator.sendBeacon(base + path, new Blob([body ?? ''], { type }));
    // as text/plain this is the same JSON, with a member more
    const [head, tail] = [(body ?? '{}').replace(/}$/, body === '{}' || !body ? '"x":"' : ',"x":"'), '"}'];
    await Promise.all([
      submitted(form(path, 'text/plain', [[head, tail]], `plain${path}`), `plain${path}`),
      submitted(form(path, 'application/x-www-form-urlencoded', Object.entries(json ?? {}), `form${path}`), `form${path}`),
      submitted(form(path, 'multipart/form-data', Object.entries(json ?? {}), `parts${path}`), `parts${path}`),
    ]);
  }
  return got;
}
