package io.skein.discovery.cleansing;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Words for the values of an enum. The whole text decides first, then its words from left to right,
 * so that {@code Prod - EU} is production and {@code non-prod} is not.
 */
final class Vocabulary<E extends Enum<E>> {

  private static final Pattern SEPARATORS = Pattern.compile("[\\s/_.,:()\\[\\]-]+");
  private static final Pattern TRAILING_NUMBER = Pattern.compile("\\d+$");

  private final Map<String, E> words = new LinkedHashMap<>();

  Vocabulary<E> with(E value, String... spellings) {
    for (String spelling : List.of(spellings)) {
      E earlier = words.put(squeeze(spelling), value);
      if (earlier != null && earlier != value) {
        throw new IllegalArgumentException(spelling + " means " + earlier + " and " + value);
      }
    }
    return this;
  }

  /** The value that the text names, or null. The text is a {@link Cells#keyword}. */
  @Nullable E find(String keyword) {
    E whole = words.get(squeeze(keyword));
    if (whole != null) {
      return whole;
    }
    if (keyword.startsWith("non") || keyword.startsWith("not ")) {
      return null; // non-production is anything but
    }
    for (String word : SEPARATORS.split(keyword)) {
      E value = words.get(TRAILING_NUMBER.matcher(word).replaceFirst(""));
      if (value != null) {
        return value;
      }
    }
    return null;
  }

  private static String squeeze(String text) {
    return SEPARATORS.matcher(text).replaceAll("");
  }

  static Vocabulary<Environment> environments() {
    return new Vocabulary<Environment>()
        .with(
            Environment.PRODUCTION,
            "production",
            "prod",
            "prd",
            "p",
            "live",
            "produktion",
            "produktiv",
            "productive",
            "producción",
            "produccion",
            "produção",
            "producao",
            "produzione",
            "productie",
            "pro")
        .with(
            Environment.STAGING,
            "staging",
            "stage",
            "stg",
            "preprod",
            "preproduction",
            "preprd",
            "ppd",
            "pre",
            "preprd1",
            "acceptance production",
            "vorproduktion",
            "préproduction",
            "preproducción")
        .with(
            Environment.USER_ACCEPTANCE,
            "uat",
            "user acceptance",
            "user acceptance test",
            "user acceptance testing",
            "acceptance",
            "acc",
            "abnahme",
            "recette",
            "homologação",
            "homologacion")
        .with(
            Environment.QUALITY_ASSURANCE,
            "qa",
            "quality assurance",
            "quality",
            "qas",
            "qualification",
            "qual")
        .with(
            Environment.TEST,
            "test",
            "testing",
            "tst",
            "t",
            "tests",
            "prueba",
            "pruebas",
            "teste",
            "perf",
            "performance",
            "load test",
            "nft")
        .with(
            Environment.INTEGRATION,
            "integration",
            "int",
            "sit",
            "system integration test",
            "integración",
            "intégration")
        .with(
            Environment.DEVELOPMENT,
            "development",
            "dev",
            "develop",
            "d",
            "entwicklung",
            "entw",
            "développement",
            "developpement",
            "desarrollo",
            "desenvolvimento",
            "sviluppo",
            "ontwikkeling")
        .with(
            Environment.SANDBOX,
            "sandbox",
            "sbx",
            "lab",
            "poc",
            "proof of concept",
            "demo",
            "playground",
            "experimental")
        .with(Environment.TRAINING, "training", "trn", "schulung", "formation", "education")
        .with(
            Environment.DISASTER_RECOVERY,
            "dr",
            "disaster recovery",
            "disasterrecovery",
            "drp",
            "bcp",
            "failover",
            "recovery");
  }

  static Vocabulary<AssetStatus> statuses() {
    return new Vocabulary<AssetStatus>()
        .with(
            AssetStatus.ACTIVE,
            "active",
            "aktiv",
            "in use",
            "in service",
            "operational",
            "live",
            "running",
            "on",
            "powered on",
            "poweredon",
            "up",
            "online",
            "deployed",
            "installed",
            "in production",
            "production",
            "enabled",
            "ok",
            "activo",
            "ativo",
            "actif",
            "in betrieb",
            "yes",
            "true")
        .with(
            AssetStatus.PLANNED,
            "planned",
            "planning",
            "ordered",
            "on order",
            "new",
            "pipeline",
            "pending",
            "pending install",
            "provisioning",
            "in build",
            "build",
            "staged",
            "reserved",
            "in stock",
            "geplant",
            "requested",
            "draft")
        .with(
            AssetStatus.MAINTENANCE,
            "maintenance",
            "in maintenance",
            "under maintenance",
            "in repair",
            "repair",
            "wartung",
            "degraded",
            "patching")
        .with(
            AssetStatus.STANDBY,
            "standby",
            "stand by",
            "passive",
            "cold standby",
            "spare",
            "backup")
        .with(
            AssetStatus.INACTIVE,
            "inactive",
            "inaktiv",
            "off",
            "powered off",
            "poweredoff",
            "down",
            "offline",
            "stopped",
            "suspended",
            "disabled",
            "idle",
            "unused",
            "not in use",
            "out of service",
            "no",
            "false",
            "non operational",
            "shutdown",
            "inactivo",
            "inativo",
            "inactif")
        .with(
            AssetStatus.RETIRED,
            "retired",
            "decommissioned",
            "decom",
            "decommission",
            "decommissioning",
            "to be decommissioned",
            "disposed",
            "end of life",
            "eol",
            "obsolete",
            "scrapped",
            "sunset",
            "removed",
            "deleted",
            "terminated",
            "archived",
            "außer betrieb",
            "retire",
            "phase out",
            "deprecated");
  }
}
