package io.skein.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
final class CuttableNetworkTest {
  private final ServerSocket server = listen();
  private final CuttableNetwork network = new CuttableNetwork("127.0.0.1", server.getLocalPort());

  @AfterEach
  void close() throws IOException {
    network.close();
    server.close();
  }

  @Test
  void whatIsSentThroughACutArrivesWhenItHealsAndNobodyIsTold() throws IOException {
    try (Socket client = new Socket("127.0.0.1", network.port())) {
      client.getOutputStream().write(1);
      try (Socket met = server.accept()) {
        assertThat(met.getInputStream().read()).isEqualTo(1);
        network.cut();
        client.getOutputStream().write(2);
        client.shutdownOutput();
        met.setSoTimeout(200);
        assertThatThrownBy(() -> met.getInputStream().read())
            .isInstanceOf(SocketTimeoutException.class);
        met.setSoTimeout(0);
        network.heal();
        assertThat(met.getInputStream().read()).isEqualTo(2);
        assertThat(met.getInputStream().read()).as("the end").isEqualTo(-1);
      }
    }
  }

  @Test
  void aConnectionThatIsOpenedThroughACutIsThereWhenItHeals() throws IOException {
    network.cut();
    try (Socket client = new Socket("127.0.0.1", network.port())) {
      client.getOutputStream().write(3);
      server.setSoTimeout(200);
      assertThatThrownBy(server::accept).isInstanceOf(SocketTimeoutException.class);
      server.setSoTimeout(0);
      network.heal();
      try (Socket met = server.accept()) {
        assertThat(met.getInputStream().read()).isEqualTo(3);
        met.getOutputStream().write(4);
        assertThat(client.getInputStream().read()).isEqualTo(4);
      }
    }
  }

  @Test
  void whatTheServerSaysThroughASlowNetworkArrivesLater() throws IOException {
    try (Socket client = new Socket("127.0.0.1", network.port());
        Socket met = server.accept()) {
      Duration delay = Duration.ofMillis(300);
      network.slow(delay);
      long begun = System.nanoTime();
      met.getOutputStream().write(5);
      assertThat(client.getInputStream().read()).isEqualTo(5);
      assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThanOrEqualTo(delay);
    }
  }

  @Test
  void aRefusingNetworkClosesWhatItCarriesAndAdmitsAtTheSamePort() throws IOException {
    int port = network.port();
    try (Socket client = new Socket("127.0.0.1", port);
        Socket met = server.accept()) {
      network.refuse();
      assertThat(met.getInputStream().read()).isEqualTo(-1);
      assertThat(client.getInputStream().read()).isEqualTo(-1);
    }
    assertThatThrownBy(() -> new Socket("127.0.0.1", port)).isInstanceOf(ConnectException.class);
    network.admit();
    try (Socket client = new Socket("127.0.0.1", port)) {
      client.getOutputStream().write(6);
      try (Socket met = server.accept()) {
        assertThat(met.getInputStream().read()).isEqualTo(6);
      }
    }
  }

  private static ServerSocket listen() {
    try {
      return new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
