package io.skein.discovery.cleansing;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A host name taken apart, in lower case. Underscores and letters outside ASCII are let through:
 * inventories have them, whatever RFC 1123 says.
 *
 * @param label first label
 * @param domain the rest, or null
 */
record HostName(String label, @Nullable String domain) {

  private static final int MAX_LENGTH = 253;
  private static final Pattern LABEL =
      Pattern.compile("[\\p{L}\\p{N}_](?:[\\p{L}\\p{N}_-]{0,61}[\\p{L}\\p{N}_])?");
  private static final Pattern SCHEME = Pattern.compile("^[a-z][a-z0-9+.-]*://");
  private static final Pattern TAIL = Pattern.compile("(?::\\d{1,5})?(?:/.*)?$");
  private static final Pattern NETBIOS_DOMAIN =
      Pattern.compile("^\\\\{0,2}[^\\\\\\s]+\\\\(?=[^\\\\]+$)");
  private static final Pattern DOTS = Pattern.compile("\\.");

  /** Names that every machine has; they identify none. */
  private static final Set<String> EVERYBODY =
      Set.of("localhost", "localhost4", "localhost6", "hostname", "host", "server", "computer");

  private static final Set<String> NO_DOMAIN = Set.of("localdomain", "localdomain4", "(none)");

  /**
   * Reads a host name, a URL's host or {@code DOMAIN\host}; null when the text is none of them. A
   * bare {@code host:port} is an endpoint and no host name: the port may lead to another machine
   * behind the same address, so it is not evidence that two rows are one machine.
   */
  static @Nullable HostName parse(String text) {
    String name = text.strip().toLowerCase(Locale.ROOT);
    if (SCHEME.matcher(name).find()) {
      name = TAIL.matcher(SCHEME.matcher(name).replaceFirst("")).replaceFirst("");
    }
    name = NETBIOS_DOMAIN.matcher(name).replaceFirst("");
    while (name.endsWith(".")) {
      name = name.substring(0, name.length() - 1);
    }
    if (name.isEmpty() || name.length() > MAX_LENGTH || IpAddress.parse(name) != null) {
      return null;
    }
    String[] labels = DOTS.split(name, -1);
    for (String label : labels) {
      if (!LABEL.matcher(label).matches()) {
        return null;
      }
    }
    return EVERYBODY.contains(labels[0]) ? null : ofLabels(name, labels);
  }

  private static HostName ofLabels(String name, String[] labels) {
    if (labels.length == 1) {
      return new HostName(name, null);
    }
    String domain = name.substring(labels[0].length() + 1);
    boolean numericEnd = labels[labels.length - 1].chars().allMatch(Character::isDigit);
    if (numericEnd) {
      return new HostName(name, null); // web.1 is a name, not a host in the domain 1
    }
    return new HostName(labels[0], NO_DOMAIN.contains(domain) ? null : domain);
  }

  /** Label and domain, or null without a domain. */
  @Nullable String fqdn() {
    return domain == null ? null : label + "." + domain;
  }
}
