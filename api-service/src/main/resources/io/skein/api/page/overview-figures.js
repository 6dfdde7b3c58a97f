// Turns the rows of the overview's answer into lines of charts.

const SECONDS = 60;
const LEAST_SECONDS = 15; // of the present minute, before a rate of it says anything

/** Reads one answer of `/overview`. */
export function overviewFigures(body) {
  const present = body.minutes - 1;
  const begun = (new Date(body.at) - new Date(body.from)) / 1000 - present * SECONDS;
  const seconds = (minute) => (minute === present ? begun : SECONDS);
  const counted = new Set(Object.values(body.metrics).flatMap(({ lines }) => lines.flatMap(({ rows: all }) => all.map(([minute]) => minute))));
  const known = (minute) => body.complete || counted.has(minute);

  function rows(key, column) {
    const metric = body.metrics[key];
    const at = metric.columns.indexOf(column);
    return at < 0 ? [] : metric.lines.map((line) => ({
      label: line.label,
      points: line.rows.map((row) => [row[0], row[at]]).filter(([, value]) => typeof value === 'number'),
    }));
  }

  /**
   * How many a second; minutes without any count are none at all, not a gap, and so is a figure that was never counted. A minute of
   * which an answer that is not complete has no figure whatever is a gap.
   */
  function rates(key) {
    const lines = rows(key, 'count');
    return (lines.length > 0 ? lines : [{ label: '', points: [] }]).map(({ label, points }) => {
      const counts = new Map(points);
      const first = points[0]?.[0] ?? 0;
      const all = [];
      for (let minute = first; minute <= present; minute += 1) {
        if (known(minute) && seconds(minute) >= LEAST_SECONDS) all.push([minute, (counts.get(minute) ?? 0) / seconds(minute)]);
      }
      return { label, points: all };
    });
  }

  function quantiles(key, columns) {
    return columns.map((column) => ({ label: column, points: rows(key, column)[0]?.points ?? [] }));
  }

  function counts(key, label = '') {
    return new Map(rows(key, 'count').find((line) => line.label === label)?.points ?? []);
  }

  /** The share of reads of states that did not need PostgreSQL. */
  function hitRate() {
    const hits = counts('cacheHits', 'near');
    const misses = counts('cacheMisses', 'near');
    const loads = counts('cacheLoads');
    return [...new Set([...hits.keys(), ...misses.keys()])].sort((a, b) => a - b).map((minute) => {
      const reads = (hits.get(minute) ?? 0) + (misses.get(minute) ?? 0);
      return [minute, Math.max(0, 1 - (loads.get(minute) ?? 0) / reads)];
    });
  }

  return { rows, rates, quantiles, hitRate };
}
