// The fields that a column can be mapped to, by the kind of list in which they occur.

import { element } from './elements.js';
import { percent, words } from './format-values.js';

const TITLES = { assets: 'Lists of assets', dependencies: 'Lists of dependencies' };

/** A select of all fields, by role of the file: the proposed one and its alternatives first, with their confidence. */
export function fieldSelect(id, column, fieldsByRole) {
  const named = [column, ...(column.alternatives ?? [])].filter((each) => each.field);
  const likely = new Map(named.map((each) => [each.field, each.confidence]));
  const option = (field, text) => element('option', { value: field, selected: field === (column.field ?? '') }, text);
  const group = (label, options) => (options.length ? element('optgroup', { label }, options) : null);
  return element('select', { id },
    option('', 'Not mapped'),
    group('Likely', [...likely].map(([field, confidence]) => option(field, `${words(field)} (${percent(confidence)})`))),
    Object.entries(fieldsByRole).map(([role, fields]) => group(TITLES[role] ?? words(role),
      fields.filter((field) => !likely.has(field)).map((field) => option(field, words(field))))));
}
