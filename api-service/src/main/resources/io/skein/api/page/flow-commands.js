// Pause, resume, retry, cancel and approve: each names the version it was decided on and can be sent twice safely.

import { address, newKey, write } from './api-client.js';
import { button, element, replace } from './elements.js';
import { words } from './format-values.js';
import { announce } from './notices.js';

const OFFERED = {
  initializing: ['pause', 'cancel'], running: ['pause', 'cancel'], waiting_for_user: ['pause', 'cancel'],
  paused: ['resume', 'cancel'], failed: ['retry', 'cancel'], completed: [], cancelled: [],
};

/** Sends commands for one flow; `state` is its FlowState, problems go to `notice`. */
export class FlowCommands {
  #flowId;
  #state;
  #notice;
  #keys = new Map(); // request → idempotency key, until the server has decided about it

  constructor(flowId, state, notice) {
    this.#flowId = flowId;
    this.#state = state;
    this.#notice = notice;
  }

  /** Answers whether the command was taken. */
  async send(command, body = {}) {
    const tag = this.#state.tag;
    const request = `${command} ${tag} ${JSON.stringify(body)}`;
    if (!this.#keys.has(request)) this.#keys.set(request, newKey());
    this.#notice.clear();
    try {
      const answer = await write('POST', address('flows', this.#flowId, command), body,
        { 'If-Match': tag, 'Idempotency-Key': this.#keys.get(request) });
      this.#keys.delete(request);
      this.#state.offer(answer.body);
      announce(`${words(command)}: done`);
      return true;
    } catch (problem) {
      if (problem.decided) this.#keys.delete(request);
      this.#notice.problem(problem);
      if (problem.status === 412 || problem.status === 409) this.#state.wish(0); // show what it has become
      return false;
    }
  }
}

/** The buttons that the flow's status allows. */
export function commandBar(commands) {
  const bar = element('div', { class: 'commands', role: 'group', 'aria-label': 'Commands' });
  const dialog = confirmation('Cancel this flow?',
    'Its running work stops, and nothing can follow. What was found so far stays readable.', 'Cancel the flow', 'Keep it going',
    () => run('cancel'));
  let shown = null;

  async function run(command) {
    for (const each of bar.querySelectorAll('button')) each.disabled = true;
    await commands.send(command);
    for (const each of bar.querySelectorAll('button')) each.disabled = false;
  }

  function update(flow) {
    if (flow.status === shown) return;
    shown = flow.status;
    const hadFocus = bar.contains(document.activeElement);
    replace(bar, (OFFERED[shown] ?? []).map((command) => (command === 'cancel'
      ? button('Cancel', () => dialog.showModal(), { class: 'danger' })
      : button(words(command), () => run(command), { class: command === 'pause' ? null : 'primary' }))), dialog);
    if (hadFocus) bar.querySelector('button:not(dialog button)')?.focus();
  }

  return { node: bar, update };
}

function confirmation(question, consequence, yes, no, confirmed) {
  const dialog = element('dialog', { 'aria-labelledby': 'confirm-title', 'aria-describedby': 'confirm-text' },
    element('h2', { id: 'confirm-title' }, question),
    element('p', { id: 'confirm-text' }, consequence),
    element('div', { class: 'dialog-buttons' },
      button(no, () => dialog.close(), { autofocus: true }),
      button(yes, () => { dialog.close(); confirmed(); }, { class: 'danger' })));
  return dialog;
}
