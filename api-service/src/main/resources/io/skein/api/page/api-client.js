// The one door to the HTTP API: session cookie, CSRF header, ETags, and problem+json as a thrown Problem.

const BASE = '/api/v1';
let csrf = null;
let signedOut = () => {};

/** An answer that is not a success. `message` is the server's own detail, shown to people as it is. */
export class Problem extends Error {
  constructor(status, title, detail, body = {}) {
    super(detail || title);
    this.status = status;
    this.title = title;
    this.body = body;
  }

  /** Whether the server decided about the request; if not, the same idempotency key must be used again. */
  get decided() {
    return this.status >= 400 && this.status < 500 && this.status !== 408 && this.status !== 429;
  }
}

export function useCsrf(token) {
  csrf = token;
}

export function onSignedOut(listener) {
  signedOut = listener;
}

export function address(...segments) {
  return `${BASE}/${segments.map(encodeURIComponent).join('/')}`;
}

/** Headers that every write needs; the upload sends them too. */
export function writeHeaders(extra = {}) {
  return { ...(csrf ? { 'X-CSRF-Token': csrf } : {}), ...extra };
}

/** GET. With `etag` an unchanged resource answers `{ unchanged: true }`. */
export async function read(path, { query = {}, etag = null, signal } = {}) {
  const url = new URL(path, location.origin);
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== '') url.searchParams.set(name, value);
  }
  const headers = etag ? { 'If-None-Match': etag } : {};
  const response = await send(url, { headers, signal });
  if (response.status === 304) return { unchanged: true, etag };
  return { body: await json(response), etag: response.headers.get('ETag') };
}

/** POST or DELETE with a JSON body. */
export async function write(method, path, body, headers = {}) {
  const response = await send(path, {
    method,
    headers: writeHeaders({ 'Content-Type': 'application/json', ...headers }),
    body: JSON.stringify(body ?? {}),
  });
  return { body: await json(response), etag: response.headers.get('ETag') };
}

async function send(url, options) {
  let response;
  try {
    response = await fetch(url, { credentials: 'same-origin', cache: 'no-store', ...options });
  } catch (failure) {
    if (failure.name === 'AbortError') throw failure;
    throw unreachable();
  }
  if (response.ok || response.status === 304) return response;
  throw refused(response.status, await response.text().catch(() => ''));
}

async function json(response) {
  const text = await response.text();
  return text ? JSON.parse(text) : null;
}

export function unreachable() {
  return new Problem(0, 'No answer', 'The server did not answer. Check that it runs and that you are connected, then try again.');
}

/** Reads a problem body; an answer of something else on the way, such as a proxy, gets words of our own. */
export function refused(status, text) {
  let body = {};
  try {
    body = JSON.parse(text) ?? {};
  } catch {
    body = {};
  }
  if (status === 401) signedOut();
  const title = body.title ?? `Answer ${status}`;
  return new Problem(status, title, body.detail ?? `The server answered ${status} without saying why. Try again.`, body);
}

/** A fresh idempotency key. Not crypto.randomUUID: that is missing where the page is served without TLS. */
export function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
