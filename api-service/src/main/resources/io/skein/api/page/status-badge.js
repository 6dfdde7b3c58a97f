// A status as a word with a mark, so that it does not depend on colour.

import { element, setText } from './elements.js';
import { words } from './format-values.js';

const MARKS = {
  pending: '○', initializing: '◌', running: '▶', waiting: '✎', waiting_for_user: '✎',
  paused: '‖', completed: '✓', failed: '✕', cancelled: '–',
};

/** A badge of a flow's or a phase's status. */
export function statusBadge() {
  const mark = element('span', { 'aria-hidden': 'true' });
  const word = element('span');
  const node = element('span', { class: 'badge' }, mark, ' ', word);
  function set(status) {
    node.dataset.status = status;
    setText(mark, MARKS[status] ?? '•');
    setText(word, words(status));
  }
  return { node, set };
}
