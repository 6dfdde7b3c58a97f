// Lines over time as inline SVG: the plot stretches with the screen, words and numbers keep their size.

import { element, replace, svg } from './elements.js';

const HEIGHT = 132;
const TONES = ['accent', 'warning', 'bad', 'good', 'unknown'];

/**
 * A chart that is drawn anew by `update(lines, minutes)`: `lines` are `{ label, points: [[minute, value]…], tone }`, a minute
 * without a point is a gap. `format` turns a value into words; `most` is the least height of the scale. Of more lines than there are
 * tones those that reach highest are drawn, and it is said how many are not.
 */
export function lineChart(title, { format, most = 0 }) {
  const latest = element('p', { class: 'chart-latest' });
  const place = element('div');
  const node = element('figure', { class: 'panel line-chart' }, element('figcaption', {}, title), latest, place);

  function update(lines, minutes) {
    const drawn = lines.filter((line) => line.points.length > 0);
    const shown = highest(drawn).map((line, index) => ({ ...line, tone: line.tone ?? TONES[index] }));
    const left = drawn.length - shown.length;
    const top = ceiling(Math.max(most, ...shown.flatMap((line) => line.points.map(([, value]) => value))));
    replace(latest, shown.map((line) => element('span', {},
      svg('svg', { class: 'legend-mark', width: 12, height: 12, 'aria-hidden': 'true' },
        svg('rect', { y: 4, width: 12, height: 4, rx: 2, class: 'line-mark', 'data-tone': line.tone })),
      line.label ? `${line.label} ` : '', element('strong', { class: 'number' }, latestWhole(line, minutes)))),
    left > 0 ? element('span', {}, `and ${left} lower`) : null);
    replace(place, shown.length ? drawing(shown, minutes, top) : element('p', { class: 'muted line-empty' }, 'Nothing was counted yet.'));
  }

  /** Of the last whole minute: the present one has hardly begun, and would say that all has stopped. */
  function latestWhole({ points }, minutes) {
    const whole = points.find(([minute]) => minute === minutes - 2);
    return whole ? format(whole[1]) : '–';
  }

  function drawing(lines, minutes, top) {
    const sentence = `${title}, the last ${minutes} minutes: ${lines.map((line) => `${line.label} ${latestWhole(line, minutes)} in the last whole one`).join(', ')}`;
    const plot = svg('svg', { x: 0, y: 14, width: '100%', height: HEIGHT - 32, viewBox: `0 0 ${minutes - 1} 100`, preserveAspectRatio: 'none', class: 'line-plot' },
      svg('path', { d: `M0 100H${minutes - 1}M0 50H${minutes - 1}M0 0H${minutes - 1}`, class: 'line-rail' }),
      lines.map((line) => svg('path', { d: path(line.points, top), class: 'line', 'data-tone': line.tone })),
      lines.map((line) => svg('path', { d: path(line.points.filter(alone), top), class: 'line line-dots', 'data-tone': line.tone })));
    return svg('svg', { class: 'chart', width: '100%', height: HEIGHT, role: 'img', 'aria-label': sentence },
      svg('text', { x: 0, y: 10, class: 'chart-label' }, format(top)), plot,
      svg('text', { x: 0, y: HEIGHT - 3, class: 'chart-label' }, `${minutes} min ago`),
      svg('text', { x: '100%', y: HEIGHT - 3, class: 'chart-label line-end' }, 'now'));
  }

  return { node, update };
}

/** In their order. */
function highest(lines) {
  const peak = ({ points }) => Math.max(...points.map(([, value]) => value));
  const kept = new Set([...lines].sort((a, b) => peak(b) - peak(a)).slice(0, TONES.length));
  return lines.filter((line) => kept.has(line));
}

/** Whether a point has none beside it; a line through it would not be seen. */
function alone([minute], index, points) {
  return points[index - 1]?.[0] !== minute - 1 && points[index + 1]?.[0] !== minute + 1;
}

/** One piece for each run of minutes that follow each other; a lone minute is a dot. */
function path(points, top) {
  let before = null;
  return points.map(([minute, value]) => {
    const y = 100 - (100 * Math.min(value, top)) / top;
    const move = before === null || minute - before > 1;
    before = minute;
    return `${move ? 'M' : 'L'}${minute} ${y.toFixed(2)}${move ? 'h0' : ''}`;
  }).join('');
}

/** The next of 1, 2, 5, 10, 20, 50… */
function ceiling(value) {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= value * (1 - 1e-9));
}
