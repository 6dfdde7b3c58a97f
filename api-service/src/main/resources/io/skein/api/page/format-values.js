// Turns values of the API into words and numbers for people, in the reader's locale.

const NUMBER = new Intl.NumberFormat();
const MOMENT = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const CLOCK = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
const NOTHING = '–';

const SPECIAL_WORDS = {
  '6r': '6R', ip: 'IP', os: 'OS', cpu: 'CPU', fqdn: 'FQDN', csv: 'CSV', id: 'ID', sse: 'SSE', mb: 'MB', gb: 'GB', eol: 'end of life',
};

/** `waiting_for_user` and `endedWithExtendedSupport` become "Waiting for user" and "Ended with extended support". */
export function words(name) {
  const text = String(name)
    .replace(/sixR/, '6R')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .split(/[_\s]+/)
    .filter(Boolean)
    .map((word) => SPECIAL_WORDS[word.toLowerCase()] ?? word.toLowerCase())
    .join(' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What people call an asset by its key: `host:web-01` is web-01. */
export function assetName(key) {
  return String(key).replace(/^(?:host|id|name|ip):/, '');
}

export function number(value) {
  return typeof value === 'number' ? NUMBER.format(value) : NOTHING;
}

export function percent(share) {
  return typeof share === 'number' ? `${Math.round(share * 100)} %` : NOTHING;
}

export function bytes(count) {
  if (typeof count !== 'number') return NOTHING;
  if (count < 1024) return `${count} B`;
  const units = ['KiB', 'MiB', 'GiB'];
  let size = count / 1024;
  let unit = 0;
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${size < 10 ? size.toFixed(1) : Math.round(size)} ${units[unit]}`;
}

export function moment(iso) {
  return format(MOMENT, iso);
}

export function clock(iso) {
  return format(CLOCK, iso);
}

function format(style, iso) {
  const date = new Date(iso ?? NaN);
  return Number.isNaN(date.getTime()) ? NOTHING : style.format(date);
}

/** How long a phase took: "0.4 s", "12 s", "3 min 20 s". */
export function duration(startIso, endIso) {
  const millis = new Date(endIso ?? NaN) - new Date(startIso ?? NaN);
  if (Number.isNaN(millis)) return '';
  if (millis < 10_000) return `${(Math.max(0, millis) / 1000).toFixed(1)} s`;
  const seconds = Math.round(millis / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** A cell of any JSON shape on one line: lists by comma, objects as "name value". */
export function plain(value) {
  if (value === null || value === undefined || value === '') return NOTHING;
  if (typeof value === 'number') return number(value);
  if (Array.isArray(value)) return value.length ? value.map(plain).join(', ') : NOTHING;
  if (typeof value === 'object') return pairs(value) || NOTHING;
  return String(value);
}

export function pairs(object) {
  return Object.entries(object ?? {})
    .filter(([, value]) => value !== null && value !== undefined && value !== '')
    .map(([name, value]) => `${words(name)} ${plain(value)}`)
    .join(' · ');
}
