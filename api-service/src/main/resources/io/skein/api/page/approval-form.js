// Asks the user to confirm or correct the proposed mapping of columns to fields.

import { button, element, replace, setText } from './elements.js';
import { percent } from './format-values.js';
import { fieldSelect } from './mapping-fields.js';

const ROLES = { assets: 'a list of assets', dependencies: 'a list of dependencies', unknown: 'neither clearly a list of assets nor of dependencies' };

/** The form; `approve(mapping)` sends the changes and answers whether they were taken. */
export function approvalForm(approve) {
  const node = element('div');
  let shown = null;

  /** Drawn again only when another proposal arrives, so that nobody loses half-made corrections. */
  function update(flow) {
    const approval = flow.status === 'waiting_for_user' ? flow.approval : null;
    const wanted = approval ? JSON.stringify(approval) : null;
    if (wanted === shown) return;
    shown = wanted;
    replace(node, approval ? draw(approval, approve) : null);
  }

  return { node, update };
}

function draw(approval, approve) {
  const rowsOfFiles = approval.files.map((file, fileIndex) => file.columns
    .map((column, index) => columnRow(file.file, column, `map-${fileIndex}-${index}`, approval, () => count())));
  const rows = rowsOfFiles.flat();
  const changes = element('p', { class: 'muted', 'aria-live': 'polite' });
  const submit = element('button', { type: 'submit', class: 'primary' }, 'Approve mapping');
  const reset = button('Undo changes', () => { rows.forEach((row) => row.reset()); count(); });

  function count() {
    const changed = rows.filter((row) => row.changed()).length;
    setText(changes, changed === 0 ? 'Nothing changed: the mapping is taken as proposed.'
      : `${changed} ${changed === 1 ? 'column' : 'columns'} changed.`);
    reset.disabled = changed === 0;
  }

  async function send(event) {
    event.preventDefault();
    submit.disabled = true;
    const mapping = rows.filter((row) => row.changed()).map((row) => row.answer());
    await approve(mapping.length ? { mapping } : {});
    submit.disabled = false;
  }

  count();
  const unsure = rows.filter((row) => row.unsure).length;
  const unmapped = rows.filter((row) => !row.mapped).length;
  return element('form', { class: 'panel approval', on: { submit: send } },
    element('h2', {}, 'Check the mapping'),
    element('p', {}, `${unsure} of ${rows.length} columns are below ${percent(approval.threshold)} confidence, ${unmapped} have no field. Correct what is wrong, then approve.`),
    approval.files.map((file, fileIndex) => element('fieldset', {},
      element('legend', {}, file.file, ' ', element('span', { class: 'muted' }, ROLES[file.role] ?? file.role)),
      element('ul', { class: 'columns' }, rowsOfFiles[fileIndex].map((row) => row.node)))),
    element('div', { class: 'approval-end' }, changes, reset, submit));
}

function columnRow(file, column, id, approval, changedListener) {
  const mapped = Boolean(column.field);
  const unsure = mapped && !(column.confidence >= approval.threshold); // no field is no guess that could be wrong
  const select = fieldSelect(id, column, approval.fields);
  const mark = element('span', { class: 'changed-mark', hidden: true }, 'Changed');
  const evidence = column.evidence ?? [];
  const proposed = column.field ?? '';
  const node = element('li', { class: unsure ? 'unsure' : null },
    element('div', { class: 'column-name' }, element('label', { for: id }, column.column), mark),
    select,
    mapped ? element('div', { class: 'confidence' },
      element('meter', { min: 0, max: 1, low: approval.threshold, optimum: 1, value: column.confidence ?? 0, 'aria-label': 'Confidence' }),
      element('span', { class: 'number' }, percent(column.confidence)),
      unsure ? element('span', { class: 'unsure-mark' }, 'Please check') : null)
      : element('span', { class: 'muted' }, 'No field proposed'),
    evidence.length ? element('details', { open: unsure },
      element('summary', {}, 'Evidence'),
      element('ul', {}, evidence.map((sentence) => element('li', {}, sentence)))) : null);
  const changed = () => select.value !== proposed;

  function show() {
    mark.hidden = !changed();
    node.classList.toggle('changed', changed());
  }

  select.addEventListener('change', () => {
    show();
    changedListener();
  });
  return {
    node, mapped, unsure, changed,
    answer: () => ({ file, column: column.column, field: select.value || null }),
    reset: () => { select.value = proposed; show(); },
  };
}
