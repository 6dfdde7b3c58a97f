// The fields that a column can be mapped to, by the kind of list in which they occur.

import { element } from './elements.js';
import { percent, words } from './format-values.js';

const FIELDS = {
  'Lists of assets': [
    'hostname', 'fqdn', 'name', 'external_id', 'asset_type', 'ip_addresses', 'environment', 'os_name', 'os_version', 'cpu_cores',
    'memory', 'storage', 'site', 'owner', 'status', 'virtual_host', 'applications', 'dependencies',
  ],
  'Lists of dependencies': [
    'source_server', 'source_ip', 'source_application', 'source_process', 'destination_server', 'destination_ip',
    'destination_application', 'destination_process', 'destination_port', 'protocol', 'relationship',
  ],
};

/** A select of all fields: the proposed one and its alternatives first, with their confidence. */
export function fieldSelect(id, column) {
  const named = [column, ...(column.alternatives ?? [])].filter((each) => each.field);
  const likely = new Map(named.map((each) => [each.field, each.confidence]));
  const option = (field, text) => element('option', { value: field, selected: field === (column.field ?? '') }, text);
  const group = (label, options) => (options.length ? element('optgroup', { label }, options) : null);
  return element('select', { id },
    option('', 'Not mapped'),
    group('Likely', [...likely].map(([field, confidence]) => option(field, `${words(field)} (${percent(confidence)})`))),
    Object.entries(FIELDS).map(([label, fields]) => group(label,
      fields.filter((field) => !likely.has(field)).map((field) => option(field, words(field))))));
}
