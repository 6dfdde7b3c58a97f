package io.skein.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.regex.Pattern;
import org.jdbi.v3.core.JdbiException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the page for services in other languages says of tasks is so. */
final class SqlExamplesTest {
  private static final Path PAGE = Path.of("..", "docs", "sql.md");
  private static final Pattern BLOCK = Pattern.compile("```sql\\n(.*?)```", Pattern.DOTALL);

  @Test
  void everyExampleEnqueuesWhatItSays() throws Exception {
    try (Servers servers = Servers.fresh()) {
      servers.sql("create table orders (number int primary key, state text not null)");
      servers.sql("insert into orders values (7, 'open'), (8, 'open')");
      for (String statement : statements()) {
        servers.sql(statement);
      }
      assertThat(count(servers, "type = 'send_mail' and state = 'queued'")).isEqualTo(1);
      assertThat(count(servers, "type = 'send_receipt' and payload = '{\"order\": 7}'"))
          .isEqualTo(1);
      assertThat(servers.count("select count(*) from orders where state = 'paid'")).isEqualTo(1);
      assertThat(
              count(servers, "type = 'remind' and state = 'scheduled' and expires_at is not null"))
          .isEqualTo(1);
      assertThat(count(servers, "type = 'rebuild_index'")).isEqualTo(1);
      assertThat(count(servers, "type = 'load' and state = 'waiting' and waits_for = 1"))
          .isEqualTo(1);
      assertThat(count(servers, "type = 'report' and state = 'waiting' and waits_for = 5"))
          .isEqualTo(1);
      assertThat(count(servers, "type = 'charge' and priority = 0 and max_attempts = 1"))
          .isEqualTo(1);
    }
  }

  /** The states that the page names. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          54000 | 'q', 't', to_jsonb(repeat(md5(random()::text), 40000))
          22P02 | 'q', 't', '{oops'
          22P05 | 'q', 't', '"\\u0000"'
          23514 | '', 't'
          23514 | 'q', ''
          23514 | 'q', 't', priority => 3
          23514 | 'q', 't', max_attempts => 0
          22023 | 'q', 't', unique_period => '1 day'
          22023 | 'q', 't', soft_limit => '0'
          22023 | 'q', 't', soft_limit => '25 minutes', hard_limit => '10 minutes'
          22023 | 'q', 't', hard_limit => '40000 days'
          22023 | 'q', 't', retry_delay => '-1 s'
          22023 | 'q', 't', run_at => '-infinity'
          22023 | 'q', repeat('t', 201)
          22023 | repeat('q', 201), 't'
          22023 | 'q', 't', tenant => repeat('t', 201)
          22023 | 'q', 't', unique_key => repeat('k', 501)
          22023 | 'q', 't', concurrency_key => repeat('k', 501)
          """,
      quoteCharacter = '§')
  void errorsHaveTheStatesThatThePageNames(String state, String arguments) throws Exception {
    assertThat(Files.readString(PAGE)).contains("`" + state + "`");
    try (Servers servers = Servers.fresh()) {
      assertThatThrownBy(() -> servers.sql("select skein_enqueue(" + arguments + ")"))
          .isInstanceOf(JdbiException.class)
          .rootCause()
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo(state));
    }
  }

  private static List<String> statements() throws IOException {
    String page = Files.readString(PAGE);
    return BLOCK
        .matcher(page.substring(0, page.indexOf("## Events")))
        .results()
        .flatMap(block -> List.of(block.group(1).split(";\\s*\\n", -1)).stream())
        .map(String::strip)
        .filter(statement -> !statement.isEmpty())
        .toList();
  }

  private static long count(Servers servers, String where) {
    return servers.count("select count(*) from tasks where " + where);
  }
}
