// Charts as inline SVG. Widths are in percent, so the text keeps its size on every screen; each chart is also a sentence.

import { element, svg } from './elements.js';
import { number } from './format-values.js';

const ROW = 34;
const COLUMN_CHART_HEIGHT = 168;
const MOST_COLUMNS = 40;

/** A titled chart: `bars` are `{ label, value, tone }`. */
export function barChart(title, bars) {
  const most = Math.max(1, ...bars.map((bar) => bar.value));
  const drawing = chart(title, bars, Math.max(1, bars.length) * ROW);
  bars.forEach((bar, index) => {
    const y = index * ROW;
    drawing.append(
      svg('text', { x: 0, y: y + 12, class: 'chart-label' }, bar.label),
      svg('text', { x: '100%', y: y + 12, class: 'chart-value' }, number(bar.value)),
      svg('rect', { x: 0, y: y + 18, width: '100%', height: 8, rx: 4, class: 'chart-rail' }),
      bar.value > 0 ? svg('rect', { x: 0, y: y + 18, width: share(bar.value, most), height: 8, rx: 4, class: 'chart-bar', 'data-tone': bar.tone }) : '');
  });
  return figure(title, bars.length ? drawing : nothing());
}

/** Parts of a whole as one bar with a legend. */
export function partsChart(title, parts) {
  const whole = parts.reduce((sum, part) => sum + part.value, 0);
  if (whole === 0) return figure(title, nothing());
  const drawing = chart(title, parts, 28);
  let before = 0;
  for (const part of parts) {
    if (part.value === 0) continue;
    drawing.append(svg('rect', {
      x: share(before, whole), y: 0, width: share(part.value, whole), height: 28, class: 'chart-part', 'data-tone': part.tone,
    }, svg('title', {}, `${part.label}: ${number(part.value)}`)));
    before += part.value;
  }
  return figure(title, drawing, element('ul', { class: 'legend' }, parts.map((part) => element('li', {},
    svg('svg', { class: 'legend-mark', width: 12, height: 12, 'aria-hidden': 'true' },
      svg('rect', { width: 12, height: 12, rx: 3, class: 'chart-part', 'data-tone': part.tone })),
    element('span', {}, part.label),
    element('span', { class: 'number' }, `${number(part.value)} · ${Math.round((part.value / whole) * 100)} %`)))));
}

/** Ordered columns, such as waves; past a bound the rest is one column. */
export function columnChart(title, columns) {
  if (columns.length === 0) return figure(title, nothing());
  const shown = gather(columns);
  const most = Math.max(1, ...shown.map((column) => column.value));
  const step = 100 / shown.length;
  const every = Math.ceil(shown.length / 12);
  const room = COLUMN_CHART_HEIGHT - 40;
  const drawing = chart(title, shown, COLUMN_CHART_HEIGHT);
  shown.forEach((column, index) => {
    const height = Math.max(2, (column.value / most) * room);
    const middle = `${(index + 0.5) * step}%`;
    drawing.append(svg('rect', {
      x: `${(index + 0.14) * step}%`, y: 20 + room - height, width: `${step * 0.72}%`, height, rx: 2, class: 'chart-bar',
    }, svg('title', {}, `${column.label}: ${number(column.value)}`)));
    if (index % every !== 0) return;
    drawing.append(
      svg('text', { x: middle, y: 14 + room - height, class: 'chart-value chart-middle' }, number(column.value)),
      svg('text', { x: middle, y: COLUMN_CHART_HEIGHT - 4, class: 'chart-label chart-middle' }, column.short ?? column.label));
  });
  return figure(title, drawing);
}

function gather(columns) {
  if (columns.length <= MOST_COLUMNS) return columns;
  const rest = columns.slice(MOST_COLUMNS - 1);
  const sum = rest.reduce((total, column) => total + column.value, 0);
  return [...columns.slice(0, MOST_COLUMNS - 1), { label: `${rest[0].label} and later`, short: `${rest[0].short ?? ''}+`, value: sum }];
}

function chart(title, values, height) {
  const sentence = `${title}: ${values.map((each) => `${each.label} ${number(each.value)}`).join(', ')}`;
  return svg('svg', { class: 'chart', width: '100%', height, role: 'img', 'aria-label': sentence });
}

function share(value, whole) {
  return `${(100 * value) / whole}%`;
}

function figure(title, ...children) {
  return element('figure', {}, element('figcaption', {}, title), ...children);
}

function nothing() {
  return element('p', { class: 'muted' }, 'Nothing to show.');
}
