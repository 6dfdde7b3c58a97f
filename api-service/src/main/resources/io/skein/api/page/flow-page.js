// One flow, live: puts state, stream, commands and tables together.

import { address, read } from './api-client.js';
import { agentList } from './agent-list.js';
import { approvalForm } from './approval-form.js';
import { KEPT_EVENTS, eventList } from './event-list.js';
import { element, replace } from './elements.js';
import { FlowCommands, commandBar } from './flow-commands.js';
import { flowHeading } from './flow-heading.js';
import { FlowState } from './flow-state.js';
import { FlowStream } from './flow-stream.js';
import { TABLES } from './flow-tables.js';
import { noticePlace } from './notices.js';
import { phaseTrack } from './phase-track.js';
import { pollWhileVisible } from './poll.js';
import { reportPanel } from './report-panel.js';

const PEEK_PIXELS = 48; // of the tab before, so that one sees there is one
const SAFETY_POLL_MILLIS = 20_000; // the stream brings news; this notices when it cannot

/** The view of a flow; `show(tab)` changes what stands below the phases, `close` ends everything live. */
export function flowPage(flowId) {
  const here = `#/flows/${encodeURIComponent(flowId)}`;
  const notice = noticePlace(); // what became of commands
  const reach = noticePlace(); // whether the server answers; gone with the next answer
  const state = new FlowState(flowId, changed, reach.problem);
  const commands = new FlowCommands(flowId, state, notice);
  const heading = flowHeading(commandBar(commands));
  const track = phaseTrack();
  const approval = approvalForm((body) => commands.send('approve', body));
  const report = reportPanel(flowId);
  const agents = agentList();
  const events = eventList(`${here}/events`);
  const happening = element('div', { class: 'live' }, agents.node, events.node);
  const overview = element('div', { class: 'stack' }, report.node, happening);
  const tabs = tabLinks(here);
  const shown = element('div');
  const live = element('div', { class: 'stack', hidden: true }, approval.node, track.node, tabs.node, shown);
  const node = element('div', { class: 'stack' },
    element('p', { class: 'crumb' }, element('a', { href: '#/' }, '← All flows')), heading.node, reach.place, notice.place, live);
  let stream = null;
  let table = null;

  function changed(flow) {
    document.title = `${flow.name || 'Flow'} · Skein`;
    live.hidden = false;
    for (const part of [heading, track, approval, report]) part.update(flow);
    agents.node.hidden = state.ended;
    happening.classList.toggle('events-alone', state.ended);
  }

  const handler = {
    connection: events.setConnection,
    hello() { agentsNow(); },
    event(event) {
      events.add(event);
      track.batches(event);
      if (event.type === 'flow_restarted') agentsNow();
      if (event.version > (state.current?.version ?? 0)) state.wish(event.version);
    },
    progress: (agent) => { if (!state.ended) agents.put(agent); },
    reset(flow) {
      events.restart();
      state.restart(flow);
    },
    end() {
      state.wish(0);
      table?.reload();
    },
  };

  function agentsNow() {
    if (state.ended) return;
    read(address('flows', flowId, 'progress')).then(({ body }) => { if (!state.ended) agents.set(body.agents); }).catch(reach.problem);
  }

  /** Starts the stream near the end of a long history: more than the page keeps is not worth sending. */
  function listen(flow) {
    const after = flow.version - KEPT_EVENTS;
    stream = new FlowStream(flowId, after > 0 ? `${flow.epoch}.${after}` : null, handler, mayGoOn);
    stream.open();
  }

  async function mayGoOn() {
    try {
      await state.refresh();
      reach.clear();
    } catch (problem) {
      return problem.status !== 401 && problem.status !== 404;
    }
    return !state.ended;
  }

  async function check() {
    const flow = await state.refresh();
    reach.clear();
    if (flow && !stream) listen(flow);
    return SAFETY_POLL_MILLIS;
  }

  const stopPolling = pollWhileVisible(check, reach.problem);

  function show(tab) {
    tabs.select(tab);
    table = TABLES[tab]?.open(flowId) ?? null;
    replace(shown, table ? element('section', { class: 'panel' }, element('h2', {}, TABLES[tab].title), table.node) : overview);
    table?.reload();
  }

  function close() {
    stopPolling();
    stream?.close();
    state.close();
    events.close();
  }

  return { node, show, close };
}

function tabLinks(here) {
  const links = new Map([['overview', element('a', { href: here }, 'Overview')],
    ...Object.entries(TABLES).map(([name, { title }]) => [name, element('a', { href: `${here}/${name}` }, title)])]);
  const node = element('nav', { class: 'tabs', 'aria-label': 'Parts of the flow' }, [...links.values()]);
  function select(tab) {
    const current = links.has(tab) ? tab : 'overview';
    for (const [name, link] of links) {
      if (name === current) {
        link.setAttribute('aria-current', 'page');
        node.scrollLeft = link.offsetLeft - node.offsetLeft - PEEK_PIXELS;
      } else {
        link.removeAttribute('aria-current');
      }
    }
  }
  return { node, select };
}
