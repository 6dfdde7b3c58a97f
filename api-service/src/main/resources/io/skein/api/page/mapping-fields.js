// The fields that a column can be mapped to.

import { element } from './elements.js';
import { words } from './format-values.js';

const FIELDS = [
  'hostname', 'fqdn', 'name', 'ip_addresses', 'environment', 'os_name', 'os_version', 'cpu_cores', 'memory', 'storage',
  'site', 'owner', 'status', 'asset_type', 'applications', 'dependencies', 'virtual_host', 'external_id', 'last_seen',
];

/** A select of all fields, the proposed one first among its alternatives with their confidence. */
export function fieldSelect(id, column, others, percentOf) {
  const alternatives = [column, ...(column.alternatives ?? [])].filter((each) => each.field);
  const likely = new Map(alternatives.map((each) => [each.field, each.confidence]));
  const rest = [...new Set([...FIELDS, ...others])].filter((field) => !likely.has(field)).sort();
  const option = (field, text) => element('option', { value: field, selected: field === (column.field ?? '') }, text);
  return element('select', { id },
    option('', 'Not mapped'),
    likely.size ? element('optgroup', { label: 'Likely' },
      [...likely].map(([field, confidence]) => option(field, `${words(field)} (${percentOf(confidence)})`))) : null,
    element('optgroup', { label: 'All others' }, rest.map((field) => option(field, words(field)))));
}

/** Every field that a proposal names, so that the page also offers fields it does not know. */
export function fieldsOf(approval) {
  return approval.files.flatMap((file) => file.columns)
    .flatMap((column) => [column.field, ...(column.alternatives ?? []).map((each) => each.field)])
    .filter(Boolean);
}
