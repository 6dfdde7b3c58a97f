package io.skein.telemetry.series;

class PostgresSeriesTest extends SeriesStoreContract {
  @Override
  SeriesStore storeOf(Servers servers) {
    return new PostgresSeries(servers.database);
  }
}
