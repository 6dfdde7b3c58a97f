package io.skein.discovery.cleansing;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Turns raw rows into clean assets. A bad cell is reported and left out; a row is refused only when
 * it names no asset at all: no host name, identifier, display name or address. Safe for use by
 * several threads; one instance remembers operating system strings and is worth keeping.
 */
public final class AssetCleanser {

  private static final String NOTHING_NAMED =
      "names no asset: no host name, identifier, name or address; row left out";

  private final Vocabulary<Environment> environments = Vocabulary.environments();
  private final Vocabulary<AssetStatus> statuses = Vocabulary.statuses();
  private final OperatingSystemParser operatingSystems = new OperatingSystemParser();

  /** Cleans one row. Never throws for what a row contains. */
  public CleanedRow cleanse(RawAsset raw) {
    return new RowCleansing(raw).run();
  }

  /** The work on one row, and the issues found on the way. */
  private final class RowCleansing {

    private final RawAsset raw;
    private final List<RowIssue> issues = new ArrayList<>();

    RowCleansing(RawAsset raw) {
      this.raw = raw;
    }

    CleanedRow run() {
      RowNames names = RowNames.read(raw, issues);
      AssetFacts facts =
          new AssetFacts(
              names.hostname(),
              names.fqdn(),
              names.name(),
              names.addresses(),
              named("environment", raw.environment(), environments),
              operatingSystem(),
              cores(),
              memory(),
              storage(),
              text("site", raw.site()),
              text("owner", raw.owner()),
              named("status", raw.status(), statuses),
              text("assetType", raw.assetType()),
              list("applications", raw.applications()),
              references(),
              virtualHost(),
              names.externalId());
      if (!AssetIdentity.hasIdentity(facts)) {
        issues.add(new RowIssue("row", "", NOTHING_NAMED));
        return new CleanedRow(null, issues);
      }
      return new CleanedRow(new CleanAsset(raw.source(), lastSeen(), facts), issues);
    }

    private @Nullable OperatingSystem operatingSystem() {
      return operatingSystems.parse(
          text("osName", raw.osName()), text("osVersion", raw.osVersion()));
    }

    private @Nullable Integer cores() {
      String text = Cells.text(raw.cpuCores());
      Integer cores = text == null ? null : Quantities.cores(text);
      return reported("cpuCores", text, cores, "not a number of cores; left out");
    }

    private @Nullable Long memory() {
      String text = Cells.text(raw.memory());
      Long megabytes = text == null ? null : Quantities.memoryMb(text, raw.memoryUnit());
      return reported("memory", text, megabytes, "not an amount of memory; left out");
    }

    private @Nullable Double storage() {
      String text = Cells.text(raw.storage());
      Double gigabytes = text == null ? null : Quantities.storageGb(text, raw.storageUnit());
      return reported("storage", text, gigabytes, "not an amount of storage; left out");
    }

    private @Nullable LocalDate lastSeen() {
      String text = Cells.text(raw.lastSeen());
      if (text == null) {
        return null;
      }
      Dates.Reading reading = Dates.read(text);
      if (reading.doubt() != null) {
        issues.add(new RowIssue("lastSeen", text, reading.doubt()));
      }
      return reading.date();
    }

    private <E extends Enum<E>> @Nullable E named(
        String field, @Nullable String cell, Vocabulary<E> vocabulary) {
      String keyword = Cells.keyword(cell);
      E value = keyword == null ? null : vocabulary.find(keyword);
      return reported(field, keyword, value, "not a known " + field + "; left out");
    }

    private <T> @Nullable T reported(
        String field, @Nullable String text, @Nullable T value, String reason) {
      if (text != null && value == null) {
        issues.add(new RowIssue(field, text, reason));
      }
      return value;
    }

    private @Nullable String text(String field, @Nullable String cell) {
      return RowNames.bounded(field, Cells.text(cell), issues);
    }

    private List<String> list(String field, @Nullable String cell) {
      List<String> values = new ArrayList<>(Cells.values(cell));
      if (values.size() > Cells.MAX_VALUES) {
        String count = values.size() + " values";
        issues.add(new RowIssue(field, count, "only the first " + Cells.MAX_VALUES + " are used"));
        values = values.subList(0, Cells.MAX_VALUES);
      }
      values.replaceAll(value -> RowNames.cut(field, value, issues));
      return values;
    }

    private List<String> references() {
      List<String> names = new ArrayList<>();
      for (String name : list("dependencies", raw.dependencies())) {
        if (isCollective(name)) {
          issues.add(new RowIssue("dependencies", name, "names no particular asset; left out"));
        } else {
          names.add(name);
        }
      }
      return names;
    }

    private static boolean isCollective(String name) {
      return switch (name.toLowerCase(Locale.ROOT)) {
        case "all",
            "any",
            "various",
            "multiple",
            "many",
            "several",
            "*",
            "everything",
            "yes",
            "no" ->
            true;
        default -> false;
      };
    }

    private @Nullable String virtualHost() {
      String text = text("virtualHost", raw.virtualHost());
      HostName host = text == null ? null : HostName.parse(text);
      if (host == null) {
        return text;
      }
      return host.fqdn() == null ? host.label() : host.fqdn();
    }
  }
}
