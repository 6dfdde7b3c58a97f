// Asks from which phase a flow is to be done again.

import { confirmation } from './confirmation.js';
import { element, replace } from './elements.js';
import { phaseTitle } from './phase-track.js';

/** `confirmed(phase)` is called with the phase that was chosen; `open(flow)` offers those that have begun. */
export function restartChoice(confirmed) {
  const select = element('select', { id: 'restart-phase' });
  const node = confirmation({
    question: 'Restart this flow?', yes: 'Restart', no: 'Leave it', confirmed: () => confirmed(select.value),
    consequence: 'The phase and all that build on it are done again, and what they found is removed. The phases before it keep what they found.',
    fields: [element('p', {}, element('label', { for: 'restart-phase' }, 'Restart from'), select)],
  });

  function open(flow) {
    const begun = (flow.phases ?? []).filter((phase) => phase.status !== 'pending');
    const suggested = begun.find((phase) => phase.status === 'failed') ?? begun.at(-1);
    replace(select, begun.map(({ phase }) => element('option', { value: phase, selected: phase === suggested?.phase }, phaseTitle(phase))));
    node.showModal();
  }

  return { node, open };
}
