package io.skein.api.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClientAddressesTest {
  private final ClientAddresses addresses =
      new ClientAddresses(
          List.of(AddressRange.parse("10.0.0.0/8"), AddressRange.parse("2001:db8:1::/48")));

  @Test
  void aPeerThatIsNoProxyIsTheClientWhateverItWrites() {
    assertThat(client("203.0.113.7", "198.51.100.1")).isEqualTo("203.0.113.7");
    assertThat(client("203.0.113.7")).isEqualTo("203.0.113.7");
  }

  @Test
  void whatAProxyAppendedCountsAndWhatTheClientInventedDoesNot() {
    assertThat(client("10.0.0.1", "203.0.113.7")).isEqualTo("203.0.113.7");
    assertThat(client("10.0.0.1", "198.51.100.1, 203.0.113.7")).isEqualTo("203.0.113.7");
    assertThat(client("10.0.0.1", "10.9.9.9, 203.0.113.7")).isEqualTo("203.0.113.7");
    assertThat(client("10.0.0.1", "198.51.100.1", "203.0.113.7")).isEqualTo("203.0.113.7");
  }

  @Test
  void severalProxiesInARowAreWalked() {
    assertThat(client("10.0.0.1", "198.51.100.1, 203.0.113.7, 10.0.0.3,10.0.0.2"))
        .isEqualTo("203.0.113.7");
    assertThat(client("2001:db8:1::9", "203.0.113.7, [2001:db8:1::1]:443"))
        .isEqualTo("203.0.113.7");
    assertThat(client("10.0.0.1", "203.0.113.7:5123")).isEqualTo("203.0.113.7");
  }

  @Test
  void whatIsNoAddressEndsTheWalkAtTheProxyThatWroteIt() {
    for (String written :
        List.of("unknown", "localhost", "", "1.2.3.4.5", "fe80::1%eth0", "[::1")) {
      assertThat(client("10.0.0.1", "198.51.100.1, " + written)).as(written).isEqualTo("10.0.0.1");
    }
    assertThat(client("10.0.0.1", "unknown, 10.0.0.2")).isEqualTo("10.0.0.2");
  }

  @Test
  void aProxyThatSaysNothingIsItself() {
    assertThat(client("10.0.0.1")).isEqualTo("10.0.0.1");
    assertThat(client("10.0.0.1", "10.0.0.2")).isEqualTo("10.0.0.2");
  }

  @Test
  void aLongChainOfForgedProxiesEndsSomewhere() {
    String forged = "10.0.0.9,".repeat(3_000) + "10.0.0.2";
    assertThat(client("10.0.0.1", forged)).isEqualTo("10.0.0.9");
  }

  @Test
  void anIpv4AddressInIpv6ClothesIsOne() {
    assertThat(client("::ffff:10.0.0.1", "203.0.113.7")).isEqualTo("203.0.113.7");
  }

  @Test
  void rangesEndWithinABytesBits() {
    AddressRange range = AddressRange.parse("192.168.16.0/20");
    assertThat(range.contains(InetAddress.ofLiteral("192.168.31.255"))).isTrue();
    assertThat(range.contains(InetAddress.ofLiteral("192.168.32.0"))).isFalse();
    assertThat(range.contains(InetAddress.ofLiteral("::c0a8:1f01"))).isFalse();
    assertThat(AddressRange.parse("0.0.0.0/0").contains(InetAddress.ofLiteral("8.8.8.8"))).isTrue();
  }

  private String client(String peer, String... forwardedFor) {
    return addresses
        .client(InetAddress.ofLiteral(peer), Arrays.asList(forwardedFor))
        .getHostAddress();
  }
}
