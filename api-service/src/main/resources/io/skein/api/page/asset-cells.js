// How one asset reads in the table of assets.

import { element } from './elements.js';
import { number, plain, words } from './format-values.js';

const MEBIBYTES_PER_GIBIBYTE = 1024;

/** The columns of the table of assets. */
export const assetCells = [
  { title: 'Name', value: nameOf, kind: 'name' },
  { title: 'Type', value: (asset) => words(asset.type ?? '') },
  { title: 'Environment', value: (asset) => plain(asset.environment) },
  { title: 'Operating system', value: systemOf },
  { title: 'Lifecycle', value: lifecycleOf, kind: 'state' },
  { title: '6R', value: strategyOf, kind: 'wide' },
  { title: 'Cores', value: (asset) => number(asset.cpuCores), kind: 'number' },
  { title: 'Memory', value: (asset) => sized(asset.memoryMb && asset.memoryMb / MEBIBYTES_PER_GIBIBYTE), kind: 'number' },
  { title: 'Storage', value: (asset) => sized(asset.storageGb), kind: 'number' },
  { title: 'Addresses', value: (asset) => plain(asset.ipAddresses) },
  { title: 'Applications', value: (asset) => plain(asset.applications), kind: 'wide' },
  { title: 'Site', value: (asset) => plain(asset.site) },
  { title: 'Owner', value: (asset) => plain(asset.owner) },
  { title: 'Sources', value: sourcesOf },
];

function nameOf(asset) {
  const name = asset.name || asset.hostname || asset.assetId;
  const other = [asset.fqdn, asset.hostname].find((each) => each && each !== name);
  return [element('strong', {}, name), other ? element('div', { class: 'muted' }, other) : null];
}

function systemOf({ os }) {
  return plain([os?.name, os?.version].filter(Boolean).join(' '));
}

function lifecycleOf({ lifecycle }) {
  if (!lifecycle?.status) return plain(null);
  const until = lifecycle.extendedEol ?? lifecycle.eol;
  return [element('span', { class: 'lifecycle', 'data-lifecycle': lifecycle.status }, words(lifecycle.status)),
    until ? element('div', { class: 'muted number' }, until) : null];
}

function strategyOf({ sixR }) {
  if (!sixR?.strategy) return plain(null);
  return [element('strong', {}, words(sixR.strategy)), element('div', { class: 'muted' }, (sixR.reasons ?? []).join(' · '))];
}

function sourcesOf(asset) {
  const conflicts = asset.conflicts?.length ?? 0;
  return [(asset.sources ?? []).map((source) => `${source.file}:${source.row}`).join(', '),
    conflicts ? element('div', { class: 'muted' }, `${conflicts} ${conflicts === 1 ? 'conflict' : 'conflicts'}`) : null];
}

function sized(gibibytes) {
  return typeof gibibytes === 'number' ? `${number(Math.round(gibibytes * 10) / 10)} GB` : plain(null);
}
