package io.skein.local;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The arrows between modules, and what may appear where. */
@AnalyzeClasses(
    packages = "io.skein",
    importOptions = {ImportOption.DoNotIncludeTests.class})
class ArchitectureTest {
  private static final String[] LIBRARIES = {
    "io.skein.redis..",
    "io.skein.postgres..",
    "io.skein.events..",
    "io.skein.sse..",
    "io.skein.cache..",
    "io.skein.locks..",
    "io.skein.limits..",
    "io.skein.tasks..",
    "io.skein.telemetry..",
    "io.skein.flows..",
    "io.skein.discovery.."
  };

  private static final DescribedPredicate<JavaClass> INSIDE_A_REDIS_CLASS =
      DescribedPredicate.describe(
          "inside a Redis… class",
          type -> type.getName().substring(type.getPackageName().length() + 1).startsWith("Redis"));

  @ArchTest
  static final ArchRule ARROWS =
      layeredArchitecture()
          .consideringOnlyDependenciesInAnyPackage("io.skein..")
          .layer("redis")
          .definedBy("io.skein.redis..")
          .layer("postgres")
          .definedBy("io.skein.postgres..")
          .layer("events")
          .definedBy("io.skein.events..")
          .layer("cache")
          .definedBy("io.skein.cache..")
          .layer("locks")
          .definedBy("io.skein.locks..")
          .layer("limits")
          .definedBy("io.skein.limits..")
          .layer("tasks")
          .definedBy("io.skein.tasks..")
          .layer("telemetry")
          .definedBy("io.skein.telemetry..")
          .layer("sse")
          .definedBy("io.skein.sse..")
          .layer("flows")
          .definedBy("io.skein.flows..", "io.skein.discovery..")
          .layer("api")
          .definedBy("io.skein.api..")
          .layer("worker")
          .definedBy("io.skein.worker..")
          .layer("local")
          .definedBy("io.skein.local..")
          .whereLayer("redis")
          .mayOnlyBeAccessedByLayers(
              "events",
              "cache",
              "locks",
              "limits",
              "tasks",
              "telemetry",
              "sse",
              "flows",
              "api",
              "worker")
          .whereLayer("postgres")
          .mayOnlyBeAccessedByLayers(
              "events", "cache", "locks", "tasks", "telemetry", "sse", "flows", "api", "worker")
          .whereLayer("events")
          .mayOnlyBeAccessedByLayers("sse", "flows", "api", "worker")
          .whereLayer("cache")
          .mayOnlyBeAccessedByLayers("flows", "api", "worker")
          .whereLayer("locks")
          .mayOnlyBeAccessedByLayers("flows", "api", "worker")
          .whereLayer("limits")
          .mayOnlyBeAccessedByLayers("api", "worker")
          .whereLayer("tasks")
          .mayOnlyBeAccessedByLayers("flows", "api", "worker")
          .whereLayer("telemetry")
          .mayOnlyBeAccessedByLayers("api", "worker")
          .whereLayer("sse")
          .mayOnlyBeAccessedByLayers("api")
          .whereLayer("flows")
          .mayOnlyBeAccessedByLayers("api", "worker")
          .whereLayer("api")
          .mayOnlyBeAccessedByLayers("local")
          .whereLayer("worker")
          .mayOnlyBeAccessedByLayers("local")
          .whereLayer("local")
          .mayNotBeAccessedByAnyLayer();

  @ArchTest
  static final ArchRule ENGINE_DOES_NOT_KNOW_ITS_KINDS =
      noClasses()
          .that()
          .resideInAPackage("io.skein.flows..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.skein.discovery..");

  @ArchTest
  static final ArchRule NO_CYCLES = slices().matching("io.skein.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule REDIS_CLIENTS_STAY_BEHIND_REDIS_CORE =
      classes()
          .that()
          .resideOutsideOfPackages("io.skein.redis..", "io.skein.testing..")
          .and(not(INSIDE_A_REDIS_CLASS))
          .should()
          .onlyDependOnClassesThat(
              not(resideInAPackage("org.redisson..").or(resideInAPackage("redis.clients.."))));

  @ArchTest
  static final ArchRule REDIS_CLASSES_ARE_PACKAGE_PRIVATE =
      classes()
          .that()
          .haveSimpleNameStartingWith("Redis")
          .and()
          .resideOutsideOfPackages("io.skein.redis..", "io.skein.testing..")
          .should()
          .notHaveModifier(JavaModifier.PUBLIC);

  @ArchTest
  static final ArchRule JAVALIN_ONLY_IN_THE_API =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.skein.api..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.javalin..", "org.eclipse.jetty..");

  /** What is due, lost or over is said by PostgreSQL, so the clocks of machines may differ. */
  @ArchTest
  static final ArchRule TASKS_ASK_NO_CLOCK_OF_THIS_MACHINE =
      noClasses()
          .that()
          .resideInAPackage("io.skein.tasks..")
          .should()
          .callMethod(java.time.Instant.class, "now")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(java.time.Clock.class, "systemUTC")
          .orShould()
          .callMethod(java.time.OffsetDateTime.class, "now");

  /** Redis says what time it is, so the clocks of machines may differ. */
  @ArchTest
  static final ArchRule LIMITS_ASK_NO_WALL_CLOCK =
      noClasses()
          .that()
          .resideInAPackage("io.skein.limits..")
          .should()
          .callMethod(java.time.Instant.class, "now")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(java.time.Clock.class, "systemUTC");

  @ArchTest
  static final ArchRule LIBRARIES_DO_NOT_READ_THE_ENVIRONMENT =
      noClasses()
          .that()
          .resideInAnyPackage(LIBRARIES)
          .should()
          .callMethod(System.class, "getenv")
          .orShould()
          .callMethod(System.class, "getenv", String.class)
          .orShould()
          .callMethod(System.class, "getProperty", String.class);
}
