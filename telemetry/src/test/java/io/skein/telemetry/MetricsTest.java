package io.skein.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.skein.telemetry.series.SeriesRegistry;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class MetricsTest {
  @Test
  void bothRegistriesCountFromTheStartAndNothingWarns() {
    Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    ListAppender<ILoggingEvent> said = new ListAppender<>();
    said.start();
    root.addAppender(said);
    SeriesRegistry series = new SeriesRegistry();
    try (Metrics metrics = new Metrics("api-1", series)) {
      metrics.registry().counter("skein.things").increment(3);
      assertThat(series.get("skein.things").counter().count()).isEqualTo(3);
      assertThat(series.find("jvm.memory.used").gauge()).isNull();
      assertThat(metrics.scrape()).contains("skein_things_total{instance_name=\"api-1\"} 3.0");
    } finally {
      root.detachAppender(said);
    }
    assertThat(said.list)
        .filteredOn(event -> event.getLevel().isGreaterOrEqual(Level.WARN))
        .extracting(ILoggingEvent::getFormattedMessage)
        .isEmpty();
  }
}
