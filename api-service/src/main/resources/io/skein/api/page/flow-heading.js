// Name, status, progress and commands of one flow.

import { element, progressBar, replace, setText } from './elements.js';
import { bytes, moment, words } from './format-values.js';
import { phaseTitle } from './phase-track.js';
import { statusBadge } from './status-badge.js';

/** The heading; `bar` is the flow's command bar. */
export function flowHeading(bar) {
  const title = element('h1', { tabindex: -1 }, 'Flow');
  const badge = statusBadge();
  const progress = progressBar('Progress of the flow');
  const share = element('span', { class: 'number' });
  const facts = element('dl', { class: 'facts' });
  const failure = element('p', { class: 'notice notice-problem', role: 'alert', hidden: true });
  const filled = element('div', { class: 'heading-filled', hidden: true },
    element('div', { class: 'heading-line' }, badge.node, bar.node),
    element('div', { class: 'heading-progress' }, progress.bar, share), failure, facts);
  const node = element('section', { class: 'panel heading' }, title, filled);

  function update(flow) {
    filled.hidden = false;
    setText(title, flow.name || flow.flowId);
    badge.set(flow.status);
    bar.update(flow);
    progress.set(flow.progress ?? 0);
    setText(share, `${Math.round(flow.progress ?? 0)} %`);
    failure.hidden = !flow.error;
    setText(failure, flow.error ? `${flow.error.phase ? `${phaseTitle(flow.error.phase)} failed: ` : ''}${flow.error.reason}` : '');
    replace(facts, fact('Lifecycle as of', flow.asOf), fact('Created', `${moment(flow.createdAt)}${flow.createdBy ? ` by ${flow.createdBy}` : ''}`),
      fact('Updated', moment(flow.updatedAt)), fact('Version', flow.version), fact(flow.files?.length === 1 ? 'File' : 'Files', files(flow)));
  }

  return { node, update };
}

function files(flow) {
  return (flow.files ?? []).map((file) => element('span', { class: 'file' },
    `${file.name} `, element('span', { class: 'muted' }, [bytes(file.bytes), file.role === 'unknown' ? null : words(file.role ?? '')].filter(Boolean).join(', '))));
}

function fact(label, value) {
  return element('div', {}, element('dt', {}, label), element('dd', {}, value));
}
