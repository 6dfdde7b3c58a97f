package io.skein.discovery.cleansing;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** IPv4 and IPv6 literals in canonical text. Never asks a name server. */
final class IpAddress {

  private static final Pattern IPV4 =
      Pattern.compile("(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})\\.(\\d{1,3})");
  private static final Pattern IPV6 = Pattern.compile("[0-9a-f:]*:[0-9a-f:.]*");
  private static final Pattern DECORATION =
      Pattern.compile("^\\[?([0-9a-f:.]+?)\\]?(?:%[\\w.-]+)?(?:/\\d{1,3})?$");
  private static final Pattern PORT = Pattern.compile("^(\\d+\\.\\d+\\.\\d+\\.\\d+):\\d{1,5}$");

  private IpAddress() {}

  /**
   * The canonical text of an address (RFC 5952 for IPv6), a prefix length, zone or port cut off.
   */
  static @Nullable String parse(String text) {
    String bare = text.strip().toLowerCase(Locale.ROOT);
    Matcher port = PORT.matcher(bare);
    if (port.matches()) {
      bare = port.group(1);
    }
    Matcher decorated = DECORATION.matcher(bare);
    if (!decorated.matches()) {
      return null;
    }
    bare = decorated.group(1);
    Matcher v4 = IPV4.matcher(bare);
    if (v4.matches()) {
      return ipv4(v4);
    }
    return bare.length() <= 45 && IPV6.matcher(bare).matches() ? ipv6(bare) : null;
  }

  private static @Nullable String ipv4(Matcher octets) {
    for (int i = 1; i <= 4; i++) {
      String octet = octets.group(i);
      // A leading zero is octal to some tools and decimal to others: not guessed.
      if (Integer.parseInt(octet) > 255 || (octet.length() > 1 && octet.charAt(0) == '0')) {
        return null;
      }
    }
    return octets.group();
  }

  private static @Nullable String ipv6(String text) {
    try {
      // With a colon and hexadecimal digits only, this parses and never resolves.
      byte[] bytes = InetAddress.getByName(text).getAddress();
      return bytes.length == 16
          ? shortest(bytes)
          : InetAddress.getByAddress(bytes).getHostAddress();
    } catch (UnknownHostException notAnAddress) {
      return null;
    }
  }

  /**
   * RFC 5952 section 4: lower case, no leading zeros, the longest run of zero groups as {@code ::}.
   */
  private static String shortest(byte[] bytes) {
    int[] groups = new int[8];
    for (int i = 0; i < 8; i++) {
      groups[i] = (bytes[2 * i] & 0xff) << 8 | (bytes[2 * i + 1] & 0xff);
    }
    int start = -1;
    int length = 1;
    for (int i = 0; i < 8; i++) {
      int run = 0;
      while (i + run < 8 && groups[i + run] == 0) {
        run++;
      }
      if (run > length) {
        start = i;
        length = run;
      }
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 8; i++) {
      if (i == start) {
        text.append("::");
        i += length - 1;
      } else {
        if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
          text.append(':');
        }
        text.append(Integer.toHexString(groups[i]));
      }
    }
    return text.toString();
  }
}
