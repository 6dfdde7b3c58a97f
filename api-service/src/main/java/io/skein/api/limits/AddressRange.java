package io.skein.api.limits;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * A range of IP addresses, {@code 10.0.0.0/8} or {@code 2001:db8::/32}, or one address. Immutable.
 *
 * @param network its first address
 * @param bits how many leading bits all its addresses share
 */
public record AddressRange(InetAddress network, int bits) {

  /**
   * Reads a range.
   *
   * @throws IllegalArgumentException when it is none
   */
  public static AddressRange parse(String text) {
    int slash = text.indexOf('/');
    InetAddress network = literal(slash < 0 ? text : text.substring(0, slash));
    if (network == null) {
      throw new IllegalArgumentException("no address: " + text);
    }
    int longest = network.getAddress().length * Byte.SIZE;
    int bits = slash < 0 ? longest : Integer.parseInt(text.substring(slash + 1));
    if (bits < 0 || bits > longest) {
      throw new IllegalArgumentException("no prefix of an address: " + text);
    }
    return new AddressRange(network, bits);
  }

  /** Whether the address is in the range; one of the other family never is. */
  public boolean contains(InetAddress address) {
    byte[] first = network.getAddress();
    byte[] asked = address.getAddress();
    if (first.length != asked.length) {
      return false;
    }
    for (int bit = 0; bit < bits; bit++) {
      int mask = 0x80 >> bit % Byte.SIZE;
      if (((first[bit / Byte.SIZE] ^ asked[bit / Byte.SIZE]) & mask) != 0) {
        return false;
      }
    }
    return true;
  }

  /** Null when the text is no address; names are never looked up. */
  static @Nullable InetAddress literal(String text) {
    boolean six = text.indexOf(':') >= 0;
    boolean four = text.chars().filter(letter -> letter == '.').count() == 3;
    if (text.indexOf('%') >= 0 || !(six || four)) {
      return null; // 172.16 would be read as 172.0.0.16
    }
    try {
      return InetAddress.ofLiteral(text);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}
