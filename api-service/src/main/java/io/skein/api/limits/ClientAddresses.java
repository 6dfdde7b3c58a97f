package io.skein.api.limits;

import io.javalin.http.Context;
import java.net.InetAddress;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which address a request comes from. {@code X-Forwarded-For} is believed as far as trusted proxies
 * wrote it: each appends the address that it heard, so it is read from the right, and what stands
 * left of the first address that is no trusted proxy is the client's own invention. Immutable.
 */
public final class ClientAddresses {
  /** More proxies in a row than anybody has. */
  private static final int HOPS = 32;

  private static final int SUBNET_BYTES = 8;

  private final List<AddressRange> trustedProxies;

  public ClientAddresses(List<AddressRange> trustedProxies) {
    this.trustedProxies = List.copyOf(trustedProxies);
  }

  /** The address of the client, or of the last trusted proxy when that does not say. */
  public String of(Context context) {
    return client(context).getHostAddress();
  }

  /**
   * Who is counted: an IPv4 address, or the 64 bits of a subnet, of which a client with IPv6 has
   * all addresses.
   */
  String subject(Context context) {
    InetAddress client = client(context);
    byte[] bytes = client.getAddress();
    if (bytes.length <= SUBNET_BYTES) {
      return client.getHostAddress();
    }
    StringBuilder subnet = new StringBuilder();
    for (int i = 0; i < SUBNET_BYTES; i += 2) {
      subnet.append(Integer.toHexString((bytes[i] & 0xff) << 8 | bytes[i + 1] & 0xff)).append(':');
    }
    return subnet.append(":/64").toString();
  }

  private InetAddress client(Context context) {
    InetAddress peer = hop(context.req().getRemoteAddr());
    return peer == null
        ? InetAddress.getLoopbackAddress()
        : client(peer, Collections.list(context.req().getHeaders("X-Forwarded-For")));
  }

  InetAddress client(InetAddress peer, List<String> forwardedFor) {
    String left = String.join(",", forwardedFor);
    InetAddress last = peer;
    for (int hop = 0; hop < HOPS && isTrusted(last) && !left.isBlank(); hop++) {
      int comma = left.lastIndexOf(',');
      InetAddress before = hop(left.substring(comma + 1).strip());
      if (before == null) {
        return last;
      }
      last = before;
      left = comma < 0 ? "" : left.substring(0, comma);
    }
    return last;
  }

  private boolean isTrusted(InetAddress address) {
    for (AddressRange proxies : trustedProxies) {
      if (proxies.contains(address)) {
        return true;
      }
    }
    return false;
  }

  /** Some proxies add the port, and IPv6 then has brackets. */
  private static @Nullable InetAddress hop(String text) {
    if (text.startsWith("[")) {
      int end = text.indexOf(']');
      return end < 0 ? null : AddressRange.literal(text.substring(1, end));
    }
    int colon = text.indexOf(':');
    boolean port = colon >= 0 && colon == text.lastIndexOf(':');
    return AddressRange.literal(port ? text.substring(0, colon) : text);
  }
}
