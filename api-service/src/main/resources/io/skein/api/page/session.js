// Signing in and out. The token is exchanged for an HttpOnly cookie and kept nowhere in the page.

import { Problem, address, read, useCsrf, write } from './api-client.js';

const SESSION = address('session');

/**
 * Takes the token of `#token=…` out of the address bar, before anything else can see it,
 * and answers it, or null.
 */
export function takeTokenFromFragment() {
  if (!location.hash.startsWith('#token=')) return null;
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  history.replaceState(null, '', location.pathname + location.search);
  return token;
}

/** Signs in with a pasted token; throws the server's Problem when it is refused. */
export async function signIn(token) {
  const { body } = await write('POST', SESSION, { token: token.trim() });
  return accept(body);
}

/** The session of the cookie, or null when there is none or it has ended. */
export async function restoreSession() {
  try {
    const { body } = await read(SESSION);
    return accept(body);
  } catch (problem) {
    if (problem instanceof Problem && problem.status === 401) return null;
    throw problem;
  }
}

export async function signOut() {
  await write('DELETE', SESSION);
  useCsrf(null);
}

function accept(session) {
  useCsrf(session.csrf);
  return session;
}
