// Words to the user: problems as the server put them, and announcements for screen readers.

import { element, replace } from './elements.js';

/** Says a sentence to screen readers without moving the focus. */
export function announce(sentence) {
  document.getElementById('announcements').textContent = sentence;
}

/** A place for one notice. `problem` shows an error, `say` a plain sentence, `clear` empties it. */
export function noticePlace() {
  const place = element('div', { class: 'notice-place', 'aria-live': 'polite' });
  return {
    place,
    clear: () => replace(place),
    say: (sentence) => replace(place, element('p', { class: 'notice' }, sentence)),
    problem: (problem) => replace(place, problemNotice(problem)),
  };
}

function problemNotice(problem) {
  const reasons = Array.isArray(problem.body?.errors) ? problem.body.errors : [];
  return element('div', { class: 'notice notice-problem' },
    problem.title && problem.title !== problem.message ? element('strong', {}, problem.title) : null,
    element('p', {}, problem.message),
    reasons.length ? element('ul', {}, reasons.map((reason) => element('li', {}, wordsOf(reason)))) : null);
}

function wordsOf(reason) {
  return typeof reason === 'string' ? reason : reason.detail ?? JSON.stringify(reason);
}
