// Starts the page: session first, then the view that the address names.

import { Problem, onSignedOut } from './api-client.js';
import { button, element, replace } from './elements.js';
import { flowList } from './flow-list.js';
import { flowPage } from './flow-page.js';
import { overviewPage, refusedOverview } from './overview-page.js';
import { restoreSession, signIn, signOut, takeTokenFromFragment } from './session.js';
import { signInForm } from './sign-in-form.js';
import { announce, noticePlace } from './notices.js';

const content = document.getElementById('content');
const places = document.getElementById('places');
const who = document.getElementById('who');
const OPERATORS = ['operator', 'admin'];
let session = null;
let view = null;

/** `#/flows/{id}/{tab}` names a flow, `#/overview` the charts, everything else the list. */
function route() {
  if (location.hash === '#/overview') return { name: 'overview', open: operates() ? overviewPage : () => refusedOverview(session.role), tab: null };
  const [, id, tab] = location.hash.match(/^#\/flows\/([^/]+)(?:\/([a-z-]+))?$/) ?? [];
  return id ? { name: `flow ${id}`, open: () => flowPage(decodeURIComponent(id)), tab: tab ?? 'overview' }
    : { name: 'list', open: flowList, tab: null };
}

function operates() {
  return OPERATORS.includes(session.role);
}

function show() {
  const wanted = route();
  if (view?.name !== wanted.name) {
    const first = view === null;
    view?.close();
    view = { name: wanted.name, ...wanted.open() };
    replace(content, view.node);
    if (!first) content.querySelector('h1')?.focus();
    scrollTo(0, 0);
  }
  for (const link of places.children) {
    if ((link.hash === '#/overview') === (view.name === 'overview')) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  view.show?.(wanted.tab);
}

function enter(opened) {
  session = opened;
  view?.close(); // it may show what the one before was allowed to see
  view = null;
  document.body.classList.toggle('reader', !operates());
  replace(places, operates()
    ? [element('a', { href: '#/' }, 'Flows'), element('a', { href: '#/overview' }, 'Overview')] : null);
  replace(who,
    element('span', { title: `Engagement ${session.engagement}` }, `${session.user} · ${session.tenant}`),
    button('Sign out', leave, { class: 'quiet' }));
  show();
}

async function leave() {
  try {
    await signOut();
  } catch (problem) {
    if (problem.status !== 401) {
      announce(problem.message);
      return;
    }
  }
  askForToken();
}

function askForToken(problem = null) {
  session = null;
  view?.close();
  view = null;
  document.title = 'Sign in · Skein';
  replace(places);
  replace(who);
  replace(content, signInForm(enter, problem));
  content.querySelector('textarea').focus();
}

async function start() {
  const token = takeTokenFromFragment();
  try {
    const opened = token ? await signIn(token) : await restoreSession();
    if (opened) enter(opened);
    else askForToken();
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    if (token) askForToken(problem);
    else offerRestart(problem);
  }
}

function offerRestart(problem) {
  const notice = noticePlace();
  notice.problem(problem);
  replace(content, notice.place, button('Try again', start, { class: 'primary' }));
}

onSignedOut(() => session && askForToken(new Problem(401, 'Signed out', 'Your session has ended. Sign in again to go on where you were.')));
addEventListener('hashchange', () => {
  if (location.hash.startsWith('#token=')) start();
  else if (session) show();
});
document.getElementById('skip').addEventListener('click', (event) => {
  event.preventDefault(); // the fragment is the route
  content.focus();
});
start();
