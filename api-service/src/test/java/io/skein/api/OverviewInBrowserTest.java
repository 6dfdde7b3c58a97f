package io.skein.api;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.skein.redis.RedisConnections;
import io.skein.telemetry.series.Telemetry;
import io.skein.telemetry.series.TelemetrySettings;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The overview in the Chromium of the system, over half an hour that another instance counted.
 * Leaves its screenshots in {@code target/screenshots}.
 */
class OverviewInBrowserTest {
  private static final int MINUTES = 28;

  /** How often the page asks. */
  private static final Duration REFRESH = Duration.ofSeconds(5);

  private static ApiStack stack;
  private static Chromium chromium;
  private final List<String> errors = new ArrayList<>();

  @BeforeAll
  static void start() throws Exception {
    chromium = new Chromium();
    stack = ApiStack.start(2);
    RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
    RedisConnections redis = stack.redis();
    for (int ago = MINUTES; ago > 0; ago--) {
      Clock then = Clock.fixed(Instant.now().minus(Duration.ofMinutes(ago)), ZoneOffset.UTC);
      try (Telemetry past =
          Telemetry.open(redis, stack.database, "worker-1", TelemetrySettings.defaults(), then)) {
        count(past.registry(), random, ago);
      }
    }
  }

  @AfterAll
  static void stop() throws Exception {
    chromium.close();
    stack.close();
  }

  /** A minute of a busy day. */
  private static void count(MeterRegistry registry, RandomGenerator random, int ago) {
    int busy = 600 + 400 * (ago % 9) + random.nextInt(200);
    for (int i = 0; i < busy; i++) {
      Duration time = Duration.ofNanos((long) (2e6 * Math.exp(random.nextGaussian())));
      String status = i % 50 == 0 ? "4xx" : ago == 11 && i % 7 == 0 ? "5xx" : "2xx";
      registry.timer("skein.http.requests", "status", status).record(time);
      registry.counter("skein.cache.hits", "level", "near").increment();
      if (i % (ago == 11 ? 2 : 20) == 0) {
        registry.counter("skein.cache.misses", "level", "near").increment();
        registry.counter("skein.cache.loads").increment();
      }
      registry.counter("skein.sse.delivered").increment(3);
      if (i % 4 == 0) {
        registry.counter("skein.events.appended").increment();
        registry.counter("skein.limits.refused", "policy", "user").increment();
        registry.timer("skein.locks.wait").record(time);
        registry.timer("skein.relay.lag").record(time.dividedBy(3));
        registry.timer("skein.tasks.pickup", "type", "phase").record(time);
        registry.timer("skein.tasks.run", "type", "phase").record(time.multipliedBy(30));
        registry
            .counter("skein.tasks.runs", "outcome", i % 40 == 0 ? "retried" : "succeeded")
            .increment();
      }
    }
    registry.gauge("skein.queue.queued", Tags.of("queue", "flows"), busy / 20);
    registry.gauge("skein.queue.oldest.wait", Tags.of("queue", "flows"), busy / 900.0);
    registry.gauge("skein.sse.connections", 40 + ago);
  }

  @Test
  void chartsOfAllInstancesLiveAndInOneRequest() {
    try (Page page = chromium.newPage(1440)) {
      page.onPageError(errors::add);
      page.onConsoleMessage(message -> {
        if (message.type().equals("error") || message.type().equals("warning")) {
          errors.add(message.text() + " at " + message.location());
        }
      });
      List<String> asked = new ArrayList<>();
      page.onRequest(request -> {
        if (request.url().contains("/api/v1/") && !request.url().contains("/session")) {
          asked.add(request.url());
        }
      });
      page.navigate(address() + "#token=" + TestTokens.ofUser("olga", "operator"));
      assertThat(page.getByText("Drop inventory files here")).isVisible();
      page.getByText("Overview").click();
      assertThat(page.locator(".features li")).hasCount(7);
      assertThat(page.locator(".stack > p.muted").first())
          .containsText("bold figures are of the last whole minute");
      assertThat(page.locator("tbody tr")).hasCount(2);
      assertThat(page.locator(".line-chart svg.chart")).hasCount(14);
      assertThat(page.locator(".places a[aria-current=page]")).hasText("Overview");
      asked.clear();
      long begun = System.nanoTime();
      String before = page.locator(".stack > p.muted").first().textContent();
      assertThat(page.locator(".stack > p.muted").first()).not().hasText(before);
      long refreshes = Duration.ofNanos(System.nanoTime() - begun).dividedBy(REFRESH);
      assertThat(asked)
          .hasSizeBetween(1, (int) refreshes + 2)
          .allMatch(url -> url.contains("/api/v1/overview"));
      look(page);
      page.getByText("Flows", new Page.GetByTextOptions().setExact(true)).first().click();
      assertThat(page.getByText("Discovery flows")).isVisible();
    }
    assertThat(errors).isEmpty();
  }

  /** The figures are those of an answer, so that it is known which minute is which. */
  @Test
  void boldIsTheLastWholeMinuteAndWhatWasNeverCountedIsZero() {
    try (Page page = chromium.newPage()) {
      page.navigate(address());
      Object shown =
          page.evaluate(
              """
              async () => {
                const { overviewFigures } = await import('/overview-figures.js');
                const { lineChart } = await import('/line-chart.js');
                const metric = (...lines) => ({ columns: ['minute', 'count'], lines });
                const of = overviewFigures({
                  from: '2026-11-29T10:00:00Z', at: '2026-11-29T10:02:30Z', minutes: 3,
                  metrics: { some: metric({ label: '2xx', rows: [[0, 60], [1, 120], [2, 3]] }), none: metric() },
                });
                return ['some', 'none', 'absent'].map((key) => {
                  const chart = lineChart(key, { format: (value) => `${value}/s` });
                  chart.update(key === 'absent' ? [{ label: '', points: [] }] : of.rates(key), 3);
                  return `${chart.node.querySelector('.chart-latest').textContent}|${chart.node.querySelector('.line-empty')?.textContent ?? ''}`;
                }).join(' ');
              }
              """);
      assertThat(shown).isEqualTo("2xx 2/s| 0/s| |Nothing was counted yet.");
    }
  }

  @Test
  void aMinuteOfWhichAnIncompleteAnswerKnowsNothingIsAGap() {
    try (Page page = chromium.newPage()) {
      page.navigate(address());
      Object shown =
          page.evaluate(
              """
              async () => {
                const { overviewFigures } = await import('/overview-figures.js');
                const body = (complete) => ({
                  complete, from: '2026-11-29T10:00:00Z', at: '2026-11-29T10:04:30Z', minutes: 5,
                  metrics: {
                    some: { columns: ['minute', 'count'], lines: [{ label: '', rows: [[0, 60], [3, 120]] }] },
                    other: { columns: ['minute', 'count'], lines: [{ label: '', rows: [[1, 1]] }] },
                  },
                });
                return [true, false].map((complete) => JSON.stringify(overviewFigures(body(complete)).rates('some')[0].points)).join(' ');
              }
              """);
      assertThat(shown).isEqualTo("[[0,1],[1,0],[2,0],[3,2],[4,0]] [[0,1],[1,0],[3,2]]");
    }
  }

  @Test
  void ofManyLinesTheHighestAreDrawnAndTheOthersMentioned() {
    try (Page page = chromium.newPage()) {
      page.navigate(address());
      Object shown =
          page.evaluate(
              """
              async () => {
                const { lineChart } = await import('/line-chart.js');
                const chart = lineChart('Runs', { format: String });
                const heights = { dead: 3, failed: 4, handed_back: 1, lease_lost: 2, parked: 5, retried: 6, succeeded: 90 };
                chart.update(Object.entries(heights).map(([label, value]) => ({ label, points: [[1, value]] })), 3);
                const dots = [...chart.node.querySelectorAll('.line-dots')].filter((path) => path.getAttribute('d') !== '').length;
                return `${chart.node.querySelector('.chart-latest').textContent}|${dots} dots`;
              }
              """);
      assertThat(shown).isEqualTo("dead 3failed 4parked 5retried 6succeeded 90and 2 lower|5 dots");
    }
  }

  @Test
  void aViewerIsOfferedNoOverviewAndNothingThatChangesAndToldWhy() {
    try (Page page = chromium.newPage()) {
      page.navigate(address() + "#token=" + TestTokens.ofUser("vera", "viewer"));
      assertThat(page.getByText("Discovery flows")).isVisible();
      assertThat(page.getByText("Overview")).hasCount(0);
      assertThat(page.getByText("Drop inventory files here")).not().isVisible();
      page.navigate(address() + "#/overview");
      assertThat(page.getByText("only operators see them, and your token is of the role viewer"))
          .isVisible();
    }
  }

  private static void look(Page page) {
    for (int width : new int[] {390, 1440}) {
      page.setViewportSize(width, 900);
      page.screenshot(
          new Page.ScreenshotOptions()
              .setPath(Path.of("target/screenshots/overview-" + width + ".png"))
              .setFullPage(true));
      Object excess =
          page.evaluate(
              "document.documentElement.scrollWidth - document.documentElement.clientWidth");
      assertThat(excess).as("wider than %d px", width).isEqualTo(0);
    }
  }

  private static String address() {
    return "http://127.0.0.1:" + stack.instance(1).port() + "/";
  }
}
