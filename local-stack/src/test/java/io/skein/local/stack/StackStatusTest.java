package io.skein.local.stack;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.local.stack.StackState.Server;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

final class StackStatusTest {
  @Test
  void noAddressShowsAPassword() {
    ProcessRecord self = ProcessRecord.of(ProcessHandle.current().pid());
    StackState state =
        new StackState(
            self,
            true,
            List.of(),
            List.of(),
            new Server("redis://:s3cret@127.0.0.1:6379", null),
            new Server("postgresql://skein:s3cret:/@127.0.0.1:5432/skein", null));
    String json = JsonMapper.builder().build().writeValueAsString(StackStatus.of(state, "token"));
    assertThat(json)
        .contains("redis://@127.0.0.1:6379", "postgresql://skein@127.0.0.1:5432/skein")
        .doesNotContain("s3cret");
    assertThat(new Server("postgresql://db/skein?user=a&password=s3cret&ssl=true", null).shownUrl())
        .isEqualTo("postgresql://db/skein?user=a&password=…&ssl=true");
    assertThat(new Server("postgresql://db:5432/skein", null).shownUrl())
        .isEqualTo("postgresql://db:5432/skein");
  }
}
