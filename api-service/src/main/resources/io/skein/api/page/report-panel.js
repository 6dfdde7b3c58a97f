// The finished flow's report: key figures, charts, and the mapping that was used.

import { address, read } from './api-client.js';
import { barChart, columnChart, partsChart } from './charts.js';
import { element, replace } from './elements.js';
import { number, percent, words } from './format-values.js';
import { noticePlace } from './notices.js';

/** The panel; `update(flow)` loads the report once the flow is complete. */
export function reportPanel(flowId) {
  const node = element('div');
  let loaded = null;

  async function update(flow) {
    const wanted = flow.status === 'completed' ? `${flow.epoch}.${flow.version}` : null;
    if (wanted === loaded) return;
    loaded = wanted;
    if (wanted === null) {
      replace(node);
      return;
    }
    const notice = noticePlace();
    replace(node, notice.place);
    try {
      const [report, dependencies] = await Promise.all([
        read(address('flows', flowId, 'report')),
        read(address('flows', flowId, 'dependencies'), { query: { limit: 1 } }),
      ]);
      if (wanted === loaded) replace(node, draw(report.body, dependencies.body.waves ?? []));
    } catch (problem) {
      notice.problem(problem);
      loaded = null;
    }
  }

  return { node, update };
}

function draw(report, waves) {
  const { rows, assets, dependencies, lifecycle, sixR } = report;
  return element('section', { class: 'panel report', 'aria-labelledby': 'report-title' },
    element('div', { class: 'panel-head' },
      element('h2', { id: 'report-title' }, 'Report'), element('span', { class: 'muted' }, `Lifecycle as of ${report.asOf}`)),
    element('dl', { class: 'figures' },
      figureOf('Rows read', rows.read), figureOf('Accepted', rows.accepted), figureOf('Rejected', rows.rejected),
      figureOf('Assets', assets.total), figureOf('Dependencies', size(dependencies.edges)),
      figureOf('Waves', size(dependencies.waves)), figureOf('Cycles', size(dependencies.cycles)),
      figureOf('Ended products', lifecycle.ended)),
    element('div', { class: 'charts' },
      barChart('Asset types', bars(assets.byType)),
      partsChart('Lifecycle', lifecycleParts(lifecycle)),
      barChart('Suggested strategy (6R)', bars(sixR)),
      columnChart('Assets per migration wave', waves.map((wave) => ({
        label: `Wave ${wave.wave}`, short: wave.wave, value: wave.count,
      })))),
    element('details', { class: 'mapping-used' },
      element('summary', {}, 'Mapping that was used'),
      element('ul', {}, (report.mapping ?? []).map((each) => element('li', {},
        element('span', {}, each.column, each.file ? element('span', { class: 'muted' }, ` in ${each.file}`) : null),
        element('span', {}, each.field ? words(each.field) : 'Not mapped'),
        element('span', { class: 'number muted' }, percent(each.confidence)))))));
}

/** "Ended" counts those with extended support too; the chart shows the parts beside each other. */
function lifecycleParts(lifecycle) {
  const extended = lifecycle.endedWithExtendedSupport ?? 0;
  return [
    { label: 'Supported', value: lifecycle.supported ?? 0, tone: 'good' },
    { label: 'Ended, extended support', value: extended, tone: 'warning' },
    { label: 'Ended', value: Math.max(0, (lifecycle.ended ?? 0) - extended), tone: 'bad' },
    { label: 'Unmatched', value: lifecycle.unmatched ?? 0, tone: 'unknown' },
    { label: 'Missing', value: lifecycle.missing ?? 0, tone: 'absent' },
  ];
}

function bars(counts) {
  return Object.entries(counts ?? {})
    .map(([name, value]) => ({ label: words(name), value }))
    .sort((a, b) => b.value - a.value);
}

function size(value) {
  return Array.isArray(value) ? value.length : value;
}

function figureOf(label, value) {
  return element('div', {}, element('dt', {}, label), element('dd', { class: 'number' }, number(value)));
}
