// The agents that work on a flow now. Progress is an observation, only its latest value counts.

import { element, progressBar, replace, setText } from './elements.js';
import { clock, pairs } from './format-values.js';
import { phaseTitle } from './phase-track.js';

const LIMIT = 50;

/** The list; `put(agent)` adds or updates one, `set(agents)` replaces all. */
export function agentList() {
  const rows = new Map();
  const list = element('ul', { class: 'agents' });
  const empty = element('p', { class: 'muted' }, 'No agent is at work.');
  const node = element('section', { class: 'panel', 'aria-labelledby': 'agents-title' },
    element('h2', { id: 'agents-title' }, 'Agents'), list, empty);

  function put(agent) {
    let row = rows.get(agent.agent);
    if (!row) {
      if (rows.size >= LIMIT) drop(rows.keys().next().value);
      row = agentRow(agent.agent);
      rows.set(agent.agent, row);
      list.append(row.node);
    }
    row.update(agent);
    empty.hidden = true;
  }

  function drop(name) {
    rows.get(name).node.remove();
    rows.delete(name);
  }

  function set(agents) {
    rows.clear();
    replace(list);
    empty.hidden = false;
    for (const agent of agents) put(agent);
  }

  return { node, put, set };
}

function agentRow(name) {
  const progress = progressBar(`Progress of ${name}`);
  const share = element('span', { class: 'number' });
  const detail = element('p', { class: 'muted' });
  const node = element('li', {},
    element('div', { class: 'agent-head' }, element('strong', {}, name), share), progress.bar, detail);

  function update(agent) {
    node.dataset.status = agent.status;
    progress.set(agent.percent ?? null);
    setText(share, `${Math.round(agent.percent ?? 0)} %`);
    setText(detail, [phaseTitle(agent.phase), agent.status, pairs(agent.details), clock(agent.updatedAt)].filter(Boolean).join(' · '));
  }

  return { node, update };
}
