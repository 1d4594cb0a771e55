// Asks the device, and says in words why it refused.

import { say } from './words.js';

const ANSWER_MS = 20000;
// where 401 may mean a wrong password and not the end of the session
const ASKS_PASSWORD = ['/api/v1/session/confirm', '/api/v1/password'];

// status 0: it did not answer. `problem` is the problem document (RFC 9457) with all its members.
export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail || (status ? say('error.plain', { status, text: problem.title ?? '' }) : say('error.away')));
    this.status = status;
    this.problem = problem;
  }
}

async function send(method, path, body, fields) {
  const options = { method, cache: 'no-store', signal: AbortSignal.timeout(ANSWER_MS), headers: { ...fields } };
  if (method !== 'GET') options.headers['Content-Type'] = 'application/json';
  if (body !== undefined) options.body = JSON.stringify(body);
  try {
    return await fetch(path, options);
  } catch {
    throw new Refused(0, {});
  }
}

async function isLoggedIn() {
  return (await send('GET', '/api/v1/session')).status !== 401;
}

async function documentOf(answer) {
  try {
    return await answer.json();
  } catch {
    return {};
  }
}

// The answer's JSON. Throws Refused; who is not logged in any more is led to the login.
export async function ask(method, path, body, fields) {
  const answer = await send(method, path, body, fields);
  const json = await documentOf(answer);
  if (answer.ok) return json;
  if (answer.status === 401 && !(ASKS_PASSWORD.includes(path) && await isLoggedIn())) window.location.assign('/login');
  throw new Refused(answer.status, json);
}
