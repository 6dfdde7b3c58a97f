// Modest polling: only while the page is visible, with jitter, and slower after each failure.

const LONGEST_MILLIS = 60_000;

/**
 * Calls `work` now and again after the milliseconds that it answers. Failures go to `failed` and double the pause.
 * Returns a function that stops it.
 */
export function pollWhileVisible(work, failed) {
  let timer = null;
  let running = false;
  let stopped = false;
  let failures = 0;

  async function round() {
    if (running || stopped || document.hidden) return;
    running = true;
    let pause;
    try {
      pause = await work();
      failures = 0;
    } catch (problem) {
      failures += 1;
      pause = Math.min(LONGEST_MILLIS, 2_000 * 2 ** failures);
      if (!stopped) failed(problem);
    } finally {
      running = false;
    }
    schedule(pause);
  }

  function schedule(pause) {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(round, pause * (0.85 + Math.random() * 0.3));
  }

  function wake() {
    if (!document.hidden) round();
  }

  document.addEventListener('visibilitychange', wake);
  round();
  return () => {
    stopped = true;
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', wake);
  };
}
