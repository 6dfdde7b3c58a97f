// The seven phases as a track. The two analyses run at the same time and share one stop of the track.

import { element, progressBar, setText } from './elements.js';
import { duration, number, pairs, words } from './format-values.js';
import { statusBadge } from './status-badge.js';

const STOPS = [
  ['data_import_validation'], ['field_mapping'], ['data_cleansing'], ['asset_inventory'],
  ['dependency_analysis', 'tech_debt_assessment'], ['finalization'],
];
const TITLES = {
  data_import_validation: 'Import and validation', field_mapping: 'Field mapping', data_cleansing: 'Cleansing',
  asset_inventory: 'Asset inventory', dependency_analysis: 'Dependency analysis',
  tech_debt_assessment: 'Technical debt', finalization: 'Finalization',
};

export function phaseTitle(phase) {
  return TITLES[phase] ?? words(phase);
}

/** The track; `update(flow)` follows the flow's phases, `batches` follows an event between two states. */
export function phaseTrack() {
  const cards = new Map(STOPS.flat().map((phase) => [phase, phaseCard(phase)]));
  const stops = STOPS.map((phases) => (phases.length === 1
    ? element('li', { class: 'stop' }, cards.get(phases[0]).node)
    : element('li', { class: 'stop parallel' }, element('span', { class: 'parallel-label' }, 'In parallel'),
      phases.map((phase) => cards.get(phase).node))));
  const node = element('section', { class: 'panel', 'aria-labelledby': 'phases-title' },
    element('h2', { id: 'phases-title' }, 'Phases'), element('ol', { class: 'track' }, stops));

  function update(flow) {
    for (const phase of flow.phases ?? []) cards.get(phase.phase)?.update(phase);
  }

  function batches({ phase, payload }) {
    if (typeof payload?.batchesTotal === 'number') cards.get(phase)?.count(payload.batchesDone, payload.batchesTotal);
  }

  return { node, update, batches };
}

function phaseCard(phase) {
  const badge = statusBadge();
  const progress = progressBar(`Progress of ${phaseTitle(phase)}`);
  const detail = element('p', { class: 'phase-detail' });
  const summary = element('p', { class: 'phase-summary' });
  const node = element('div', { class: 'phase' },
    element('h3', {}, phaseTitle(phase)), badge.node, progress.bar, detail, summary);

  function update(state) {
    node.dataset.status = state.status;
    badge.set(state.status);
    const took = duration(state.startedAt, state.endedAt);
    setText(summary, pairs(state.summary));
    if (state.status === 'completed') {
      progress.set(100);
      setText(detail, took ? `Took ${took}` : '');
    } else {
      count(state.batchesDone ?? 0, state.batchesTotal ?? 0, state.status);
    }
  }

  function count(done, total, status = node.dataset.status) {
    if (node.dataset.status === 'completed') return;
    const unknown = status === 'running' && total === 0;
    progress.set(unknown ? null : total > 0 ? (done / total) * 100 : 0);
    setText(detail, total > 0 ? `${number(done)} of ${number(total)} batches` : '');
  }

  return { node, update, count };
}
