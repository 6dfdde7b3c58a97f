package io.skein.discovery.cleansing;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The names of a row sorted out: an address is no host name, a sentence is none either. */
record RowNames(
    @Nullable String hostname,
    @Nullable String fqdn,
    @Nullable String name,
    List<String> addresses,
    @Nullable String externalId) {

  /** Longest text kept in a field. */
  static final int MAX_TEXT = 500;

  private static final Pattern ADDRESS_DELIMITER = Pattern.compile("[;,|\\s]+");
  private static final Pattern LOGICAL_TYPE =
      Pattern.compile("app|soft|service|saas|external|business|product|website|portal");
  private static final Pattern HOST_LIKE =
      Pattern.compile("[\\p{L}\\p{N}_.-]*[\\d.-][\\p{L}\\p{N}_.-]*");

  static RowNames read(RawAsset raw, List<RowIssue> issues) {
    Set<String> addresses = new LinkedHashSet<>();
    HostName host = host("hostname", raw.hostname(), addresses, issues);
    HostName full = host("fqdn", raw.fqdn(), addresses, issues);
    String name = bounded("name", Cells.text(raw.name()), issues);
    readAddresses(raw.ipAddresses(), addresses, issues);
    if (host == null && full == null && name != null && !isLogical(raw.assetType())) {
      host = HOST_LIKE.matcher(name).matches() ? HostName.parse(name) : null;
    }
    if (name == null && host == null && full == null) {
      name = bounded("hostname", notAnAddress(raw.hostname()), issues);
    }
    String hostname = host != null ? host.label() : full != null ? full.label() : null;
    return new RowNames(
        hostname,
        fqdn(host, full, issues),
        name,
        List.copyOf(addresses),
        bounded("externalId", Cells.text(raw.externalId()), issues));
  }

  private static @Nullable String fqdn(
      @Nullable HostName host, @Nullable HostName full, List<RowIssue> issues) {
    if (full != null && full.fqdn() != null) {
      if (host != null && !host.label().equals(full.label())) {
        issues.add(
            new RowIssue(
                "fqdn",
                full.label() + "." + full.domain(),
                "names another host than the host name"));
      }
      return full.fqdn();
    }
    return host == null ? null : host.fqdn();
  }

  private static @Nullable HostName host(
      String field, @Nullable String cell, Set<String> addresses, List<RowIssue> issues) {
    String text = Cells.text(cell);
    if (text == null) {
      return null;
    }
    String address = IpAddress.parse(text);
    if (address != null) {
      addresses.add(address);
      issues.add(new RowIssue(field, text, "an address, not a name; used as the address"));
      return null;
    }
    HostName host = HostName.parse(text);
    if (host == null) {
      issues.add(new RowIssue(field, text, "not a host name; not used as one"));
    }
    return host;
  }

  private static void readAddresses(
      @Nullable String cell, Set<String> addresses, List<RowIssue> issues) {
    String text = cell == null ? null : Cells.text(cell.replaceAll("[\\r\\n]", " "));
    if (text == null) {
      return;
    }
    for (String part : ADDRESS_DELIMITER.split(text)) {
      String value = Cells.text(part);
      if (value == null) {
        continue;
      }
      String address = IpAddress.parse(value);
      if (address == null) {
        issues.add(new RowIssue("ipAddresses", value, "not an IP address; left out"));
      } else if (addresses.size() < Cells.MAX_VALUES) {
        addresses.add(address);
      }
    }
  }

  private static @Nullable String notAnAddress(@Nullable String cell) {
    String text = Cells.text(cell);
    return text == null || IpAddress.parse(text) != null || isEverybody(text) ? null : text;
  }

  private static boolean isEverybody(String text) {
    return text.toLowerCase(Locale.ROOT).startsWith("localhost");
  }

  private static boolean isLogical(@Nullable String assetType) {
    String keyword = Cells.keyword(assetType);
    return keyword != null && LOGICAL_TYPE.matcher(keyword).find();
  }

  /** Cuts a text at {@value #MAX_TEXT} characters and reports it. */
  static @Nullable String bounded(String field, @Nullable String text, List<RowIssue> issues) {
    return text == null ? null : cut(field, text, issues);
  }

  /** Cuts a text at {@value #MAX_TEXT} characters and reports it. */
  static String cut(String field, String text, List<RowIssue> issues) {
    if (text.length() <= MAX_TEXT) {
      return text;
    }
    issues.add(new RowIssue(field, text, "longer than " + MAX_TEXT + " characters; cut"));
    int end = Character.isHighSurrogate(text.charAt(MAX_TEXT - 1)) ? MAX_TEXT - 1 : MAX_TEXT;
    return text.substring(0, end);
  }
}
