// What the tables of a flow show: assets, dependencies, findings, import errors and all events.

import { address, read } from './api-client.js';
import { element } from './elements.js';
import { assetName, clock, number, pairs, plain, words } from './format-values.js';
import { assetCells } from './asset-cells.js';
import { dependencySummary } from './dependency-summary.js';
import { pagedTable } from './paged-table.js';
import { phaseTitle } from './phase-track.js';

const PAGE = 50;
const LONGEST_VALUE = 120;

/** The tabs after the overview, by their name in the address. */
export const TABLES = {
  assets: { title: 'Assets', open: assets },
  dependencies: { title: 'Dependencies', open: dependencies },
  findings: { title: 'Findings', open: findings },
  'import-errors': { title: 'Import errors', open: importErrors },
  events: { title: 'All events', open: events },
};

const text = (title, value, kind) => ({ title, value: (item) => plain(value(item)), kind });

function pages(flowId, resource, filter = () => ({})) {
  return async (after) => (await read(address('flows', flowId, resource), { query: { limit: PAGE, after, ...filter() } })).body;
}

function assets(flowId) {
  const type = element('select', { id: 'asset-type', on: { change: () => table.reload() } },
    element('option', { value: '' }, 'All types'));
  const table = pagedTable({
    title: 'Assets', columns: assetCells, empty: 'No assets yet. They appear when the inventory phase has run.',
    load: pages(flowId, 'assets', () => ({ type: type.value })),
  });
  read(address('flows', flowId, 'report')).then(({ body }) => {
    type.append(...Object.keys(body.assets?.byType ?? {}).map((each) => element('option', { value: each }, words(each))));
  }).catch(() => { filter.hidden = true; }); // no report before the end: then there is no list of types
  const filter = element('div', { class: 'filter' }, element('label', { for: 'asset-type' }, 'Type'), type);
  return { node: element('div', {}, filter, table.node), reload: table.reload };
}

function dependencies(flowId) {
  const summary = dependencySummary();
  const load = pages(flowId, 'dependencies');
  const table = pagedTable({
    title: 'Dependencies', empty: 'No dependencies were found yet.',
    load: async (after) => {
      const page = await load(after);
      if (after === null) summary.update(page);
      return page;
    },
    columns: [
      text('From', (edge) => assetName(edge.from)), text('To', (edge) => assetName(edge.to)), text('Kind', (edge) => words(edge.kind ?? '')),
      text('Port', (edge) => (edge.port === null || edge.port === undefined ? '' : String(edge.port)), 'number'), text('Process', (edge) => edge.process),
    ],
  });
  return { node: element('div', {}, summary.node, table.node), reload: table.reload };
}

function findings(flowId) {
  return pagedTable({
    title: 'Findings', load: pages(flowId, 'findings'), empty: 'No findings yet. They appear when the analyses have run.',
    columns: [
      { title: 'Severity', value: (finding) => element('span', { class: 'severity', 'data-severity': finding.severity }, words(finding.severity ?? 'info')) },
      text('Category', (finding) => words(finding.category ?? '')), text('Asset', (finding) => finding.asset),
      text('Finding', (finding) => finding.title), text('Detail', (finding) => finding.detail, 'wide'),
    ],
  });
}

function importErrors(flowId) {
  return pagedTable({
    title: 'Import errors', load: pages(flowId, 'import-errors'), empty: 'No row was refused.',
    columns: [
      text('File', (error) => error.file), text('Row', (error) => error.row, 'number'), text('Column', (error) => error.column),
      text('Reason', (error) => error.reason, 'wide'), text('Value', (error) => shortened(error.value), 'value'),
    ],
  });
}

/** A cell of an upload may hold megabytes. */
function shortened(value) {
  return typeof value === 'string' && value.length > LONGEST_VALUE ? `${value.slice(0, LONGEST_VALUE)}…` : value;
}

function events(flowId) {
  return pagedTable({
    title: 'All events', empty: 'No events.',
    load: async (after) => {
      const { body } = await read(address('flows', flowId, 'events'), { query: { after: after ?? 0, limit: PAGE } });
      const shown = body.events.at(-1)?.seq;
      return { items: body.events, next: shown && shown < body.last ? shown : null };
    },
    columns: [
      { title: 'No.', value: (event) => number(event.seq), kind: 'number' },
      { title: 'Time', value: (event) => clock(event.occurredAt), kind: 'number' },
      text('Type', (event) => words(event.type)), text('Phase', (event) => (event.phase ? phaseTitle(event.phase) : '')),
      text('Source', (event) => event.source), text('Details', (event) => pairs(event.payload), 'wide'),
    ],
  });
}
