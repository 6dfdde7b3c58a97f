// A table of one page at a time, whatever the size of the whole.

import { button, element, replace, setText } from './elements.js';
import { number } from './format-values.js';
import { announce, noticePlace } from './notices.js';

/**
 * @param title accessible name of the table
 * @param columns `{ title, value(item) }`; a value is text or a node
 * @param load `async (cursor) => ({ items, next })`, with null as the first cursor
 * @param empty what to say when there is nothing
 */
export function pagedTable({ title, columns, load, empty }) {
  const notice = noticePlace();
  const body = element('tbody');
  const table = element('table', {},
    element('caption', { class: 'visually-hidden' }, title),
    element('thead', {}, element('tr', {}, columns.map((column) => element('th', { scope: 'col' }, column.title)))), body);
  const scroll = element('div', { class: 'table-scroll', role: 'region', tabindex: 0, 'aria-label': title }, table);
  const none = element('p', { class: 'muted', hidden: true }, empty);
  const place = element('span', { class: 'muted number' });
  const back = button('Previous', () => open(cursors.slice(0, -1)));
  const forth = button('Next', () => open([...cursors, next]));
  const pager = element('nav', { class: 'pager', 'aria-label': `Pages of ${title}` }, back, forth, place);
  let cursors = [null];
  let next = null;

  async function open(wanted) {
    for (const each of [back, forth]) each.disabled = true;
    scroll.setAttribute('aria-busy', 'true');
    notice.clear();
    try {
      const page = await load(wanted.at(-1));
      cursors = wanted;
      next = page.next ?? null;
      draw(page.items);
    } catch (problem) {
      notice.problem(problem);
    } finally {
      scroll.removeAttribute('aria-busy');
      back.disabled = cursors.length === 1;
      forth.disabled = next === null;
    }
  }

  function draw(items) {
    replace(body, items.map((item) => element('tr', {}, columns.map((column) => element('td', {
      class: column.kind ?? null,
    }, column.value(item))))));
    scroll.hidden = items.length === 0;
    none.hidden = items.length > 0;
    pager.hidden = cursors.length === 1 && next === null;
    setText(place, `Page ${number(cursors.length)}`);
    scroll.scrollTo(0, 0);
    announce(`${title}, page ${cursors.length}, ${items.length} rows`);
  }

  return { node: element('div', {}, notice.place, scroll, none, pager), reload: () => open([null]) };
}
