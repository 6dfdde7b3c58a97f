// Asks before something that cannot be undone.

import { button, element } from './elements.js';

let dialogs = 0; // each names its own texts

/** A dialog; `fields` stand between the consequence and the buttons. */
export function confirmation({ question, consequence, yes, no, confirmed, fields = [] }) {
  dialogs += 1;
  const title = `confirm-title-${dialogs}`;
  const text = `confirm-text-${dialogs}`;
  const dialog = element('dialog', { 'aria-labelledby': title, 'aria-describedby': text },
    element('h2', { id: title }, question),
    element('p', { id: text }, consequence),
    fields,
    element('div', { class: 'dialog-buttons' },
      button(no, () => dialog.close(), { autofocus: true }),
      button(yes, () => { dialog.close(); confirmed(); }, { class: 'danger' })));
  return dialog;
}
