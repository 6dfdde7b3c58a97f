// The first view: new flows come in at the top, a page of flows is kept fresh below.

import { address, read } from './api-client.js';
import { button, element, progressBar, replace, setText } from './elements.js';
import { moment } from './format-values.js';
import { statusBadge } from './status-badge.js';
import { noticePlace } from './notices.js';
import { phaseTitle } from './phase-track.js';
import { pollWhileVisible } from './poll.js';
import { uploadForm } from './upload-form.js';

const PAGE = 25;
const BUSY_MILLIS = 3_000;
const IDLE_MILLIS = 15_000;
const MOVING = ['initializing', 'running'];

/** The view; `close` ends its polling. */
export function flowList() {
  document.title = 'Flows · Skein';
  const notice = noticePlace();
  const list = element('ul', { class: 'flows' });
  const empty = element('p', { class: 'muted', hidden: true }, 'No flows yet. An operator starts the first one by dropping a file above.');
  const newer = button('Newer', () => turn(cursors.slice(0, -1)));
  const older = button('Older', () => turn([...cursors, next]));
  const pages = element('nav', { class: 'pager', 'aria-label': 'Pages of flows', hidden: true }, newer, older);
  const rows = new Map();
  let cursors = [null]; // the cursors of the pages up to the shown one
  let next = null;
  let etag = null;
  let stop = () => {};
  let pause = IDLE_MILLIS;

  function turn(wanted) {
    cursors = wanted;
    etag = null;
    watch();
  }

  function watch() {
    stop();
    stop = pollWhileVisible(refresh, notice.problem);
  }

  async function refresh() {
    const asked = cursors;
    const answer = await read(address('flows'), { query: { limit: PAGE, after: asked.at(-1) }, etag });
    if (asked !== cursors) return 0;
    notice.clear();
    if (!answer.unchanged) {
      etag = answer.etag;
      draw(answer.body);
    }
    return pause;
  }

  function draw({ items, next: following }) {
    next = following ?? null;
    pause = items.some((flow) => MOVING.includes(flow.status)) ? BUSY_MILLIS : IDLE_MILLIS;
    const focused = document.activeElement;
    replace(list, items.map((flow) => {
      const row = rows.get(flow.flowId) ?? flowRow(flow.flowId);
      rows.set(flow.flowId, row);
      row.update(flow);
      return row.node;
    }));
    for (const id of [...rows.keys()]) if (!items.some((flow) => flow.flowId === id)) rows.delete(id);
    if (list.contains(focused)) focused.focus({ preventScroll: true });
    empty.hidden = items.length > 0;
    pages.hidden = cursors.length === 1 && next === null;
    newer.disabled = cursors.length === 1;
    older.disabled = next === null;
  }

  const upload = uploadForm((flow) => { location.hash = `#/flows/${encodeURIComponent(flow.flowId)}`; });
  const node = element('div', { class: 'stack' },
    element('h1', { tabindex: -1 }, 'Discovery flows'),
    upload.node,
    element('section', { class: 'panel', 'aria-labelledby': 'flows-title' },
      element('h2', { id: 'flows-title' }, 'Flows'), notice.place, list, empty, pages));
  watch();
  return { node, close: () => { stop(); upload.close(); } };
}

function flowRow(id) {
  const link = element('a', { href: `#/flows/${encodeURIComponent(id)}` });
  const badge = statusBadge();
  const phase = element('span', { class: 'muted' });
  const progress = progressBar('Progress');
  const share = element('span', { class: 'number' });
  const updated = element('time', { class: 'muted' });
  const node = element('li', {}, element('div', { class: 'flow-name' }, link, phase), badge.node,
    element('div', { class: 'flow-progress' }, progress.bar, share), updated);
  function update(flow) {
    setText(link, flow.name || flow.flowId);
    setText(phase, flow.currentPhase ? phaseTitle(flow.currentPhase) : '');
    badge.set(flow.status);
    progress.set(flow.progress);
    setText(share, `${Math.round(flow.progress ?? 0)} %`);
    updated.dateTime = flow.updatedAt ?? '';
    setText(updated, moment(flow.updatedAt));
  }
  return { node, update };
}
