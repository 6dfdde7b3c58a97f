// The graph in words: waves, cycles, shared and isolated assets, each with its first members.

import { element, replace } from './elements.js';
import { assetName, number } from './format-values.js';

const SHOWN_GROUPS = 20;
const SHOWN_NAMES = 30;

/** The summary; `update(page)` takes the first page of the dependencies. */
export function dependencySummary() {
  const node = element('div', { class: 'groups' });
  const update = (page) => replace(node,
    groups('Waves', page.waves, (wave) => [`Wave ${wave.wave}`, wave.assets]),
    groups('Clusters', page.clusters, (cluster, index) => [`Cluster ${index + 1}`, members(cluster)]),
    groups('Cycles', page.cycles, (cycle, index) => [`Cycle ${index + 1}`, members(cycle)]),
    groups('Shared', page.shared, (shared) => [assetName(shared.asset ?? shared), [shared.dependents ? `${number(shared.dependents)} depend on it` : '']]),
    groups('Isolated', page.isolated, (asset) => [assetName(asset.asset ?? asset), []]));
  return { node, update };
}

/** A count alone, or a list that opens. */
function groups(title, list, describe) {
  if (list === null || list === undefined) return null;
  const count = Array.isArray(list) ? list.length : list;
  const head = [title, ' ', element('span', { class: 'number muted' }, number(count))];
  if (!Array.isArray(list) || count === 0) return element('p', { class: 'group' }, head);
  return element('details', { class: 'group' },
    element('summary', {}, head),
    element('ul', {}, list.slice(0, SHOWN_GROUPS).map((each, index) => {
      const [name, assets] = describe(each, index);
      return element('li', {}, element('strong', {}, name), ' ', firstOf(assets));
    }), count > SHOWN_GROUPS ? element('li', { class: 'muted' }, `and ${number(count - SHOWN_GROUPS)} more`) : null));
}

function members(group) {
  return Array.isArray(group) ? group : group.assets ?? [];
}

function firstOf(assets) {
  const rest = assets.length - SHOWN_NAMES;
  return assets.slice(0, SHOWN_NAMES).map(assetName).join(', ') + (rest > 0 ? `, and ${number(rest)} more` : '');
}
