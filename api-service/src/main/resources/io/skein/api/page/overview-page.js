// How the service is: instances, what carries each feature, and the figures of all instances as charts.

import { address, read } from './api-client.js';
import { element, replace, setText } from './elements.js';
import { clock, moment, number, percent, words } from './format-values.js';
import { lineChart } from './line-chart.js';
import { noticePlace } from './notices.js';
import { overviewFigures } from './overview-figures.js';
import { pollWhileVisible } from './poll.js';

const REFRESH_MILLIS = 5_000; // as often as instances write their figures
const MINUTES = 30;
const QUANTILES = ['p50', 'p95', 'p99'];
const STATUS_TONES = { '2xx': 'good', '3xx': 'accent', '4xx': 'warning', '5xx': 'bad' };

/** The view; `close` ends its polling. */
export function overviewPage() {
  document.title = 'Overview · Skein';
  const notice = noticePlace();
  const incomplete = noticePlace();
  const updated = element('p', { class: 'muted' });
  const instances = element('tbody');
  const features = element('ul', { class: 'features' });
  const charts = allCharts();
  const found = element('div', { class: 'stack', hidden: true },
    incomplete.place,
    element('div', { class: 'overview-heads' },
      element('section', { class: 'panel', 'aria-labelledby': 'instances-title' },
        element('h2', { id: 'instances-title' }, 'Instances'),
        element('div', { class: 'table-scroll' }, element('table', {},
          element('thead', {}, element('tr', {}, ['Name', 'Role', 'Version', 'Since'].map((title) => element('th', { scope: 'col' }, title)))), instances))),
      element('section', { class: 'panel', 'aria-labelledby': 'features-title' },
        element('h2', { id: 'features-title' }, 'What carries each feature'), features)),
    element('section', { class: 'charts', 'aria-label': 'Figures of all instances' }, charts.map((chart) => chart.node)));

  async function refresh() {
    const { body } = await read(address('overview'), { query: { minutes: MINUTES } });
    notice.clear();
    found.hidden = false;
    setText(updated, `All instances, the last ${body.minutes} minutes; bold figures are of the last whole minute. ${source(body)} Updated ${clock(body.at)}.`);
    if (body.complete) incomplete.clear();
    else incomplete.say(`These figures are not complete. ${body.reason}.`);
    replace(instances, body.instances.map(instanceRow));
    replace(features, body.features.map(featureRow));
    const figures = overviewFigures(body);
    charts.forEach((chart) => chart.update(chart.lines(figures), body.minutes));
    return REFRESH_MILLIS;
  }

  const stop = pollWhileVisible(refresh, notice.problem);
  return {
    node: element('div', { class: 'stack' }, element('h1', { tabindex: -1 }, 'Overview'), updated, notice.place, found),
    close: stop,
  };
}

/** The view for who may not see it: why, instead of an error again and again. */
export function refusedOverview(role) {
  document.title = 'Overview · Skein';
  return {
    node: element('div', { class: 'stack' }, element('h1', { tabindex: -1 }, 'Overview'),
      element('p', { class: 'panel' }, `These figures are of all accounts together, so only operators see them, and your token is of the role ${role}. Sign in with the token of an operator to see them.`)),
    close() {},
  };
}

function source({ source: name }) {
  return { redis: 'From Redis.', 'redis+postgres': 'From Redis and PostgreSQL.', postgres: 'From PostgreSQL.' }[name] ?? 'Of this instance alone.';
}

function instanceRow(instance) {
  return element('tr', {}, element('td', {}, instance.name), element('td', {}, words(instance.role)), element('td', {}, instance.version),
    element('td', { class: 'number' }, element('time', { datetime: instance.startedAt }, moment(instance.startedAt))));
}

function featureRow({ name, mode, reason, fallbackOn }) {
  const redis = mode === 'redis';
  return element('li', {}, element('strong', {}, words(name)),
    element('span', { class: 'badge', 'data-mode': mode }, element('span', { 'aria-hidden': 'true' }, redis ? '✓' : '!'), ' ', redis ? 'Redis' : words(mode)),
    element('span', { class: 'muted' }, redis ? '' : `${reason} (${fallbackOn.join(', ')})`));
}

function allCharts() {
  const chart = (title, lines, options) => ({ ...lineChart(title, options), lines });
  return [
    chart('Requests a second', (of) => of.rates('requests').map((line) => ({ ...line, tone: STATUS_TONES[line.label] })), { format: small, most: 1 }),
    chart('Time to answer', (of) => of.quantiles('latency', QUANTILES), { format: time }),
    chart('States read from memory or Redis', (of) => [{ label: '', points: of.hitRate() }], { format: percent, most: 1 }),
    chart('Requests refused by limits, a second', (of) => named(of.rates('refusals'), ''), { format: small, most: 1 }),
    chart('Events a second', (of) => [...named(of.rates('appended'), 'appended'), ...named(of.rates('delivered'), 'delivered')], { format: small, most: 1 }),
    chart('Event from commit to Redis', (of) => of.quantiles('relayLag', QUANTILES), { format: time }),
    chart('Open streams', (of) => named(of.rows('streams', 'total'), ''), { format: small, most: 1 }),
    chart('Waits for locks, a second', (of) => named(of.rates('lockWaits'), ''), { format: small, most: 1 }),
    chart('Tasks that wait', (of) => of.rows('queued', 'average'), { format: small, most: 1 }),
    chart('Longest wait of a task', (of) => of.rows('oldestWait', 'average'), { format: time }),
    chart('Task from due to claimed', (of) => of.quantiles('pickUp', QUANTILES), { format: time }),
    chart('Runs a second', (of) => of.rates('runs'), { format: small, most: 1 }),
    chart('Run time of tasks', (of) => of.quantiles('runTime', QUANTILES), { format: time }),
    chart('Processor, all cores', (of) => of.rows('processor', 'average'), { format: percent, most: 1 }),
  ];
}

function named(lines, label) {
  return lines.map((line) => ({ ...line, label }));
}

function small(value) {
  return number(value >= 100 ? Math.round(value) : Math.round(value * 100) / 100);
}

/** Seconds as people say them: "340 µs", "12 ms", "3.4 s", "7 min". */
function time(seconds) {
  if (seconds === 0) return '0 s';
  if (seconds < 1e-3) return `${Math.round(seconds * 1e6)} µs`;
  if (seconds < 1) return `${three(seconds * 1e3)} ms`;
  return seconds < 120 ? `${three(seconds)} s` : `${Math.round(seconds / 60)} min`;
}

function three(value) {
  return value >= 100 ? Math.round(value) : Number(value.toPrecision(2));
}
