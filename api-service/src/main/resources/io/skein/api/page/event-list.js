// The latest events of a flow, newest first. The DOM holds a bounded number of them, whatever the stream sends.

import { element, replace, setText } from './elements.js';
import { clock, number, pairs, words } from './format-values.js';
import { announce } from './notices.js';
import { phaseTitle } from './phase-track.js';

/** How many events the page keeps; the events table pages through all of them. */
export const KEPT_EVENTS = 200;
const DRAW_MILLIS = 120;
const QUIET = ['phase_progressed'];
const CONNECTION = { live: 'Live', waiting: 'Connecting…', ended: 'Complete' };

export function eventList(allEventsAddress) {
  const list = element('ol', { class: 'events' });
  const connection = element('span', { class: 'connection', 'data-state': 'waiting' }, CONNECTION.waiting);
  const bound = element('p', { class: 'muted', hidden: true }, `The latest ${KEPT_EVENTS} events are shown here. `,
    element('a', { href: allEventsAddress }, 'Page through all events'));
  const node = element('div', { class: 'panel' },
    element('div', { class: 'panel-head' }, element('h2', { id: 'events-title' }, 'Events'), connection),
    element('div', { class: 'event-scroll', tabindex: 0, role: 'region', 'aria-labelledby': 'events-title' }, list), bound);
  let waiting = [];
  let timer = null;

  function add(event) {
    waiting.push(event);
    if (waiting.length > KEPT_EVENTS) waiting.shift();
    timer ??= setTimeout(draw, DRAW_MILLIS);
  }

  function draw() {
    timer = null;
    list.prepend(...waiting.map(eventRow).reverse());
    while (list.childElementCount > KEPT_EVENTS) list.lastElementChild.remove();
    bound.hidden = list.childElementCount < KEPT_EVENTS;
    const loud = waiting.filter((event) => !QUIET.includes(event.type)).at(-1);
    if (loud) announce(sentence(loud));
    waiting = [];
  }

  function restart() {
    waiting = [];
    replace(list, element('li', { class: 'event-note' }, 'The history was renewed on the server. This is the present state; new events follow above.'));
  }

  function setConnection(state) {
    connection.dataset.state = state;
    setText(connection, CONNECTION[state]);
  }

  return { node, add, restart, setConnection, close: () => clearTimeout(timer) };
}

function eventRow(event) {
  const detail = pairs(event.payload);
  return element('li', { 'data-type': event.type },
    element('span', { class: 'number muted event-sequence' }, number(event.seq)),
    element('div', {},
      element('div', { class: 'event-line' }, element('strong', {}, sentence(event)),
        element('time', { class: 'number muted', datetime: event.occurredAt }, clock(event.occurredAt))),
      detail ? element('p', { class: 'muted event-detail' }, detail) : null));
}

function sentence(event) {
  return event.phase ? `${words(event.type)}: ${phaseTitle(event.phase)}` : words(event.type);
}
