// The graph in words: waves, cycles, shared and isolated assets, each with its first members.

import { element, replace } from './elements.js';
import { assetName, number } from './format-values.js';

const SHOWN_GROUPS = 20;

/** The summary; `update(page)` takes the first page of the dependencies. */
export function dependencySummary() {
  const node = element('div', { class: 'groups' });
  const update = (page) => replace(node, page.counts === undefined ? null : [
    groups('Waves', page.counts.waves, page.waves, (wave) => [`Wave ${wave.wave}`, firstOf(wave)]),
    groups('Clusters', page.counts.clusters, page.clusters, (cluster) => [`Cluster ${cluster.cluster}`, firstOf(cluster)]),
    groups('Cycles', page.counts.cycles, page.cycles, (cycle) => [`Cycle ${cycle.cycle}`, firstOf(cycle)]),
    groups('Shared', page.counts.shared, page.shared, (shared) => [assetName(shared.asset), `${number(shared.dependents)} depend on it`]),
    groups('Isolated', page.counts.isolated, page.isolated, (asset) => [assetName(asset), ''])]);
  return { node, update };
}

/** How many there are; opens to the first of them. */
function groups(title, count, list, describe) {
  const head = [title, ' ', element('span', { class: 'number muted' }, number(count))];
  if (count === 0) return element('p', { class: 'group' }, head);
  return element('details', { class: 'group' },
    element('summary', {}, head),
    element('ul', {}, list.slice(0, SHOWN_GROUPS).map((each) => {
      const [name, detail] = describe(each);
      return element('li', {}, element('strong', {}, name), ' ', detail);
    }), count > SHOWN_GROUPS ? element('li', { class: 'muted' }, `and ${number(count - SHOWN_GROUPS)} more`) : null));
}

function firstOf({ assets, count }) {
  const rest = count - assets.length;
  return assets.map(assetName).join(', ') + (rest > 0 ? `, and ${number(rest)} more` : '');
}
