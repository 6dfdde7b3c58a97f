package io.skein.discovery.cleansing;

import java.text.Normalizer;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads operating system strings. Name and version column are read as one text; the product whose
 * name comes first in it counts (the longest on a tie), generic names like {@code Linux} only when
 * nothing closer is found. The version is sought after the name, before the next product's, then in
 * front of it, then by codename. Safe for use by several threads; remembers what it has read, up to
 * {@value #MAX_REMEMBERED} strings.
 */
final class OperatingSystemParser {

  private static final int MAX_REMEMBERED = 4_096;

  private static final Pattern MARKS = Pattern.compile("[®™©]|\\((?:r|tm|c)\\)");
  private static final Pattern SEPARATORS = Pattern.compile("[_\\s\"',;()\\[\\]]+");
  private static final Pattern ARCHITECTURE =
      Pattern.compile(
          "\\b(?:(?:64|32|86) ?-?bits?(?: edition)?|x86[ _-]64|x86|x64|amd64|i[3-6]86|aarch64|arm64|"
              + "armv\\d\\w*|ppc64(?:le|el)?|s390x?|sparc(?:v9)?|ia64)\\b");
  private static final Pattern KERNEL =
      Pattern.compile("\\b\\d+\\.\\d+\\.\\d+(?:\\.\\d+)?-[\\w.+-]+");
  private static final Pattern KERNEL_OF = Pattern.compile("\\.(el|fc|amzn)(\\d{1,2})(?!\\d)");
  private static final Pattern OR_LATER = Pattern.compile("\\bor (?:later|newer|above)\\b");
  private static final Pattern EDITION =
      Pattern.compile(
          "\\b(standard|datacenter|enterprise(?! linux| server linux)|essentials|foundation|web edition|"
              + "professional|pro|home|education|iot|express|developer|community|core)\\b");
  private static final Pattern LONG_TERM = Pattern.compile("\\b(ltsc|ltsb)\\b");

  private final List<KnownProduct> products =
      Stream.concat(KnownOperatingSystems.list().stream(), KnownSoftware.list().stream()).toList();
  private final Map<String, Optional<OperatingSystem>> remembered = new ConcurrentHashMap<>();

  /**
   * The operating system named by the two cells, either of which may be null; null when both are.
   */
  @Nullable OperatingSystem parse(@Nullable String name, @Nullable String version) {
    if (name == null && version == null) {
      return null;
    }
    String key = (name == null ? "" : name) + "\n" + (version == null ? "" : version);
    Optional<OperatingSystem> known = remembered.get(key);
    if (known == null) {
      known = Optional.ofNullable(read(name, version));
      if (remembered.size() < MAX_REMEMBERED) {
        remembered.put(key, known);
      }
    }
    return known.orElse(null);
  }

  /** A product's name found in the text. */
  private record Mention(KnownProduct product, int start, int end) {}

  private @Nullable OperatingSystem read(@Nullable String name, @Nullable String version) {
    String written = name == null ? "" : version == null ? name : name + " " + version;
    String full = normalise(written.isEmpty() && version != null ? version : written);
    String text = KERNEL.matcher(ARCHITECTURE.matcher(full).replaceAll(" ")).replaceAll(" ");
    Mention first = firstMention(text, null, false);
    if (first == null) {
      String product = Codenames.product(text.strip());
      if (product != null) {
        return named(bySlug(product), Codenames.version(product, text), text, null);
      }
      first = firstMention(text, null, true);
    }
    if (first == null) {
      return name == null && version != null && !Pattern.compile("\\p{L}").matcher(version).find()
          ? null // a number without a name is nobody's version
          : new OperatingSystem(
              OsFamily.OTHER, null, written.isEmpty() ? full : written.strip(), null, null, null);
    }
    return assemble(text, full, first);
  }

  private OperatingSystem assemble(String text, String full, Mention first) {
    Mention second = firstMention(text, first, false);
    String version = version(text, full, first, second);
    if (first.product.isOperatingSystem()
        || second == null
        || !second.product.isOperatingSystem()) {
      return named(first.product, version, text, null);
    }
    if (version == null) {
      // Software without a version on a system that may have one: the system tells more.
      return named(second.product, version(text, full, second, null), text, null);
    }
    return named(first.product, version, text, second.product.name());
  }

  private static OperatingSystem named(
      KnownProduct product, @Nullable String version, String text, @Nullable String runsOn) {
    Matcher longTerm = LONG_TERM.matcher(text);
    Matcher edition = EDITION.matcher(text);
    return new OperatingSystem(
        product.family(),
        product.slug(),
        product.name(),
        version,
        longTerm.find() ? longTerm.group(1) : edition.find() ? edition.group(1) : null,
        runsOn);
  }

  private static @Nullable String version(
      String text, String full, Mention mention, @Nullable Mention next) {
    KnownProduct product = mention.product;
    int end = next != null && next.start > mention.end ? next.start : text.length();
    String after = text.substring(mention.end, end);
    String version = product.style().read(after);
    if (version == null && product.style() != VersionStyle.UNSTATED) {
      version = product.style().read(text.substring(0, mention.start));
    }
    if (version == null) {
      version = Codenames.version(product.slug(), text);
    }
    if (version == null) {
      version = fromKernel(product, full);
    }
    boolean darwin = text.startsWith("darwin", mention.start);
    return darwin && version != null ? darwin(version) : version;
  }

  private static @Nullable String fromKernel(KnownProduct product, String full) {
    Matcher kernel = KERNEL_OF.matcher(full);
    if (!kernel.find()) {
      return null;
    }
    boolean fits =
        switch (kernel.group(1)) {
          case "el" -> product.style() == VersionStyle.RED_HAT;
          case "fc" -> product.slug().equals("fedora");
          default -> product.slug().equals("amazon-linux");
        };
    return fits ? kernel.group(2) : null;
  }

  private static @Nullable String darwin(String kernel) {
    int major = Integer.parseInt(kernel.split("\\.", -1)[0]);
    return major >= 5 && major < 20 ? "10." + (major - 4) : VersionStyle.DARWIN.get(major);
  }

  /** The earliest mention of a product other than the given one, the longest among the earliest. */
  private @Nullable Mention firstMention(String text, @Nullable Mention other, boolean generic) {
    Mention best = null;
    for (KnownProduct product : products) {
      if (product.generic() != generic
          || (other != null && product.slug().equals(other.product.slug()))) {
        continue;
      }
      Matcher matcher = product.spelling().matcher(text);
      boolean found =
          other == null ? matcher.find() : matcher.find(Math.min(other.end, text.length()));
      if (found && (best == null || better(matcher, best))) {
        best = new Mention(product, matcher.start(), matcher.end());
      }
    }
    return best;
  }

  private static boolean better(Matcher found, Mention best) {
    return found.start() < best.start || (found.start() == best.start && found.end() > best.end);
  }

  private KnownProduct bySlug(String slug) {
    return products.stream()
        .filter(product -> product.slug().equals(slug))
        .findFirst()
        .orElseThrow();
  }

  private static String normalise(String text) {
    String plain = MARKS.matcher(text.toLowerCase(Locale.ROOT)).replaceAll(" ");
    plain = Normalizer.normalize(plain, Normalizer.Form.NFKC);
    plain = OR_LATER.matcher(plain).replaceAll(" ");
    return SEPARATORS.matcher(plain).replaceAll(" ").strip();
  }
}
